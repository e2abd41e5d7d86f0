//! `check`: the quick part of `test`, for the minute before a commit: format, lints with warnings denied, house rules.

use std::process::ExitCode;

use crate::command::at_root;
use crate::steps::{self, Step};
use crate::tidy;

pub(crate) fn run() -> ExitCode {
    steps::run(list(), false)
}

/// The steps, which `test` also begins with.
pub(crate) fn list() -> Vec<Step> {
    vec![
        Step::commands("format", [at_root("cargo", &["fmt", "--all", "--check"])]),
        Step::commands(
            "lints",
            [at_root("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])],
        ),
        Step::inside("house rules", tidy::run, "cargo xtask check"),
    ]
}
