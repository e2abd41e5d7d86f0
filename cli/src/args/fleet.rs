//! What is typed behind `fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::common::Format;
use super::org::SourceArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// Which accounts a run through the organisation would go through, in which order, and why it leaves the others alone. Reads
    /// only.
    Accounts(FleetAccountsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FleetAccountsArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Which accounts are meant, as lines of `NAME=value`; the variables of this shell if left out.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}
