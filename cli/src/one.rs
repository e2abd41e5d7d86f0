//! What a run about one thing comes to, in words: the same outcome as its report has.

use anyhow::bail;
use nightshift::report::{Outcome, Report};

use crate::output::{self, Ending};

/// How the one item of `report` ended. `nothing` is what was not done to a thing that was left alone.
pub(crate) fn ending(report: &Report, nothing: &str) -> anyhow::Result<Ending> {
    report.warnings.iter().for_each(output::warn);
    let Some(item) = report.items.first() else { bail!("{nothing}") };
    let why = item.reason.as_ref().map(|why| (why.message.as_str(), why.fix.as_str()));
    Ok(match (item.outcome, why) {
        (Outcome::Skipped, Some((message, fix))) => bail!("{message}; {nothing}; {fix}"),
        (Outcome::Failed | Outcome::Deferred, Some((message, fix))) => {
            output::complain(&format!("{message}; {fix}"));
            Ending::Failed
        }
        _ => Ending::of(report),
    })
}
