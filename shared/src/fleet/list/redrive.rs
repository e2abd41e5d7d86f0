//! The accounts of a run that takes up an earlier one: those that failed there, and that are still meant.

use std::collections::BTreeSet;

use crate::domains::fleet::{Choice, Chosen, FleetReport, LeftOut, codes};
use crate::report::Reason;
use crate::run::RunFault;
use crate::text::printable;

/// Of `choice` those that failed in `earlier`; the others are left alone, and why is said. Caps are judged anew, of these alone.
pub(super) fn failed_of(choice: Choice, earlier: &FleetReport) -> Result<Choice, RunFault> {
    let failed: BTreeSet<_> = earlier.failed().map(|row| row.account.as_str()).collect();
    let Choice { canary, rest, mut left_out } = choice;
    let mut keep = |chosen: Vec<Chosen>| -> Vec<Chosen> {
        let (failed, others): (Vec<_>, Vec<_>) =
            chosen.into_iter().partition(|chosen| failed.contains(chosen.account.as_str()));
        left_out.extend(others.into_iter().map(|Chosen { account, name, path, policy: _ }| {
            let message = format!("it did not fail in {}", printable(&earlier.execution));
            LeftOut { account, name, path, reason: Reason::plain(&codes::NOT_SELECTED, message) }
        }));
        failed
    };
    let (canary, rest) = (keep(canary), keep(rest));
    if canary.is_empty() && rest.is_empty() {
        return Err(RunFault::Refused(format!(
            "of the {} accounts that failed in {} none is selected by now, so nothing was begun: start a run without 'redrive_of'",
            failed.len(),
            printable(&earlier.execution)
        )));
    }
    Ok(Choice { canary, rest, left_out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::fleet::{Ended, Item, Maps, Run, fold};
    use crate::report::Mode;

    fn chosen(account: &str) -> Chosen {
        Chosen { account: account.to_owned(), name: "n".to_owned(), path: "Root".to_owned(), policy: None }
    }

    fn earlier(accounts: &[(&str, Ended)]) -> FleetReport {
        let item = |(account, _): &(&str, Ended)| Item {
            account: (*account).to_owned(),
            name: "n".to_owned(),
            path: "Root".to_owned(),
            policy: None,
            regions: Vec::new(),
            budget: None,
            judged_at: None,
            expect_plan: None,
        };
        let mut rows = fold(&accounts.iter().map(item).collect::<Vec<_>>(), &Maps::default());
        for (row, (_, ended)) in rows.iter_mut().zip(accounts) {
            row.ended = *ended;
        }
        let at = "2026-11-21T02:00:00Z".parse().unwrap();
        let run = Run {
            function: "cluster-cleanup".to_owned(),
            mode: Mode::Apply,
            execution: "night".to_owned(),
            organization: None,
            redrive_of: None,
            started_at: at,
            finished_at: at,
        };
        FleetReport::of(run, &[], rows, Vec::new())
    }

    #[test]
    fn only_what_failed_and_is_still_meant_is_taken_up() {
        let choice = Choice { canary: vec![chosen("1")], rest: vec![chosen("2"), chosen("3")], left_out: Vec::new() };
        let night = [("1", Ended::Done), ("2", Ended::Failed), ("3", Ended::Skipped), ("4", Ended::Failed)];
        let again = failed_of(choice.clone(), &earlier(&night)).unwrap();
        assert_eq!((again.canary, again.rest), (vec![], vec![chosen("2")]));
        let left: Vec<_> = again.left_out.iter().map(|out| format!("{} {}", out.account, out.reason.message)).collect();
        assert_eq!(left, ["1 it did not fail in night", "3 it did not fail in night"]);
        let refused = failed_of(choice, &earlier(&[("4", Ended::Failed)])).unwrap_err();
        insta::assert_snapshot!(refused, @"of the 1 accounts that failed in night none is selected by now, so nothing was begun: start a run without 'redrive_of'");
    }
}
