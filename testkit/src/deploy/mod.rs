//! What `terraform/` makes, shown rather than claimed: real Terraform with the real AWS provider applies it to the
//! stand-ins, and what was deployed does its work there. Each part fails with the first thing that is not as it should
//! be.

mod account;
mod environments;
mod night;
mod permissions;
mod policy;
mod raw;
mod roles;
mod show;
mod subjects;
mod terraform;

use std::io::Write;
use std::path::Path;

pub use show::show;

/// Shows it on `out`. `packages` holds `<function>/bootstrap.zip` of every function. Most of it is waiting, so the two
/// parts run side by side.
pub async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    let (environments, ()) = tokio::try_join!(environments::run(packages), roles::run(out, packages))?;
    writeln!(out, "\nENVIRONMENTS · each as its terraform.tfvars.example stands, on the stand-in")?;
    for line in environments {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
