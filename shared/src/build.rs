//! Which build of this code runs.

use std::sync::OnceLock;

use crate::report::Tool;

/// As a binary says that knows better.
static COMMIT: OnceLock<&'static str> = OnceLock::new();

/// For a binary whose build asked git: said once, at start.
pub fn is_of_commit(commit: &'static str) {
    // A second word changes nothing: a process is of one build.
    let _ = COMMIT.set(commit);
}

/// This build. `NIGHTSHIFT_COMMIT` is what `cargo xtask package` sets while it builds.
pub fn tool() -> Tool {
    let commit = COMMIT.get().copied().or(option_env!("NIGHTSHIFT_COMMIT")).filter(|commit| !commit.is_empty());
    Tool { version: env!("CARGO_PKG_VERSION").to_owned(), commit: commit.map(str::to_owned) }
}
