//! What a person asks for, and what came of it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domains::anonymise::checks::Check;
use crate::domains::anonymise::mark::Place;
use crate::domains::anonymise::plan::Plan;
use crate::domains::anonymise::rules::Rules;
use crate::report::{Outcome, PlanDigest, Reason, Tripped};

/// What is to be done where.
#[derive(Debug)]
pub struct Order {
    /// The database, and the server that proves by TLS that it bears this name.
    pub place: Place,
    /// The rules.
    pub rules: Rules,
    /// The fingerprint of their file.
    pub fingerprint: String,
    /// The plan that was reviewed.
    pub reviewed: PlanDigest,
    /// The database that was typed once more, as a copy.
    pub copy: String,
}

/// How a call ended.
#[derive(Debug)]
pub enum Ended {
    /// Something stands in the way of the plan.
    Blocked(Box<Plan>),
    /// Nothing was begun, for each of these reasons.
    Refused(Vec<Reason>),
    /// It is another plan than the reviewed one.
    Tripped(Box<Tripped>),
    /// It was begun, or gone on with.
    Ran(Ran),
}

/// What `clusters anonymise --apply` prints.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Ran {
    /// A field is only ever added.
    pub schema: u32,
    /// The database.
    pub database: String,
    /// The server.
    pub host: String,
    /// What was carried out.
    pub plan: PlanDigest,
    /// Whether all of it was done and every check found nothing.
    pub anonymised: bool,
    /// In order.
    pub steps: Vec<StepRan>,
    /// What was looked for afterwards, and what was found.
    pub checks: Vec<Check>,
}

/// How one step ended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StepRan {
    /// As the plan has it.
    pub step: String,
    /// `changed`, `already_right` where an earlier call did it, `failed`, or `deferred`.
    pub outcome: Outcome,
    /// Why it ended so.
    pub reason: Option<Reason>,
}

impl Ran {
    /// The reason of the step that did not come to its end.
    pub fn stopped(&self) -> Option<&StepRan> {
        self.steps.iter().find(|step| !step.outcome.is_right())
    }
}
