//! The short story for a person: applied, called by its schedule, what it did, what its alarms say, destroyed.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;
use nightshift::report::{Report, render};
use serde_json::Value;

use super::night::Night;
use super::subjects::Subject;
use super::subjects::cluster_cleanup::{ClusterCleanup, clusters};
use super::subjects::db_users::DbUsers;
use super::subjects::key_rotation::KeyRotation;
use crate::demo::width;

/// Tells it on `out`.
pub async fn show(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    writeln!(
        out,
        "The environment dev, deployed by Terraform to a made-up AWS account on this machine that enforces IAM."
    )?;
    writeln!(out, "\nAPPLY · terraform apply, with AWS_ENDPOINT_URL and a backend on disk")?;
    let mut databases = DbUsers::new().await?;
    let night = Night::new(packages, databases.connection(), databases.connection()).await?;
    writeln!(out, "{} resources", night.resources().await?)?;
    for job in [ClusterCleanup::NAME, KeyRotation::NAME, DbUsers::NAME] {
        writeln!(out, "{job} is told:")?;
        for (name, value) in night.applied(job).await?.told.as_object().into_iter().flatten() {
            writeln!(out, "  {name}={}", value.as_str().unwrap_or_default())?;
        }
    }

    writeln!(out, "\nTHE NIGHT · the schedules fire within two minutes and call the binaries under their roles")?;
    for report in night.falls().await? {
        tell(out, report)?;
    }
    writeln!(out, "\nA LEAK · AWS Health finds a key in the open, and says so in us-east-1")?;
    tell(out, night.leak().await?)?;
    writeln!(out, "\nAN EVENT · a pipeline wants database users")?;
    databases.fill(&night.account).await?;
    tell(out, databases.work(&night.account).await?.remove(0).answer)?;

    writeln!(out, "\nALARMS · their state; a stand-in reads no metrics from the log, so ours have no data here")?;
    for (name, state) in night.account.alarms().await? {
        writeln!(out, "  {state:<18}{name}")?;
    }

    writeln!(out, "\nDESTROY · terraform destroy")?;
    night.destroy().await?;
    let left = night.account.alarms().await?;
    ensure!(left.is_empty(), "after the destroy there are alarms: {left:?}");
    writeln!(out, "nothing of it is left; the clusters that stand are {}", clusters(&night.account).await?.join(", "))?;
    Ok(())
}

fn tell(out: &mut dyn Write, report: Value) -> anyhow::Result<()> {
    let report: Report = serde_json::from_value(report)?;
    writeln!(out)?;
    for line in render::table(&report, width()).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
