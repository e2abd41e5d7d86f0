//! What is typed behind `plan`, `apply` and `adopt`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use nightshift::report::Mode;

use super::common::{AccountArgs, Format, JobName, PolicyArgs, ShownArgs, function, mode};
use super::select::SelectArgs;

/// What is typed behind `plan` and `apply`: a job, and `A` behind it.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand<A: Args> {
    /// Delete Aurora clusters whose expiry tag has passed.
    ClusterCleanup(Selected<A>),
    /// Make a clone of an Aurora cluster, or take away those that were begun and never handed over.
    ClusterClone(A),
    /// Make, change and drop the users of a database, each with its secret.
    DbUsers(A),
    /// Rotate the access keys of IAM users, and take the old ones out of use.
    KeyRotation(Selected<A>),
    /// Keep an AWS organisation on record, and its accounts in a table.
    OrgInventory(A),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdoptCommand {
    /// Delete Aurora clusters whose expiry tag has passed.
    ClusterCleanup(AdoptArgs),
    /// Make, change and drop the users of a database, each with its secret: those of an event.
    DbUsers {
        #[command(flatten)]
        event: EventArgs,
        #[command(flatten)]
        adopt: AdoptArgs,
    },
    /// Rotate the access keys of IAM users, and take the old ones out of use.
    KeyRotation(AdoptArgs),
}

impl<A: Args> JobCommand<A> {
    /// The job, what is typed behind each, and what selects.
    pub(crate) fn parts(self) -> (JobName, A, SelectArgs) {
        match self {
            Self::ClusterCleanup(args) => (JobName::ClusterCleanup, args.run, args.select),
            Self::ClusterClone(args) => (JobName::ClusterClone, args, SelectArgs::default()),
            Self::DbUsers(args) => (JobName::DbUsers, args, SelectArgs::default()),
            Self::KeyRotation(args) => (JobName::KeyRotation, args.run, args.select),
            Self::OrgInventory(args) => (JobName::OrgInventory, args, SelectArgs::default()),
        }
    }
}

impl AdoptCommand {
    /// The job, what is typed behind each, and the file its event is in.
    pub(crate) fn parts(self) -> (JobName, AdoptArgs, Option<PathBuf>) {
        match self {
            Self::ClusterCleanup(args) => (JobName::ClusterCleanup, args, None),
            Self::DbUsers { event, adopt } => (JobName::DbUsers, adopt, event.event),
            Self::KeyRotation(args) => (JobName::KeyRotation, args, None),
        }
    }
}

/// A run over many things, and which of them are meant.
#[derive(Debug, Args)]
pub(crate) struct Selected<A: Args> {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub run: A,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub event: EventArgs,
    #[command(flatten)]
    pub run: RunArgs,
    /// Only say whether the plan is the one with this digest: exit code 3 if it is not.
    #[arg(long, value_name = "DIGEST")]
    pub expect_plan: Option<String>,
    /// Exit with 10 where there is something to do. 2 and 3 stand over it.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub event: EventArgs,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub word: WordArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The job.
    pub job: JobName,
    /// The deployed function; the one whose name ends in the job's, if there is only one in the Region.
    #[arg(long, value_name = "NAME", value_parser = function)]
    pub function: Option<String>,
    /// What it is asked for: `plan` or `apply`; what its event or its own mode says if left out.
    #[arg(long, value_name = "MODE", value_parser = mode)]
    pub mode: Option<Mode>,
    #[command(flatten)]
    pub event: EventArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub shown: ShownArgs,
    #[command(flatten)]
    pub word: WordArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct EventArgs {
    /// A JSON event that narrows the run, as the function takes it; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
}

/// What planning and applying have in common.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// A person's word, where nobody is to be asked.
#[derive(Debug, Args)]
pub(crate) struct WordArgs {
    /// Only if the plan made now is the one with this digest, as `plan_digest` of a report has it. It is your consent to
    /// exactly that plan, asks nothing, and lifts the caps for it.
    #[arg(long, value_name = "DIGEST", conflicts_with = "yes")]
    pub expect_plan: Option<String>,
    /// Apply whatever the plan comes to, under its caps, without asking.
    #[arg(long)]
    pub yes: bool,
}
