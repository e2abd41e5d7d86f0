//! What a report has of each step and of each user left alone.

use std::borrow::Cow;

use serde_json::json;

use super::{Action, Left, Note, Place, Why};
use crate::report::{Outcome, Reason};
use crate::run::caps::{Counted, DELETIONS};
use crate::run::plan::{Act, Details, Leave, Subject};

impl Subject<Place> for Action {
    fn id(&self) -> Cow<'_, str> {
        Self::id(self).into()
    }

    fn region<'a>(&'a self, place: &'a Place) -> &'a str {
        &place.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, place: &Place, _: Outcome) -> Details {
        let (change, notes): (_, &[Note]) = match self {
            Self::Prepare(_) => ("prepare", &[]),
            Self::Change(change) if change.creates => ("create", &change.notes),
            Self::Change(change) => ("change", &change.notes),
            Self::Drop(drop) => ("drop", &drop.notes),
        };
        details(place, Some(change), notes)
    }
}

impl Act<Place> for Action {
    fn steps(&self) -> Vec<String> {
        Self::steps(self)
    }

    fn capped(&self) -> Option<Counted> {
        matches!(self, Self::Drop(_)).then_some(DELETIONS)
    }
}

impl Subject<Place> for Left {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, place: &'a Place) -> &'a str {
        &place.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, place: &Place, _: Outcome) -> Details {
        details(place, None, &self.notes)
    }
}

impl Leave<Place> for Left {
    fn outcome(&self) -> Outcome {
        self.why.outcome()
    }

    fn reason(&self) -> Option<Reason> {
        Why::reason(&self.why)
    }
}

/// What this domain adds to an item, under its own key.
fn details(place: &Place, change: Option<&str>, notes: &[Note]) -> Details {
    let value = json!({ "server": place.server, "change": change, "notes": notes });
    [(Cow::Borrowed("dbusers"), value)].into()
}
