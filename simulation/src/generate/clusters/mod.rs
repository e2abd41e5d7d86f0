//! Histories of cluster-cleanup.

mod acts;
mod moments;

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
pub const QUIET: u64 = 7;

/// The history of `seed`, of so many nights before the quiet ones.
pub fn draw(seed: u64, nights: u64) -> History {
    let mut dice = dice::at(seed, &[&"history"]);
    let first = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    let healed = later(night(first, nights), Duration::from_hours(22))
        .min(later(first, DAY * u32::try_from(nights).unwrap_or(0)));
    let variables = variables(&mut dice);
    let mut acts = acts::draw(seed, first, nights, &variables);
    heal(seed, &mut acts, healed, &variables);
    let mut runs: Vec<_> = (0..nights).flat_map(|number| runs(seed, first, number)).collect();
    runs.extend(
        (nights..nights + QUIET).map(|number| Run::scheduled(later(night(first, number), Duration::from_mins(1)))),
    );
    let rates = rates(&mut dice);
    History { seed, healed, policy: variables, acts, runs, faults: Vec::new(), rates: Some(rates) }
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
