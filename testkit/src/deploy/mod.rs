//! What `terraform/` makes, shown rather than claimed: real Terraform with the real AWS provider applies it to the
//! stand-ins, and what was deployed does its work there. Each part fails with the first thing that is not as it should
//! be.

mod environments;
mod policy;
mod raw;
mod terraform;

use std::io::Write;
use std::path::Path;

/// Shows it on `out`. `packages` holds `<function>/bootstrap.zip` of every function.
pub async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    environments::run(out, packages).await
}
