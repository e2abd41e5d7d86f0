//! Histories of key-rotation.

mod acts;
mod events;

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use super::{DAY, FIRST, heal, night, rates, runs};
use crate::dice::{self, chance, pick};
use crate::history::{History, Run};
use crate::play::policy;
use crate::time::later;

/// Quiet nights at the end.
pub const QUIET: u64 = 9;
/// At the end the function is run again and again within the hour: in the evening, when nothing was ever done before.
const EVENING: Duration = Duration::from_mins(20 * 60 + 40);

/// The history of `seed`, of so many nights before the quiet ones.
pub fn draw(seed: u64, nights: u64) -> History {
    let mut dice = dice::at(seed, &[&"history"]);
    let first = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    let healed = later(first, DAY * u32::try_from(nights).unwrap_or(0));
    let variables = variables(&mut dice);
    let mut acts = acts::draw(seed, first, nights, &variables);
    heal(seed, &mut acts, healed, &variables);
    let mut runs: Vec<_> = (0..nights).flat_map(|number| runs(seed, first, number)).collect();
    runs.extend((0..nights).flat_map(|number| events::draw(seed, first, number)));
    runs.extend(
        (nights..nights + QUIET).map(|number| Run::scheduled(later(night(first, number), Duration::from_mins(1)))),
    );
    let evening = later(night(first, nights + QUIET - 1), EVENING);
    runs.extend((0..5).map(|number| Run::scheduled(later(evening, Duration::from_mins(35) * number))));
    runs.sort_by_key(|run| run.at);
    runs.dedup_by_key(|run| run.at);
    let rates = rates(&mut dice);
    History { seed, healed, policy: variables, acts, runs, faults: Vec::new(), rates: Some(rates) }
}

fn variables(dice: &mut Rng) -> BTreeMap<String, String> {
    let overlap = dice.u32(1..=3);
    let mut numbers = |name: &'static str, least: u32, most: u32| (name, dice.u32(least..=most).to_string());
    let mut all = vec![
        ("NIGHTSHIFT_OVERLAP_DAYS", overlap.to_string()),
        numbers("NIGHTSHIFT_ROTATE_AFTER_DAYS", 6, 20),
        numbers("NIGHTSHIFT_WARN_DAYS", 0, 3),
        numbers("NIGHTSHIFT_QUIET_DAYS", 1, 2),
        numbers("NIGHTSHIFT_MAX_OVERLAP_DAYS", overlap, 9),
        numbers("NIGHTSHIFT_RECOVERY_DAYS", 1, 3),
        numbers("NIGHTSHIFT_IDLE_DAYS", 3, 10),
    ];
    if chance(dice, 250) {
        all.push(("NIGHTSHIFT_HOLD_LIMIT_DAYS", dice.u32(overlap..=9).to_string()));
    }
    for (name, often, value) in [
        ("NIGHTSHIFT_UNUSED_KEYS", 300, "deactivate"),
        ("NIGHTSHIFT_INACTIVE_KEYS", 300, "delete"),
        ("NIGHTSHIFT_ORPHANS", 500, "switch-off"),
        ("NIGHTSHIFT_EXCLUDE", 300, "svc*"),
        ("NIGHTSHIFT_SECRET_READERS", 200, "arn:aws:iam::111122223333:role/break-glass"),
        ("NIGHTSHIFT_MAX_ROTATIONS", 300, "1"),
        ("NIGHTSHIFT_MAX_DEACTIVATIONS", 300, "1"),
    ] {
        if chance(dice, often) {
            all.push((name, value.to_owned()));
        }
    }
    if *pick(dice, &[true, false, false, false, false]) {
        all.retain(|(name, _)| *name != "NIGHTSHIFT_EXCLUDE");
        all.push(("NIGHTSHIFT_EXCLUDE", "tag:keep=yes".to_owned()));
    }
    policy(all.iter().map(|(name, value)| (*name, value.as_str())))
}
