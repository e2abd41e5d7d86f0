//! `simulate`: the simulation with a profile of its own, in which the SDKs are optimised: nearly all of its time is theirs, and it
//! plays twelve times as many nights so. Built once, that takes some minutes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::command::{at_root, exit_code, here, succeed};
use crate::{binaries, environment};

const NAME: &str = "simulate";

/// Where cargo puts what it builds by the profile, beside `debug`.
const PROFILE: &str = "simulate";

/// Runs it from the caller's folder with the caller's arguments.
pub(crate) fn run(plain: bool, args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let folder = if plain { binaries::built([NAME])? } else { optimised()? };
    exit_code(here(folder.join(NAME), &[]).args(args))
}

/// Builds it by its profile, which no test is built by; the folder it is in.
fn optimised() -> anyhow::Result<PathBuf> {
    let arguments = ["build", "--quiet", "--locked", "--workspace", "--bin", NAME, "--profile", PROFILE];
    succeed(&mut at_root("cargo", &arguments))?;
    Ok(environment::target().join(PROFILE))
}
