//! Draws histories nobody wrote, a room for each job: who makes what, with which habits, what is done at which moment and what
//! goes wrong. Every kind of act and fault is left out of half of the histories, so that what it hides shows. Moments lie where
//! the policy makes them interesting more often than elsewhere.

pub mod clusters;
pub mod keys;

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use crate::acts::Act;
use crate::dice::{self, chance, pick};
use crate::history::{Kind, Rates, Run, Timed};
use crate::time::later;

/// The first night of every history.
const FIRST: i64 = 1_767_578_400;
const DAY: Duration = Duration::from_hours(24);

/// The moment of the schedule.
fn night(first: Timestamp, number: u64) -> Timestamp {
    later(first, DAY * u32::try_from(number).unwrap_or(0))
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

/// Everything that was taken from the function comes back, and what is broken works again; in one history of four all but one
/// thing, which stays broken for good. The operators can be told in each.
fn heal(seed: u64, acts: &mut Vec<Timed>, healed: Timestamp, variables: &BTreeMap<String, String>) {
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
    if chance(&mut dice::at(seed, &[&"for good"]), 250) {
        let stays = |act: &Act| match act {
            Act::Deny { action, .. } => !action.starts_with("ses:"),
            Act::Mailbox { .. } => true,
            _ => false,
        };
        let stays = back.iter().find(|(_, act)| stays(act)).map(|(name, _)| name.clone());
        back.retain(|name, _| Some(name) != stays.as_ref());
    }
    acts.extend(back.into_values().map(|act| Timed { at: healed, act }));
}
