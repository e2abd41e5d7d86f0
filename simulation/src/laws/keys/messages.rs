//! What people read: once, and whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Seen};
use super::terms::{JITTER, days};
use crate::journal::Mail;
use crate::laws::variables::OPERATORS;

type Found = Vec<(Timestamp, String)>;

/// Whom a message is about, by name; nobody where it is a summary.
fn about(mail: &Mail) -> Option<&str> {
    let (_, rest) = mail.subject.split_once("] ")?;
    let (name, _) = rest.split_once(": ")?;
    (name != "key-rotation").then_some(name)
}

/// So many owners of one user are told the same within a month, at the most.
const OWNERS: usize = 4;

fn month() -> SignedDuration {
    days(30)
}

/// **once**: nobody reads the same about the same key twice within a month, and no more than four owners do; but where somebody
/// touched its user, in another way than by naming another owner, or changed what holds for all, where two runs went at once,
/// where anything went wrong between, or the first run was refused something, so that it could not note what it said; and a sign
/// that comes again, a week later. To operators an owner who changes is granted as well: they read it in the place of each.
pub(super) fn once(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    // What was read about whom, by whom, and when.
    let mut read: BTreeMap<(String, String), Vec<(String, Timestamp)>> = BTreeMap::new();
    for run in &case.runs {
        let mut matters: Vec<_> = run
            .mails()
            .filter_map(|mail| Some(((about(mail)?.to_owned(), mail.subject.clone()), mail.to.join(","))))
            .collect();
        matters.sort();
        for (matter, to) in matters {
            let of = case.runs.iter().flat_map(Seen::stood).flatten();
            let id = of.filter(|standing| standing.user.name == matter.0).map(|one| one.user.id.as_str()).last();
            let granted = |before: Timestamp| {
                let touched = |id: &str| match to.as_str() {
                    OPERATORS => case.touched(id, before, run.at),
                    _ => case.touched_otherwise(id, before, run.at),
                };
                id.is_none_or(touched)
                    || case.went_wrong(before, run.at)
                    || case.was_refused(before)
                    || case.was_refused(run.at)
            };
            let subject = matter.1.clone();
            let all = read.entry(matter).or_default();
            let last = all.iter().rev().find(|(one, _)| *one == to).map(|(_, at)| *at);
            if let Some(before) = last {
                let ago = run.at.duration_since(before);
                let overlap = ago < SignedDuration::from_hours(1) && run.at != before;
                let again = subject.contains("may be in wrong hands") && ago.as_hours() >= 7 * 24 - 1;
                if !overlap && !again && ago + JITTER < month() && !granted(before) {
                    found.push((run.at, format!("{to} read again '{subject}', having read it at {before}")));
                }
            }
            all.push((to.clone(), run.at));
            let recent =
                all.iter().filter(|(one, at)| one != OPERATORS && run.at.duration_since(*at) + JITTER < month());
            let since = recent.clone().map(|(_, at)| *at).min().filter(|_| to != OPERATORS);
            let owners = recent.map(|(one, _)| one).collect::<BTreeSet<_>>().len();
            if let Some(since) = since.filter(|since| owners > OWNERS && !granted(*since)) {
                found.push((run.at, format!("{owners} owners read '{subject}' since {since}")));
            }
        }
    }
    found
}

/// **whole**: a message to an owner has what it is for: that a new key is there, or that nobody has taken it over, how to fetch
/// it; that one will be rotated, from when on. None is cut.
pub(super) fn whole(case: &Case<'_>) -> Found {
    const FACTS: [(&str, &[&str]); 3] = [
        ("is ready to fetch", &["aws secretsmanager get-secret-value", "--secret-id /aws/iam/credentials/"]),
        ("will be rotated soon", &["From "]),
        ("nobody has taken over", &["get-secret-value"]),
    ];
    let mut found = Found::new();
    for run in &case.runs {
        for mail in run.mails().filter(|mail| about(mail).is_some()) {
            let facts = FACTS.iter().filter(|(what, _)| mail.subject.contains(what)).flat_map(|(_, facts)| *facts);
            let missing = facts.into_iter().find(|fact| !mail.text.contains(*fact));
            let to = mail.to.join(",");
            found.extend(missing.map(|fact| (run.at, format!("{to} reads '{}' without '{fact}'", mail.subject))));
            if mail.text.contains("\u{2026} ") && !mail.to.iter().all(|to| to == OPERATORS) {
                found.push((run.at, format!("a message to {to} is cut")));
            }
        }
    }
    found
}
