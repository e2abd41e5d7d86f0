//! Binaries, built as the suite builds them, so that nothing is compiled a second time.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{at_root, succeed};
use crate::environment;

/// Builds them; the folder they are in.
pub(crate) fn built<'a>(names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<PathBuf> {
    succeed(&mut build(names))?;
    Ok(folder("debug"))
}

/// Where cargo puts what it builds by a profile.
pub(crate) fn folder(profile: impl AsRef<Path>) -> PathBuf {
    environment::target().join(profile)
}

/// The command that builds them. A package by itself has its dependencies with fewer features than the workspace, and binaries
/// by themselves without those that only tests ask for: an example is one of the things that ask for them.
pub(crate) fn build<'a>(names: impl IntoIterator<Item = &'a str>) -> Command {
    let mut build = at_root("cargo", &["build", "--quiet", "--locked", "--workspace", "--example", "organization"]);
    for name in names {
        build.args(["--bin", name]);
    }
    build
}
