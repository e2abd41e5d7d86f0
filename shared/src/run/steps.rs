//! What is done to one item, step by step: each stands in the record as it happens, and all of them in the report.

use super::ledger::{Entry, Ledger};

/// See the module.
#[derive(Debug)]
pub struct Steps<'a> {
    ledger: &'a Ledger<'a>,
    entry: &'a Entry,
    shown: fn(&str) -> String,
    done: Vec<String>,
}

impl<'a> Steps<'a> {
    /// Of the item that `entry` is about. `shown` takes from a step what no record may hold.
    pub fn new(ledger: &'a Ledger<'a>, entry: &'a Entry, shown: fn(&str) -> String) -> Self {
        Self { ledger, entry, shown, done: Vec::new() }
    }

    /// This was done.
    pub fn push(&mut self, step: impl AsRef<str>) {
        let step = (self.shown)(step.as_ref());
        self.ledger.step(self.entry, &step);
        self.done.push(step);
    }

    /// These were done.
    pub fn extend<S: AsRef<str>>(&mut self, steps: impl IntoIterator<Item = S>) {
        steps.into_iter().for_each(|step| self.push(step));
    }

    /// All that was done.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.done)
    }
}
