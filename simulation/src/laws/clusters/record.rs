//! What is said of what was done: before it is done, and after.

use jiff::Timestamp;
use nightshift::report::Outcome;

use super::case::{Case, Seen};
use crate::rds::Effect;

type Found = Vec<(Timestamp, String)>;

/// What an effect is about, and the cluster that is about where it is about a snapshot.
fn about(effect: &Effect) -> (String, Option<String>) {
    let of_name = |arn: &str| {
        let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let of = name.strip_prefix("nightshift-").and_then(|rest| {
            let (rest, _) = rest.rsplit_once('-')?;
            Some(rest.rsplit_once('-')?.0.to_owned())
        });
        (name, of)
    };
    match effect {
        Effect::ClusterGoing { face, .. }
        | Effect::MemberGoing { face, .. }
        | Effect::Unprotected { face }
        | Effect::Started { face } => (face.id.clone(), None),
        Effect::SnapshotGoing { face } => (face.id.clone(), Some(face.cluster_id.clone())),
        Effect::Tagged { arn, .. } | Effect::Untagged { arn, .. } => of_name(arn),
    }
}

/// **on record**: nothing is changed that the run did not write down before.
pub(super) fn on_record(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let mut begun = Vec::new();
        for (_, entry) in &run.own {
            match &entry.what {
                crate::journal::What::Begun { id, .. } => begun.push(id.clone()),
                crate::journal::What::Did { effect, .. } => {
                    let (id, of) = about(effect);
                    if !begun.contains(&id) && !of.is_some_and(|of| begun.contains(&of)) {
                        found.push((entry.at, format!("{id} was changed, and no line of the record said so before")));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// **true report**: a report says of each cluster that goes that it goes, and of no other; what has no certain end is said to
/// have failed. It counts what it lists.
pub(super) fn true_report(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let Some(report) = run.report() else { continue };
        let going: Vec<_> = run
            .did()
            .filter_map(|(_, _, effect)| match effect {
                Effect::ClusterGoing { face, .. } => Some(face.id.as_str()),
                _ => None,
            })
            .collect();
        let says = |id: &str| {
            let of = report.items.iter().filter(|item| item.id == id);
            of.flat_map(|item| &item.steps).any(|step| step.contains("deletion requested;"))
        };
        let is_open = |id: &str| report.items.iter().any(|item| item.id == id && item.outcome == Outcome::Failed);
        for id in &going {
            let is_told = says(id) || is_open(id) && doubted(run, id);
            if !is_told {
                found.push((run.at, format!("{id} goes, and the report does not say so")));
            }
        }
        for item in report.items.iter().filter(|item| says(&item.id) && item.outcome != Outcome::Failed) {
            let by_another = case.touched(&item.id, run.at, report_end(run)) || others_took(case, run, &item.id);
            if !going.contains(&item.id.as_str()) && !by_another {
                found.push((run.at, format!("the report says that {} goes, and it does not", item.id)));
            }
        }
        let changed = report.items.iter().filter(|item| item.outcome == Outcome::Changed).count();
        let failed = report.items.iter().filter(|item| item.outcome == Outcome::Failed).count();
        if (report.counts.changed, report.counts.failed) != (changed, failed) {
            found.push((run.at, format!("the report lists {changed} changed and {failed} failed, and counts others")));
        }
    }
    found
}

fn report_end(run: &Seen<'_>) -> Timestamp {
    run.own.last().map_or(run.at, |(_, entry)| entry.at)
}

/// Whether another run took it at about the same time.
fn others_took(case: &Case<'_>, run: &Seen<'_>, id: &str) -> bool {
    let others = case.runs.iter().filter(|other| other.at != run.at);
    others.flat_map(Seen::took).any(|(_, (_, _, face))| face.id == id)
}

/// Whether a call about it had an end that nobody could know.
fn doubted(run: &Seen<'_>, id: &str) -> bool {
    run.calls().any(|call| call.fault.is_some() && (call.thing == id || call.thing.contains(id)))
}
