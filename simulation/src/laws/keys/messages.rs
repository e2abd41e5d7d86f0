//! What people read: once, and whole.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Seen};
use crate::journal::Mail;
use crate::laws::variables::OPERATORS;

type Found = Vec<(Timestamp, String)>;

/// Whom a message is about, by name; nobody where it is a summary.
fn about(mail: &Mail) -> Option<&str> {
    let (_, rest) = mail.subject.split_once("] ")?;
    let (name, _) = rest.split_once(": ")?;
    (name != "key-rotation").then_some(name)
}

/// **once**: nobody reads the same about the same key twice; but where somebody touched its user or changed what holds for all,
/// where two runs went at once, where anything went wrong between, or the first run was refused something, so that it could not
/// note what it said; and a sign that comes again, a week later.
pub(super) fn once(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let mut read: BTreeMap<(String, String), Timestamp> = BTreeMap::new();
    for run in &case.runs {
        let mut matters: Vec<_> = run
            .mails()
            .filter_map(|mail| Some((about(mail)?.to_owned(), (mail.to.join(","), mail.subject.clone()))))
            .collect();
        matters.sort();
        for (name, matter) in matters {
            let Some(before) = read.insert(matter.clone(), run.at) else { continue };
            let of = case.runs.iter().flat_map(Seen::stood).flatten();
            let id = of.filter(|standing| standing.user.name == name).map(|standing| standing.user.id.as_str()).last();
            let overlap = run.at.duration_since(before) < SignedDuration::from_hours(1) && run.at != before;
            let granted = id.is_none_or(|id| case.touched(id, before, run.at))
                || case.went_wrong(before, run.at)
                || case.was_refused(before)
                || case.was_refused(run.at);
            let again =
                matter.1.contains("may be in wrong hands") && run.at.duration_since(before).as_hours() >= 7 * 24 - 1;
            if !overlap && !granted && !again {
                found.push((run.at, format!("{} read again '{}', having read it at {before}", matter.0, matter.1)));
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
