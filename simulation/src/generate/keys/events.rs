//! What calls the function beside its schedule.

use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::json;

use super::acts::NAMES;
use crate::dice::{self, chance, pick};
use crate::generate::night;
use crate::history::Run;
use crate::time::later;

/// The events of one day: mostly none.
pub(super) fn draw(seed: u64, first: Timestamp, number: u64) -> Vec<Run> {
    let mut dice = dice::at(seed, &[&"event", &number]);
    let on = chance(&mut dice::at(seed, &[&"events"]), 600);
    if !on || !chance(&mut dice, 90) {
        return Vec::new();
    }
    let after = if chance(&mut dice, 300) {
        Duration::from_millis(dice.u64(1..=4_000))
    } else {
        Duration::from_millis(dice.u64(60_000..=70_000_000))
    };
    let at = later(night(first, number), after);
    let mut run = Run::scheduled(at);
    run.event = event(&mut dice);
    if chance(&mut dice, 100) {
        run.seconds = dice.u64(20..=90);
    }
    let mut all = vec![run];
    // Lambda promises to hand an event over once at least.
    if chance(&mut dice, 200) {
        let again = later(at, Duration::from_millis(dice.u64(1..=400_000)));
        all.push(Run { at: again, ..all[0].clone() });
    }
    all
}

fn event(dice: &mut Rng) -> String {
    let user = *pick(dice, &NAMES);
    let key = format!("KEY:{user}:{}", pick(dice, &["oldest", "newest"]));
    let risk = |code: &str| {
        json!({
            "source": "aws.health", "detail-type": "AWS Health Event",
            "detail": {"eventTypeCode": code, "affectedEntities": [{"entityValue": key}]},
        })
    };
    let event = match dice.u32(0..10) {
        0..=2 => json!({"compromised": {"user": user, "access_key_id": key}}),
        3 => json!({"compromised": [{"access_key_id": key}, {"access_key_id": format!("KEY:{user}:newest")}]}),
        4..=5 => risk("AWS_RISK_CREDENTIALS_EXPOSED"),
        6 => risk("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"),
        7 => json!({"rollback": {"user": user}}),
        8 => json!({"users": [user]}),
        _ => json!({"phases": ["retire", "repair"]}),
    };
    event.to_string()
}
