//! What goes wrong, by what it hits: drawn for a run, a call, a thing and an occurrence, or said by a history.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::dice;
use crate::history::{Fault, History, Kind, Rates};
use crate::wire::Request;

/// See the module.
#[derive(Debug)]
pub(super) struct Faults {
    seed: u64,
    healed: Timestamp,
    said: Vec<Fault>,
    rates: Option<Rates>,
    met: BTreeMap<(Timestamp, String, String), u32>,
}

impl Faults {
    pub(super) fn new(history: &History) -> Self {
        Self {
            seed: history.seed,
            healed: history.healed,
            said: history.faults.clone(),
            rates: history.rates.clone(),
            met: BTreeMap::new(),
        }
    }

    /// The way there and back in milliseconds.
    pub(super) fn latency(&self, run: Timestamp, request: &Request) -> (u64, u64) {
        let (action, thing) = (&request.action, request.thing());
        let nth = self.met.get(&(run, action.clone(), thing.clone())).copied().unwrap_or(0);
        let mut dice = dice::at(self.seed, &[&"latency", &run, action, &thing, &nth]);
        (dice.u64(5..=120), dice.u64(5..=120))
    }

    /// Which call of its kind it is, and what goes wrong with it.
    pub(super) fn at(&mut self, run: Timestamp, action: &str, thing: &str, now: Timestamp) -> (u32, Option<Kind>) {
        let met = self.met.entry((run, action.to_owned(), thing.to_owned())).or_default();
        *met += 1;
        let nth = *met;
        if now >= self.healed {
            return (nth, None);
        }
        let is_it =
            |fault: &&Fault| fault.run == run && fault.nth == nth && fault.action == action && fault.thing == thing;
        let said = self.said.iter().find(is_it).map(|fault| fault.kind);
        (nth, said.or_else(|| self.drawn(run, action, thing, nth)))
    }

    fn drawn(&self, run: Timestamp, action: &str, thing: &str, nth: u32) -> Option<Kind> {
        let rates = self.rates.as_ref()?;
        if !dice::chance(&mut dice::at(self.seed, &[&"bad run", &run]), rates.runs) || rates.kinds.is_empty() {
            return None;
        }
        let mut burst = dice::at(self.seed, &[&"burst", &run, &action, &thing]);
        if dice::chance(&mut burst, rates.calls) {
            let (length, kind) = (burst.u32(1..=7), *dice::pick(&mut burst, &rates.kinds));
            return (nth <= length).then_some(kind);
        }
        let mut dice = dice::at(self.seed, &[&"fault", &run, &action, &thing, &nth]);
        dice::chance(&mut dice, rates.calls).then(|| *dice::pick(&mut dice, &rates.kinds))
    }
}
