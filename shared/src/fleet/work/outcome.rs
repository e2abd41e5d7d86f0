//! How a visit ended, out of the report of its run. Pure, and short: Step Functions keeps each answer for as long as the execution.

use std::collections::{BTreeMap, BTreeSet};

use crate::domains::fleet::{Ended, Item, Phase, Regional, Visit, codes as fleet_codes};
use crate::fleet::failures::Failures;
use crate::report::{self, Outcome, Reason, Report, codes};
use crate::run::driver::{EXPECT_PLAN, Stakes};

/// Bytes of JSON that names and words may take: with thirty Regions an answer stays under 8 KiB. A run's report has the names whole.
const NAME: usize = 200;
const PATH: usize = 400;
const WORDS: usize = 1_200;
const SAID: usize = 300;

/// One account, as it is gone through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visiting<'a> {
    pub item: &'a Item,
    pub phase: Phase,
    pub failures: &'a Failures,
    /// Whether the job looks at one Region after the other.
    pub regional: bool,
}

impl Visiting<'_> {
    /// Of a run that took place.
    pub(super) fn visit(self, report: &Report, stakes: Stakes) -> Visit {
        let regions: BTreeMap<_, _> = if self.regional {
            said_once(self.item.regions.iter().map(|region| (region.clone(), self.region(report, region))))
        } else {
            BTreeMap::new()
        };
        let whole = ended(&report.items, |item| !regions.contains_key(&item.region));
        // A Region that is left alone says nothing of the account, unless all of them are.
        let mut each = regions.values().map(|region| region.ended).peekable();
        let left_alone = each.peek().is_some() && each.clone().all(|ended| ended == Ended::Skipped);
        let entered = each.filter(|ended| left_alone || *ended != Ended::Skipped);
        let ended = entered.chain([whole.ended]).max().unwrap_or(Ended::Nothing);
        // In a plan nobody has agreed to anything.
        let moved = report.tripped.as_ref().filter(|tripped| tripped.guard == EXPECT_PLAN);
        let ended = if moved.is_some() { Ended::Failed } else { ended };
        let tripped = report.tripped.as_ref().map(|tripped| {
            let message = format!("{} is {} and the plan wants {}", tripped.guard, tripped.limit, tripped.wanted);
            let code = if moved.is_some() { &fleet_codes::ACCOUNT_PLAN_MOVED } else { &codes::CAP };
            Reason::new(code, message, &tripped.fix)
        });
        let reason = tripped.or_else(|| failed(&whole));
        Visit {
            ended,
            reason,
            regions,
            counts: report.counts,
            budget: stakes.goes,
            destructive: stakes.destructive,
            wanted: stakes.wanted,
            marked: stakes.marked,
            plan_digest: Some(report.plan_digest.to_string()),
            estimate: report.estimate.clone(),
            ..self.blank(ended)
        }
    }

    /// Of an account where nothing was done, for `reason`.
    pub(super) fn kept_out(self, reason: Reason) -> Visit {
        let ended = self.failures.ended(&reason);
        short(Visit { reason: Some(reason), ..self.blank(ended) })
    }

    /// The same, where each of its Regions said so.
    pub(super) fn kept_out_everywhere(self, reason: Reason) -> Visit {
        let ended = self.failures.ended(&reason);
        let one = Regional { ended, code: Some(reason.code.to_string()), message: None };
        let regions = self.item.regions.iter().filter(|_| self.regional).map(|region| (region.clone(), one.clone()));
        Visit { regions: regions.collect(), ..self.kept_out(reason) }
    }

    fn blank(self, ended: Ended) -> Visit {
        let visit = Visit::of(self.item, self.phase);
        Visit {
            name: cut(&visit.name, NAME),
            path: cut(&visit.path, PATH),
            policy: visit.policy.as_deref().map(|policy| cut(policy, NAME)),
            ended,
            ..visit
        }
    }

    /// One Region of `report`. What keeps a run out of a Region stands in the report as a failed item of that name.
    fn region(self, report: &Report, region: &str) -> Regional {
        let of_region = |item: &&report::Item| item.region == region && item.id == region;
        let barred = report.items.iter().filter(of_region).find_map(|item| {
            let reason = item.reason.as_ref()?;
            (item.outcome == Outcome::Failed).then(|| (self.failures.ended(reason), reason))
        });
        match barred {
            Some((ended, reason)) => {
                Regional { ended, code: Some(reason.code.to_string()), message: Some(reason.said()) }
            }
            None => ended(&report.items, |item| item.region == region),
        }
    }
}

