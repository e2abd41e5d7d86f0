//! `clusters extend`: more time for a cluster.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use nightshift::aws::{Aws, Roots};
use nightshift::clock;
use nightshift::clusters::ClusterCleanup;
use nightshift::clusters::extend::{Wish, extension};
use nightshift::clusters::rds::{RdsReader, RdsWriter};
use nightshift::config::Environment;
use nightshift::run::driver::Driver;
use nightshift::run::{Mode, skew};

use crate::args::ExtendArgs;
use crate::output::{self, say};
use crate::{account, policy};

/// Writes the new expiry, or says what would be written.
pub(crate) async fn run(args: ExtendArgs, environment: &Environment) -> anyhow::Result<ExitCode> {
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
    let extension = extension(&cluster, wish, policy)?;
    if args.dry_run {
        say(&format!("would set {extension}"));
        return Ok(ExitCode::SUCCESS);
    }
    RdsWriter::new(aws.rds(region)).add_tags(&cluster.arn, &extension.tags()).await?;
    say(&format!("set {extension}"));
    Ok(ExitCode::SUCCESS)
}
