//! How one action ended, in the words of a report.

use crate::aws::{AwsError, Kind};
use crate::keys::plan::Why;
use crate::run::{Outcome, Reason};

/// How one action ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// See [`Outcome`].
    pub outcome: Outcome,
    /// What was done, in order.
    pub steps: Vec<String>,
    /// Why it ended so.
    pub reason: Option<Reason>,
}

impl Done {
    pub(super) fn changed(steps: Vec<String>) -> Self {
        Self { outcome: Outcome::Changed, steps, reason: None }
    }

    /// Done but for something a later run does.
    pub(super) fn but(steps: Vec<String>, reason: Reason) -> Self {
        Self { outcome: Outcome::Changed, steps, reason: Some(reason) }
    }

    pub(super) fn left(why: &Why) -> Self {
        Self { outcome: why.outcome(), steps: Vec::new(), reason: Some(why.reason()) }
    }

    pub(super) fn moved(message: impl Into<String>) -> Self {
        let fix = "nothing was done about it; the next run decides anew";
        Self {
            outcome: Outcome::Skipped,
            steps: Vec::new(),
            reason: Some(Reason::new("changed-since-plan", message, fix)),
        }
    }

    pub(super) fn deferred(message: impl Into<String>) -> Self {
        let fix = "the next run begins with it; raise the function's timeout if this repeats";
        Self { outcome: Outcome::Deferred, steps: Vec::new(), reason: Some(Reason::new("deadline", message, fix)) }
    }

    pub(super) fn failed(steps: Vec<String>, reason: Reason) -> Self {
        Self { outcome: Outcome::Failed, steps, reason: Some(reason) }
    }

    pub(super) fn stopped_by(error: &AwsError, steps: Vec<String>) -> Self {
        let (outcome, code) = match error.kind {
            Kind::BadState => (Outcome::Deferred, "not-ready"),
            Kind::Throttled => (Outcome::Deferred, "throttled"),
            Kind::Denied => (Outcome::Failed, "access-denied"),
            Kind::NoAnswer => (Outcome::Failed, "no-answer"),
            _ => (Outcome::Failed, "refused"),
        };
        Self { outcome, steps, reason: Some(Reason::new(code, crate::diagnostic::chain(error), error.fix())) }
    }
}
