//! The accounts of a run that takes up an earlier one: those that failed there, and that are still meant.

use std::collections::BTreeSet;

use crate::domains::fleet::{Choice, Chosen, FleetReport, LeftOut, Row, codes};
use crate::report::Reason;
use crate::run::RunFault;
use crate::text::printable;

/// Of `choice` those that failed in `earlier`; the others are left alone, and why is said. Caps are judged anew, of these alone.
pub(super) fn failed_of(choice: Choice, earlier: &FleetReport) -> Result<Choice, RunFault> {
    let failed: BTreeSet<_> = earlier.failed().map(|row| row.account.as_str()).collect();
    let gone = gone(&choice, earlier);
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
    left_out.extend(gone);
    Ok(Choice { canary, rest, left_out })
}

/// Those that failed in `earlier` and are in no list of `choice`, which has every account of the organisation: nobody else would say what became
/// of them.
fn gone(choice: &Choice, earlier: &FleetReport) -> Vec<LeftOut> {
    let chosen = choice.canary.iter().chain(&choice.rest).map(|chosen| chosen.account.as_str());
    let known: BTreeSet<_> = chosen.chain(choice.left_out.iter().map(|out| out.account.as_str())).collect();
    let gone = earlier.failed().filter(|row| !known.contains(row.account.as_str()));
    let left_out = |row: &Row| {
        let message =
            format!("it failed in {}, and this organisation has no such account by now", printable(&earlier.execution));
        let fix = "nothing, if it has left the organisation: no run reaches it";
        let reason = Reason::new(&codes::NO_SUCH_ACCOUNT, message, fix);
        LeftOut { account: row.account.clone(), name: row.name.clone(), path: row.path.clone(), reason }
    };
    gone.map(left_out).collect()
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
        let item = |(account, _): &(&str, Ended)| Item::of(*account, "n", "Root");
        let mut rows = fold(&accounts.iter().map(item).collect::<Vec<_>>(), &Maps::default());
        for (row, (_, ended)) in rows.iter_mut().zip(accounts) {
            row.ended = *ended;
        }
        let at = "2026-11-21T02:00:00Z".parse().unwrap();
        let run = Run::of("cluster-cleanup", Mode::Apply, "night", (at, at));
        FleetReport::of(run, &[], rows, Vec::new())
    }

    #[test]
    fn only_what_failed_and_is_still_meant_is_taken_up() {
        let choice = Choice { canary: vec![chosen("1")], rest: vec![chosen("2"), chosen("3")], left_out: Vec::new() };
        let night = [("1", Ended::Done), ("2", Ended::Failed), ("3", Ended::Skipped), ("4", Ended::Failed)];
        let again = failed_of(choice.clone(), &earlier(&night)).unwrap();
        assert_eq!((again.canary, again.rest), (vec![], vec![chosen("2")]));
        let left: Vec<_> = again.left_out.iter().map(|out| format!("{} {}", out.account, out.reason.message)).collect();
        insta::assert_snapshot!(left.join("\n"), @r"
        1 it did not fail in night
        3 it did not fail in night
        4 it failed in night, and this organisation has no such account by now
        ");
        assert!(again.left_out[2].reason.is(&codes::NO_SUCH_ACCOUNT), "somebody has to hear of it");
        let refused = failed_of(choice, &earlier(&[("4", Ended::Failed)])).unwrap_err();
        insta::assert_snapshot!(refused, @"of the 1 accounts that failed in night none is selected by now, so nothing was begun: start a run without 'redrive_of'");
    }
}
