//! How one action ended, in the words of a report.

use crate::aws::{AwsError, Kind};
use crate::dbusers::server::{SqlError, SqlKind};
use crate::run::{Outcome, Reason};

/// How one action ended.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::dbusers) struct Done {
    /// See [`Outcome`].
    pub outcome: Outcome,
    /// What was done, in order.
    pub steps: Vec<String>,
    /// Why it ended so.
    pub reason: Option<Reason>,
}

impl Done {
    pub(super) fn deferred(reason: Reason) -> Self {
        Self { outcome: Outcome::Deferred, steps: Vec::new(), reason: Some(reason) }
    }
}

/// Why an action went no further.
#[derive(Debug)]
pub(super) struct Stop {
    pub outcome: Outcome,
    pub reason: Reason,
}

impl Stop {
    pub(super) fn failed(reason: Reason) -> Self {
        Self { outcome: Outcome::Failed, reason }
    }
}

impl From<SqlError> for Stop {
    fn from(error: SqlError) -> Self {
        let busy = matches!(error.kind, SqlKind::Busy);
        let outcome = if busy { Outcome::Deferred } else { Outcome::Failed };
        Self { outcome, reason: Reason::new(error.reason_code(), error.to_string(), error.fix()) }
    }
}

impl From<AwsError> for Stop {
    fn from(error: AwsError) -> Self {
        let (outcome, code) = match error.kind {
            Kind::BadState => (Outcome::Deferred, "not-ready"),
            Kind::Throttled => (Outcome::Deferred, "throttled"),
            Kind::Denied => (Outcome::Failed, "access-denied"),
            Kind::NoAnswer => (Outcome::Failed, "no-answer"),
            Kind::Exists => (Outcome::Failed, "changed-since-plan"),
            _ => (Outcome::Failed, "refused"),
        };
        Self { outcome, reason: Reason::new(code, crate::diagnostic::chain(&error), error.fix()) }
    }
}
