//! `clusters delete`: one clone, on its owner's word, by the run that the night makes.

use anyhow::{Context as _, bail, ensure};
use nightshift::clock;
use nightshift::jobs::cluster_cleanup::ClusterDelete;
use nightshift::report::Mode;
use nightshift::report::{Delivery, Item, Outcome, Report};
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
use crate::words::{Text, of_reports};

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
        return Ok(output.end(one::ending(&report, &nothing, desk)?));
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
        if of_reports::only_starts(item) {
            output.say(&desk.words(Text::Started { id: &item.id }));
            output.say(&desk.words(Text::StartGoesOn));
        } else {
            output.say(&desk.words(Text::Deleted { id: &item.id }));
            output.say(&desk.words(Text::DeletionGoesOn));
            output.say(&way_back(item, desk));
        }
    }
    owner_told(&report, &output, desk);
    Ok(output.end(one::ending(&report, &nothing, desk)?))
}

/// Who was told, by which way, or why not: nobody has to wait for a letter that does not come.
fn owner_told(report: &Report, output: &Output, desk: &Desk) {
    for notice in report.notices.iter().filter(|notice| notice.kind == "owner") {
        match (notice.outcome, &notice.reason) {
            (Delivery::Sent, _) => {
                output.say(&desk.words(Text::OwnerTold { to: &notice.to, channel: &notice.channel }));
            }
            (Delivery::Failed, reason) => {
                let why = reason.as_ref().map(|why| of_reports::reason(why, desk.language()).0).unwrap_or_default();
                complain(&desk.words(Text::OwnerNotTold { why: &why }));
            }
        }
    }
}

/// What becomes of the cluster, its members and its data.
fn preview(item: &Item, account: &str, desk: &Desk) -> Vec<String> {
    let mut lines = vec![desk.words(Text::WouldDelete { id: &item.id, region: &item.region, account })];
    lines.extend(of_reports::steps(item, desk.language()).into_iter().map(|step| format!("  {step}")));
    lines.push(if of_reports::only_starts(item) { desk.words(Text::StartGoesOn) } else { way_back(item, desk) });
    lines
}

fn way_back(item: &Item, desk: &Desk) -> String {
    let snapshot = item.domain.get("clusters").and_then(|own| own["final_snapshot"].as_str());
    match snapshot {
        Some(snapshot) => desk.words(Text::BringBack { snapshot, region: &item.region }),
        None => desk.words(Text::NoWayBack),
    }
}

/// Has the cluster's name typed. Anything else is no.
fn name_is_typed(id: &str, desk: &Desk) -> anyhow::Result<()> {
    let line = ask::typed(&desk.words(Text::TypeTheName { id })).with_context(|| desk.words(Text::NothingTyped))?;
    ensure!(!line.trim().is_empty(), desk.words(Text::NothingTyped));
    ensure!(line.trim() == id, desk.words(Text::NotThatName { id }));
    Ok(())
}
