//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Plans and applies Nightshift's maintenance jobs with your own AWS credentials.
///
/// Exit codes: 0 done; 1 could not run, or wrong usage; 2 some item failed; 3 a guard tripped; 4 done, but what it printed
/// was lost; 130 asked to stop.
#[derive(Debug, Parser)]
#[command(name = "nightshift", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a job would do. Reads only.
    Plan {
        #[command(subcommand)]
        job: JobCommand,
    },
    /// Do it. Needs a policy and the account you mean.
    Apply {
        #[command(subcommand)]
        job: JobCommand,
    },
    /// Work on single clusters.
    Clusters {
        #[command(subcommand)]
        command: ClusterCommand,
    },
    /// Look at access keys.
    Keys {
        #[command(subcommand)]
        command: KeyCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Delete Aurora clusters whose expiry tag has passed.
    ClusterCleanup(JobArgs),
    /// Make, change and drop the users of a database, each with its secret.
    DbUsers(JobArgs),
    /// Rotate the access keys of IAM users, and take the old ones out of use.
    KeyRotation(JobArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Every key with its age, last use and what happens to it next. Reads only.
    List(KeyListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyListArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How to print the list; `csv` has a row a key, and what the credential report knows of its user.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub output: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    /// A JSON event that narrows the run, as the function takes it; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Only if the plan made now is the one with this digest, as `plan_digest` of a report has it. It is your consent to
    /// exactly that plan, and lifts the caps for it.
    #[arg(long, value_name = "DIGEST")]
    pub expect_plan: Option<String>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PolicyArgs {
    /// The policy: the function's `NIGHTSHIFT_` variables, one NAME=value a line.
    #[arg(long = "policy", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Take the policy from the environment variables of this deployed function.
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Markdown,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Bring back a cluster from a final snapshot: settings, tags and members as they were. It does not expire again
    /// unless you say when. Interrupted, the same command goes on where it was.
    Restore(RestoreArgs),
    /// Give a cluster of yours more time: moves its expiry, within the maximum lease. Its owner is told again before it
    /// goes.
    Extend(ExtendArgs),
    /// How it stands with one cluster, and what the next run of cluster-cleanup would do about it. Reads only.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The cluster's identifier.
    pub cluster: String,
    /// The Region; every one of the policy if left out.
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    #[command(flatten)]
    pub policy: PolicyArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExtendArgs {
    /// The cluster's identifier.
    pub cluster: String,
    /// Its new expiry: a time, or a day, which counts to its end.
    #[arg(long, value_name = "WHEN")]
    pub until: String,
    /// Its owner as its tag has it, if that is not you.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// The Region; the environment's or profile's if left out.
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
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
    /// When it expires: a time, a day, or `never`.
    #[arg(long, value_name = "WHEN", default_value = "never")]
    pub until: String,
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The Region; the environment's or profile's if left out.
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// The key of the expiry tag.
    #[arg(long, value_name = "KEY", default_value = "auto-delete-after")]
    pub tag_key: String,
    /// Only say what would be made.
    #[arg(long)]
    pub dry_run: bool,
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
