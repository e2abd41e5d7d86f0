//! What several commands take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nightshift::report::{Mode, Outcome};

#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// The account you mean; refused if the credentials are of another.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// How a report is shown.
#[derive(Debug, Args)]
pub(crate) struct ShownArgs {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// Only items that ended so, comma separated. The counts are of all.
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',', value_parser = outcome)]
    pub only: Vec<Outcome>,
    /// Only items with one of these reason codes, comma separated.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub code: Vec<String>,
}

/// How an item ended, as the report spells it.
fn outcome(text: &str) -> Result<Outcome, String> {
    const ALL: [Outcome; 6] = [
        Outcome::Planned,
        Outcome::Changed,
        Outcome::AlreadyRight,
        Outcome::Deferred,
        Outcome::Skipped,
        Outcome::Failed,
    ];
    let all = || ALL.map(Outcome::as_str).join(", ");
    ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| format!("it is none of: {}", all()))
}

/// The name of a Lambda function, or its ARN, with an alias behind it if need be (Lambda API Reference, `FunctionName`).
pub(super) fn function(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_:$.".contains(c);
    if text.chars().all(fits) && text.len() <= 170 && !text.contains("..") {
        Ok(text.to_owned())
    } else {
        Err("no function can be called so: letters, digits, - and _, or an ARN".to_owned())
    }
}

/// A mode, as events spell it.
pub(super) fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "plan" => Ok(Mode::Plan),
        "apply" => Ok(Mode::Apply),
        _ => Err("it is none of: plan, apply".to_owned()),
    }
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PolicyArgs {
    /// The policy: the function's `NIGHTSHIFT_` variables, one NAME=value a line.
    #[arg(long = "policy", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Take the policy from the environment variables of this deployed function.
    #[arg(long, value_name = "NAME", value_parser = function)]
    pub function: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, as wide as the terminal.
    Table,
    /// For programs: see `nightshift schema`.
    Json,
    /// For spreadsheets.
    Csv,
    /// For tickets and pull requests.
    Markdown,
}

/// A job, where it is only named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum JobName {
    ClusterCleanup,
    ClusterClone,
    DbUsers,
    KeyRotation,
    OrgInventory,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_by_its_name_or_arn() {
        let arn = "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:acme-dev_cleanup:live";
        for name in ["cluster-cleanup", "f:$LATEST", arn] {
            assert_eq!(function(name).as_deref(), Ok(name));
        }
        for name in ["../../x", "a b", "a\u{1b}[31m", "a/b", "ñ", "a?b"] {
            assert!(function(name).is_err(), "{name}");
        }
    }

    #[test]
    fn an_outcome_is_spelled_as_in_a_report() {
        assert_eq!(outcome("already_right"), Ok(Outcome::AlreadyRight));
        let refused = outcome("done").unwrap_err();
        assert_eq!(refused, "it is none of: planned, changed, already_right, deferred, skipped, failed");
    }
}
