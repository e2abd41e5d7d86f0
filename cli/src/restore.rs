//! `clusters restore`: the way back from a night's deletion.

use std::cell::RefCell;

use anyhow::{Context as _, bail};
use nightshift::config::Environment;
use nightshift::jobs::cluster_restore::{RestorePlan, Restored, Wish, restore};
use nightshift::report::{Outcome, Reason};
use nightshift::run::{Done, Entry};
use nightshift::services::aws::{Aws, AwsError, Roots};
use nightshift::services::rds::{RdsReader, RdsRestorer};

use crate::args::RestoreArgs;
use crate::output::{Ending, Output, Words, complain};
use crate::{account, record};

/// Restores, or says what would be made.
pub(crate) async fn run(args: RestoreArgs, environment: &Environment) -> anyhow::Result<Ending> {
    let aws = Aws::connect(environment, Roots::System).await?;
    let account = aws.account().await?;
    if let Some(wanted) = &args.account {
        account::check(wanted, &account, "nothing was made")?;
    }
    let region = args
        .region
        .as_deref()
        .or(aws.region())
        .context("no Region is known: --region NAME, or set AWS_REGION")?
        .to_owned();
    let reader = RdsReader::new(aws.rds(&region), &region);
    let Some(snapshot) = reader.snapshot(&args.snapshot).await? else {
        bail!(
            "there is no cluster snapshot {} in {region} of account {account}; nothing was made; aws rds describe-db-cluster-snapshots --snapshot-type manual lists them",
            args.snapshot
        );
    };
    let wish = Wish { name: args.name, until: Some(args.until), tag_key: args.tag_key };
    let existing = reader.cluster(&wish.name_for(&snapshot), &account).await?;
    let plan = RestorePlan::make(&snapshot, existing.as_ref(), &wish)?;
    if args.dry_run {
        let output = Output::new(Words::CanBeHadAgain);
        plan.steps().iter().for_each(|step| output.say(step));
        return Ok(output.end(Ending::Done));
    }
    let ledger = record::interruptible().context("could not listen for signals; nothing was made")?;
    let output = Output::new(Words::AreARecord);
    let steps = RefCell::new(Vec::new());
    let tell = |step: &str| {
        output.say(step);
        steps.borrow_mut().push(step.to_owned());
    };
    let entry = Entry { id: plan.cluster.id.clone(), region: region.clone(), steps: plan.steps(), ..Entry::default() };
    ledger.begun(&entry);
    let restorer = RdsRestorer::new(aws.rds(&region));
    let outcome = restore(&plan, &account, &reader, &restorer, &ledger, tell).await;
    ledger.ended(entry, &became(&outcome, steps.take()));
    match outcome? {
        Restored::Whole => {
            let until = plan.cluster.tags.get(&wish.tag_key).unwrap_or("never");
            output.say(&format!("cluster {} is restored; its expiry is {until}", plan.cluster.id));
            Ok(output.end(Ending::Done))
        }
        Restored::Interrupted(_) => {
            complain(&format!("cluster {} is not whole yet; the same command goes on from here", plan.cluster.id));
            Ok(Ending::Interrupted)
        }
        Restored::StillCreating { status } => {
            bail!(
                "cluster {} is still '{status}'; run the same command again later to make its members",
                plan.cluster.id
            )
        }
    }
}

fn became(restored: &Result<Restored, AwsError>, steps: Vec<String>) -> Done {
    let later = |reason| Done { outcome: Outcome::Deferred, steps: steps.clone(), reason: Some(reason) };
    match restored {
        Ok(Restored::Whole) => Done::changed(steps),
        Ok(Restored::Interrupted(reason)) => later(reason.clone()),
        Ok(Restored::StillCreating { status }) => {
            let fix = "run the same command again to make its members";
            later(Reason::new("not-ready", format!("it is still '{status}'"), fix))
        }
        Err(error) => Done::stopped_by(error, steps),
    }
}
