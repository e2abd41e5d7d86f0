//! What a run leaves behind in `CloudWatch`: JSON log lines that carry the request id, one line an item and one a run,
//! and metrics in the embedded metric format, which cost a line on standard output and no call.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::{error, info, warn};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

use crate::config::Environment;
use crate::report::{Delivery, Item, Reason, Report};
use crate::run::ledger::{Line, Sink};
use crate::run::{Done, Entry, RunFault};

/// The namespace of every metric.
const NAMESPACE: &str = "Nightshift";

/// JSON lines on standard output, at the level Lambda's own setting names.
pub fn init_function(environment: &Environment) {
    let level = environment.get("AWS_LAMBDA_LOG_LEVEL").or_else(|| environment.get("RUST_LOG")).unwrap_or("info");
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_writer(io::stdout)
        // Or a line that cannot be written is complained of with a macro that panics where that cannot be written either.
        .log_internal_errors(false);
    registry().with(wanted(level, LevelFilter::INFO)).with(lines).init();
}

/// Warnings and worse on standard error, for a person.
pub fn init_command(environment: &Environment) {
    let level = environment.get("RUST_LOG").unwrap_or("warn,aws_config=error");
    let lines = fmt::layer()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .with_writer(io::stderr)
        .log_internal_errors(false);
    registry().with(wanted(level, LevelFilter::WARN)).with(lines).init();
}

/// Levels as `RUST_LOG` has them, such as `warn,aws_config=error`; what is none of them, counts as `otherwise`. Lambda has a
/// level above `error`.
fn wanted(levels: &str, otherwise: LevelFilter) -> Targets {
    let levels = if levels.eq_ignore_ascii_case("fatal") { "error" } else { levels };
    levels.parse().unwrap_or_else(|_| Targets::new().with_default(otherwise))
}

/// The record of a run as log lines.
#[derive(Debug)]
pub struct Log;

impl Sink for Log {
    fn write(&self, line: Line<'_>) {
        match line {
            Line::Begun(entry) => info!(
                item.id = entry.id,
                item.region = entry.region,
                item.owner = entry.owner,
                item.steps = entry.steps.join("; "),
                item.tags = entry.tags,
                "about to apply"
            ),
            Line::Step(Entry { id, region, owner, .. }, step) => {
                info!(item.id = id, item.region = region, item.owner = owner, item.step = step, "step");
            }
            Line::Ended(Entry { id, region, owner, .. }, Done { outcome, steps, reason }) => {
                log_item("item", (id, region, owner.as_deref()), outcome.as_str(), steps, reason.as_ref());
            }
            Line::WentOn(item, steps) => {
                log_item("item went on", who(item), item.outcome.as_str(), steps, item.reason.as_ref());
            }
            Line::Listed(item) => {
                log_item("item", who(item), item.outcome.as_str(), &item.steps, item.reason.as_ref());
            }
        }
    }
}

fn who(item: &Item) -> (&str, &str, Option<&str>) {
    (&item.id, &item.region, item.owner.as_deref())
}

fn log_item(
    message: &str,
    (id, region, owner): (&str, &str, Option<&str>),
    outcome: &str,
    steps: &[String],
    reason: Option<&Reason>,
) {
    info!(
        item.id = id,
        item.region = region,
        item.owner = owner,
        item.outcome = outcome,
        item.steps = steps.join("; "),
        reason.code = reason.map(|reason| reason.code.as_ref()),
        reason.message = reason.map(|reason| reason.message.as_str()),
        reason.fix = reason.and_then(|reason| reason.fix.as_deref()),
        "{message}"
    );
}

/// The run as log lines: what is not right with it, and its counters. Its items and notices are in the log by then.
pub fn log_run(report: &Report) {
    for warning in &report.warnings {
        warn!(
            reason.code = warning.code.as_ref(),
            reason.message = warning.message,
            reason.fix = warning.fix,
            "warning"
        );
    }
    let counts = report.counts;
    info!(
        function = report.function.as_ref(),
        mode = %report.mode,
        account = report.account,
        plan.digest = %report.plan_digest,
        tripped.guard = report.tripped.as_ref().map(|tripped| tripped.guard.as_ref()),
        counts.observed = counts.observed,
        counts.planned = counts.planned,
        counts.changed = counts.changed,
        counts.already_right = counts.already_right,
        counts.deferred = counts.deferred,
        counts.skipped = counts.skipped,
        counts.failed = counts.failed,
        calls = report.calls.values().sum::<u64>(),
        // A function that answers no report tells nowhere else what it called.
        calls.made = by_action(&report.calls),
        duration_ms = duration_ms(report),
        "run finished"
    );
}

/// `rds:DescribeDBClusters 2, sts:GetCallerIdentity 1`: every call by its IAM action.
fn by_action(calls: &BTreeMap<String, u64>) -> String {
    calls.iter().map(|(action, times)| format!("{action} {times}")).collect::<Vec<_>>().join(", ")
}

