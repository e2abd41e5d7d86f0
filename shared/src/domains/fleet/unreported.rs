//! What was begun in an account of which no report says what came of it: its worker wrote it down before it began, and left no report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes;
use crate::report::{Begun, Reason};
use crate::text::count;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unreported {
    /// Why there is no report of it, and how to know what came of it.
    pub reason: Reason,
    /// Each thing with what was to be done about it; none where the list could not be read.
    pub things: Vec<Begun>,
}

impl Unreported {
    /// `things`, of which there are some.
    pub fn of(things: Vec<Begun>, execution: &str) -> Option<Self> {
        if things.is_empty() {
            return None;
        }
        let message = format!(
            "no report says what came of {} that a worker began here: it ended before it could leave one, or it is still at work",
            count(things.len(), "thing")
        );
        let fix = format!(
            "look whether each is still there; the worker's log of the run {} has every step it took",
            crate::text::printable(execution)
        );
        Some(Self { reason: Reason::new(&codes::REPORT_MISSING, message, fix), things })
    }

    /// Where the list itself could not be read, which `said` says of `place`.
    pub fn unknown(place: &str, said: &str) -> Self {
        let message = format!("what workers began in it is not known: {place}: {said}");
        let fix =
            "see the worker's log for what was begun; let the part `report` read that object and make the report again";
        Self { reason: Reason::new(&codes::REPORT_MISSING, message, fix), things: Vec::new() }
    }
}
