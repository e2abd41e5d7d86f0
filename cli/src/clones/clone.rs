//! `clusters clone`: one clone, made here with one's own credentials or by the deployed function, and how to connect to it.

use anyhow::Context as _;
use nightshift::clock;
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::report::{Mode, Outcome};
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Word};
use nightshift::run::ledger::{Line, Sink};
use nightshift::services::aws::Aws;
use nightshift::services::rds::RdsReader;
use nightshift::text::chain;
use serde_json::{Value, json};

use super::{connection, invoke};
use crate::args::CloneArgs;
use crate::desk::Desk;
use crate::one;
use crate::output::{Ending, Output, Words, complain};
use crate::policy::Source;
use crate::progress::{self, Progress};
use crate::record::{self, Record};
use crate::when::{Here, Toward};
use crate::words::{Text, of_reports};

/// The record, and beside it how far the clone is.
#[derive(Debug)]
struct Shown<'a>(&'a Record, &'a Desk);

impl Sink for Shown<'_> {
    fn write(&self, line: Line<'_>) {
        if let Line::Step(entry, step) = line {
            progress::say(self.1.words(Text::Making { id: &entry.id, step }));
        }
        self.0.write(line);
    }

    fn expects(&self, _: usize) {}
}

/// Makes it, or says what would be made.
pub(crate) async fn run(args: CloneArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let nothing = desk.words(Text::NothingMade);
    let source = Source::of(&args.policy)?;
    let aws = desk.open(&nothing).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), &nothing).await?;
    let region = aws.region().context("no Region is known")?.to_owned();
    if let Some(function) = &args.invoke {
        let event = event(&args, &region, &Here::of_shell(&desk.environment, clock::now()), desk)?;
        let made = invoke::until_made(&aws, function, event, args.dry_run, desk).await?;
        return Ok(after(&aws, &account, &region, made.filter(|_| !args.dry_run), desk).await);
    }
    let driver = source.of_clusters().driver::<ClusterClone>(aws, desk).await?;
    let zone = driver.policy().lease.time_zone.clone();
    let here = Here { zone, now: driver.run_policy.now.unwrap_or_else(clock::now) };
    let event = event(&args, &region, &here, desk)?;
    let record = if args.dry_run { None } else { Some(Record::begin(desk, ClusterClone::NAME, &account)) };
    let shown = record.as_ref().map(|record| Shown(record, desk));
    let (mode, ledger, words) = match &shown {
        None => (Mode::Plan, record::reading(), Words::CanBeHadAgain),
        Some(shown) => {
            let ledger =
                record::interruptible(shown).with_context(|| format!("could not listen for signals; {nothing}"))?;
            (Mode::Apply, ledger, Words::AreARecord)
        }
    };
    let caller = Caller::Operator { mode, word: Word::Any };
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let finished = Box::pin(driver.run(event, &ledger, caller)).await;
    drop(progress);
    let report = finished?.report;
    if let Some(record) = &record {
        record.end(&report);
    }
    let output = Output::new(words, desk);
    one::say_steps(&report, args.dry_run, &output, desk);
    let notes = report.items.iter().flat_map(|item| item.domain.values()).filter_map(|own| own["notes"].as_array());
    notes.flatten().filter_map(Value::as_str).for_each(|note| output.say(&format!("note: {note}")));
    let ending = output.end(one::ending(&report, &nothing, desk)?);
    let usable = [Outcome::Changed, Outcome::AlreadyRight];
    let usable_one = of_reports::subject(&report.items).filter(|item| usable.contains(&item.outcome));
    let usable_one = usable_one.map(|item| item.id.clone());
    if ending != Ending::Done || usable_one.is_none() {
        return Ok(ending);
    }
    Ok(after(driver.aws(), &account, &region, usable_one, desk).await)
}

/// How to connect to `made`.
async fn after(aws: &Aws, account: &str, region: &str, made: Option<String>, desk: &Desk) -> Ending {
    let output = Output::new(Words::CanBeHadAgain, desk);
    let Some(id) = made else { return Ending::Done };
    match RdsReader::new(aws, region).cluster(&id, account).await {
        Ok(Some(cluster)) => {
            output.say(&desk.words(Text::Usable { id: &id }));
            for line in connection::lines(&cluster) {
                output.say(&line);
            }
        }
        Ok(None) => complain(&format!("{id} was made and is not there any more")),
        // It is made: that one may not look at it is a word, not a failure.
        Err(error) => complain(&format!("{id} is ready; how to connect could not be read: {}", chain(&error))),
    }
    output.end(Ending::Done)
}

/// What was typed, as the job takes it.
fn event(args: &CloneArgs, region: &str, here: &Here, desk: &Desk) -> anyhow::Result<Value> {
    let expires = here.resolve("--expires", &args.expires, Toward::Ahead, desk)?;
    let mut event = json!({ "source": args.source, "region": region, "expires": expires });
    if let Some(from) = &args.from {
        event["from"] = json!(here.resolve("--from", from, Toward::Back, desk)?);
    }
    for (key, value) in [
        ("owner", &args.owner),
        ("name", &args.name),
        ("class", &args.class),
        ("acu", &args.acu),
        ("reason", &args.reason),
    ] {
        if let Some(value) = value {
            event[key] = json!(value);
        }
    }
    if let Some(instances) = args.instances {
        event["instances"] = json!(instances);
    }
    if args.anonymise {
        event["anonymise"] = json!(true);
    }
    Ok(event)
}
