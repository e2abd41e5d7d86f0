//! Moments worth drawing, and expiries as people write them.

use std::time::Duration;

use fastrand::Rng;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::dice::{chance, pick};
use crate::generate::{DAY, night};
use crate::time::later;

/// A moment of the day after night `number`; often while its run, which begins at `run`, looks and acts.
pub(super) fn of_day(dice: &mut Rng, first: Timestamp, number: u64, run: Option<Timestamp>) -> Timestamp {
    let from = night(first, number);
    if let Some(run) = run.filter(|_| chance(dice, 200)) {
        return later(run, Duration::from_millis(dice.u64(100..=2_500)));
    }
    later(from, Duration::from_millis(dice.u64(60_000..86_340_000)))
}

/// What somebody writes into an expiry tag on the day after night `number`.
pub(super) fn expiry(dice: &mut Rng, first: Timestamp, number: u64) -> String {
    if chance(dice, 80) {
        return (*pick(dice, &["never", "friday", "20260301", "2020-01-01T00:00:00Z", ""])).to_owned();
    }
    let nights = dice.u64(0..=7);
    let near = night(first, number + nights);
    let hours = *pick(dice, &[0, 0, 0, 20, -20, 24, -24, 44, 48]);
    let seconds = *pick(dice, &[-1, 0, 1, 60, -3_600]);
    let edge = SignedDuration::from_hours(hours) + SignedDuration::from_secs(seconds);
    let at = if chance(dice, 600) {
        near.checked_add(edge).unwrap_or(near)
    } else {
        later(near, Duration::from_secs(dice.u64(0..DAY.as_secs())))
    };
    match dice.u32(0..10) {
        0 => at.display_with_offset(Offset::constant(2)).to_string(),
        1 => at.strftime("%Y-%m-%d").to_string(),
        _ => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}
