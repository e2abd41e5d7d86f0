//! What can be typed.

mod address;
mod clusters;
mod common;
mod connect;
mod event;
mod fleet;
mod jobs;
mod keys;
mod looks;
mod org;
mod secrets;
mod select;
mod via;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use address::Address;
pub(crate) use clusters::{
    AnonymiseArgs, CloneArgs, ClusterCommand, ClusterListArgs, DeleteArgs, ExtendArgs, PlanFormat, RestoreArgs,
    ShowArgs, ShowFormat, SnapshotListArgs,
};
pub(crate) use common::{Format, JobName, PolicyArgs, ShownArgs};
pub(crate) use connect::{ConnectArgs, Role};
pub(crate) use event::{EventCommand, ParseArgs};
pub(crate) use fleet::{
    FleetAccountsArgs, FleetApplyArgs, FleetCommand, FleetFormat, FleetPlanArgs, FleetRedriveArgs, FleetReportArgs,
    FleetStatusArgs, WhichFleetArgs,
};
pub(crate) use jobs::{AdoptArgs, AdoptCommand, ApplyArgs, InvokeArgs, JobCommand, PlanArgs, RunArgs, WordArgs};
pub(crate) use keys::{KeyCommand, KeyListArgs};
pub(crate) use looks::{DoctorArgs, PolicyCommand, ReportCommand, ReportListArgs, ReportPlaceArgs, ReportShowArgs};
pub(crate) use org::{
    DiffArgs, DiffFormat, DumpArgs, DumpFormat, EffectiveChoice, LookupArgs, OrgCommand, ReadAccountsArgs, SourceArgs,
    TextFormat, TreeArgs, WriteAccountsArgs,
};
pub(crate) use secrets::{
    OwnerTagArgs, SecretCommand, SecretListArgs, SecretRotateArgs, SecretShowArgs, UserCommand, UserListArgs,
};
pub(crate) use select::SelectArgs;
pub(crate) use via::{Jump, Via};

use crate::schema::Document;

/// Scheduled maintenance of AWS accounts: says what it would do, asks, does it, and says what it did.
///
/// It plans and applies Nightshift's jobs with your own AWS credentials: expired Aurora clusters are deleted, access keys are
/// rotated, database users are made. `plan` reads only; `apply` shows its plan and asks.
#[derive(Debug, Parser)]
#[command(name = "nightshift", version = VERSION, max_term_width = 120, propagate_version = false)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

/// Version and commit.
const VERSION: &str = match env!("NIGHTSHIFT_BUILD").as_bytes() {
    [] => concat!(env!("CARGO_PKG_VERSION"), " (commit unknown)"),
    _ => concat!(env!("CARGO_PKG_VERSION"), " (commit ", env!("NIGHTSHIFT_BUILD"), ")"),
};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    could not run, or wrong usage
  2    some item failed
  3    a guard tripped
  4    done, but what it printed was lost
  10   something to do (plan --detailed-exitcode)
  130  asked to stop";

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Globals {
    /// The profile of your AWS configuration: its credentials and Region, whatever keys the environment has.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The Region; the environment's or profile's if left out.
    #[arg(long, global = true, value_name = "NAME")]
    pub region: Option<String>,
    /// Whether to use colours: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a job would do. Reads only.
    Plan {
        #[command(subcommand)]
        job: JobCommand<PlanArgs>,
    },
    /// Do it: shows the plan and asks for the account, or takes your word by a flag.
    Apply {
        #[command(subcommand)]
        job: JobCommand<ApplyArgs>,
    },
    /// Call the deployed function of a job and show what it answers. Where it would apply, it is asked for its plan first, and
    /// you for the account.
    Invoke(InvokeArgs),
    /// Say what switching a job on would come to, before anything is: the backlog, the caps it would trip, who would be told,
    /// and in which order to go on. Reads only.
    Adopt {
        #[command(subcommand)]
        job: AdoptCommand,
    },
    /// Work on single clusters.
    Clusters {
        #[command(subcommand)]
        command: ClusterCommand,
    },
    /// Look at access keys, and work on single ones.
    Keys {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Look at the database users that db-users keeps. Reads only.
    Users {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Look at secrets: whose they are, how old, who may read them, how they would be rotated. No value is shown.
    Secrets {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Open a prompt on a database: the secret is read, a tunnel opened if one is needed, the server's name verified, and psql or
    /// mysql started. All of it ends with the client.
    Connect(ConnectArgs),
    /// Look at an organisation of accounts: its tree, policies and tags, and what changed in it. Reads only.
    Org {
        #[command(subcommand)]
        command: OrgCommand,
    },
    /// Look at runs through every account of an organisation.
    Fleet {
        #[command(subcommand)]
        command: FleetCommand,
    },
    /// Look at what AWS sent.
    Event {
        #[command(subcommand)]
        command: EventCommand,
    },
    /// Look at the reports of earlier runs: those of this machine, and those of a report bucket.
    Reports {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Look at a policy before it is used.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Say whether this machine, these credentials and this account are ready: what works, what is denied, and what was not
    /// tried. Reads only.
    Doctor(DoctorArgs),
    /// The JSON Schema of what is printed for machines, or of an event. Without a name, the names there are.
    Schema {
        /// Whose.
        name: Option<Document>,
    },
    /// A completion script for your shell, on standard output.
    Completions {
        /// Your shell.
        shell: clap_complete::Shell,
    },
    /// The manual pages, one a command, into a folder.
    Man {
        /// The folder; it is made if it is not there.
        folder: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_parser_is_sound() {
        Cli::command().debug_assert();
    }
}
