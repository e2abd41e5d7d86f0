//! `clusters restore`: the way back from a night's deletion.

use anyhow::Context as _;
use nightshift::clock;
use nightshift::jobs::cluster_cleanup::ClusterDelete;
use nightshift::jobs::cluster_restore::ClusterRestore;
use nightshift::notify::Language;
use nightshift::report::{Mode, Outcome};
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Word};
use nightshift::run::ledger::{Line, Sink};
use serde_json::json;

use crate::args::RestoreArgs;
use crate::desk::Desk;
use crate::one;
use crate::output::{Ending, Output, Words, complain};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::when::{Here, Toward};
use crate::words::Text;

/// The steps on standard output, each as AWS accepts it, where they are read in the language of the record; the rest of the
/// record as for every command.
#[derive(Debug)]
struct Shown<'a> {
    output: Option<&'a Output>,
    record: Option<Record>,
}

impl Sink for Shown<'_> {
    fn write(&self, line: Line<'_>) {
        if let (Line::Step(_, step), Some(output)) = (&line, self.output) {
            output.say(step);
        }
        if let Some(record) = &self.record {
            record.write(line);
        }
    }

    fn expects(&self, items: usize) {
        if let Some(record) = &self.record {
            record.expects(items);
        }
    }
}

/// Restores, or says what would be made.
pub(crate) async fn run(args: RestoreArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let nothing = desk.words(Text::NothingMade);
    let source = Source::of(&args.policy)?;
    let aws = desk.open(&nothing).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), &nothing).await?;
    let region = aws.region().context("no Region is known")?.to_owned();
    let driver = source.of_clusters().driver::<ClusterDelete>(aws, desk).await?;
    let hand = driver.policy().hand(args.tag_key.as_deref());
    let until = if args.until.eq_ignore_ascii_case("never") {
        "never".to_owned()
    } else {
        let here = Here { zone: hand.lease.time_zone.clone(), now: driver.run_policy.now.unwrap_or_else(clock::now) };
        here.resolve("--until", &args.until, Toward::Ahead, desk)?.to_string()
    };
    let mut event =
        json!({ "snapshot": args.snapshot, "region": region, "until": until, "tag_key": hand.lease.tag_key });
    if let Some(name) = &args.name {
        event["name"] = json!(name);
    }
    if let Some(owner) = &args.owner {
        event["owner"] = json!(owner);
    }
    let (mode, words) =
        if args.dry_run { (Mode::Plan, Words::CanBeHadAgain) } else { (Mode::Apply, Words::AreARecord) };
    let output = Output::new(words, desk);
    let record = if args.dry_run { None } else { Some(Record::begin(desk, ClusterRestore::NAME, &account)) };
    let is_as_recorded = desk.language() == Language::English;
    let shown = Shown { output: is_as_recorded.then_some(&output), record };
    let ledger = if args.dry_run {
        record::reading()
    } else {
        record::interruptible(&shown).with_context(|| format!("could not listen for signals; {nothing}"))?
    };
    let caller = Caller::Operator { mode, word: Word::Any };
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let report = driver.lend::<ClusterRestore>(hand).run(event, &ledger, caller).await?.report;
    drop(progress);
    if let Some(record) = &shown.record {
        record.end(&report);
    }
    match report.items.first() {
        Some(item) if item.outcome == Outcome::Planned => one::say_steps(&report, true, &output, desk),
        Some(item) if item.outcome == Outcome::Changed => {
            if !is_as_recorded {
                one::say_steps(&report, false, &output, desk);
            }
            output.say(&desk.words(Text::Restored { id: &item.id, until: &until }));
        }
        Some(item) if record::is_interrupted() => complain(&desk.words(Text::NotWhole { id: &item.id })),
        _ => {}
    }
    let ending = one::ending(&report, &nothing, desk)?;
    Ok(output.end(ending))
}
