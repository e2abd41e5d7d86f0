//! What is typed behind `event`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::org::TextFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    /// What AWS sent, taken out of its queue, topic or bus, with what is not right with it. Does not speak to AWS.
    Parse(ParseArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ParseArgs {
    /// The file it is in, as JSON; `-` for standard input.
    pub file: PathBuf,
    /// How to write it.
    #[arg(short, long, value_enum, default_value_t = TextFormat::Json, ignore_case = true)]
    pub format: TextFormat,
}
