//! What is typed behind `fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::common::{AccountArgs, Format};
use super::org::SourceArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// Which accounts a run through the organisation would go through, in which order, and why it leaves the others alone. Reads
    /// only.
    Accounts(FleetAccountsArgs),
    /// The runs there were, or how far one is. Reads only.
    Status(FleetStatusArgs),
    /// What became of every account in one run. Reads only.
    Report(FleetReportArgs),
    /// Start a run that plans in every account and changes none. It does not wait for the end.
    Plan(FleetPlanArgs),
    /// Start a run that applies exactly the plan you reviewed: if any account's plan is another by then, nothing is begun in any. It
    /// does not wait for the end.
    Apply(FleetApplyArgs),
    /// Take up the accounts that failed in a run: in the same execution where AWS does so, else in a new one over those accounts,
    /// whose caps are judged anew.
    Redrive(FleetRedriveArgs),
}

/// Which fleet is meant, where several are deployed.
#[derive(Debug, Default, Args)]
pub(crate) struct WhichFleetArgs {
    /// The job that is done in every account, where there are fleets for several.
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
    /// The name or ARN of the state machine, where there are several for one job.
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FleetStatusArgs {
    /// The name of one run; all if left out.
    pub execution: Option<String>,
    #[command(flatten)]
    pub which: WhichFleetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How many runs to list.
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    pub limit: usize,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

/// How a run's report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FleetFormat {
    /// For people, as wide as the terminal.
    Table,
    /// For programs: see `nightshift schema`.
    Json,
    /// For spreadsheets.
    Csv,
    /// For tickets and pull requests.
    Markdown,
    /// One page for a browser, which loads nothing.
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct FleetReportArgs {
    /// The name of the run; the last that left a report if left out.
    pub execution: Option<String>,
    #[command(flatten)]
    pub which: WhichFleetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// Accounts that had nothing to do, too.
    #[arg(long)]
    pub all: bool,
    /// The whole report of this one account instead: each thing in it, and what would be or was done to it. Its id, or its name.
    #[arg(long = "in", value_name = "ACCOUNT")]
    pub inside: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = FleetFormat::Table)]
    pub output: FleetFormat,
}

#[derive(Debug, Args)]
pub(crate) struct FleetPlanArgs {
    #[command(flatten)]
    pub which: WhichFleetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FleetApplyArgs {
    /// The digest of the plan of all accounts, as the report of the run that planned it says.
    #[arg(long, value_name = "DIGEST")]
    pub expect_plan: String,
    #[command(flatten)]
    pub which: WhichFleetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FleetRedriveArgs {
    /// The name of the run.
    pub execution: String,
    #[command(flatten)]
    pub which: WhichFleetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
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
