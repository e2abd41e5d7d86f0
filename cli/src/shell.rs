//! `completions` and `man`: what a shell and a manual know of this command, made of what it takes.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};

/// The script for `shell`.
pub(crate) fn completions(shell: Shell, desk: &Desk) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "nightshift", &mut script);
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.show(&String::from_utf8_lossy(&script));
    output.end(Ending::Done)
}

/// A page a command, `nightshift.1` and `nightshift-plan.1` and so on.
pub(crate) fn man(folder: &Path, desk: &Desk) -> anyhow::Result<Ending> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("could not write the pages to {}", folder.display()))?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.say(&format!("the manual is in {0}; read it with: man -l {0}/nightshift.1", folder.display()));
    Ok(output.end(Ending::Done))
}
