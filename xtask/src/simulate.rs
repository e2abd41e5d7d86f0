//! `simulate`: the simulation with a profile of its own, in which the SDKs are optimised: nearly all of its time is theirs, and it
//! plays twelve times as many nights so. Built once, that takes some minutes.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::binaries;
use crate::command::{exit_code, here, succeed};

const NAME: &str = "simulate";

/// Where cargo puts what it builds by the profile, beside `debug`.
const PROFILE: &str = "simulate";

/// Runs it from the caller's folder with the caller's arguments.
pub(crate) fn run(plain: bool, args: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let mut build = binaries::build([NAME]);
    let folder = if plain { "debug" } else { PROFILE };
    if !plain {
        build.args(["--profile", PROFILE]);
    }
    succeed(&mut build)?;
    exit_code(here(binaries::folder(folder).join(NAME), &[]).args(args))
}
