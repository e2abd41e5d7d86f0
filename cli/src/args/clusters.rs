//! What is typed behind `clusters`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::address::Address;
use super::common::{AccountArgs, Format, PolicyArgs};
use super::select::SelectArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Your clusters, or everybody's: endpoints, port, engine, status, members, and the time they have left. Reads only.
    List(ClusterListArgs),
    /// Make a clone of a cluster for yourself: copy-on-write, with an end, and a password of its own. Interrupted, the same
    /// command goes on where it was.
    Clone(CloneArgs),
    /// Delete a clone of yours now: shows what becomes of it, its members and its data, and asks. All that stands in the way of a
    /// deletion at night stands in its way. Interrupted, the same command goes on, and so does cluster-cleanup.
    Delete(DeleteArgs),
    /// The final snapshots that deletions left, when each goes, and the command that brings it back. Reads only.
    Snapshots(SnapshotListArgs),
    /// Bring back a cluster from a final snapshot: settings, tags and members as they were. It does not expire again
    /// unless you say when. Interrupted, the same command goes on where it was.
    Restore(RestoreArgs),
    /// Give a cluster of yours more time: moves its expiry, within the maximum lease. Its owner is told again before it
    /// goes.
    Extend(ExtendArgs),
    /// What rules would make of the personal data in a database: every step with its SQL, and what is in its way; or rules to begin
    /// with. With --apply, it is made of a copy that carries the mark of one. It works on any database, logs in by itself and asks AWS
    /// nothing.
    Anonymise(AnonymiseArgs),
    /// How it stands with one cluster, and what the next run of cluster-cleanup would do about it. Reads only.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ClusterListArgs {
    /// Everybody's, and not yours alone.
    #[arg(long, conflicts_with_all = ["mine", "owner"])]
    pub all: bool,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// A price file, for what each costs a month; the policy's if left out.
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotListArgs {
    /// Only those of this cluster.
    pub cluster: Option<String>,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct CloneArgs {
    /// The cluster to clone.
    pub source: String,
    /// When the clone goes: a time, a day, which counts to its end, how long, as 7d or `in 7 days`, or words as `friday 18:00`.
    #[arg(long, value_name = "WHEN")]
    pub expires: String,
    /// The clone's identifier; SOURCE-OWNER if left out.
    #[arg(long, value_name = "ID")]
    pub name: Option<String>,
    /// The class of each member.
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// How many members; 1 if left out.
    #[arg(long, value_name = "NUMBER")]
    pub instances: Option<u16>,
    /// Least and most capacity units of Serverless v2, as 0.5-4.
    #[arg(long, value_name = "MIN-MAX")]
    pub acu: Option<String>,
    /// A full copy of the source as it was then, in the place of a copy-on-write clone: a time, or `yesterday 18:00`, `2h ago`.
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
    /// Have its data made nobody's, by the rules of the policy, before it is handed over: what is handed over is a clone of that.
    #[arg(long)]
    pub anonymise: bool,
    /// Why; kept as a tag.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Whose it shall be; refused if that is not you.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Have this deployed function make it: you need no right but to invoke it. It is told who you are by a request signed with
    /// your credentials.
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = ["file", "function"])]
    pub invoke: Option<String>,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Only say what would be made.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("wish").required(true)))]
pub(crate) struct AnonymiseArgs {
    /// Say what the rules would do.
    #[arg(long, group = "wish", requires = "rules")]
    pub plan: bool,
    /// Write a file of rules to begin with, by the names, types and samples of columns. It decides nothing: read every line.
    #[arg(long, group = "wish", conflicts_with_all = ["rules", "output"])]
    pub suggest: bool,
    /// Carry the reviewed plan out. It destroys data: on a copy that carries the mark of one, and on nothing else. Interrupted, the same
    /// command goes on where it was.
    #[arg(long, group = "wish", requires_all = ["rules", "expect_plan", "this_is_a_copy"])]
    pub apply: bool,
    /// The digest of the plan that you reviewed. Any other plan is refused.
    #[arg(long, value_name = "DIGEST", requires = "apply")]
    pub expect_plan: Option<String>,
    /// The name of the database once more: you know that it is a copy which nobody needs as it is.
    #[arg(long, value_name = "DATABASE", requires = "apply")]
    pub this_is_a_copy: Option<String>,
    /// The file of the run's key. It is made if it is not there, and deleted at the end. Without it the key is in this process alone,
    /// and a run that dies cannot be gone on with.
    #[arg(long, value_name = "FILE", requires = "apply")]
    pub key_file: Option<PathBuf>,
    /// How many seconds to wait for another call, or for a statement whose client died.
    #[arg(long, value_name = "SECONDS", requires = "apply", default_value_t = 0)]
    pub wait: u64,
    /// The rules, a file of TOML; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// The database, as `postgres://USER@HOST:PORT/DATABASE`, or with `mysql://` or `mariadb://`. Its password is in `PGPASSWORD` or
    /// `MYSQL_PWD`, or in a file.
    #[arg(long, value_name = "URL")]
    pub database: Address,
    /// The file that holds the password; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// How to print the plan.
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub output: PlanFormat,
}

/// How a plan to anonymise is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    Text,
    /// Every statement, as it would be sent.
    Sql,
    /// For programs: see `nightshift schema anonymise-plan`.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The cluster's identifier.
    pub cluster: String,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Only say what would be deleted.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Delete it without asking.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The cluster's identifier.
    pub cluster: String,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// A price file, for what it costs a month; the policy's if left out.
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    pub output: ShowFormat,
}

/// How one thing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people.
    Text,
    /// For programs: see `nightshift schema`.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExtendArgs {
    /// The cluster's identifier.
    pub cluster: String,
    /// Its new expiry: a time, a day, which counts to its end, how long from now, as 7d, or words as `friday 18:00`.
    #[arg(long, value_name = "WHEN")]
    pub until: String,
    /// Its owner as its tag has it: to be sure, or where the policy lets you work for everybody.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    #[command(flatten)]
    pub account: AccountArgs,
    /// The key of the expiry tag, if the policy does not say.
    #[arg(long, value_name = "KEY")]
    pub tag_key: Option<String>,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Only say what would be written.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The snapshot's identifier.
    pub snapshot: String,
    /// The restored cluster's identifier; the old one if left out.
    #[arg(long = "as", value_name = "ID")]
    pub name: Option<String>,
    /// When it expires: a time, a day, how long from now, as 7d, words as `friday 18:00`, or `never`.
    #[arg(long, value_name = "WHEN", default_value = "never")]
    pub until: String,
    /// Its owner as its tag has it: to be sure, or where the policy lets you work for everybody.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    #[command(flatten)]
    pub account: AccountArgs,
    /// The key of the expiry tag, if the policy does not say.
    #[arg(long, value_name = "KEY")]
    pub tag_key: Option<String>,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Only say what would be made.
    #[arg(long)]
    pub dry_run: bool,
}
