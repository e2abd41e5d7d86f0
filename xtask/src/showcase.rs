//! The tasks that need an AWS client: binaries of the showcase crate, started in the caller's folder with the caller's
//! arguments, and with the pinned cargo-lambda before any other on PATH.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{bail, ensure};

use crate::command::{exit_code, here};
use crate::{binaries, environment, setup};

/// Runs a demo after what it needs is there.
pub(crate) fn demo(args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    setup::for_demo(args.first().and_then(|part| part.to_str()))?;
    start("demo", args)
}

/// Runs a binary of the showcase after `setup`.
pub(crate) fn run(binary: &str, args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    setup::run()?;
    start(binary, args)
}

fn start(binary: &str, args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let mut command = built(binary)?;
    setup::offer_cargo_lambda(&mut command)?;
    exit_code(command.args(args))
}

/// Runs one function on one event, where the AWS environment of the caller points. The mode is always written out, so
/// that no event can ask for more than the command line did.
pub(crate) fn invoke(function: &str, event: &Path, apply: bool) -> anyhow::Result<ExitCode> {
    ensure!(event.is_file(), "there is no event file {}", event.display());
    let mode = mode(apply, environment::variable("NIGHTSHIFT_MODE").as_deref())?;
    let mut command = built("invoke")?;
    command.arg(function).arg(event).env("NIGHTSHIFT_MODE", mode);
    if apply {
        command.arg("--apply");
    }
    exit_code(&mut command)
}

/// A binary of the showcase, built.
pub(crate) fn built(binary: &str) -> anyhow::Result<Command> {
    Ok(here(binaries::built([binary])?.join(binary), &[]))
}

fn mode(apply: bool, surroundings: Option<&str>) -> anyhow::Result<&'static str> {
    match (apply, surroundings) {
        (false, _) => Ok("plan"),
        // Written out, `plan` is a ceiling; a flag does not lift it.
        (true, Some("plan")) => bail!("NIGHTSHIFT_MODE=plan is set here and forbids --apply: unset it to apply"),
        (true, _) => Ok("apply"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_flag_makes_an_invocation_apply() {
        assert_eq!(mode(false, None).ok(), Some("plan"));
        assert_eq!(mode(false, Some("apply")).ok(), Some("plan"));
        assert_eq!(mode(true, None).ok(), Some("apply"));
        assert_eq!(mode(true, Some("apply")).ok(), Some("apply"));
        assert!(mode(true, Some("plan")).is_err());
    }
}
