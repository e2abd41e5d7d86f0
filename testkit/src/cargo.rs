//! Builds what is run here, as it is in the checkout now. Cargo speaks only if there is something to complain of.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use nightshift::config::Environment;

use crate::repository;

/// What this process has built. A test binary asks for the same function in each of its tests.
static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Builds `binary` without optimisation, once in the life of this process; where it lies. The whole workspace is named, and an example, so that
/// every dependency has the features the suite has it with: built for one package alone, or without what only tests ask for, a dozen
/// crates and all that stand on them, the SDKs too, would be compiled a second time.
pub fn build(binary: &str) -> anyhow::Result<PathBuf> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !built.contains(binary) {
        run(&["--workspace", "--bin", binary, "--example", "organization"])?;
        built.insert(binary.to_owned());
    }
    drop(built);
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
