//! How many calls a function waits for one after the other with each thing it changes: what no concurrency shortens. With one
//! thing at a time and slow calls, each more of them takes so many calls longer.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::table::{Section, Target};
use super::{Load, Responder, Subject, process, program};

/// Two accounts that differ in how many things are to be changed, and what each takes at the least.
#[derive(Debug)]
pub struct Waits {
    /// One of those things.
    pub what: &'static str,
    /// With few of them.
    pub few: Load,
    /// With more.
    pub many: Load,
    /// The calls of each that have to follow one another.
    pub least: u32,
}

/// So long that what the function itself takes for a thing is no call more.
const LATENCY: Duration = Duration::from_millis(200);

pub(super) fn section() -> Section {
    let how = format!(
        "*Waits* are the calls that follow one another with each thing that is changed: how much longer a run takes with more of \
         them, one at a time and every call taking {} ms, in calls a thing, rounded. *Least* are those that have to.",
        LATENCY.as_millis()
    );
    Section::new("Waits", how, &["function", "for each", "waits", "least", "target", ""])
}

/// Adds the rows of `subject`.
pub(super) async fn measure<S: Subject>(section: &mut Section, subject: &S) -> anyhow::Result<()> {
    for Waits { what, few, many, least } in subject.waits() {
        let longer = run(subject, &many).await?.saturating_sub(run(subject, &few).await?);
        let each = longer.as_secs_f64() / LATENCY.as_secs_f64() / f64::from(many.changed - few.changed);
        let figures = [S::NAME, what, &format!("{each:.0}"), &least.to_string()].map(str::to_owned);
        let met = each.round() <= f64::from(least);
        section.row(&figures, Some(Target { words: "least".to_owned(), met }), &[]);
    }
    Ok(())
}

async fn run<S: Subject>(subject: &S, load: &Load) -> anyhow::Result<Duration> {
    let responder = Responder::start(Arc::clone(&load.account), LATENCY).await?;
    let one_at_a_time = vec![("NIGHTSHIFT_CONCURRENCY", "1")];
    let policy = [subject.policy(), load.policy.clone(), one_at_a_time].concat();
    let run = process::invoke(&program::function(S::NAME, &responder.url(), &policy), &subject.event()).await?;
    let counts = &run.answer["counts"];
    let expected = counts["changed"] == load.changed && counts["failed"] == 0 && counts["deferred"] == 0;
    ensure!(expected, "{}, {}: the run changed something else: {counts}", S::NAME, load.what);
    Ok(run.run)
}
