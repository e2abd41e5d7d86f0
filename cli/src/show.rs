//! `clusters show`: how it stands with one cluster, as the next run would see it.

use anyhow::bail;
use nightshift::jobs::cluster_cleanup::{ClusterCleanup, codes};
use nightshift::report::{Item, Mode, Outcome};
use nightshift::run::driver::{Caller, Word};
use nightshift::text::printable;
use serde_json::json;

use crate::args::ShowArgs;
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::{output, record};

/// A plan about that cluster alone, in words.
pub(crate) async fn run(args: ShowArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(&args.policy)?;
    let mut desk = desk.clone();
    let mut event = json!({ "clusters": [args.cluster] });
    if let Some(region) = &desk.globals.region {
        event["regions"] = json!([region]);
        // Without a policy the Region is where one works; with one it has to be one of its own.
        if matches!(source, Source::Shell) {
            desk.environment = desk.environment.with("NIGHTSHIFT_REGIONS", region);
        }
    }
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let driver = source.driver::<ClusterCleanup>(aws, &desk).await?;
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let report = driver.run(event, &record::reading(), caller).await?.report;
    let reasons = || report.items.iter().filter_map(|item| item.reason.as_ref());
    if let Some(reason) = reasons().find(|reason| reason.is(&codes::NOT_FOUND)) {
        let next = reason.fix.as_deref().unwrap_or("check the name");
        bail!("there is no Aurora cluster {} in {}; {next}", args.cluster, report.regions.join(", "));
    }
    // Whether anybody can be told is the deployment's matter, which this shell may know nothing of.
    report.warnings.iter().filter(|warning| !warning.is(&codes::NO_CHANNEL)).for_each(output::warn);
    let output = Output::new(Words::CanBeHadAgain, &desk);
    for item in report.items.iter().filter(|item| item.id == args.cluster) {
        for line in lines(item) {
            output.say(&line);
        }
    }
    let half_way = [&codes::HALF_DELETED, &codes::HALF_DELETED_BLOCKED];
    let is_half_way =
        |item: &Item| item.reason.as_ref().is_some_and(|why| half_way.into_iter().any(|code| why.is(code)));
    let failed = report.items.iter().any(|item| is_half_way(item) || item.outcome == Outcome::Failed);
    Ok(output.end(if failed { Ending::Failed } else { Ending::Done }))
}

/// What the report has of it: whose it is, what is the case, and what comes next.
fn lines(item: &Item) -> Vec<String> {
    let owner = item.owner.as_deref().map_or_else(|| "nobody's".to_owned(), |owner| format!("of {}", printable(owner)));
    let mut lines = vec![format!("{} in {}, {owner}", item.id, item.region)];
    if let Some(reason) = &item.reason {
        lines.push(format!("  [{}] {}", reason.code, printable(&reason.message)));
        lines.extend(reason.fix.iter().map(|fix| format!("  → {}", printable(fix))));
    }
    lines.extend(item.steps.iter().map(|step| format!("  the next run would {}", printable(step))));
    lines
}