/// What failed in no Region of its own, by name: nothing else would say it of the account.
fn failed(Regional { ended, code, message }: &Regional) -> Option<Reason> {
    let (code, message) = (code.as_ref()?, message.as_ref()?);
    // The words of the item's reason have its next step in them.
    (*ended == Ended::Failed).then(|| Reason { code: code.clone().into(), message: message.clone(), fix: None })
}

/// Whatever else came of it, this failed.
pub(super) fn fail(visit: &mut Visit, reason: Reason) {
    visit.ended = Ended::Failed;
    visit.reason = Some(reason);
}

/// `visit` with nothing in it that is longer than an answer has room for. What is cut is in the report, or in the log.
pub(super) fn short(visit: Visit) -> Visit {
    let reason = visit.reason.map(|reason| Reason {
        message: cut(&reason.message, WORDS),
        fix: reason.fix.map(|fix| cut(&fix, WORDS / 2)),
        ..reason
    });
    Visit { reason, ..visit }
}

/// How those of `items` ended together.
fn ended(items: &[report::Item], of: impl Fn(&report::Item) -> bool) -> Regional {
    let each = items.iter().filter(|item| of(item)).map(|item| {
        let ended = match item.outcome {
            Outcome::Failed => Ended::Failed,
            // A later run does it.
            Outcome::Planned | Outcome::Deferred => Ended::Planned,
            Outcome::Changed => Ended::Done,
            Outcome::AlreadyRight | Outcome::Skipped => Ended::Nothing,
        };
        let code = item.reason.as_ref().filter(|_| matches!(item.outcome, Outcome::Failed | Outcome::Deferred));
        let message =
            code.filter(|_| item.outcome == Outcome::Failed).map(|reason| format!("{}: {}", item.id, reason.said()));
        Regional { ended, code: code.map(|reason| reason.code.to_string()), message }
    });
    // The first of the worst, for its code.
    let worst = each.reduce(|worst, next| if next.ended > worst.ended { next } else { worst });
    let Some(Regional { ended, code, message }) = worst else {
        return Regional { ended: Ended::Nothing, code: None, message: None };
    };
    let failed = items.iter().filter(|item| of(item) && item.outcome == Outcome::Failed);
    let failed: Vec<_> = failed.map(|item| item.id.as_str()).collect();
    Regional { ended, code, message: message.map(|message| named(&failed) + &message) }
}

/// So many of what failed are named; the report of the account has all.
const MOST_NAMED: usize = 5;

/// All that failed, in words, where it is more than the one whose reason follows. First, because the end of what is too long is cut.
fn named(failed: &[&str]) -> String {
    if failed.len() < 2 {
        return String::new();
    }
    let first = failed.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = failed.len().saturating_sub(MOST_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{first}{more} failed; ")
}

/// Of so many codes the words are said.
const MOST_SAID: usize = 3;

/// The same with the words of each code once, in the first Region that has it: an answer is short.
fn said_once(regions: impl Iterator<Item = (String, Regional)>) -> BTreeMap<String, Regional> {
    let mut said = BTreeSet::new();
    let mut once = |Regional { ended, code, message }: Regional| {
        let is_new = code.as_ref().is_some_and(|code| said.len() < MOST_SAID && said.insert(code.clone()));
        let message = message.filter(|_| is_new).map(|message| cut(&message, SAID));
        Regional { ended, code, message }
    };
    regions.map(|(region, regional)| (region, once(regional))).collect()
}

/// `text` in at most about `most` bytes of JSON.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut room = most;
    let length = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if (c as u32) < 0x20 => 6,
        c => c.len_utf8(),
    };
    for (at, c) in text.char_indices() {
        let Some(left) = room.checked_sub(length(c)) else {
            return format!("{}…", &text[..at]);
        };
        room = left;
    }
    text.to_owned()
}

#[cfg(test)]
mod tests;
