//! What is typed behind `secrets` and `users`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::common::{AccountArgs, Format, PolicyArgs, ShownArgs};
use super::select::SelectArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// The secrets that our functions made or use, with their age, rotation and owner. Reads only, and no value.
    List(SecretListArgs),
    /// One secret: its versions with their labels, its age and rotation, and who may read it. Reads only, and no value.
    Show(SecretShowArgs),
    /// What the next rotation of one would do: by which strategy, why, and each step. It logs in as a rotation would, changes
    /// nothing, and rotates nothing: Secrets Manager does.
    Rotate(SecretRotateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SecretRotateArgs {
    /// The secret's name or ARN.
    pub secret: String,
    /// Only say what would be done, which is all there is.
    #[arg(long, required = true)]
    pub dry_run: bool,
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub shown: ShownArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SecretListArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// Those of nobody's function, too.
    #[arg(long)]
    pub all: bool,
    /// Only those whose rotation is past its date, or has begun and not ended.
    #[arg(long)]
    pub overdue: bool,
    #[command(flatten)]
    pub owner_tag: OwnerTagArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SecretShowArgs {
    /// The secret's name or ARN.
    pub secret: String,
    #[command(flatten)]
    pub owner_tag: OwnerTagArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct OwnerTagArgs {
    /// The key of the tag that names an owner; that of your shell's `NIGHTSHIFT_OWNER_TAG`, or `owner`, if left out.
    #[arg(long = "owner-tag", value_name = "KEY")]
    pub key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// The database users that db-users keeps, by the secrets it made for them. Reads only.
    List {
        #[command(flatten)]
        select: SelectArgs,
        #[command(flatten)]
        list: UserListArgs,
    },
    /// Some of them, as `list` shows all. Reads only.
    Show {
        /// The users' names.
        #[arg(required = true)]
        users: Vec<String>,
        #[command(flatten)]
        list: UserListArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UserListArgs {
    /// Ask their server, too: what db-users would do to the users of this event, which says how to get there; `-` for standard
    /// input.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub owner_tag: OwnerTagArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}
