//! `fleet plan`, `fleet apply` and `fleet redrive`: a run is started, or taken up again where it failed. Each does so once and does
//! not wait for the run.

use anyhow::{Context as _, ensure};
use nightshift::clock;
use nightshift::fleet::judge::HOLDS;
use nightshift::fleet::{LATEST, goes_on};
use nightshift::report::{Mode, PlanDigest, Report};
use nightshift::run::driver::{Caller, Driver, Word};
use nightshift::services::aws::Aws;
use nightshift::services::executions::ExecutionsReader;
use nightshift::text::{count, printable};
use serde_json::{Value, json};

use super::call::{Call, What};
use super::deployed::Fleet;
use super::{report, status};
use crate::args::{FleetApplyArgs, FleetPlanArgs, FleetRedriveArgs};
use crate::ask;
use crate::call::OneCall;
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::record::{self, Record};
use crate::told::Told;

const NOTHING: &str = "nothing was started";

/// Starts a run that only plans.
pub(super) async fn plan(args: FleetPlanArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open(NOTHING).await?;
    let account = desk.account(&aws, args.account.account.as_deref(), NOTHING).await?;
    let fleet = Fleet::find(&aws, &args.which, NOTHING).await?;
    nobody_runs(&aws, &fleet).await?;
    let what = What::Start { name: named("plan"), input: json!({ "mode": Mode::Plan }) };
    once(&aws, (&account, &fleet), what, desk).await
}

/// Starts a run that applies exactly the plan with this digest.
pub(super) async fn apply(args: FleetApplyArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let digest = PlanDigest::parse(&args.expect_plan).map_err(|error| anyhow::anyhow!("{error}; {NOTHING}"))?;
    let aws = desk.open(NOTHING).await?;
    let account = meant(&aws, args.account.account.as_deref(), "fleet apply", desk).await?;
    let fleet = Fleet::find(&aws, &args.which, NOTHING).await?;
    may_apply(&fleet)?;
    nobody_runs(&aws, &fleet).await?;
    let input = json!({ "mode": Mode::Apply, "expect_plan": digest });
    let what = What::Start { name: named("apply"), input };
    once(&aws, (&account, &fleet), what, desk).await
}

/// Takes up what failed: in the same execution where AWS does so, else in one of its own over the accounts that failed.
pub(super) async fn redrive(args: FleetRedriveArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open(NOTHING).await?;
    let account = meant(&aws, args.account.account.as_deref(), "fleet redrive", desk).await?;
    let fleet = Fleet::find(&aws, &args.which, NOTHING).await?;
    let reader = ExecutionsReader::new(&aws, &fleet.machine);
    let described = status::found(&reader, &fleet, &args.execution, NOTHING).await?;
    let name = described.execution.name.clone();
    if described.execution.status == "RUNNING" {
        return Err(Told::error(
            format!("execution {} still runs, so nothing of it has failed for good; {NOTHING}", printable(&name)),
            format!("`nightshift fleet status {}` says how far it is", printable(&name)),
        ));
    }
    nobody_else(&aws, &fleet, &name).await?;
    let too_old = clock::now().duration_since(described.execution.started_at) > HOLDS;
    let why = match &described.redrivable {
        Ok(()) if too_old => Some(format!(
            "it was started at {:.0}, its plans hold for a day, and nothing would be begun by them",
            described.execution.started_at
        )),
        Ok(()) => None,
        Err(why) => Some(format!("AWS does not redrive it: {}", printable(why))),
    };
    let (question, what) = match why {
        None => {
            let arn = described.execution.arn.clone();
            (
                format!("Take up execution {} where it failed?", printable(&name)),
                What::Redrive { name: name.clone(), arn },
            )
        }
        // AWS takes up no execution that succeeded, though some of its accounts failed, nor one that ended two weeks ago.
        Some(why) => {
            complain(&format!("{} is not taken up where it failed: {why}", printable(&name)));
            if described.input.as_deref().is_some_and(|input| input.contains("\"expect_plan\"")) {
                complain(
                    "the digest of that run is not taken over: the new run plans anew, within the caps; over them, apply its plan by its own digest",
                );
            }
            let (failed, mode) = failed(&aws, &fleet, &name).await?;
            if mode == Mode::Apply {
                may_apply(&fleet)?;
            }
            let question =
                format!("Start a new run of {} over the {} that failed in {}?", fleet.job, failed, printable(&name));
            (
                question,
                What::Start {
                    name: named(&format!("redrive-{name}")),
                    input: json!({ "mode": mode, "redrive_of": name }),
                },
            )
        }
    };
    if !args.yes && !ask::yes(&question)? {
        return Err(Told::error(format!("nobody said yes; {NOTHING}"), "--yes, or y where it asks"));
    }
    // The answer may have taken its time, and a run that is redriven asks no more.
    nobody_else(&aws, &fleet, &name).await?;
    once(&aws, (&account, &fleet), what, desk).await
}

