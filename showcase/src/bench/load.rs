//! How many calls a function makes in an account of a given size, and how long it takes, against the least of both.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use super::process::{self, Invocation};
use super::table::{Section, Target, kibi, mebi, millis, ratio};
use super::{Account, Calls, Responder, Subject, program};

/// One account, one policy, and what the job comes to there.
pub struct Load {
    /// In a few words.
    pub what: String,
    /// The account.
    pub account: Arc<dyn Account>,
    /// Variables on top of the subject's.
    pub policy: Vec<(&'static str, &'static str)>,
    /// How many items the run has to change, and none may fail.
    pub changed: u32,
    /// The least calls the job takes, by action.
    pub least: Calls,
    /// The least time it takes, in calls that have to wait for one another.
    pub floor_in_calls: u32,
    /// Whether the time is judged. Where there is little to do, what does not grow with the account outweighs the rest.
    pub time_is_judged: bool,
    /// The calls of the boto3 script.
    pub boto3_calls: u32,
    /// Whether the script is run, or its time computed from its calls and what a call took it in the load before.
    pub boto3_is_run: bool,
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load").field("what", &self.what).finish_non_exhaustive()
    }
}

/// What a call to a near Region takes, give or take.
const LATENCY: Duration = Duration::from_millis(20);
/// Beyond the least: the caller's identity, and one to spare.
const CALLS_TO_SPARE: u64 = 2;
const TIME_OVER_FLOOR: f64 = 1.3;
/// Runs of which the median counts.
const ROUNDS: usize = 3;

pub(super) fn calls_section() -> Section {
    let how = format!(
        "*Calls* are those that reached AWS in one run, *least* those the job takes at the least. The target leaves room for \
         {CALLS_TO_SPARE} more, of which asking whose account it is is one. A run counts only if it changed exactly what it \
         had to, failed at nothing and put nothing off."
    );
    Section::new("Calls", how, &["function", "account", "calls", "least", "target", "", "calls of boto3"])
}

pub(super) fn time_section() -> Section {
    let how = format!(
        "*Time* is from the event to the answer, in a fresh process, every call taking {} ms: the median of {ROUNDS} runs. \
         *Floor* is what the calls that have to wait for one another take, and nothing else. *Peak memory* is `VmHWM` after \
         the run. boto3 runs once; a *computed* time is its number of calls times what a call took it in the account before.",
        LATENCY.as_millis()
    );
    let columns = ["function", "account", "time", "floor", "ratio", "target", "", "peak memory", "boto3", "ratio"];
    Section::new("Time", how, &columns)
}

/// Adds the rows of `subject` to both sections.
pub(super) async fn measure<S: Subject>(
    calls: &mut Section,
    time: &mut Section,
    subject: &S,
    quick: bool,
) -> anyhow::Result<()> {
    calls.note(&format!("Least of `{}`: {}.", S::NAME, S::LEAST));
    let mut boto3_a_call = Duration::ZERO;
    for load in subject.loads(quick) {
        let (made, own) = own(subject, &load).await?;
        if load.boto3_is_run {
            boto3_a_call = boto3(subject, &load).await?.run / load.boto3_calls;
        }
        calls_row::<S>(calls, &load, &made);
        time_row::<S>(time, &load, &own, boto3_a_call * load.boto3_calls);
    }
    Ok(())
}

/// The calls of one run, and the run whose time is the median.
async fn own<S: Subject>(subject: &S, load: &Load) -> anyhow::Result<(Calls, Invocation)> {
    let responder = Responder::start(Arc::clone(&load.account), LATENCY).await?;
    let policy = [subject.policy(), load.policy.clone()].concat();
    let program = program::function(S::NAME, &responder.url(), &policy);
    let mut runs = Vec::new();
    let mut calls = Calls::new();
    for _ in 0..ROUNDS {
        let run = process::invoke(&program, &subject.event()).await?;
        let counts = &run.answer["counts"];
        let expected = counts["changed"] == load.changed && counts["failed"] == 0 && counts["deferred"] == 0;
        ensure!(expected, "{}, {}: the run changed something else: {counts}", S::NAME, load.what);
        calls = responder.take_calls()?;
        let fewer = load.least.iter().find(|&(action, least)| calls.get(action).is_none_or(|times| times < least));
        ensure!(fewer.is_none(), "{}, {}: it takes less than the least: {fewer:?}", S::NAME, load.what);
        runs.push(run);
    }
    runs.sort_by_key(|run| run.run);
    Ok((calls, runs.swap_remove(ROUNDS / 2)))
}

async fn boto3<S: Subject>(subject: &S, load: &Load) -> anyhow::Result<Invocation> {
    let responder = Responder::start(Arc::clone(&load.account), LATENCY).await?;
    let policy = [subject.policy(), load.policy.clone()].concat();
    let run = process::invoke(&program::boto3(S::NAME, &responder.url(), &policy), &subject.event()).await?;
    ensure!(run.answer == json!({"changed": load.changed}), "boto3, {}: it answered {}", load.what, run.answer);
    let calls: u64 = responder.take_calls()?.values().sum();
    ensure!(
        calls == u64::from(load.boto3_calls),
        "boto3, {}: {calls} calls instead of {}",
        load.what,
        load.boto3_calls
    );
    Ok(run)
}

fn calls_row<S: Subject>(section: &mut Section, load: &Load, made: &Calls) {
    let (calls, least) = (made.values().sum::<u64>(), load.least.values().sum::<u64>());
    let more = made.iter().map(|(action, times)| (action, times.saturating_sub(*load.least.get(action).unwrap_or(&0))));
    let more: Vec<_> =
        more.filter(|(_, times)| *times > 0).map(|(action, times)| format!("{times} {action}")).collect();
    let figures = [
        S::NAME.to_owned(),
        load.what.clone(),
        format!("{calls} (beyond the least: {})", more.join(", ")),
        least.to_string(),
    ];
    let words = format!("least + {CALLS_TO_SPARE}");
    let target = Target { words, met: calls <= least + CALLS_TO_SPARE };
    section.row(&figures, Some(target), &[load.boto3_calls.to_string()]);
}

fn time_row<S: Subject>(section: &mut Section, load: &Load, own: &Invocation, boto3: Duration) {
    let floor = LATENCY * load.floor_in_calls;
    let quotient = own.run.as_secs_f64() / floor.as_secs_f64();
    let figures = [
        S::NAME.to_owned(),
        load.what.clone(),
        millis(own.run),
        millis(floor),
        ratio(own.run.as_secs_f64(), floor.as_secs_f64()),
    ];
    let target = load
        .time_is_judged
        .then(|| Target { words: format!("at most {TIME_OVER_FLOOR}"), met: quotient <= TIME_OVER_FLOOR });
    let computed = if load.boto3_is_run { "" } else { " (computed)" };
    let more = [
        mebi(kibi(own.peak_kib)),
        format!("{}{computed}", millis(boto3)),
        ratio(own.run.as_secs_f64(), boto3.as_secs_f64()),
    ];
    section.row(&figures, target, &more);
}
