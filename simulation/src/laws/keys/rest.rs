//! What comes of it in the end: when everything is healed, what is due is done or told to somebody, and then nothing moves.

use jiff::{SignedDuration, Timestamp};
use nightshift::report::Outcome;

use super::case::{Case, Seen};
use crate::iam::UserFace;
use crate::journal::End;

type Found = Vec<(Timestamp, String)>;

/// So many quiet nights does everything due take at most: one step a night, and one that is lost on the way.
const NIGHTS: i64 = 5;
/// What passes by itself, and has passed after so many quiet nights.
const PASSES: [&str; 8] =
    ["changed-since-plan", "throttled", "no-answer", "deadline", "interrupted", "unsettled", "not-due", "begun-anew"];

/// **done or told**: when all has been quiet for five nights, the only key of everybody in scope that was due before them is
/// replaced, or the report says what is in its way, which is nothing that passes by itself, and the operators read the name of
/// the user; the same where a right or a mailbox stays broken for good.
pub(super) fn done_or_told(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let Some(last) = case.runs.last() else { return found };
    if !is_quiet(case, last) || !last.applies() {
        return found;
    }
    let (Some(report), Some(after)) = (last.report(), last.stood().last()) else { return found };
    for user in after.iter().map(|standing| &standing.user) {
        let due = |at: Timestamp| case.history.healed.duration_since(at) >= last.terms.rotate_after(user);
        let [only] = user.keys.as_slice() else { continue };
        if !only.active || !due(only.created) || last.terms.excludes(user) {
            continue;
        }
        let items: Vec<_> = report.items.iter().filter(|item| item.id == user.name).collect();
        let codes: Vec<_> = items.iter().filter_map(|item| item.reason.as_ref()).map(|reason| &*reason.code).collect();
        let capped = report.tripped.is_some() && items.iter().any(|item| item.outcome == Outcome::Planned);
        let read = last.mails().any(|mail| mail.text.contains(&user.name));
        let waits = codes.iter().find(|code| PASSES.contains(code));
        let said = match (items.is_empty(), waits) {
            (true, _) => "no report says why".to_owned(),
            (_, Some(code)) => format!("it waits for what should have passed: {code}"),
            _ if capped => continue,
            _ if !read => format!("nobody reads of it ({})", codes.join(", ")),
            _ => continue,
        };
        found.push((last.at, format!("the only key of {} is due since {}, and {said}", user.name, due_at(last, user))));
    }
    found
}

fn due_at(run: &Seen<'_>, user: &UserFace) -> Timestamp {
    let first = user.keys.first().map_or(run.at, |key| key.created);
    first.checked_add(run.terms.rotate_after(user)).unwrap_or(first)
}

fn is_quiet(case: &Case<'_>, run: &Seen<'_>) -> bool {
    run.at.duration_since(case.history.healed) >= SignedDuration::from_hours(24 * NIGHTS)
}

/// **at rest**: when all has been quiet for five nights, runs come to their end with a report, or say what they may not read; and of runs that follow each other
/// within the hour, the fourth changes nothing and tells nobody but the operators.
pub(super) fn at_rest(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in case.runs.iter().filter(|run| is_quiet(case, run)) {
        let is_denied =
            run.calls().any(|call| call.refused.as_deref().is_some_and(|code| code.starts_with("AccessDenied")));
        match run.end {
            Some(End::Report(_)) => {}
            Some(End::Fault(fault)) if fault.contains("the configuration has") => {}
            // What cannot be listed for good is said each time, and loudly.
            Some(End::Fault(fault)) if is_denied && fault.contains("nothing could be observed") => {}
            other => found.push((run.at, format!("a quiet run ended so: {other:?}"))),
        }
    }
    let Some(last) = case.runs.last().filter(|run| is_quiet(case, run)) else { return found };
    let close = case
        .runs
        .windows(2)
        .rev()
        .take_while(|pair| pair[1].at.duration_since(pair[0].at) <= SignedDuration::from_hours(1));
    // What is refused for good is tried again each time, and each time it is said.
    if close.count() < 3 || last.refusals().next().is_some() {
        return found;
    }
    found.extend(last.did().map(|did| {
        (did.at, format!("{} is still changed, the fourth time in an hour: {:?}", did.before.user.name, did.deed))
    }));
    let secrets = last.did_to_secrets();
    found.extend(secrets.map(|(_, at, effect, _)| (at, format!("{} still changes: {:?}", effect.name, effect.deed))));
    found
}
