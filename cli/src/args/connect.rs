//! What is typed behind `connect`.

use clap::{Args, ValueEnum};

use super::common::AccountArgs;
use super::via::Via;

#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// The secret of a database user (name or ARN), the first part of the name of several, or an Aurora cluster.
    #[arg(value_name = "SECRET|CLUSTER")]
    pub name: String,
    /// Whose secret of several: NAME with Reader, Writer or Manager behind it, whatever stands between. Readers and writers go
    /// through the proxy where the secret names one; a manager goes to the server itself.
    #[arg(long = "as", value_name = "ROLE", value_enum)]
    pub role: Option<Role>,
    /// What lies between: `none`; `ssh:[USER@]HOST`, as ssh understands it; or `ssm:INSTANCE`, by Session Manager. A group of
    /// jump hosts that may be stopped is `ssh:[USER@]asg/NAME` or `ssm:asg/NAME`.
    #[arg(long, value_name = "WAY", default_value = "none", value_parser = Via::parse)]
    pub via: Via,
    /// The database; that of the secret if left out.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// The program to start in the place of psql or mysql. It is given what those two are given.
    #[arg(long, value_name = "PROGRAM")]
    pub client: Option<String>,
    /// The end of the tunnel on this machine; a free one if left out.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub local_port: Option<u16>,
    /// Open the tunnel, say where it begins, and keep it open until Ctrl-C.
    #[arg(long, conflicts_with_all = ["client", "arguments", "database"])]
    pub tunnel_only: bool,
    /// Say what would be run, and run nothing.
    #[arg(long)]
    pub print_only: bool,
    /// The secret that holds the private key for ssh. It is kept in a file of your own for the time of the tunnel.
    #[arg(long, value_name = "SECRET")]
    pub ssh_key_secret: Option<String>,
    /// Start a stopped group of jump hosts without asking.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub account: AccountArgs,
    /// What the client is given besides.
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub arguments: Vec<String>,
}

/// What a database user may do, by the name of its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Reads.
    Reader,
    /// Reads and writes.
    Writer,
    /// Owns the tables and changes them.
    Manager,
}
