//! What is typed behind `clusters`.

use clap::{Args, Subcommand};

use super::common::{AccountArgs, PolicyArgs};

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
    #[command(flatten)]
    pub account: AccountArgs,
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
    /// When it expires: a time, a day, or `never`.
    #[arg(long, value_name = "WHEN", default_value = "never")]
    pub until: String,
    #[command(flatten)]
    pub account: AccountArgs,
    /// The key of the expiry tag.
    #[arg(long, value_name = "KEY", default_value = "auto-delete-after")]
    pub tag_key: String,
    /// Only say what would be made.
    #[arg(long)]
    pub dry_run: bool,
}
