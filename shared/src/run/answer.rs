//! The answer of a run to somebody who waits for it.

use super::fault::RunFault;
use crate::report::{Outcome, Report};
use crate::text::printable;

/// A failure, unless everything that was asked for was done.
pub(super) fn in_full(report: &Report) -> Result<(), RunFault> {
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
    Err(RunFault::NotCarriedOut(format!("not done: {}", said.join("; "))))
}
