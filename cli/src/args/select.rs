//! The selectors, the same for every list and every run over many things: each narrows, and all together narrow more.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SelectArgs {
    /// Only what is yours: its owner is you, with or without a domain behind the name. You are the IAM user, or who signed in
    /// by IAM Identity Center.
    #[arg(long, conflicts_with = "owner")]
    pub mine: bool,
    /// Only what is of one of these owners, comma separated, as their tag has them.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub owner: Vec<String>,
    /// Only what is called so, comma separated, `*` for anything and `?` for one character, in any case.
    #[arg(long = "match", value_name = "NAMES", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub called: Vec<String>,
}
