//! Why an action went no further, be it the server or AWS that said so.

use crate::report::{self, Outcome, Reason};
use crate::run::done;
use crate::services::aws::{AwsError, Kind};
use crate::services::sql::{SqlError, SqlKind};

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
        let (outcome, reason) = done::verdict(&error);
        // What is made here was not there when it was planned.
        let exists = matches!(error.kind, Kind::Exists);
        let reason = if exists { reason.under(&report::codes::CHANGED_SINCE_PLAN) } else { reason };
        Self { outcome, reason }
    }
}
