//! Draws histories nobody wrote: who makes what, with which habits, what is done at which moment and what goes wrong. Every kind of
//! act and fault is left out of half of the histories, so that what it hides shows. Moments lie where the policy makes them
//! interesting more often than elsewhere.

mod acts;
mod moments;

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use crate::acts::Act;
use crate::dice::{self, chance, pick};
use crate::history::{History, Kind, Rates, Run, Timed};
use crate::play::policy;
use crate::time::later;

/// The first night of every history.
const FIRST: i64 = 1_767_578_400;
/// Quiet nights at the end.
pub const QUIET: u64 = 7;
const DAY: Duration = Duration::from_hours(24);

/// The history of `seed`, of so many nights before the quiet ones.
pub fn draw(seed: u64, nights: u64) -> History {
    let mut dice = dice::at(seed, &[&"history"]);
    let first = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    let healed = later(night(first, nights), Duration::from_hours(22))
        .min(later(first, DAY * u32::try_from(nights).unwrap_or(0)));
    let variables = variables(&mut dice);
    let mut acts = acts::draw(seed, first, nights, &variables);
    heal(&mut acts, healed, &variables);
    let mut runs: Vec<_> = (0..nights).flat_map(|number| runs(seed, first, number)).collect();
    runs.extend(
        (nights..nights + QUIET).map(|number| Run::scheduled(later(night(first, number), Duration::from_mins(1)))),
    );
    let rates = rates(&mut dice);
    History { seed, healed, policy: variables, acts, runs, faults: Vec::new(), rates: Some(rates) }
}

/// The moment of the schedule.
fn night(first: Timestamp, number: u64) -> Timestamp {
    later(first, DAY * u32::try_from(number).unwrap_or(0))
}

fn variables(dice: &mut Rng) -> BTreeMap<String, String> {
    let keep = *pick(dice, &["never", "always", "unless-clone", "unless-clone"]);
    let protection = if chance(dice, 300) { "override" } else { "respect" };
    let stopped = if chance(dice, 500) { "start" } else { "leave" };
    let managed = if chance(dice, 500) { "delete" } else { "leave" };
    let days = dice.u32(2..=8).to_string();
    let warn = *pick(dice, &["24", "48", "72"]);
    let notice = *pick(dice, &["20", "20", "44", "0"]);
    let valid = *pick(dice, &["4", "14"]);
    let most = *pick(dice, &["1", "2", "10"]);
    let protected = *pick(dice, &["", "pay*", "tier=gold"]);
    let mut all = policy([
        ("NIGHTSHIFT_FINAL_SNAPSHOT", keep),
        ("NIGHTSHIFT_DELETION_PROTECTION", protection),
        ("NIGHTSHIFT_STOPPED_CLUSTERS", stopped),
        ("NIGHTSHIFT_MANAGED_CLUSTERS", managed),
        ("NIGHTSHIFT_SNAPSHOT_KEEP_DAYS", &days),
        ("NIGHTSHIFT_WARN_HOURS", warn),
        ("NIGHTSHIFT_MIN_NOTICE_HOURS", notice),
        ("NIGHTSHIFT_NOTICE_VALID_DAYS", valid),
        ("NIGHTSHIFT_MAX_DELETIONS", most),
    ]);
    if !protected.is_empty() {
        all.insert("NIGHTSHIFT_PROTECTED".to_owned(), protected.to_owned());
    }
    all
}

fn rates(dice: &mut Rng) -> Rates {
    let kinds = Kind::ALL.into_iter().filter(|_| chance(dice, 500)).collect();
    Rates { runs: *pick(dice, &[0, 100, 300, 600]), calls: *pick(dice, &[20, 80, 200]), kinds }
}

/// The runs of one night: mostly one, sometimes none, two at once, one that comes late, one that is ended early.
fn runs(seed: u64, first: Timestamp, number: u64) -> Vec<Run> {
    let mut dice = dice::at(seed, &[&"runs", &number]);
    if chance(&mut dice, 50) {
        return Vec::new();
    }
    let at = later(night(first, number), Duration::from_millis(dice.u64(0..=50_000)));
    let mut run = Run::scheduled(at);
    if chance(&mut dice, 40) {
        run.seconds = dice.u64(15..=90);
    }
    if chance(&mut dice, 30) {
        r#"{"mode": "plan"}"#.clone_into(&mut run.event);
    }
    let mut all = vec![run];
    let mut again = |after: Duration| all.push(Run::scheduled(later(at, after + Duration::from_millis(1))));
    match dice.u32(0..1_000) {
        0..=30 => again(Duration::from_millis(dice.u64(0..=3_000))),
        31..=60 => again(Duration::from_secs(dice.u64(10..=3_600))),
        61..=75 => again(Duration::from_hours(dice.u64(2..=20))),
        _ => {}
    }
    all
}

/// Everything that was taken from the function comes back, and what is broken works again.
fn heal(acts: &mut Vec<Timed>, healed: Timestamp, variables: &BTreeMap<String, String>) {
    let mut back = BTreeMap::new();
    for Timed { act, .. } in acts.iter() {
        match act {
            Act::Deny { action, on: true } => {
                back.insert(action.clone(), Act::Deny { action: action.clone(), on: false });
            }
            Act::Mailbox { address, takes: false } => {
                back.insert(address.clone(), Act::Mailbox { address: address.clone(), takes: true });
            }
            Act::Policy { variable, .. } if variable == "NIGHTSHIFT_MODE" => {
                let value = variables.get(variable).cloned();
                back.insert(variable.clone(), Act::Policy { variable: variable.clone(), value });
            }
            _ => {}
        }
    }
    acts.extend(back.into_values().map(|act| Timed { at: healed, act }));
}
