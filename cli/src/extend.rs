//! `clusters extend`: more time for a cluster.

use anyhow::Context as _;
use nightshift::clock;
use nightshift::domains::clusters::lease::Lease;
use nightshift::jobs::cluster_cleanup::{ClusterCleanup, Policy};
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

const NOTHING: &str = "nothing was changed";

/// Writes the new expiry, or says what would be written.
pub(crate) async fn run(args: ExtendArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(&args.policy)?;
    let aws = desk.open(NOTHING).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), NOTHING).await?;
    let driver = source.of_clusters().driver::<ClusterCleanup>(aws, desk).await?;
    let region = driver.aws().region().context("no Region is known")?;
    let lease = lease(&args, driver.policy());
    let here = Here { zone: lease.time_zone.clone(), now: driver.run_policy.now.unwrap_or_else(clock::now) };
    let until = here.resolve("--until", &args.until, Toward::Ahead, desk)?;
    let event = event(&args, &until.to_string(), region);
    let record = if args.dry_run { None } else { Some(Record::begin(desk, ClusterExtend::NAME, &account)) };
    let (mode, ledger, words) = match &record {
        None => (Mode::Plan, record::reading(), Words::CanBeHadAgain),
        Some(record) => {
            let ledger = record::interruptible(record).context("could not listen for signals; nothing was changed")?;
            (Mode::Apply, ledger, Words::AreARecord)
        }
    };
    let caller = Caller::Operator { mode, word: Word::Any };
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let report = driver.lend::<ClusterExtend>(lease).run(event, &ledger, caller).await?.report;
    drop(progress);
    if let Some(record) = &record {
        record.end(&report);
    }
    let output = Output::new(words, desk);
    let steps = report.items.iter().flat_map(|item| &item.steps);
    steps.for_each(|step| output.say(&if args.dry_run { format!("would {step}") } else { step.clone() }));
    let mut ending = one::ending(&report, NOTHING)?;
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

/// The part of the policy that binds it.
pub(crate) fn lease(args: &ExtendArgs, policy: &Policy) -> Lease {
    Lease {
        tag_key: args.tag_key.clone().unwrap_or_else(|| policy.tag_key.clone()),
        owner_tag: policy.owner_tag.clone(),
        time_zone: policy.time_zone.clone(),
        max_lease_days: policy.max_lease_days,
    }
}
