//! A complaint with its next step. What comes from further down brings its own.

use std::error::Error;

use nightshift::services::aws::AwsError;
use nightshift::text::chain;

/// What is the case, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Told {
    what: String,
    fix: String,
}

impl Told {
    /// As an error of any command.
    pub(crate) fn error(what: impl Into<String>, fix: impl Into<String>) -> anyhow::Error {
        Self { what: what.into(), fix: fix.into() }.into()
    }
}

/// What is printed of an error: all its causes on one line, and the next step on another where one is known.
pub(crate) fn lines(error: &anyhow::Error) -> (String, Option<String>) {
    let said = chain(error.as_ref());
    let mut fix = None;
    let mut cause: Option<&(dyn Error + 'static)> = Some(error.as_ref());
    while let Some(error) = cause {
        if let Some(told) = error.downcast_ref::<Told>() {
            fix = Some(told.fix.clone());
        } else if let Some(aws) = error.downcast_ref::<AwsError>() {
            fix = fix.or_else(|| Some(aws.fix()));
        }
        cause = error.source();
    }
    (said, fix)
}
