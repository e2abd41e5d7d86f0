//! The one file that reads the process's surroundings: where the checkout lies, and the few variables of the caller
//! that a task depends on.
#![expect(clippy::disallowed_methods, reason = "xtask cannot use nightshift::config without compiling the AWS SDK")]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The root of the checkout. Cargo names the folder at run time; the name compiled in serves a binary started by hand.
pub(crate) fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// The folder the other tasks' tools are installed in; git ignores it.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    variable("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

pub(crate) fn home() -> Option<PathBuf> {
    variable("HOME").map(PathBuf::from)
}

/// Where cargo keeps the sources of dependencies.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    variable("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cargo")))
}

/// This PATH, or else the caller's, with `folder` before everything else.
pub(crate) fn path_before(path: Option<OsString>, folder: PathBuf) -> anyhow::Result<OsString> {
    let path = path.or_else(|| env::var_os("PATH")).unwrap_or_default();
    env::join_paths(std::iter::once(folder).chain(env::split_paths(&path))).context("could not extend PATH")
}

/// What `cargo run` told this process about the package xtask. A cargo started from here would pass it on to build
/// scripts that watch these variables (ring's does), and rebuild what an ordinary `cargo build` left fresh.
pub(crate) fn variables_of_cargo_run() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    })
}
