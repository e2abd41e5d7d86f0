//! A step of a plan, as the record of a run has it.

use std::borrow::Cow;

use serde::Serialize;

use crate::report::Outcome;
use crate::run::caps::Counted;
use crate::run::plan::{Act, Details, Scope, Subject};
use crate::servers::anonymise::Action;

/// Where a plan is carried out.
#[derive(Debug, Serialize)]
pub(super) struct Where {
    pub database: String,
}

impl Scope for Where {
    const FUNCTION: &'static str = "anonymise";
}

impl Subject<Where> for Action {
    fn id(&self) -> Cow<'_, str> {
        Self::id(self).into()
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
        vec![self.said()]
    }

    fn capped(&self) -> Option<Counted> {
        None
    }
}
