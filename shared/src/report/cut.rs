//! A report that Lambda can answer with. Its answer has at most 6 MB; one that is longer would be lost whole, though the work
//! was done. What is cut is counted; the log and the bucket have all of it.

use std::io;

use super::{Item, Outcome, Reason, Report, codes};

/// With room for what the platform puts around it.
pub const LONGEST_ANSWER: usize = 5_000_000;
/// Steps that are shown of an item with very many, half of them from its end.
const STEPS: usize = 40;

impl Report {
    /// The same in at most about `most` bytes of JSON. First goes what programs get of the steps, then the steps of items with
    /// very many, then what is right already, then what comes last.
    #[must_use]
    pub fn within(mut self, most: usize) -> Self {
        if length(&self) <= most {
            return self;
        }
        self.items.iter_mut().for_each(|item| item.planned.clear());
        if length(&self) <= most {
            return self;
        }
        let steps: usize = self.items.iter_mut().map(shorten).sum();
        let before = self.items.len();
        if length(&self) > most {
            self.items.retain(|item| item.outcome != Outcome::AlreadyRight);
        }
        let mut room = most.saturating_sub(length(&Self { items: Vec::new(), ..self.clone() }));
        self.items.retain(|item| {
            let length = length(item) + 1;
            let fits = length <= room;
            room = if fits { room - length } else { 0 };
            fits
        });
        let items = before - self.items.len();
        self.warnings.push(Reason::new(
            &codes::REPORT_CUT,
            format!("this report was too long to answer with: {steps} steps and {items} items were left out of it"),
            "see the log, one line an item, or the report bucket, which has it whole",
        ));
        self
    }
}

/// Takes the middle out of very many steps; how many.
fn shorten(item: &mut Item) -> usize {
    if item.steps.len() <= STEPS {
        return 0;
    }
    let end = item.steps.split_off(item.steps.len() - STEPS / 2);
    let left_out = item.steps.split_off(STEPS / 2).len();
    item.steps.push(format!("and {left_out} more steps, which the log has"));
    item.steps.extend(end);
    left_out
}

/// Bytes of JSON.
fn length(value: &impl serde::Serialize) -> usize {
    let mut counted = Counted(0);
    // Nothing that counts can fail; what cannot be written has no length.
    let _ = serde_json::to_writer(&mut counted, value);
    counted.0
}

struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::{Mode, Planned, sample};

    fn item(id: &str, outcome: Outcome, steps: usize) -> Item {
        Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: None,
            outcome,
            steps: (0..steps).map(|step| format!("step {step}")).collect(),
            planned: Vec::new(),
            reason: None,
            domain: BTreeMap::new(),
        }
    }

    fn report(items: Vec<Item>) -> Report {
        sample("lamp-lighter", Mode::Plan, items)
    }

    #[test]
    fn a_report_that_fits_is_as_it_was() {
        let report = report(vec![item("a", Outcome::Changed, 100)]);
        assert_eq!(report.clone().within(LONGEST_ANSWER), report);
    }

    /// Words outlive data that says the same.
    #[test]
    fn what_programs_get_of_the_steps_goes_first() {
        let mut one = item("a", Outcome::Planned, 2);
        one.planned = vec![Planned { kind: "delete-member".into(), about: BTreeMap::new() }; 500];
        let cut = report(vec![one]).within(5_000);
        assert!(cut.items[0].planned.is_empty() && cut.warnings.is_empty());
        assert_eq!(cut.items[0].steps, ["step 0", "step 1"]);
    }

    #[test]
    fn one_that_is_too_long_says_what_was_left_out_and_keeps_its_counts() {
        let many = |outcome| (0..50).map(move |n| item(&format!("{outcome:?}-{n}"), outcome, 60));
        let whole = report(many(Outcome::AlreadyRight).chain(many(Outcome::Failed)).collect());
        let most = 30_000;
        let cut = whole.clone().within(most);
        assert!(length(&cut) < most + 500, "{}", length(&cut));
        assert_eq!((cut.counts, &cut.plan_digest), (whole.counts, &whole.plan_digest));
        assert!(!cut.items.is_empty() && cut.items.iter().all(|item| item.outcome == Outcome::Failed));
        assert!(cut.items[0].steps.contains(&"and 20 more steps, which the log has".to_owned()));
        assert!(cut.warnings[0].is(&codes::REPORT_CUT));
        let said = &cut.warnings[0].message;
        assert!(said.contains("2000 steps") && said.contains(&format!("{} items", 100 - cut.items.len())), "{said}");
    }
}
