//! Builds what is run here, as it is in the checkout now. Cargo speaks only if there is something to complain of.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use nightshift::config::Environment;

use crate::repository;

/// Builds `binary` without optimisation; where it lies. The whole workspace is named so that every dependency has the
/// features the suite has it with: built for one package alone, a dozen crates and all that stand on them, the SDK's too,
/// would be compiled a second time.
pub fn build(binary: &str) -> anyhow::Result<PathBuf> {
    run(&["--workspace", "--bin", binary])?;
    Ok(repository::target().join("debug").join(binary))
}

/// Runs `cargo build` with `arguments`.
pub fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--locked"]).args(arguments).current_dir(repository::root());
    // What `cargo run` said about this package would make build scripts that watch it run again.
    for name in Environment::of_process()
        .names()
        .filter(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        build.env_remove(name);
    }
    let status = build.status().context("could not start cargo")?;
    ensure!(status.success(), "could not build {}", arguments.join(" "));
    Ok(())
}
