//! The answer of a run to somebody who waits for it. A failed invocation answers with a type and a text and nothing else, so what
//! is in that text is written and read here alone.

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
    Err(RunFault::NotCarriedOut(format!("{} of {all}{NOT_DONE}{}", open.len(), said.join("; "))))
}

const NOT_DONE: &str = " not done: ";

/// Of the text of such a failure: the code of the first thing that was not done, where it says why.
pub fn first_code(text: &str) -> Option<&str> {
    let (_, said) = text.split_once(NOT_DONE)?;
    let (code, _) = said.split_once(" (")?.1.split_once(": ")?;
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::codes;
    use crate::report::{Item, Mode, Reason, sample};

    fn item(id: &str, outcome: Outcome, reason: Option<Reason>) -> Item {
        let id = id.to_owned();
        let region = "eu-west-1".to_owned();
        Item { id, region, owner: None, outcome, steps: Vec::new(), planned: Vec::new(), reason, domain: [].into() }
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
        assert_eq!(first_code(&said), Some("access-denied"), "and read again");
        for (text, code) in [
            ("2 of 2 not done: a (not-ready: it is 'x' (throttled: no)); b (cap: y)", Some("not-ready")),
            ("1 of 1 not done: cay", None),
            ("1 of 1 not done: cay (Not A Code: x)", None),
            ("something (throttled: x)", None),
        ] {
            assert_eq!(first_code(text), code, "{text}");
        }
    }
}
