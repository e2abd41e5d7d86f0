//! What is typed behind `keys`.

use clap::{Args, Subcommand};

use super::common::{AccountArgs, Format, PolicyArgs};
use super::jobs::{RunArgs, WordArgs};
use super::select::SelectArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Every key with its age, last use and what happens to it next. Reads only.
    List {
        #[command(flatten)]
        select: SelectArgs,
        #[command(flatten)]
        list: KeyListArgs,
    },
    /// The keys of some users, as `list` shows those of all. Reads only.
    Show {
        /// The users' names.
        #[arg(required = true)]
        users: Vec<String>,
        #[command(flatten)]
        list: KeyListArgs,
    },
    /// Rotate the keys of some users: those that are due, as a night would. It forces nothing.
    Rotate {
        /// The users' names.
        #[arg(required = true)]
        users: Vec<String>,
        #[command(flatten)]
        run: RunArgs,
        #[command(flatten)]
        word: WordArgs,
    },
    /// Let the key of a user work again that this tool switched off last.
    Rollback {
        /// The user's name.
        user: String,
        #[command(flatten)]
        run: RunArgs,
        #[command(flatten)]
        word: WordArgs,
    },
    /// Switch a key off that somebody else may have.
    Leaked {
        /// The key's id.
        key: String,
        /// Whose it is, where AWS does not say.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        #[command(flatten)]
        run: RunArgs,
        #[command(flatten)]
        word: WordArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KeyListArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print the list; `csv` has what the credential report knows of each key's user, too.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}
