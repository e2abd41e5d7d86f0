//! What became of every account of a run, out of what its maps left behind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attention::Attention;
use super::codes;
use super::item::Item;
use super::results::{Heard, Results};
use super::unreported::Unreported;
use super::visit::{Ended, Phase, Regional, Visit};
use crate::report::{Counts, Estimate, PlanDigest, Reason};

/// One account of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Twelve digits.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The names from the root to what is above it.
    pub path: String,
    /// Which of the named policies held.
    pub policy: Option<String>,
    /// The last map that it was part of.
    pub phase: Phase,
    /// How it ended.
    pub ended: Ended,
    /// Why, where there is something to say of the whole account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Each Region.
    pub regions: BTreeMap<String, Regional>,
    /// What its last report counted.
    pub counts: Counts,
    /// How many steps of its plan go of each kind that a cap counts.
    #[serde(default)]
    pub budget: BTreeMap<String, usize>,
    /// How many of those are of a kind that stops at its cap.
    pub destructive: usize,
    /// The same with what the account's own caps hold back.
    #[serde(default)]
    pub wanted: usize,
    /// How many things its caps take their percentage of.
    pub marked: usize,
    /// What somebody has to see to in it, whatever came of the rest.
    #[serde(default, skip_serializing_if = "Attention::is_empty")]
    pub attention: Attention,
    /// What was begun in it of which no report says what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreported: Option<Unreported>,
    /// The digest of its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_digest: Option<String>,
    /// Where its reports lie in the run's bucket, by map.
    pub report_keys: BTreeMap<Phase, String>,
    /// What it saved, where prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The age in days of the oldest active access key, where the job looked at keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_key_days: Option<u32>,
}

impl Row {
    /// It was to be changed, and the run ended before its turn.
    pub fn unreached(&mut self) {
        self.ended = Ended::Failed;
        self.reason = Some(not_reached());
    }

    /// A worker was sent there, and nothing is known of what it did.
    pub fn unheard(&mut self) {
        self.ended = Ended::Failed;
        self.reason = Some(unheard());
    }

    /// Whether its plan has anything to do. A Region that could not be read keeps the others from nothing.
    pub fn has_work(&self) -> bool {
        self.phase == Phase::Plan && self.counts.planned > 0
    }
}

/// What the maps of a run left behind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Maps {
    /// Of the plan.
    pub plan: Results,
    /// Of the accounts that go first: `None` until that map was begun.
    pub canary: Option<Results>,
    /// Of the others.
    pub rest: Option<Results>,
}

/// Every account of `items`, in their order, with the last that is known of it. No account is left out: one that no file names
/// has failed, and the row says so.
pub fn fold(items: &[Item], maps: &Maps) -> Vec<Row> {
    let later = [(Phase::Rest, maps.rest.as_ref()), (Phase::Canary, maps.canary.as_ref())];
    items.iter().map(|item| row(item, &maps.plan, later)).collect()
}

/// Those of `items` that had something to do when they were judged, with what was known of them then.
pub fn with_work(items: &[Item], plan: &Results) -> Vec<Row> {
    let rows = items.iter().map(|item| row(item, plan, [(Phase::Rest, None), (Phase::Canary, None)]));
    rows.filter(Row::has_work).collect()
}

fn row(item: &Item, plan: &Results, later: [(Phase, Option<&Results>); 2]) -> Row {
    let later = later.into_iter().find_map(|(phase, map)| Some((phase, map?.of(&item.account)?)));
    let planned = plan.of(&item.account);
    let looked = matches!(later, Some((_, Heard::Answered(visit))) if visit.plan_digest.is_some());
    let mut row = match later {
        Some((phase, heard)) => of(item, phase, Some(heard)),
        None => of(item, Phase::Plan, planned),
    };
    if let Some(Heard::Answered(visit)) = planned {
        // What was judged is the plan, whatever came of it.
        row.budget.clone_from(&visit.budget);
        row.destructive = visit.destructive;
        row.wanted = visit.wanted;
        row.marked = visit.marked;
        row.plan_digest.clone_from(&visit.plan_digest);
        // A later run in it looked again, unless there was none.
        if !looked {
            row.attention.clone_from(&visit.attention);
        }
        row.oldest_key_days = row.oldest_key_days.or(visit.oldest_key_days);
        row.report_keys.extend(visit.report_key.iter().map(|key| (Phase::Plan, key.clone())));
    }
    row
}

fn of(item: &Item, phase: Phase, heard: Option<&Heard>) -> Row {
    let blank = || Visit::of(item, phase);
    let visit = match heard {
        Some(Heard::Answered(visit)) => (**visit).clone(),
        Some(heard @ Heard::Failed { .. }) if phase != Phase::Plan && heard.may_go_on() => {
            Visit { reason: Some(unheard()), ..blank() }
        }
        Some(Heard::Failed { error, cause }) => Visit { reason: Some(failed(error, cause)), ..blank() },
        Some(Heard::NotReached) | None => Visit { reason: Some(not_reached()), ..blank() },
    };
    let Visit { ended, reason, regions, counts, budget, destructive, wanted, marked, plan_digest, .. } = visit;
    Row {
        account: item.account.clone(),
        name: item.name.clone(),
        path: item.path.clone(),
        policy: item.policy.clone(),
        phase,
        ended,
        reason,
        regions,
        counts,
        budget,
        destructive,
        wanted,
        marked,
        attention: visit.attention,
        unreported: None,
        plan_digest,
        report_keys: visit.report_key.into_iter().map(|key| (phase, key)).collect(),
        estimate: visit.estimate,
        oldest_key_days: visit.oldest_key_days,
    }
}

fn failed(error: &str, cause: &str) -> Reason {
    let said = if cause.is_empty() { String::new() } else { format!(": {cause}") };
    Reason::new(
        &codes::WORKER_FAILED,
        format!("its worker ended with {error}{said}"),
        "`nightshift fleet redrive` tries it again",
    )
}

fn not_reached() -> Reason {
    Reason::new(
        &codes::NOT_REACHED,
        "the run ended before its turn, and nothing is known of it",
        "`nightshift fleet redrive` tries it again",
    )
}

fn unheard() -> Reason {
    Reason::new(
        &codes::UNHEARD,
        "the run ended before its worker answered; the worker may still be at work for up to 15 minutes, and may have changed something",
        "wait 15 minutes and have the report made again (docs/organization-run.md says how), then `nightshift fleet redrive`",
    )
}

/// The digest of what a run would do: that of each account with something to do, in the order of their ids. Consent to it is
/// consent to these plans in these accounts, and to nothing in any other.
pub fn digest(job: &str, rows: &[Row]) -> PlanDigest {
    let mut plans: Vec<_> = rows
        .iter()
        .filter(|row| row.has_work())
        .map(|row| (row.account.as_str(), row.plan_digest.as_deref().unwrap_or_default()))
        .collect();
    plans.sort_unstable();
    PlanDigest::of(job, "organisation", &plans)
}

#[cfg(test)]
mod tests;
