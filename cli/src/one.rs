//! What a run about one thing comes to, in words: the same outcome as its report has.

use anyhow::bail;
use nightshift::report::{Outcome, Report};

use crate::desk::Desk;
use crate::output::{self, Ending, Output};
use crate::words::{Text, of_reports};

/// How the one item of `report` ended. `nothing` is what was not done to a thing that was left alone.
pub(crate) fn ending(report: &Report, nothing: &str, desk: &Desk) -> anyhow::Result<Ending> {
    report.warnings.iter().for_each(output::warn);
    let Some(item) = of_reports::subject(&report.items) else { bail!("{nothing}") };
    let reason = item.reason.as_ref().map(|reason| of_reports::reason(reason, desk.language()));
    Ok(match (item.outcome, reason) {
        (Outcome::Skipped, Some((message, Some(fix)))) => bail!("{message}; {nothing}; {fix}"),
        (Outcome::Skipped, Some((message, None))) => bail!("{message}; {nothing}"),
        (Outcome::Failed | Outcome::Deferred, Some((message, fix))) => {
            output::complain(&fix.map_or_else(|| message.clone(), |fix| format!("{message}; {fix}")));
            Ending::Failed
        }
        _ => Ending::of(report),
    })
}

/// What a dry run would do to the one thing, or what was done.
pub(crate) fn say_steps(report: &Report, is_dry: bool, output: &Output, desk: &Desk) {
    for step in report.items.iter().flat_map(|item| of_reports::steps(item, desk.language())) {
        let text = if is_dry { Text::Would { step: &step } } else { Text::Taken { step: &step } };
        output.say(&desk.words(text));
    }
}
