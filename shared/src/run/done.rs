//! How one action ended, in the words of a report. What every domain's applying has in common; what only one of them says
//! stands there.

use crate::report::{Code, Outcome, Reason, codes};
use crate::services::aws::{AwsError, Kind};

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
    /// As planned.
    pub fn changed(steps: Vec<String>) -> Self {
        Self { outcome: Outcome::Changed, steps, reason: None }
    }

    /// As planned, but for something a later run does.
    pub fn but(steps: Vec<String>, reason: Reason) -> Self {
        Self { outcome: Outcome::Changed, steps, reason: Some(reason) }
    }

    /// Somebody else had done it.
    pub fn already(code: &'static Code, message: impl Into<String>, steps: Vec<String>) -> Self {
        Self { outcome: Outcome::AlreadyRight, steps, reason: Some(Reason::plain(code, message)) }
    }

    /// Not begun, and why.
    pub fn left(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, steps: Vec::new(), reason: Some(reason) }
    }

    /// Not begun, because the world is no longer what was planned for.
    pub fn moved(message: impl Into<String>) -> Self {
        let fix = "nothing was done about it; the next run decides anew";
        Self::left(Outcome::Skipped, Reason::new(&codes::CHANGED_SINCE_PLAN, message, fix))
    }

    /// Not to its end, and why.
    pub fn failed(steps: Vec<String>, reason: Reason) -> Self {
        Self { outcome: Outcome::Failed, steps, reason: Some(reason) }
    }

    /// A call did not succeed after `steps`.
    pub fn stopped_by(error: &AwsError, steps: Vec<String>) -> Self {
        let (outcome, reason) = verdict(error);
        Self { outcome, steps, reason: Some(reason) }
    }
}

/// The codes of what may pass with nobody doing anything about it.
pub static MAY_PASS: [&Code; 3] = [&codes::NOT_READY, &codes::THROTTLED, &codes::NO_ANSWER];

/// What a call that did not succeed means for the action it belongs to.
pub fn verdict(error: &AwsError) -> (Outcome, Reason) {
    let (outcome, code) = match error.kind {
        Kind::BadState => (Outcome::Deferred, &codes::NOT_READY),
        Kind::Throttled => (Outcome::Deferred, &codes::THROTTLED),
        Kind::Denied => (Outcome::Failed, &codes::ACCESS_DENIED),
        Kind::NoAnswer => (Outcome::Failed, &codes::NO_ANSWER),
        _ => (Outcome::Failed, &codes::REFUSED),
    };
    (outcome, Reason::new(code, crate::text::chain(error), error.fix()))
}
