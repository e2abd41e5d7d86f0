//! What comes of a reading: what the operators are told, what the table lacks, and a line for each thing that changed. Pure.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::codes;
use super::model::{Kept, Reading, World};
use super::policy::Policy;
use super::request::Request;
use crate::domains::organization::{Change, Diff, Items, Row, key_of};
use crate::report::{Outcome, Reason};
use crate::run;
use crate::run::caps::{Counted, DELETIONS};
use crate::run::done::verdict;
use crate::run::plan::{Act, Details, Leave, Scope, Subject};
use crate::services::Read;
use crate::services::tables::BATCH;
use crate::text::count;

/// The whole decision.
pub type Plan = run::plan::Plan<Action, Left, Everything>;

/// What a plan is about, besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Everything;

impl Scope for Everything {
    const FUNCTION: &'static str = "org-inventory";
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Tell the operators what changed since they were told last, and note that they know.
    Tell {
        /// The organisation.
        organization: String,
        /// What changed; `None` where this is the first they hear of it.
        diff: Option<Diff>,
    },
    /// Put these items into the table: a batch.
    Put {
        /// The table.
        table: String,
        /// Without the moment of the reading.
        rows: Vec<Row>,
    },
    /// Remove an item of ours whose account is in the organisation no longer.
    Remove {
        /// The table.
        table: String,
        /// The account.
        id: String,
    },
}

/// The digest is of what is done, not of when it was read.
impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Tell { organization, diff } => {
                json!({ "tell": organization, "changes": diff.as_ref().map(|diff| &diff.changes) })
            }
            Self::Put { table, rows } => json!({ "table": table, "put": rows }),
            Self::Remove { table, id } => json!({ "table": table, "remove": id }),
        };
        value.serialize(serializer)
    }
}

/// Something a report has a line of, and nothing is done about.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    id: String,
    outcome: Outcome,
    reason: Option<Reason>,
    details: Option<serde_json::Value>,
}

/// Organizations is in no Region.
const PLACE: &str = "aws-global";

impl Subject<Everything> for Action {
    fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Tell { organization, .. } => organization.into(),
            Self::Put { table, rows } => {
                let end = |row: Option<&Row>| row.map(key_of).unwrap_or_default().to_owned();
                format!("{table} {} to {}", end(rows.first()), end(rows.last())).into()
            }
            Self::Remove { table, id } => format!("{table} {id}").into(),
        }
    }

    fn region<'a>(&'a self, _: &'a Everything) -> &'a str {
        PLACE
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Everything, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Everything> for Action {
    fn steps(&self) -> Vec<String> {
        vec![match self {
            Self::Tell { diff: Some(diff), .. } => {
                format!("tell the operators of {}", count(diff.changes.len(), "change"))
            }
            Self::Tell { diff: None, .. } => {
                "tell the operators that the organisation is on record from now on".to_owned()
            }
            Self::Put { table, rows } => format!("put {} into {table}", count(rows.len(), "account")),
            Self::Remove { table, id } => {
                format!("remove account {id} from {table}: it is in the organisation no longer")
            }
        }]
    }

    fn capped(&self) -> Option<Counted> {
        matches!(self, Self::Remove { .. }).then_some(DELETIONS)
    }
}

impl Subject<Everything> for Left {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a Everything) -> &'a str {
        PLACE
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Everything, _: Outcome) -> Details {
        self.details.iter().map(|value| (Cow::Borrowed("snapshot"), value.clone())).collect()
    }
}

impl Leave<Everything> for Left {
    fn outcome(&self) -> Outcome {
        self.outcome
    }

    fn reason(&self) -> Option<Reason> {
        self.reason.clone()
    }
}

