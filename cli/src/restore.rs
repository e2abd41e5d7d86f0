//! `clusters restore`: the way back from a night's deletion.

use anyhow::Context as _;
use nightshift::config::Environment;
use nightshift::jobs::cluster_restore::ClusterRestore;
use nightshift::report::{Mode, Outcome};
use nightshift::run::driver::{Caller, Driver};
use nightshift::run::ledger::{Line, Sink};
use nightshift::services::aws::{Aws, Roots};
use serde_json::json;

use crate::args::RestoreArgs;
use crate::output::{Ending, Output, Words, complain};
use crate::{account, one, record};

const NOTHING: &str = "nothing was made";

/// The steps on standard output, each as it is done; the rest of the record as for every command.
#[derive(Debug)]
struct Shown<'a>(&'a Output);

impl Sink for Shown<'_> {
    fn write(&self, line: Line<'_>) {
        match line {
            Line::Step(_, step) => self.0.say(step),
            other => record::Lines.write(other),
        }
    }
}

/// Restores, or says what would be made.
pub(crate) async fn run(args: RestoreArgs, environment: &Environment) -> anyhow::Result<Ending> {
    let aws = Aws::connect(environment, Roots::System).await?;
    if let Some(wanted) = &args.account {
        account::check(wanted, &aws.account().await?, NOTHING)?;
    }
    let region = args.region.as_deref().or(aws.region());
    let region = region.context("no Region is known: --region NAME, or set AWS_REGION")?.to_owned();
    let mut event =
        json!({ "snapshot": args.snapshot, "region": region, "until": args.until, "tag_key": args.tag_key });
    if let Some(name) = &args.name {
        event["name"] = json!(name);
    }
    let (mode, words) =
        if args.dry_run { (Mode::Plan, Words::CanBeHadAgain) } else { (Mode::Apply, Words::AreARecord) };
    let output = Output::new(words);
    let shown = Shown(&output);
    let ledger = if args.dry_run {
        record::reading()
    } else {
        record::interruptible_into(&shown).context("could not listen for signals; nothing was made")?
    };
    let caller = Caller::Operator { mode, expect_plan: None };
    let report = Driver::<ClusterRestore>::bare((), aws)?.run(event, &ledger, caller).await?.report;
    match report.items.first() {
        Some(item) if item.outcome == Outcome::Planned => item.steps.iter().for_each(|step| output.say(step)),
        Some(item) if item.outcome == Outcome::Changed => {
            output.say(&format!("cluster {} is restored; its expiry is {}", item.id, args.until));
        }
        Some(item) if record::is_interrupted() => {
            complain(&format!("cluster {} is not whole yet; the same command goes on from here", item.id));
        }
        _ => {}
    }
    let ending = one::ending(&report, NOTHING)?;
    Ok(output.end(ending))
}
