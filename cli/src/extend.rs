//! `clusters extend`: more time for a cluster.

use anyhow::{Context as _, bail};
use nightshift::clock;
use nightshift::config::Environment;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::cluster_extend::{Terms, Wish, extension};
use nightshift::report::Mode;
use nightshift::run::driver::Driver;
use nightshift::run::{Done, Entry, skew};
use nightshift::services::aws::{Aws, Roots};
use nightshift::services::rds::{RdsReader, RdsWriter};

use crate::args::ExtendArgs;
use crate::output::{self, Ending, Output, Words};
use crate::{account, policy, record};

/// Writes the new expiry, or says what would be written.
pub(crate) async fn run(args: ExtendArgs, environment: &Environment) -> anyhow::Result<Ending> {
    let aws = Aws::connect(environment, Roots::System).await?;
    let policy = policy::read::<ClusterCleanup>(&args.policy, environment, &aws).await?;
    let driver = Driver::<ClusterCleanup>::new(&policy, aws)?;
    let (policy, aws) = (driver.policy(), driver.aws());
    let caller = aws.identity().await?;
    if let Some(wanted) = &args.account {
        account::check(wanted, &caller.account, "nothing was changed")?;
    }
    let mode = if args.dry_run { Mode::Plan } else { Mode::Apply };
    if let Some(warning) = skew::judge(caller.skew, mode)? {
        output::warn(&warning);
    }
    let region =
        args.region.as_deref().or(aws.region()).context("no Region is known: --region NAME, or set AWS_REGION")?;
    let Some(cluster) = RdsReader::new(aws.rds(region), region).cluster(&args.cluster, &caller.account).await? else {
        bail!(
            "there is no Aurora cluster {} in {region} of account {}; nothing was changed; check the name and --region",
            args.cluster,
            caller.account
        );
    };
    let wish = Wish {
        until: &args.until,
        caller: caller.name(),
        owner: args.owner.as_deref(),
        tag_key: args.tag_key.as_deref().unwrap_or(&policy.tag_key),
        now: driver.run_policy.now.unwrap_or_else(clock::now),
    };
    let terms =
        Terms { owner_tag: &policy.owner_tag, time_zone: &policy.time_zone, max_lease_days: policy.max_lease_days };
    let extension = extension(&cluster, wish, terms)?;
    if args.dry_run {
        let output = Output::new(Words::CanBeHadAgain);
        output.say(&format!("would set {extension}"));
        return Ok(output.end(Ending::Done));
    }
    let ledger = record::interruptible().context("could not listen for signals; nothing was changed")?;
    let step = format!("set {extension}");
    let owner = policy.owner(&cluster.tags);
    let entry =
        Entry { id: cluster.id.clone(), region: region.to_owned(), owner, steps: vec![step.clone()], tags: None };
    ledger.begun(&entry);
    let written = RdsWriter::new(aws.rds(region)).add_tags(&cluster.arn, &extension.tags()).await;
    let done = match &written {
        Ok(()) => Done::changed(entry.steps.clone()),
        Err(error) => Done::stopped_by(error, Vec::new()),
    };
    ledger.ended(entry, &done);
    written?;
    let output = Output::new(Words::AreARecord);
    output.say(&step);
    Ok(output.end(Ending::Done))
}
