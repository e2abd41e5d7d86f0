//! Whether a run through the organisation goes on: after the plan of all accounts, and after those that go first. Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::domains::fleet::{Ended, Item, Row, codes, digest};
use crate::report::{PlanDigest, Reason, Tripped};
use crate::run::caps::over_percent;
use crate::run::driver::EXPECT_PLAN;
use crate::text::count;

/// What holds a whole run back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetCaps {
    /// `NIGHTSHIFT_FLEET_MAX_DELETIONS`: destructive steps in all accounts together.
    pub count: usize,
    /// `NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT` of what carries the marks in all accounts together.
    pub percent: usize,
    /// `NIGHTSHIFT_FLEET_CANARY_FAILURES`: how many of the accounts that go first may fail.
    pub canary_failures: usize,
}

/// What a person agreed to, if one started this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The digest that was reviewed.
    pub digest: PlanDigest,
    /// Whether it lifts the caps.
    pub lifts_caps: bool,
}

/// What becomes of a run after its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The digest of what all accounts would do.
    pub digest: PlanDigest,
    /// What stopped it, if anything did: then both lists are empty.
    pub tripped: Option<Tripped>,
    /// Others that would have stopped it as well.
    pub besides: Vec<Tripped>,
    /// Why it stops although no guard tripped: those that go first could not be planned, or all were long ago.
    pub harmed: Option<Reason>,
    /// The accounts with work that go first.
    pub canary: Vec<Item>,
    /// The others with work.
    pub rest: Vec<Item>,
}

impl Verdict {
    /// Whether anything is to be applied.
    pub fn goes(&self) -> bool {
        self.stopped().is_none() && !(self.canary.is_empty() && self.rest.is_empty())
    }

    /// Why nothing was begun, where the run stops here.
    pub fn stopped(&self) -> Option<Reason> {
        let Some(Tripped { guard, limit, wanted, fix }) = &self.tripped else { return self.harmed.clone() };
        if guard == EXPECT_PLAN {
            let message = format!(
                "the plan of all accounts is {wanted} by now, and {limit} was agreed to; nothing was begun in any"
            );
            return Some(Reason::new(&codes::PLAN_MOVED, message, fix));
        }
        let message =
            format!("{guard} is {limit} and the plan of all accounts wants {wanted}; nothing was begun in any");
        Some(Reason::new(&codes::FLEET_CAP, message, fix))
    }
}

/// So many accounts a reason names.
const MOST_NAMED: usize = 20;

/// How long a plan holds, and what was judged of it: a run plans, judges and applies within hours, and a redrive may come two weeks later.
/// A person's digest holds no longer. It names the steps themselves, and a redrive chooses no accounts anew: one that was excluded since would
/// be changed all the same.
pub const HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// Judges at `now` the plan of `job` in all accounts, made in a run that began at `begun`: `rows` are the folded plan map over `items`, of
/// which those in `first` go first.
pub fn plan(
    job: &str,
    (items, rows): (&[Item], &[Row]),
    first: &BTreeSet<String>,
    caps: FleetCaps,
    consent: Option<&Consent>,
    (begun, now): (Timestamp, Timestamp),
) -> Verdict {
    let digest = digest(job, rows);
    let mut stopped = stopped(rows, &digest, caps, consent).into_iter();
    let (tripped, besides) = (stopped.next(), stopped.collect());
    let others = rows.iter().any(|row| row.has_work() && !first.contains(&row.account));
    let can_show = |row: &Row| row.has_work() || !matches!(row.ended, Ended::Skipped | Ended::Failed);
    let harmed = harmed(rows, first, caps, "could not be planned", |ended| ended == Ended::Failed)
        .and_then(|()| if others { shown(rows, first, "could be looked at", can_show) } else { Ok(()) })
        .err();
    let harmed = stale(begun, now).or(harmed);
    let mut verdict = Verdict { digest, tripped, besides, harmed, canary: Vec::new(), rest: Vec::new() };
    if verdict.stopped().is_some() {
        return verdict;
    }
    let work = items.iter().zip(rows).filter(|(item, row)| item.account == row.account && row.has_work());
    for (item, row) in work {
        let mut item = item.clone();
        item.budget = Some(row.budget.clone());
        // The day runs from where the run began: its accounts were chosen then, and a judgement does not make that younger.
        item.judged_at = Some(begun);
        item.expect_plan = consent.and(row.plan_digest.clone());
        let goes_first = first.contains(&item.account);
        if goes_first { &mut verdict.canary } else { &mut verdict.rest }.push(item);
    }
    verdict
}

fn stale(begun: Timestamp, now: Timestamp) -> Option<Reason> {
    (now.duration_since(begun) > HOLDS).then(|| {
        let message =
            format!("this run was begun at {begun:.0}, and its plans may be more than a day old; nothing was begun in any account");
        Reason::new(&codes::PLANNED_LONG_AGO, message, "start a run anew: it plans anew")
    })
}

