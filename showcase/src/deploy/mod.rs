//! What `terraform/` makes, shown rather than claimed: real Terraform with the real AWS provider applies it to the
//! stand-ins, and what was deployed does its work there. Each part fails with the first thing that is not as it should
//! be.

mod access;
mod account;
mod actions;
mod assuming;
mod before_the_fleet;
mod environments;
mod night;
mod organisation;
mod parts;
mod permissions;
mod platform;
mod policy;
mod raw;
mod roles;
mod show;
mod subjects;
mod terraform;
mod walk;
mod wiring;

use std::io::Write;
use std::path::Path;

pub use show::show;

/// Shows it on `out`. `packages` holds `x86_64/<function>/bootstrap.zip` of every function. Most of it is waiting, so the four
/// parts run side by side.
pub async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    let (environments, everything, walked, organisation) = tokio::try_join!(
        environments::run(packages),
        roles::run(out, packages),
        walk::run(packages),
        organisation::run(packages)
    )?;
    writeln!(out, "\nA NEWCOMER'S WALK · {walked}")?;
    writeln!(out, "\nENVIRONMENTS · each as it stands, on the stand-in")?;
    let (mut called, mut held) = everything;
    for shown in environments {
        writeln!(out, "  {}", shown.line)?;
        called.extend(shown.called);
        held.extend(shown.held);
    }
    writeln!(out, "\nA RUN THROUGH AN ORGANISATION · {}", organisation.line)?;
    called.extend(organisation.called);
    held.extend(organisation.held);
    let roles = assuming::run(out).await?;
    parts::run(out, &roles, packages).await?;
    writeln!(out, "\nDEPLOYER · {}", actions::compare(&called, &held)?)?;
    Ok(())
}
