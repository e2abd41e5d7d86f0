//! `clusters extend`: more time for a cluster.

use anyhow::Context as _;
use nightshift::clock;
use nightshift::jobs::cluster_cleanup::ClusterDelete;
use nightshift::jobs::cluster_extend::ClusterExtend;
use nightshift::report::Mode;
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Word};
use serde_json::{Value, json};

use crate::args::ExtendArgs;
use crate::desk::Desk;
use crate::one;
use crate::output::{Ending, Output, Words, complain};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::when::{Here, Toward};
use crate::words::Text;

/// Writes the new expiry, or says what would be written.
pub(crate) async fn run(args: ExtendArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let nothing = desk.words(Text::NothingChanged);
    let source = Source::of(&args.policy)?;
    let aws = desk.open(&nothing).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), &nothing).await?;
    let driver = source.of_clusters().driver::<ClusterDelete>(aws, desk).await?;
    let region = driver.aws().region().context("no Region is known")?;
    let hand = driver.policy().hand(args.tag_key.as_deref());
    let here = Here { zone: hand.lease.time_zone.clone(), now: driver.run_policy.now.unwrap_or_else(clock::now) };
    let until = here.resolve("--until", &args.until, Toward::Ahead, desk)?;
    let event = event(&args, &until.to_string(), region);
    let record = if args.dry_run { None } else { Some(Record::begin(desk, ClusterExtend::NAME, &account)) };
    let (mode, ledger, words) = match &record {
        None => (Mode::Plan, record::reading(), Words::CanBeHadAgain),
        Some(record) => {
            let ledger =
                record::interruptible(record).with_context(|| format!("could not listen for signals; {nothing}"))?;
            (Mode::Apply, ledger, Words::AreARecord)
        }
    };
    let caller = Caller::Operator { mode, word: Word::Any };
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let report = driver.lend::<ClusterExtend>(hand).run(event, &ledger, caller).await?.report;
    drop(progress);
    if let Some(record) = &record {
        record.end(&report);
    }
    let output = Output::new(words, desk);
    one::say_steps(&report, args.dry_run, &output, desk);
    let mut ending = one::ending(&report, &nothing, desk)?;
    // More time alone does not bring members back: who reads only the exit code is to know that, too.
    let notes = report.items.iter().flat_map(|item| item.domain.values()).filter_map(|own| own["notes"].as_array());
    for note in notes.flatten() {
        let text = |key: &str| note[key].as_str().unwrap_or_default();
        complain(&format!("{}; {}", text("message"), text("fix")));
        ending = Ending::Failed;
    }
    Ok(output.end(ending))
}

/// What was typed, as the job takes it.
pub(crate) fn event(args: &ExtendArgs, until: &str, region: &str) -> Value {
    let mut event = json!({ "cluster": args.cluster, "region": region, "until": until });
    if let Some(owner) = &args.owner {
        event["owner"] = json!(owner);
    }
    event
}