fn stopped(rows: &[Row], digest: &PlanDigest, caps: FleetCaps, consent: Option<&Consent>) -> Vec<Tripped> {
    match consent {
        Some(consent) if consent.digest != *digest => {
            return vec![Tripped {
                guard: Cow::Borrowed(EXPECT_PLAN),
                limit: json!(consent.digest),
                wanted: json!(digest),
                fix: "the world has moved since that plan was reviewed: review the plan in this report and give its digest"
                    .to_owned(),
            }];
        }
        Some(Consent { lifts_caps: true, .. }) => return Vec::new(),
        _ => {}
    }
    let work = || rows.iter().filter(|row| row.has_work());
    // A digest may lift an account's own caps, so all that it covers counts.
    let of = |row: &Row| if consent.is_some() { row.wanted.max(row.destructive) } else { row.destructive };
    let wanted: usize = work().map(of).sum();
    let marked: usize = rows.iter().map(|row| row.marked).sum();
    let raise = |variable: &str| {
        format!(
            "review this plan and apply exactly it by its digest (nightshift fleet apply --expect-plan DIGEST), or raise {variable}"
        )
    };
    let accounts = count(work().filter(|row| of(row) > 0).count(), "account");
    let mut tripped = Vec::new();
    if wanted > caps.count {
        tripped.push(Tripped {
            guard: Cow::Borrowed("fleet_max_deletions"),
            limit: json!(caps.count),
            wanted: json!(wanted),
            fix: format!("{wanted} things in {accounts} would go; {}", raise("NIGHTSHIFT_FLEET_MAX_DELETIONS")),
        });
    }
    if let Some(percent) = over_percent(caps.percent, wanted, marked) {
        tripped.push(Tripped {
            guard: Cow::Borrowed("fleet_max_deletion_percent"),
            limit: json!(caps.percent),
            wanted: json!(percent),
            fix: format!(
                "{wanted} of the {marked} marked things in all accounts would go; {}",
                raise("NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT")
            ),
        });
    }
    tripped
}

/// Whether the others, `rest` in number, may be begun after the accounts that went first, of which `rows` says how they ended; the
/// reason if not. Each of them had work: one that was left alone, or as it was, has shown nothing.
pub fn canary(rows: &[Row], first: &BTreeSet<String>, caps: FleetCaps, rest: usize) -> Result<(), Reason> {
    harmed(rows, first, caps, "failed or could not be entered", |ended| {
        matches!(ended, Ended::Failed | Ended::Skipped)
    })?;
    let shows = |row: &Row| match row.ended {
        Ended::Done | Ended::Nothing => true,
        // A part of it was put off.
        Ended::Planned => row.counts.changed > 0,
        Ended::Skipped | Ended::Failed => false,
    };
    if rest > 0 { shown(rows, first, "was changed", shows) } else { Ok(()) }
}

/// Whether any of the accounts that go first shows anything, however many of them may fail; the reason if not.
fn shown(rows: &[Row], first: &BTreeSet<String>, what: &str, shows: impl Fn(&Row) -> bool) -> Result<(), Reason> {
    let first: Vec<_> = rows.iter().filter(|row| first.contains(&row.account)).collect();
    if first.is_empty() || first.iter().any(|row| shows(row)) {
        return Ok(());
    }
    let named = first.iter().take(MOST_NAMED).map(|row| format!("{} ({})", row.account, row.ended.as_str()));
    let named: Vec<_> = named.collect();
    let more = first.len() - named.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!(
        "none of the {} that go first {what}, so nothing was begun in the others: {}{more}",
        count(first.len(), "account"),
        named.join(", ")
    );
    let fix = "see why these were left as they are, or let other accounts go first; the next run begins anew";
    Err(Reason::new(&codes::CANARY_MUTE, message, fix))
}

fn harmed(
    rows: &[Row],
    first: &BTreeSet<String>,
    caps: FleetCaps,
    how: &str,
    is_harm: impl Fn(Ended) -> bool,
) -> Result<(), Reason> {
    let harmed: Vec<_> =
        rows.iter().filter(|row| first.contains(&row.account) && is_harm(row.ended)).map(|row| &*row.account).collect();
    if harmed.len() <= caps.canary_failures {
        return Ok(());
    }
    let message = format!(
        "{} of the {} that go first {how}, and {} may: {}",
        harmed.len(),
        count(first.len(), "account"),
        caps.canary_failures,
        harmed.join(", ")
    );
    Err(Reason::new(&codes::CANARY_FAILED, message, "see to these accounts; the next run begins anew"))
}

/// Says in each of `rows` that has work, and that no later map came to, why it was not begun.
pub fn held(rows: &mut [Row], why: &Reason) {
    for row in rows.iter_mut().filter(|row| row.has_work() && row.reason.is_none()) {
        row.reason = Some(why.clone());
    }
}

#[cfg(test)]
mod tests;
