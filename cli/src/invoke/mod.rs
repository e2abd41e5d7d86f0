//! `invoke JOB`: the run of the deployed function, with its own role and policy, on an operator's word. What it answers is shown
//! as `plan` and `apply` show theirs.

mod call;
mod deployed;
mod wish;

use std::pin::Pin;

use anyhow::{Context as _, bail, ensure};
use nightshift::report::{Mode, Outcome, Report};
use nightshift::run::Ledger;
use nightshift::run::driver::{Caller, Driver, Finished, Word};
use nightshift::services::aws::Aws;
use nightshift::text::printable;
use serde_json::json;

use crate::args::{InvokeArgs, WordArgs};
use crate::ask;
use crate::call::OneCall;
use crate::desk::Desk;
use crate::event::Event;
use crate::jobs::{Offered, WithJob};
use crate::output::{Ending, Output, Words};
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::told::Told;

use call::Answer;
pub(crate) use call::{Call, Fault};
use deployed::Deployed;
use wish::Wish;

const NOTHING: &str = "nothing was called";

/// Calls the function of the job.
pub(crate) async fn run(args: InvokeArgs, desk: &Desk) -> anyhow::Result<Ending> {
    args.job.with(Invoked { args, desk }).await
}

struct Invoked<'a> {
    args: InvokeArgs,
    desk: &'a Desk,
}

impl<'a> WithJob for Invoked<'a> {
    type Output = Pin<Box<dyn Future<Output = anyhow::Result<Ending>> + 'a>>;

    fn with<J: Offered>(self) -> Self::Output {
        Box::pin(invoke::<J>(self.args, self.desk))
    }
}

async fn invoke<J: Offered>(args: InvokeArgs, desk: &Desk) -> anyhow::Result<Ending> {
    if let Some(command) = J::INVOKED_BY {
        return Err(Told::error(
            format!("{} is called for somebody, with a request they signed; {NOTHING}", J::NAME),
            format!("`{command}`"),
        ));
    }
    let InvokeArgs { job: _, function, mode, event, account, shown, word } = args;
    let mut wish = Wish::of(Event::read(event.event.as_deref())?.value()?, mode)?;
    let wanted = account.account.as_deref();
    let aws = desk.open(NOTHING).await?;
    let account = desk.account(&aws, wanted, NOTHING).await?;
    let deployed = Deployed::find::<J>(&aws, function.as_deref()).await?;
    let name = deployed.name.clone();
    let run_policy = deployed.run_policy();
    let writes = wish.may_write(run_policy.mode);
    wish.fix_mode(run_policy.mode);
    let WordArgs { expect_plan, yes } = word;
    if let Some(digest) = &expect_plan {
        wish.expect(digest)?;
    }
    if writes && expect_plan.is_none() && !yes {
        if !ask::can_be_asked() {
            return Err(Told::error(
                format!("function {} would apply, and there is no terminal to ask on; {NOTHING}", printable(&name)),
                "--expect-plan DIGEST for the plan you reviewed, --yes for whatever the plan comes to, or --mode plan",
            ));
        }
        wish.can_be_bound(run_policy.digest_lifts_caps)?;
        let report = match plan(&aws, &name, &wish).await? {
            Ok(report) => report,
            Err(fault) => return Err(said(&name, &fault, false)),
        };
        if let Some(ending) = ask::about(&report, &shown, (&account, wanted.is_some()), desk)? {
            return Ok(ending);
        }
        wish.expect(report.plan_digest.as_str())?;
    } else {
        ensure!(!writes || wanted.is_some(), "invoke needs the account you mean: --account ID; {NOTHING}");
    }
    let record = writes.then(|| Record::begin(desk, J::NAME, &account));
    let quiet = record::Quiet;
    let ledger = match &record {
        Some(record) => record::interruptible(record).context("could not listen for signals; nothing was called")?,
        None => record::silent(&quiet),
    };
    let (answer, own) = call(&aws, &name, &wish, &ledger).await?;
    let report = match answer {
        Ok(report) => report,
        Err(fault) => {
            if let Some(record) = &record {
                record.end(&own);
            }
            return Err(said(&name, &fault, writes));
        }
    };
    if let Some(record) = &record {
        record.end(&report);
    }
    let words = if writes { Words::AreARecord } else { Words::CanBeHadAgain };
    let output = Output::new(words, desk);
    output.report(&report, &shown);
    Ok(output.end(Ending::of(&report)))
}

/// What the function would do, by its own plan.
async fn plan(aws: &Aws, name: &str, wish: &Wish) -> anyhow::Result<Result<Report, Fault>> {
    let quiet = record::Quiet;
    let wish = wish.clone().into_plan();
    Ok(call(aws, name, &wish, &record::silent(&quiet)).await?.0)
}

/// One call: what the function answered, and what the record says of the call.
async fn call(
    aws: &Aws,
    name: &str,
    wish: &Wish,
    ledger: &Ledger<'_>,
) -> anyhow::Result<(Result<Report, Fault>, Report)> {
    let call = Call { function: name.to_owned(), event: wish.event(), mode: wish.mode(), ..Call::default() };
    once(aws, call, ledger).await
}

/// The same for an event that somebody else has made up.
pub(crate) async fn once(
    aws: &Aws,
    call: Call,
    ledger: &Ledger<'_>,
) -> anyhow::Result<(Result<Report, Fault>, Report)> {
    let name = call.function.clone();
    let driver = Driver::<OneCall<Call>>::bare(call, aws.clone())?;
    let progress = Progress::start("waiting for the function", aws.calls().clone());
    // The function decides what it writes; the call is a write either way.
    let caller = Caller::Operator { mode: Mode::Apply, word: Word::Any };
    let Finished { report, .. } = Box::pin(driver.run(json!({}), ledger, caller)).await?;
    drop(progress);
    match driver.policy().take() {
        Some(Answer::Report(answer)) => Ok((Ok(*answer), report)),
        Some(Answer::Fault(fault)) => Ok((Err(fault), report)),
        None => match report.items.first().and_then(|item| Some((item.outcome, item.reason.clone()?))) {
            Some((Outcome::Deferred, reason)) => bail!("{}; {NOTHING}", reason.message),
            Some((_, reason)) => Err(match reason.fix {
                Some(fix) => Told::error(reason.message, fix),
                None => anyhow::anyhow!("{}", reason.message),
            }),
            None => bail!("function {} was not called", printable(&name)),
        },
    }
}

/// What is said of a function that gave no report.
fn said(name: &str, fault: &Fault, writes: bool) -> anyhow::Error {
    let name = printable(name);
    let fix = match fault.error_type.as_str() {
        "EventRefused" => "mend the event; what the function takes is in its reference in docs/".to_owned(),
        "ConfigurationFault" => "mend its variables in Terraform, and invoke it again".to_owned(),
        "ModeRefused" => "the function's mode is its ceiling; --mode plan".to_owned(),
        _ if writes => format!("see its log group /aws/lambda/{name} for what was begun; the next run goes on with it"),
        _ => format!("see its log group /aws/lambda/{name}"),
    };
    Told::error(format!("function {name} answered with an error: {}", fault.said()), fix)
}
