//! `plan JOB` and `apply JOB`: the function's own run, on an operator's word.

use anyhow::{Context as _, ensure};
use nightshift::report::Mode;
use nightshift::run::driver::{Caller, Driver, Finished, Word};
use nightshift::run::{Job, Ledger, store};
use nightshift::text::chain;

use crate::args::{ApplyArgs, PlanArgs, PolicyArgs, RunArgs, SelectArgs, ShownArgs, WordArgs};
use crate::desk::Desk;
use crate::event::Event;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record::{self, Record};
use crate::select::{Narrow, selected};
use crate::told::Told;
use crate::{ask, output};

pub(crate) const NOTHING: &str = "nothing was done";

/// Says what would be done.
pub(crate) async fn plan<J: Narrow>(args: PlanArgs, select: &SelectArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let PlanArgs { event, run, expect_plan, detailed_exitcode } = args;
    let policy = Source::of(&run.policy)?;
    let event = Event::read(event.event.as_deref())?;
    let aws = desk.connect(run.account.account.as_deref(), NOTHING).await?;
    let driver = policy.driver::<J>(aws, desk).await?;
    let event = selected(event, select, &driver, desk).await?;
    let word = expect_plan.map_or(Word::Any, Word::Reviewed);
    said(&driver, event, word, &run.shown, detailed_exitcode, desk).await
}

/// Does it: never on bare defaults, never in an account that was not named, never unasked.
pub(crate) async fn apply<J: Narrow>(args: ApplyArgs, select: &SelectArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let ApplyArgs { event, run, word } = args;
    is_given(&run.policy)?;
    apply_event::<J>(Event::read(event.event.as_deref())?, select, run, word, desk).await
}

/// The same for an event that was made of what was typed.
pub(crate) async fn apply_event<J: Narrow>(
    event: Event,
    select: &SelectArgs,
    run: RunArgs,
    word: WordArgs,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    is_given(&run.policy)?;
    let wanted = run.account.account.as_deref();
    needs_word(&word, wanted)?;
    let policy = Source::of(&run.policy)?;
    let aws = desk.open(NOTHING).await?;
    let account = desk.account(&aws, wanted, NOTHING).await?;
    let driver = policy.driver::<J>(aws, desk).await?;
    let event = selected(event, select, &driver, desk).await?;
    carry_out(&driver, event, word, (&account, wanted.is_some()), &run.shown, desk).await
}

/// Refuses what nobody can be asked about, and a word that names no account.
pub(crate) fn needs_word(word: &WordArgs, wanted: Option<&str>) -> anyhow::Result<()> {
    let asks = word.expect_plan.is_none() && !word.yes;
    if asks && !ask::can_be_asked() {
        return Err(Told::error(
            format!("apply needs your word, and there is no terminal to ask on; {NOTHING}"),
            "--expect-plan DIGEST for the plan you reviewed, or --yes for whatever the plan comes to, under its caps",
        ));
    }
    ensure!(asks || wanted.is_some(), "apply needs the account you mean: --account ID; {NOTHING}");
    Ok(())
}

/// Asks, unless there is a word, and applies in the account `of`; `named` is whether that was named.
pub(crate) async fn carry_out<J: Job>(
    driver: &Driver<J>,
    event: Event,
    WordArgs { expect_plan, yes }: WordArgs,
    (of, named): (&str, bool),
    shown: &ShownArgs,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    let word = match expect_plan {
        Some(digest) => Word::Reviewed(digest),
        None if yes => Word::Any,
        None => {
            let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
            let Finished { report, .. } = reading(driver, event.clone(), &record::reading(), caller).await?;
            if let Some(ending) = ask::about(&report, shown, (of, named), desk)? {
                return Ok(ending);
            }
            Word::Shown(report.plan_digest)
        }
    };
    let record = Record::begin(desk, J::NAME, of);
    let ledger = record::interruptible(&record).context("could not listen for signals; nothing was done")?;
    let caller = Caller::Operator { mode: Mode::Apply, word };
    let Finished { report, record: permit, .. } = reading(driver, event, &ledger, caller).await?;
    record.end(&report);
    if let Some(bucket) = &driver.run_policy.report_bucket {
        match store::keep(driver.aws(), &permit, bucket, &report, &record.id(), store::LONGEST).await {
            Ok(key) => output::complain(&format!("and in s3://{bucket}/{key}")),
            // The work is done and told: a copy that could not be kept is a word, not a failure.
            Err(error) => output::complain(&format!("the report was not kept in the bucket: {}", chain(&error))),
        }
    }
    let output = Output::new(Words::AreARecord, desk);
    output.report(&report, shown);
    Ok(output.end(Ending::of(&report)))
}

/// Says what a run would do.
pub(crate) async fn said<J: Job>(
    driver: &Driver<J>,
    event: Event,
    word: Word,
    shown: &ShownArgs,
    detailed: bool,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    let caller = Caller::Operator { mode: Mode::Plan, word };
    let Finished { report, .. } = reading(driver, event, &record::reading(), caller).await?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.report(&report, shown);
    Ok(output.end(match Ending::of(&report) {
        Ending::Done if detailed && report.counts.planned > 0 => Ending::Something,
        ending => ending,
    }))
}

fn is_given(policy: &PolicyArgs) -> anyhow::Result<()> {
    ensure!(
        policy.file.is_some() || policy.function.is_some(),
        "apply needs the policy it is to follow: --policy FILE, or --function NAME to read it from the deployed function; {NOTHING}"
    );
    Ok(())
}

/// A run, with a line that says that it is going on.
async fn reading<J: Job>(
    driver: &Driver<J>,
    event: Event,
    ledger: &Ledger<'_>,
    caller: Caller,
) -> anyhow::Result<Finished> {
    let progress = Progress::start("reading", driver.aws().calls().clone());
    // On the heap: a run is states within states.
    let finished = Box::pin(driver.run(event.payload()?, ledger, caller)).await;
    drop(progress);
    Ok(finished?)
}
