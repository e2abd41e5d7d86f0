//! `clusters restore`: the way back from a night's deletion.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use nightshift::aws::{Aws, Roots};
use nightshift::clusters::rds::{RdsReader, RdsRestorer};
use nightshift::clusters::restore::{RestorePlan, Restored, Wish, restore};
use nightshift::config::Environment;

use crate::account;
use crate::args::RestoreArgs;
use crate::output::say;

/// Restores, or says what would be made.
pub(crate) async fn run(args: RestoreArgs, environment: &Environment) -> anyhow::Result<ExitCode> {
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
        plan.steps().iter().for_each(|step| say(step));
        return Ok(ExitCode::SUCCESS);
    }
    match restore(&plan, &account, &reader, &RdsRestorer::new(aws.rds(&region)), say).await? {
        Restored::Whole => {
            let until = plan.cluster.tags.get(&wish.tag_key).unwrap_or("never");
            say(&format!("cluster {} is restored; its expiry is {until}", plan.cluster.id));
            Ok(ExitCode::SUCCESS)
        }
        Restored::StillCreating { status } => {
            bail!(
                "cluster {} is still '{status}'; run the same command again later to make its members",
                plan.cluster.id
            )
        }
    }
}
