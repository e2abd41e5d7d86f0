//! A step of a plan, as the record of a run has it.

use std::borrow::Cow;

use serde::Serialize;

use crate::domains::anonymise::plan::{Step, Work};
use crate::report::Outcome;
use crate::run::caps::Counted;
use crate::run::plan::{Act, Details, Scope, Subject};

/// Where a plan is carried out.
#[derive(Debug, Serialize)]
pub(super) struct Where {
    pub database: String,
}

/// One thing that is done.
#[derive(Debug, Clone, Serialize)]
pub(super) enum Action {
    /// A step of the plan.
    Step(Step),
    /// Samples of what is there, and a needle, for the checks.
    Sample,
    /// The checks.
    Check,
    /// The last step of the plan, with the seal on the mark.
    Finish(Step),
}

impl Action {
    /// What is done, in order.
    pub(super) fn all(steps: &[Step]) -> Vec<Self> {
        let of = |step: &Step| match step.work {
            Work::Prepare => vec![Self::Step(step.clone()), Self::Sample],
            Work::Finish => vec![Self::Check, Self::Finish(step.clone())],
            Work::Empty | Work::Mask | Work::Refresh | Work::Analyse => vec![Self::Step(step.clone())],
        };
        steps.iter().flat_map(of).collect()
    }
}

impl Scope for Where {
    const FUNCTION: &'static str = "anonymise";
}

impl Subject<Where> for Action {
    fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Step(step) | Self::Finish(step) => (&step.id).into(),
            Self::Sample => "sample".into(),
            Self::Check => "check".into(),
        }
    }

    fn region<'a>(&'a self, place: &'a Where) -> &'a str {
        &place.database
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Where, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Where> for Action {
    fn steps(&self) -> Vec<String> {
        match self {
            Self::Step(step) | Self::Finish(step) => vec![said(step)],
            Self::Sample => vec!["keep hashes of samples, and plant a needle in one row a table".to_owned()],
            Self::Check => vec!["look for samples and needle everywhere".to_owned()],
        }
    }

    fn capped(&self) -> Option<Counted> {
        None
    }
}

fn said(step: &Step) -> String {
    let tables: Vec<_> = step.tables.iter().map(|table| table.table.as_str()).collect();
    let tables = tables.join(", ");
    match step.work {
        Work::Prepare => "make nightshift_anon".to_owned(),
        Work::Empty => format!("empty {tables}"),
        Work::Mask => format!("replace values in {tables}"),
        Work::Refresh => format!("fill {tables} anew"),
        Work::Analyse => format!("make statistics of {tables} anew"),
        Work::Finish => "drop nightshift_anon, and seal the mark".to_owned(),
    }
}
