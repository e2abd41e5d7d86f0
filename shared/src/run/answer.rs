//! The answer of a run to somebody who waits for it.

use super::fault::RunFault;
use crate::report::{Outcome, Report};
use crate::text::printable;

/// A failure, unless everything that was asked for was done.
pub fn in_full(report: &Report) -> Result<(), RunFault> {
    let undone = |outcome| matches!(outcome, Outcome::Failed | Outcome::Deferred | Outcome::Skipped);
    let open: Vec<_> = report.items.iter().filter(|item| undone(item.outcome)).collect();
    if open.is_empty() && report.tripped.is_none() {
        return Ok(());
    }
    let said = open.iter().map(|item| match &item.reason {
        Some(why) => format!("{} ({}: {})", printable(&item.id), why.code, why.message),
        None => printable(&item.id),
    });
    let said: Vec<_> = said.chain(report.tripped.iter().map(|tripped| format!("{} tripped", tripped.guard))).collect();
    let all = report.items.len();
    Err(RunFault::NotCarriedOut(format!("{} of {all} not done: {}", open.len(), said.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::codes;
    use crate::report::{Item, Mode, Reason, sample};

    fn item(id: &str, outcome: Outcome, reason: Option<Reason>) -> Item {
        let id = id.to_owned();
        let region = "eu-west-1".to_owned();
        Item { id, region, owner: None, outcome, steps: Vec::new(), reason, domain: [].into() }
    }

    #[test]
    fn what_was_not_done_is_counted_and_named_with_its_reason() {
        let items = vec![item("ana", Outcome::Changed, None), item("ben", Outcome::AlreadyRight, None)];
        let mut report = sample("lamp-lighter", Mode::Apply, items);
        assert!(in_full(&report).is_ok());
        let why = Reason::new(&codes::ACCESS_DENIED, "no", "allow it");
        report.items.push(item("cay", Outcome::Failed, Some(why)));
        let said = in_full(&report).unwrap_err().to_string();
        assert_eq!(said, "1 of 3 not done: cay (access-denied: no)");
    }
}
