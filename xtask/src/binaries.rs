//! Binaries, built as the suite builds them, so that nothing is compiled a second time.

use std::path::PathBuf;

use crate::command::{at_root, succeed};
use crate::environment;

/// Builds them; the folder they are in. A package by itself has its dependencies with fewer features than the workspace, and
/// binaries by themselves without those that only tests ask for: an example is one of the things that ask for them.
pub(crate) fn built<'a>(names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<PathBuf> {
    let mut build = at_root("cargo", &["build", "--quiet", "--locked", "--workspace", "--example", "organization"]);
    for name in names {
        build.args(["--bin", name]);
    }
    succeed(&mut build)?;
    Ok(environment::target().join("debug"))
}
