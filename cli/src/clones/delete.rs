//! `clusters delete`: one clone, on its owner's word, by the run that the night makes.

use anyhow::{Context as _, bail, ensure};
use nightshift::clock;
use nightshift::jobs::cluster_cleanup::ClusterDelete;
use nightshift::report::Mode;
use nightshift::report::{Item, Outcome, Report};
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Driver, Word};
use serde_json::{Value, json};

use crate::args::DeleteArgs;
use crate::ask;
use crate::desk::Desk;
use crate::one;
use crate::output::{self, Ending, Output, Words, complain};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::told::Told;
use crate::words::Text;

/// Shows what would be done, asks, and does it.
pub(crate) async fn run(args: DeleteArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let nothing = desk.words(Text::NothingDeleted);
    may_begin(&args, desk)?;
    let source = Source::of(&args.policy)?;
    let aws = desk.open(&nothing).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), &nothing).await?;
    let region = aws.region().context("no Region is known")?.to_owned();
    let driver = source.of_clusters().driver::<ClusterDelete>(aws, desk).await?;
    let asked = driver.run_policy.now.unwrap_or_else(clock::now);
    let event = json!({ "clusters": [args.cluster], "regions": [region], "asked": asked });

    let report = reading(&driver, event.clone()).await?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    let Some(item) = report.items.iter().find(|item| item.outcome == Outcome::Planned) else {
        return Ok(output.end(one::ending(&report, &nothing)?));
    };
    if let Some(tripped) = &report.tripped {
        bail!("{} is {} and this wants {}; {nothing}; {}", tripped.guard, tripped.limit, tripped.wanted, tripped.fix);
    }
    let preview = preview(item, &account, desk);
    if args.dry_run {
        for line in preview {
            output.say(&line);
        }
        return Ok(output.end(Ending::Done));
    }
    for line in preview {
        output::to_standard_error(&format!("{line}\n"));
    }
    if !args.yes {
        name_is_typed(&args.cluster, desk)?;
    }
    apply(&driver, event, &report, &account, desk).await
}

/// What can be said before anybody is asked anything.
fn may_begin(args: &DeleteArgs, desk: &Desk) -> anyhow::Result<()> {
    if args.dry_run {
        return Ok(());
    }
    ensure!(args.policy.file.is_some() || args.policy.function.is_some(), desk.words(Text::NeedsPolicy));
    ensure!(!args.yes || args.account.account.is_some(), desk.words(Text::NeedsAccount));
    if !args.yes && !ask::can_be_asked() {
        return Err(Told::error(desk.words(Text::NoTerminal), desk.words(Text::NoTerminalFix)));
    }
    Ok(())
}

async fn reading(driver: &Driver<ClusterDelete>, event: Value) -> anyhow::Result<Report> {
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let finished = Box::pin(driver.run(event, &record::reading(), caller)).await;
    drop(progress);
    Ok(finished?.report)
}

/// Exactly what was shown.
async fn apply(
    driver: &Driver<ClusterDelete>,
    event: Value,
    shown: &Report,
    account: &str,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    let nothing = desk.words(Text::NothingDeleted);
    let record = Record::begin(desk, ClusterDelete::NAME, account);
    let ledger = record::interruptible(&record).with_context(|| format!("could not listen for signals; {nothing}"))?;
    let caller = Caller::Operator { mode: Mode::Apply, word: Word::Shown(shown.plan_digest.clone()) };
    let progress = Progress::start("deleting", driver.aws().calls().clone());
    let finished = Box::pin(driver.run(event, &ledger, caller)).await;
    drop(progress);
    let report = finished?.report;
    record.end(&report);
    let output = Output::new(Words::AreARecord, desk);
    if let Some(tripped) = &report.tripped {
        complain(&format!("{nothing}: {}", tripped.fix));
    }
    if let Some(item) = report.items.iter().find(|item| item.outcome == Outcome::Changed) {
        output.say(&desk.words(Text::Deleted { id: &item.id }));
        output.say(&desk.words(Text::DeletionGoesOn));
        output.say(&way_back(item, desk));
    }
    Ok(output.end(one::ending(&report, &nothing)?))
}

/// What becomes of the cluster, its members and its data.
fn preview(item: &Item, account: &str, desk: &Desk) -> Vec<String> {
    let mut lines = vec![desk.words(Text::WouldDelete { id: &item.id, region: &item.region, account })];
    lines.extend(item.steps.iter().map(|step| format!("  {}", in_words(step, desk))));
    lines.push(way_back(item, desk));
    lines
}

fn way_back(item: &Item, desk: &Desk) -> String {
    let snapshot = item.domain.get("clusters").and_then(|own| own["final_snapshot"].as_str());
    match snapshot {
        Some(snapshot) => desk.words(Text::BringBack { snapshot, region: &item.region }),
        None => desk.words(Text::NoWayBack),
    }
}

/// A step as the plan has it, in the reader's language; one that is not known here as it is.
fn in_words(step: &str, desk: &Desk) -> String {
    let text = match step.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["lift", "deletion", "protection"] => Text::LiftProtection,
        ["delete", "writer", id] => Text::DeleteMember { id, writer: true },
        ["delete", "reader", id] => Text::DeleteMember { id, writer: false },
        ["delete", "cluster", id, "keep", "its", "data", days, "days", "in", "snapshot", snapshot] => {
            Text::DeleteWithSnapshot { id: id.trim_end_matches(','), days, snapshot }
        }
        ["delete", "cluster", id, "without", "a", "snapshot"] => Text::DeleteWithoutSnapshot { id },
        _ => return step.to_owned(),
    };
    desk.words(text)
}

/// Has the cluster's name typed. Anything else is no.
fn name_is_typed(id: &str, desk: &Desk) -> anyhow::Result<()> {
    let line = ask::typed(&desk.words(Text::TypeTheName { id })).with_context(|| desk.words(Text::NothingTyped))?;
    ensure!(!line.trim().is_empty(), desk.words(Text::NothingTyped));
    ensure!(line.trim() == id, desk.words(Text::NotThatName { id }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use nightshift::config::Environment;

    use super::*;
    use crate::args::Globals;

    /// A step that the plan words anew would be said in English to everybody.
    #[test]
    fn every_step_of_a_deletion_has_its_words_in_each_language() {
        let desk = |code: &str| Desk {
            environment: [("NIGHTSHIFT_LANGUAGE", code)].into_iter().collect::<Environment>(),
            globals: Globals::default(),
        };
        for step in [
            "lift deletion protection",
            "delete reader orders-ana-r",
            "delete writer orders-ana-w",
            "delete cluster orders-ana, keep its data 30 days in snapshot nightshift-orders-ana-x",
            "delete cluster orders-ana without a snapshot",
        ] {
            assert_ne!(in_words(step, &desk("es")), in_words(step, &desk("en")), "{step}");
        }
        assert_eq!(in_words("something new", &desk("es")), "something new");
    }
}