/// The account of these credentials, which has to be named: a run may change many.
async fn meant(aws: &Aws, wanted: Option<&str>, command: &str, desk: &Desk) -> anyhow::Result<String> {
    ensure!(
        wanted.is_some(),
        "{command} needs the account you mean, the one the fleet is deployed in: --account ID; {NOTHING}"
    );
    desk.account(aws, wanted, NOTHING).await
}

fn may_apply(fleet: &Fleet) -> anyhow::Result<()> {
    if !fleet.only_plans {
        return Ok(());
    }
    Err(Told::error(
        format!(
            "state machine {} is deployed to plan, and nobody's word makes it apply; {NOTHING}",
            printable(fleet.name())
        ),
        "set `mode = \"apply\"` in its Terraform",
    ))
}

/// No other run may be at work, nor a worker of one that was stopped and that is not `own`: each run has budgets of its own.
async fn nobody_else(aws: &Aws, fleet: &Fleet, own: &str) -> anyhow::Result<()> {
    nobody_runs(aws, fleet).await?;
    let latest = ExecutionsReader::new(aws, &fleet.machine).latest(LATEST).await?;
    let Some((other, until)) = goes_on(&latest, clock::now()).find(|(other, _)| other.name != own) else {
        return Ok(());
    };
    let name = printable(&other.name);
    Err(Told::error(
        format!(
            "workers of execution {name}, which ended as {}, may be at work until {until:.0}; {NOTHING}",
            other.status
        ),
        "wait for that, and run this again",
    ))
}

/// A run that is started asks once more when it begins, and one that is redriven does not.
async fn nobody_runs(aws: &Aws, fleet: &Fleet) -> anyhow::Result<()> {
    let running = ExecutionsReader::new(aws, &fleet.machine).running().await?;
    let Some(other) = running.first() else { return Ok(()) };
    let name = printable(&other.name);
    Err(Told::error(
        format!("execution {name} of state machine {} runs; {NOTHING}", printable(fleet.name())),
        format!("`nightshift fleet status {name}` says how far it is; wait for its end"),
    ))
}

/// What failed in the run called `execution`, in words, and how far that run went.
async fn failed(aws: &Aws, fleet: &Fleet, execution: &str) -> anyhow::Result<(String, Mode)> {
    let report = report::read(aws, fleet, execution).await?.ok_or_else(|| {
        Told::error(
            format!("the run {} left no report, so nobody knows what failed in it; {NOTHING}", printable(execution)),
            "`nightshift fleet plan` starts a run over all accounts",
        )
    })?;
    let failed = report.failed().count();
    if failed == 0 {
        return Err(Told::error(
            format!("no account failed in {}; {NOTHING}", printable(execution)),
            "`nightshift fleet report` says what became of each",
        ));
    }
    Ok((count(failed, "account"), report.mode))
}

/// No other execution of the last 90 days may be called so: two redrives of one run that begin in the same second are one, and
/// those of two runs are two.
fn named(what: &str) -> String {
    /// Characters of an execution's name (Step Functions API Reference, `StartExecution`).
    const LONGEST: usize = 80;
    let time = clock::now().strftime("%Y-%m-%dT%H%M%SZ").to_string();
    let room = LONGEST - 1 - time.len();
    format!("{what:.room$}-{time}")
}

async fn once(aws: &Aws, (account, fleet): (&str, &Fleet), what: What, desk: &Desk) -> anyhow::Result<Ending> {
    let record = Record::begin(desk, &format!("fleet-{}", fleet.job), account);
    let ledger = record::interruptible(&record).context("could not listen for signals; nothing was started")?;
    let call = Call { machine: fleet.machine.clone(), what };
    let driver = Driver::<OneCall<Call>>::bare(call, aws.clone())?;
    let caller = Caller::Operator { mode: Mode::Apply, word: Word::Any };
    let report = Box::pin(driver.run(Value::Object(serde_json::Map::new()), &ledger, caller)).await?.report;
    record.end(&report);
    let output = Output::new(Words::AreARecord, desk);
    said(&report)?;
    for item in &report.items {
        output.say(&format!("started; `nightshift fleet status {}` says how far it is", printable(&item.id)));
    }
    Ok(output.end(Ending::of(&report)))
}

/// An error, unless the call was made and answered.
fn said(report: &Report) -> anyhow::Result<()> {
    match report.items.iter().find_map(|item| item.reason.as_ref()) {
        None => Ok(()),
        Some(reason) => Err(match &reason.fix {
            Some(fix) => Told::error(reason.message.clone(), fix.clone()),
            None => anyhow::anyhow!("{}", reason.message),
        }),
    }
}
