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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::ledger::{Line, Sink};
    use super::super::stop::Stop;
    use super::*;
    use crate::clock::Deadline;

    #[derive(Debug, Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Sink for Kept {
        fn write(&self, line: Line<'_>) {
            if let Line::Step(entry, step) = line {
                self.0.lock().unwrap().push(format!("{} {step}", entry.id));
            }
        }
    }

    #[test]
    fn each_step_is_on_record_as_it_happens_and_in_the_end_without_what_no_record_holds() {
        let (kept, stop, entry) = (Kept::default(), Stop::new(), Entry { id: "a".to_owned(), ..Entry::default() });
        let ledger = Ledger::new(Deadline::NONE, &stop, &kept);
        let mut steps = Steps::new(&ledger, &entry, |step| step.replace("secret", "***"));
        steps.push("minted");
        steps.extend(["stored secret", "told"]);
        assert_eq!(*kept.0.lock().unwrap(), ["a minted", "a stored ***", "a told"]);
        assert_eq!(steps.take(), ["minted", "stored ***", "told"]);
        assert!(steps.take().is_empty());
    }
}