/// A run that could not take place, or did not do what it was invoked for.
pub fn log_fault(fault: &RunFault) {
    let (kind, message) = (fault.error_type(), crate::text::chain(fault));
    if matches!(fault, RunFault::NotCarriedOut(_) | RunFault::Step { .. }) {
        error!(error.kind = kind, error.message = message, "run did not do what its event asked for");
    } else {
        error!(error.kind = kind, error.message = message, "run did not take place");
    }
}

/// The metrics of a finished run as one line of the embedded metric format. `at` is the real moment, whatever
/// `NIGHTSHIFT_NOW` says: `CloudWatch` drops what is two weeks old. `function` is the name of the deployed function: two of one
/// job in one account are two.
pub fn metrics_of(function: &str, report: &Report, own: &BTreeMap<&'static str, usize>, at: Timestamp) -> Value {
    let counts = report.counts;
    let notices = |outcome| report.notices.iter().filter(|notice| notice.outcome == outcome).count();
    let mut values: BTreeMap<&str, i128> = [
        ("Runs", 1),
        ("Observed", counts.observed),
        ("Planned", counts.planned),
        ("Changed", counts.changed),
        ("AlreadyRight", counts.already_right),
        ("Deferred", counts.deferred),
        ("Skipped", counts.skipped),
        ("Failed", counts.failed),
        ("GuardTripped", usize::from(report.tripped.is_some())),
        ("NoticesSent", notices(Delivery::Sent)),
        ("NoticesFailed", notices(Delivery::Failed)),
    ]
    .into_iter()
    .chain(own.iter().map(|(name, value)| (*name, *value)))
    .map(|(name, value)| (name, value as i128))
    .collect();
    values.insert("DurationMs", duration_ms(report));
    embedded(function, at, &values)
}

/// Whether the copy of a report was kept.
pub fn metric_of_copy(function: &str, kept: bool, at: Timestamp) -> Value {
    embedded(function, at, &[("ReportsNotKept", i128::from(!kept))].into())
}

/// These metrics of whatever has others than a job's run.
pub fn metrics(function: &str, values: &[(&str, usize)], at: Timestamp) -> Value {
    embedded(function, at, &values.iter().map(|(name, value)| (*name, *value as i128)).collect())
}

/// The metric of a run that could not take place.
pub fn metrics_of_fault(function: &str, at: Timestamp) -> Value {
    embedded(function, at, &[("Runs", 0), ("RunFaults", 1)].into())
}

/// Prints one line of metrics where `CloudWatch` picks it up. The embedded metric format is a line on standard output;
/// where that is gone, so is `CloudWatch`, and the run still answers.
pub fn emit(metrics: &Value) {
    if !HELD_BACK.load(Ordering::Relaxed) {
        let _ = writeln!(io::stdout(), "{metrics}");
    }
}

static HELD_BACK: AtomicBool = AtomicBool::new(false);

/// No metrics from here on: of a program that is no function, and runs many in its own process.
pub fn hold_back() {
    HELD_BACK.store(true, Ordering::Relaxed);
}

fn duration_ms(report: &Report) -> i128 {
    report.finished_at.duration_since(report.started_at).as_millis()
}

fn embedded(function: &str, at: Timestamp, values: &BTreeMap<&str, i128>) -> Value {
    let unit = |name: &str| if name.ends_with("Ms") { "Milliseconds" } else { "Count" };
    let metrics: Vec<_> = values.keys().map(|name| json!({"Name": name, "Unit": unit(name)})).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [["Function"]], "Metrics": metrics }],
        },
        "Function": function,
    });
    for (name, value) in values {
        line[*name] = json!(i64::try_from(*value).unwrap_or(i64::MAX));
    }
    line
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_level_is_one_of_lambdas_or_a_filter_by_target() {
        for (levels, target, level, expected) in [
            ("INFO", "nightshift", Level::INFO, true),
            ("INFO", "nightshift", Level::DEBUG, false),
            ("FATAL", "nightshift", Level::ERROR, true),
            ("FATAL", "nightshift", Level::WARN, false),
            ("warn,aws_config=error", "aws_config::meta", Level::WARN, false),
            ("warn,aws_config=error", "nightshift", Level::WARN, true),
            ("=?=", "nightshift", Level::INFO, true),
            ("=?=", "nightshift", Level::DEBUG, false),
        ] {
            let wanted = wanted(levels, LevelFilter::INFO);
            assert_eq!(wanted.would_enable(target, &level), expected, "{levels} {target} {level}");
        }
    }

    #[test]
    fn metrics_are_one_line_of_the_embedded_format() {
        let line = metrics_of_fault("cluster-cleanup", "2026-11-21T02:00:00Z".parse().unwrap());
        insta::assert_snapshot!(line, @r#"{"Function":"cluster-cleanup","RunFaults":1,"Runs":0,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["Function"]],"Metrics":[{"Name":"RunFaults","Unit":"Count"},{"Name":"Runs","Unit":"Count"}],"Namespace":"Nightshift"}],"Timestamp":1795226400000}}"#);
    }
}
