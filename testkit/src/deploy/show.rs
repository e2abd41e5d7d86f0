//! The short story for a person: applied, called by its schedule, what it did, what its alarms say, destroyed.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;
use nightshift::run::{Report, render};

use super::night::Night;
use crate::demo::width;

/// Tells it on `out`.
pub async fn show(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    writeln!(
        out,
        "The environment dev, deployed by Terraform to a made-up AWS account on this machine that enforces IAM."
    )?;
    writeln!(out, "\nAPPLY · terraform apply, with AWS_ENDPOINT_URL and a backend on disk")?;
    let night = Night::new(packages).await?;
    let applied = night.applied().await?;
    writeln!(out, "{} resources", applied.resources)?;
    writeln!(out, "the function is told:")?;
    for (name, value) in applied.told.as_object().into_iter().flatten() {
        writeln!(out, "  {name}={}", value.as_str().unwrap_or_default())?;
    }

    writeln!(out, "\nTHE NIGHT · the schedule fires within two minutes and calls the binary under its role")?;
    let report: Report = serde_json::from_value(night.falls().await?)?;
    for line in render::table(&report, width()).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }

    writeln!(out, "\nALARMS · their state; a stand-in reads no metrics from the log, so ours have no data here")?;
    for (name, state) in night.account.alarms().await? {
        writeln!(out, "  {state:<18}{name}")?;
    }

    writeln!(out, "\nDESTROY · terraform destroy")?;
    night.destroy().await?;
    let left = night.account.alarms().await?;
    ensure!(left.is_empty(), "after the destroy there are alarms: {left:?}");
    writeln!(out, "nothing of it is left; the clusters that stand are {}", night.account.clusters().await?.join(", "))?;
    Ok(())
}
