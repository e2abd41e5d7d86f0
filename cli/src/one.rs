//! What a run about one thing comes to, in words: the same outcome as its report has.

use anyhow::bail;
use nightshift::report::{Outcome, Reason, Report};

use crate::output::{self, Ending};

/// How the one item of `report` ended. `nothing` is what was not done to a thing that was left alone.
pub(crate) fn ending(report: &Report, nothing: &str) -> anyhow::Result<Ending> {
    report.warnings.iter().for_each(output::warn);
    let Some(item) = report.items.first() else { bail!("{nothing}") };
    Ok(match (item.outcome, &item.reason) {
        (Outcome::Skipped, Some(Reason { message, fix: Some(fix), .. })) => bail!("{message}; {nothing}; {fix}"),
        (Outcome::Skipped, Some(Reason { message, fix: None, .. })) => bail!("{message}; {nothing}"),
        (Outcome::Failed | Outcome::Deferred, Some(reason)) => {
            output::complain(&reason.said());
            Ending::Failed
        }
        _ => Ending::of(report),
    })
}
