//! What comes of it in the end: when everything is healed, all that is due goes within some nights, or is told to somebody.

use jiff::{SignedDuration, Timestamp};
use nightshift::report::Outcome;

use super::case::{Case, Seen};
use super::terms::{expiry, moment};
use crate::journal::End;
use crate::rds::Effect;

type Found = Vec<(Timestamp, String)>;

/// So many quiet nights does everything due take at most: told, waited for, gone; and one that is lost on the way.
const NIGHTS: i64 = 5;
/// An owner is told once more while something else keeps a cluster, when the notice before is over.
const NOTICE: &str = "notice-period";
/// What passes by itself, and has passed after so many quiet nights.
const PASSES: [&str; 9] = [
    NOTICE,
    "changed-since-plan",
    "throttled",
    "no-answer",
    "not-ready",
    "deadline",
    "interrupted",
    "creation-unknown",
    "snapshot-status",
];

/// What is written when somebody is told again at a stated interval.
const REMINDERS: [&str; 2] = ["nightshift:asked", "nightshift:notified"];

/// **done or told**: when all has been quiet for five nights, every cluster that is due since before them is gone, or the last
/// report says what is in its way, which is nothing that passes by itself, and the operators read its name; the same where a
/// right or a mailbox stays broken for good.
pub(super) fn done_or_told(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let Some(last) = case.runs.last() else { return found };
    let quiet = SignedDuration::from_hours(24 * NIGHTS);
    if last.at.duration_since(case.history.healed) < quiet || !last.applies() {
        return found;
    }
    let Some(report) = last.report() else { return found };
    for face in last.listed() {
        let is_due = expiry(face).is_some_and(|day| day <= case.history.healed);
        if !is_due || !last.terms.marked(&face.tags) || face.status == "deleting" || last.terms.protects_cluster(face) {
            continue;
        }
        let items: Vec<_> = report.items.iter().filter(|item| item.id == face.id).collect();
        let passes = |code: &str| PASSES.contains(&code) && !(code == NOTICE && is_stopped_by_another(case, &face.id));
        let why: Vec<_> = items.iter().filter_map(|item| item.reason.as_ref()).map(|reason| &*reason.code).collect();
        let read = last.mails().any(|mail| mail.text.contains(&face.id));
        let said = match (items.is_empty(), read) {
            (true, _) => format!("{} is due, still there, and no report says why", face.id),
            (_, false) => format!("{} is due, still there ({}), and nobody reads of it", face.id, why.join(", ")),
            _ if why.iter().any(|code| passes(code)) => {
                format!("{} is due for nights and waits for what should have passed: {}", face.id, why.join(", "))
            }
            _ => continue,
        };
        found.push((last.at, said));
    }
    found
}

/// Whether a quiet night said of the cluster `id` that something stops it that does not pass, a cap among such things.
fn is_stopped_by_another(case: &Case<'_>, id: &str) -> bool {
    let quiet = case.runs.iter().filter(|run| run.at >= case.history.healed);
    quiet.filter_map(Seen::report).any(|report| {
        report.items.iter().filter(|item| item.id == id).any(|item| {
            let lasts = item.reason.as_ref().is_some_and(|reason| !PASSES.contains(&&*reason.code));
            lasts || report.tripped.is_some() && item.outcome == Outcome::Planned
        })
    })
}

/// **at rest**: when all has been quiet for five nights, runs come to their end with a report in which nothing failed but what
/// is said each night, or say what they may not read; and the last one changes nothing but what its day brings.
pub(super) fn at_rest(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let quiet = SignedDuration::from_hours(24 * NIGHTS);
    let is_quiet = |run: &&Seen<'_>| run.at.duration_since(case.history.healed) >= quiet;
    for run in case.runs.iter().filter(is_quiet) {
        let is_denied = run.calls().any(|call| call.refused.as_deref() == Some("AccessDenied"));
        match run.end {
            Some(End::Report(_)) => {}
            Some(End::Fault(fault)) if fault.contains("the configuration has") => {}
            // What cannot be listed for good is said each time, and loudly.
            Some(End::Fault(fault)) if is_denied && fault.contains("nothing could be observed") => {}
            other => found.push((run.at, format!("a quiet run ended so: {other:?}"))),
        }
        // What is refused for good is tried again each night, and each night it is said.
        for (_, at, effect) in run.did().filter(|_| !is_denied) {
            let is_late = |day: Option<Timestamp>| day.is_some_and(|day| day <= case.history.healed);
            let late = match effect {
                // Reminders come again, and so does a notice that grew old under a cap.
                Effect::Tagged { set, .. } if set.keys().all(|key| REMINDERS.contains(&key.as_str())) => false,
                Effect::Tagged { arn, .. } | Effect::Untagged { arn, .. } => {
                    let name = arn.rsplit(':').next().unwrap_or_default();
                    let face = run.listed().find(|face| face.id == name);
                    face.is_some_and(|face| is_late(expiry(face))) && !arn.contains("snapshot")
                }
                Effect::SnapshotGoing { face } => {
                    is_late(face.tags.get("nightshift:purge-after").and_then(|text| moment(text)))
                        && run.terms.most() > 3
                }
                Effect::ClusterGoing { face, .. } | Effect::MemberGoing { face, .. } => is_late(expiry(face)),
                Effect::Unprotected { .. } | Effect::Started { .. } => false,
            };
            if late {
                found.push((
                    at,
                    format!("after {NIGHTS} quiet nights, what was due before them still goes: {effect:?}"),
                ));
            }
        }
    }
    found
}
