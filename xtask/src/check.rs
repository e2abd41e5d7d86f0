//! `check`: the quick part of `test`, for the minute before a commit: format, lints with warnings denied, house rules.

use std::process::ExitCode;

use crate::command::at_root;
use crate::steps::{self, Step};
use crate::tidy;

pub(crate) fn run() -> ExitCode {
    steps::run(vec![format(), lints(), house_rules()], false)
}

pub(crate) fn format() -> Step {
    Step::commands("format", [at_root("cargo", &["fmt", "--all", "--check"])])
}

pub(crate) fn lints() -> Step {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    Step::commands("lints", [at_root("cargo", &arguments)])
}

pub(crate) fn house_rules() -> Step {
    Step::inside("house rules", tidy::run, "cargo xtask check")
}
