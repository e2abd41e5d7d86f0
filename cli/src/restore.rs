//! `clusters restore`: the way back from a night's deletion.

use anyhow::Context as _;
use nightshift::clock;
use nightshift::jobs::cluster_restore::ClusterRestore;
use nightshift::report::{Mode, Outcome};
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Driver, Word};
use nightshift::run::ledger::{Line, Sink};
use serde_json::json;

use crate::args::RestoreArgs;
use crate::desk::Desk;
use crate::one;
use crate::output::{Ending, Output, Words, complain};
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::when::{Here, Toward};

const NOTHING: &str = "nothing was made";

/// The steps on standard output, each as it is done; the rest of the record as for every command.
#[derive(Debug)]
struct Shown<'a>(&'a Output, Option<Record>);

impl Sink for Shown<'_> {
    fn write(&self, line: Line<'_>) {
        if let Line::Step(_, step) = line {
            self.0.say(step);
        }
        if let Some(record) = &self.1 {
            record.write(line);
        }
    }

    fn expects(&self, items: usize) {
        if let Some(record) = &self.1 {
            record.expects(items);
        }
    }
}

/// Restores, or says what would be made.
pub(crate) async fn run(args: RestoreArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open(NOTHING).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), NOTHING).await?;
    let region = aws.region().context("no Region is known")?.to_owned();
    let until = if args.until.eq_ignore_ascii_case("never") {
        "never".to_owned()
    } else {
        let here = Here::of_shell(&desk.environment, clock::now());
        here.resolve("--until", &args.until, Toward::Ahead, desk)?.to_string()
    };
    let mut event = json!({ "snapshot": args.snapshot, "region": region, "until": until, "tag_key": args.tag_key });
    if let Some(name) = &args.name {
        event["name"] = json!(name);
    }
    let (mode, words) =
        if args.dry_run { (Mode::Plan, Words::CanBeHadAgain) } else { (Mode::Apply, Words::AreARecord) };
    let output = Output::new(words, desk);
    let record = if args.dry_run { None } else { Some(Record::begin(desk, ClusterRestore::NAME, &account)) };
    let shown = Shown(&output, record);
    let ledger = if args.dry_run {
        record::reading()
    } else {
        record::interruptible(&shown).context("could not listen for signals; nothing was made")?
    };
    let caller = Caller::Operator { mode, word: Word::Any };
    let progress = Progress::start("reading", aws.calls().clone());
    let report = Driver::<ClusterRestore>::bare((), aws)?.run(event, &ledger, caller).await?.report;
    drop(progress);
    if let Some(record) = &shown.1 {
        record.end(&report);
    }
    match report.items.first() {
        Some(item) if item.outcome == Outcome::Planned => item.steps.iter().for_each(|step| output.say(step)),
        Some(item) if item.outcome == Outcome::Changed => {
            output.say(&format!("cluster {} is restored; its expiry is {until}", item.id));
        }
        Some(item) if record::is_interrupted() => {
            complain(&format!("cluster {} is not whole yet; the same command goes on from here", item.id));
        }
        _ => {}
    }
    let ending = one::ending(&report, NOTHING)?;
    Ok(output.end(ending))
}
