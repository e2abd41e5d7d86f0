//! What is said of a night, as rows.

use super::limits::{EVENTS, PAYLOAD};
use super::machine::float;
use super::night::Went;
use super::prices::{GB, PER_GB_SECOND, PER_PUT, PER_REQUEST, PER_TRANSITION};
use crate::bench::table::{Section, Target, millis, ratio};

/// Wall time over what the maps take at the least.
const TIME_OVER_BOUND: f64 = 1.3;
const JUDGED_FROM: usize = 900;
/// A worker's answer, which Step Functions keeps for as long as the execution.
const ANSWER: usize = 8 * 1024;
/// USD.
const QUIET_NIGHT: f64 = 0.10;

pub(super) fn section() -> Section {
    let how = "One night, *computed*: the state machine as Terraform renders it, carried out by a simulator of Step Functions' published \
        limits (`showcase/src/bench/fleet/limits.rs` has each with its source), with the real code of every part in the bench's process and \
        services in memory behind it. Of a hundred calls one fails, of a hundred function calls one is lost by Lambda, and three \
        accounts of a hundred let nobody in. Time is by a clock that passes only while everybody waits: a call takes 20 ms in the fleet's \
        own Region and 150 ms in another, a function 100 ms to start; what the processor does is not in it. AWS publishes no throttle of RDS: \
        ten calls a second in each account and Region are assumed. *Time of the maps* is held against the dispatch bound: a hundred \
        children a second, or all they take together by forty at once, whichever is longer. Reading the organisation, which goes \
        before, has a table of its own. Cost is that of the transitions, seconds, calls and puts of this night."
        .to_owned();
    Section::new(
        "A run through an organisation",
        how,
        &["night", "figure", "", "limit or bound", "ratio", "target", ""],
    )
}

/// Adds those of one night.
pub(super) fn add(section: &mut Section, went: &Went) {
    let name = went.night.name();
    let mut row = |figure: &str, found: String, limit: String, ratio: String, target: Option<Target>| {
        section.row(&[name.clone(), figure.to_owned(), found, limit, ratio], target, &[]);
    };
    let accounts = went.report["accounts"].as_array().map_or(0, Vec::len);
    let failed = went.report["ended"]["failed"].as_u64().unwrap_or_default();
    let judged = accounts - usize::try_from(failed).unwrap_or_default();
    let met = judged == accounts && went.outcome.ended.is_ok();
    let target = Target { words: "all".to_owned(), met };
    row("accounts judged", judged.to_string(), accounts.to_string(), String::new(), Some(target));
    row("let nobody in", went.denying().to_string(), String::new(), String::new(), None);
    let calls: u64 = went.seen.calls.values().sum();
    let lost = format!("{} failed, {} throttled", went.seen.broken, went.seen.throttled);
    row("calls of services", calls.to_string(), lost, String::new(), None);
    let (took, bound) = went.time();
    let quotient = took.as_secs_f64() / bound.as_secs_f64();
    // Of few accounts the last child that waits to be tried again outweighs all others.
    let target = (accounts >= JUDGED_FROM)
        .then(|| Target { words: format!("at most {TIME_OVER_BOUND}"), met: quotient <= TIME_OVER_BOUND });
    row("time of the maps", millis(took), millis(bound), format!("{quotient:.2}"), target);
    row("time of all of it", millis(went.outcome.took), String::new(), String::new(), None);
    for (figure, found, limit) in [
        ("longest history, events", went.outcome.events, EVENTS),
        ("longest input of a state, bytes", went.outcome.largest, PAYLOAD),
        (
            "longest of a worker, bytes",
            went.outcome.maps.iter().map(|map| map.largest).max().unwrap_or_default(),
            ANSWER,
        ),
    ] {
        let target = Target { words: "under".to_owned(), met: found < limit };
        row(figure, found.to_string(), limit.to_string(), ratio(float(found), float(limit)), Some(target));
    }
    row("list of accounts, bytes", went.items.to_string(), String::new(), String::new(), None);
    let cost = cost(went);
    let target =
        (!went.night.busy).then(|| Target { words: format!("at most {QUIET_NIGHT:.2}"), met: cost <= QUIET_NIGHT });
    row("cost, USD", format!("{cost:.3}"), format!("{} transitions", went.outcome.transitions), String::new(), target);
}

fn cost(went: &Went) -> f64 {
    let children: usize = went.outcome.maps.iter().map(|map| map.children + map.retries).sum();
    let seconds: f64 = went.outcome.maps.iter().map(|map| map.worked.as_secs_f64()).sum();
    let puts = went.seen.calls.get("s3:PUT").copied().unwrap_or_default();
    let puts = usize::try_from(puts).unwrap_or_default();
    float(went.outcome.transitions) * PER_TRANSITION
        + seconds * GB * PER_GB_SECOND
        + float(children) * PER_REQUEST
        + float(puts) * PER_PUT
}