/// Decides; `tells` is whether anybody can be told anything.
pub(super) fn decide(world: &World, account: &str, policy: &Policy, request: &Request, tells: bool) -> Plan {
    let Some(reading) = &world.reading else { return Plan::empty(account, Everything, 0) };
    let accounts = reading.now.accounts.as_ref().map_or(0, Vec::len);
    let mut plan = Plan::empty(account, Everything, accounts + reading.now.units.len());
    if !matches!(reading.kept, Kept::NotAsked) {
        plan.left.push(record(reading));
    }
    plan.left.extend(reading.now.gaps.iter().filter(|gap| gap.missing).map(|gap| Left {
        id: reading.now.organization.id.clone(),
        outcome: Outcome::Skipped,
        reason: Some(Reason::new(
            &codes::INCOMPLETE,
            &gap.said,
            gap.fix.clone().unwrap_or_else(|| "run it again".to_owned()),
        )),
        details: None,
    }));
    let of_event = request.touched.is_some();
    let known = if of_event { None } else { reading.told.as_ref().map(|(told, _)| told) };
    let known = known.or(reading.before.as_ref());
    let diff = known.map(|known| Diff::of(known, &reading.now));
    plan.left.extend(diff.iter().flat_map(|diff| &diff.changes).map(change));
    let is_kept = matches!(reading.kept, Kept::At(_));
    let is_whole = !reading.now.gaps.iter().any(|gap| gap.missing);
    // Whoever was told of a snapshot without its tags would not hear of those that changed meanwhile.
    if tells && !of_event && is_kept && is_whole {
        let news = reading.told.as_ref().and(diff);
        if news.as_ref().is_none_or(|diff| !diff.changes.is_empty()) {
            plan.actions.push(Action::Tell { organization: reading.now.organization.id.clone(), diff: news });
        }
    }
    if let (Some(table), Some(there)) = (&policy.table, &reading.table) {
        fill(&mut plan, reading, table, there);
    }
    plan
}

/// What became of the snapshot.
fn record(reading: &Reading) -> Left {
    let id = reading.now.organization.id.clone();
    let (outcome, reason, key) = match &reading.kept {
        Kept::At(key) => (Outcome::AlreadyRight, None, Some(key)),
        Kept::Failed(error) => {
            let (outcome, _) = verdict(error);
            (outcome, Some(Reason::new(&codes::NOT_KEPT, error.said(), error.fix())), None)
        }
        Kept::Superseded | Kept::Open | Kept::NotAsked => {
            let fix = "the next run reads what was touched again";
            (Outcome::Deferred, Some(Reason::new(&codes::SUPERSEDED, "other runs were quicker each time", fix)), None)
        }
    };
    let whole_at = reading.now.whole_at;
    let details = key.map(|key| json!({ "at": key, "read_at": reading.now.ended_at, "whole_at": whole_at }));
    Left { id, outcome, reason, details }
}

fn change(change: &Change) -> Left {
    let reason = Reason::plain(&codes::CHANGE, change.words());
    Left { id: change.id.clone(), outcome: Outcome::AlreadyRight, reason: Some(reason), details: None }
}

/// What the table lacks.
fn fill(plan: &mut Plan, reading: &Reading, table: &str, there: &Read<Vec<Row>>) {
    let left = |id: &str, outcome, reason| Left {
        id: format!("{table} {id}").trim_end().to_owned(),
        outcome,
        reason: Some(reason),
        details: None,
    };
    let there = match there {
        Read::Known(there) => there,
        Read::Unknown { call, said, fix } => {
            let reason = Reason::new(&codes::TABLE_UNREAD, format!("{call}: {said}"), fix.clone());
            plan.left.push(left("", Outcome::Failed, reason));
            return;
        }
        Read::NotOffered | Read::NotAsked => return,
    };
    if reading.now.accounts.is_none() {
        return;
    }
    let items = Items::of(&reading.now, there);
    let batches = items.put.chunks(BATCH);
    plan.actions.extend(batches.map(|rows| Action::Put { table: table.to_owned(), rows: rows.to_vec() }));
    plan.actions.extend(items.remove.into_iter().map(|id| Action::Remove { table: table.to_owned(), id }));
    plan.left.extend(items.strangers.into_iter().map(|id| {
        let fix = "give the function a table of its own, or remove the item";
        left(
            &id,
            Outcome::Skipped,
            Reason::new(&codes::NOT_OURS, "another item stands where the account's should", fix),
        )
    }));
}

#[cfg(test)]
mod tests;
