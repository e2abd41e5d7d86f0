//! What is taken out of use: nobody is left without a key that works, and everybody could read of it in time.

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Did, Seen};
use super::terms::{JITTER, addresses, compromised, days, short};
use crate::iam::{Deed, KeyFace};
use crate::journal::Mail;
use crate::laws::variables::OPERATORS;

type Found = Vec<(Timestamp, String)>;

/// AWS notes a use by the quarter of an hour.
const NOTED: SignedDuration = SignedDuration::from_mins(30);

/// The keys that a run takes, with what it did: switched off or deleted; but those that its event calls compromised.
fn taken<'a>(run: &'a Seen<'a>) -> impl Iterator<Item = (Did<'a>, &'a KeyFace)> {
    let leaked = compromised(run.event);
    let took = run.did().filter(|did| matches!(did.deed, Deed::Switched { on: false, .. } | Deed::Deleted { .. }));
    took.filter_map(|did| Some((did, did.key()?))).filter(move |(_, key)| !leaked.contains(&key.id))
}

/// Another key of the user that works, and that somebody has.
fn another<'a>(did: &Did<'a>, key: &KeyFace) -> Option<&'a KeyFace> {
    did.before.user.keys.iter().find(|one| one.id != key.id && one.active && one.held)
}

/// **a key that works**: no run takes a key that somebody has, unless they have another that works. Granted: a key that was
/// never used, where the policy says so; the end of a hold, where the policy has one; keys that are off anyway, where the policy
/// deletes such; and people and runs who came in between the look and the call.
pub(super) fn a_key_that_works(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for (did, key) in taken(run).filter(|(_, key)| key.held) {
            let terms = &run.terms;
            let name = &did.before.user.name;
            let deletes = matches!(did.deed, Deed::Deleted { .. });
            if deletes && key.active && !case.raced(run, &did) {
                found.push((did.at, format!("key {} of {name} was deleted, and it worked", key.id)));
            }
            let granted = terms.switches_unused_off() && key.used_by_people.is_none()
                || terms.hold_limit().is_some()
                || deletes && terms.deletes_inactive()
                || another(&did, key).is_some();
            if !granted && !case.raced(run, &did) {
                found.push((did.at, format!("key {} of {name} was taken, and they have no other that works", key.id)));
            }
        }
    }
    found
}

/// **in time**: before a run switches a key off, whoever owns its user by then could read of the key that takes its place, for the
/// days of the overlap; or, where none does, that this one goes, for a day. Where nobody has the one that takes its place, they
/// could read for a week that nobody has taken it over. The operators read it where no owner is named, and in nobody else's place.
/// What was said to whoever owned the user before counts for nothing. Granted: people and runs who came in between the look and
/// the call.
pub(super) fn in_time(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for (number, run) in case.runs.iter().enumerate() {
        for (did, key) in
            taken(run).filter(|(did, key)| key.active && key.held && matches!(did.deed, Deed::Switched { .. }))
        {
            let newer = |one: &&KeyFace| one.of_a_run && one.active && one.created > key.created;
            let new = did.before.user.keys.iter().find(newer);
            let (about, least) = match new {
                Some(new) => (short(&new.id), run.terms.overlap()),
                None => (short(&key.id), days(1)),
            };
            let told = |least: SignedDuration, what: &str| {
                case.runs[..number].iter().any(|before| {
                    let says = |mail: &Mail| mail.text.contains(&about) && mail.subject.contains(what);
                    run.at.duration_since(before.at) + JITTER >= least
                        && before.mails().any(|mail| says(mail) && reads(mail, &did))
                })
            };
            let name = &did.before.user.name;
            let why = if !told(least, "") {
                format!("nobody who owns it read of {about} in time")
            } else if new.is_some() && ends_a_hold(run, &did, key) && !told(days(7), "nobody has taken over") {
                format!("nobody who owns it read for a week that {about} is not taken over")
            } else {
                continue;
            };
            if !case.raced(run, &did) {
                found.push((did.at, format!("key {} of {name} was switched off, and {why}", key.id)));
            }
        }
    }
    found
}

/// Whether the key goes because the policy ends a hold, whoever has the one that takes its place.
fn ends_a_hold(run: &Seen<'_>, did: &Did<'_>, key: &KeyFace) -> bool {
    run.terms.hold_limit().is_some() && another(did, key).is_none()
}

/// Whether whoever owns the user when this is done to it got `mail`, at an address of theirs that took it; or the operators, where
/// nobody is named. Where an address takes none, the operators' knowing is not its owner's.
fn reads(mail: &Mail, did: &Did<'_>) -> bool {
    let owners = addresses(&did.before.user.tags);
    mail.to.iter().any(|to| owners.contains(to) || owners.is_empty() && to == OPERATORS)
}

/// **in use**: no run switches a key off that was used within the quiet days, unless a week before that was told that it is still
/// in use, and the longest overlap is over; or the policy has an end for what nobody takes over. Granted: whoever used it after
/// the look.
pub(super) fn in_use(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for (number, run) in case.runs.iter().enumerate() {
        for (did, key) in taken(run).filter(|(did, _)| matches!(did.deed, Deed::Switched { .. })) {
            let Some(used) = key.used_by_people else { continue };
            let recent = run.at.duration_since(used) + NOTED < run.terms.quiet();
            if !recent || used >= run.at || run.terms.hold_limit().is_some() {
                continue;
            }
            let ago = |before: &Seen<'_>, least: SignedDuration| run.at.duration_since(before.at) + JITTER >= least;
            let about = short(&key.id);
            let told = case.runs[..number].iter().any(|before| {
                ago(before, days(7))
                    && before.mails().any(|mail| mail.text.contains(&about) && mail.subject.contains("still in use"))
            });
            let replaced = case.runs[..number].iter().any(|before| {
                ago(before, run.terms.max_overlap())
                    && before.mails().any(|mail| mail.text.contains(&about) && mail.subject.contains("ready to fetch"))
            });
            if !(told && replaced) {
                let said =
                    format!("key {} of {} was switched off, and was used at {used}", key.id, did.before.user.name);
                found.push((did.at, said));
            }
        }
    }
    found
}

/// **recovery**: a key that somebody has is deleted only when it was off for the days of recovery, as far as runs could see, and
/// whoever owns its user by then could read so long ago that it is off. Granted: people who named another owner between the look
/// and the call.
pub(super) fn recovery(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for (number, run) in case.runs.iter().enumerate() {
        let deletes = |(did, key): &(Did<'_>, &KeyFace)| key.held && matches!(did.deed, Deed::Deleted { .. });
        for (did, key) in taken(run).filter(deletes) {
            let (id, about) = (&did.before.user.id, short(&key.id));
            let long_ago = |at: Timestamp| run.at.duration_since(at) + JITTER >= run.terms.recovery();
            let sight = |run: &Seen<'_>| {
                let (_, keys) = run.looked(id, usize::MAX)?;
                keys.iter().find(|(one, _)| *one == key.id).map(|(_, active)| *active)
            };
            let mut since = None;
            for before in case.runs[..number].iter().rev() {
                match sight(before) {
                    Some(true) => {
                        let off = |did: &Did<'_>| matches!(did.deed, Deed::Switched { key: one, on: false } if *one == key.id);
                        if before.did().any(|did| off(&did)) {
                            since = Some(before.at);
                        }
                        break;
                    }
                    Some(false) => since = Some(before.at),
                    None => {}
                }
            }
            let told = case.runs[..number].iter().any(|before| {
                let says = |mail: &Mail| mail.text.contains(&about) && mail.subject.contains("was switched off");
                long_ago(before.at) && before.mails().any(|mail| says(mail) && reads(mail, &did))
            });
            let why = match since {
                None => "no run before saw it off".to_owned(),
                Some(since) if !long_ago(since) => format!("it is off since {since}"),
                Some(_) if !told && !case.raced(run, &did) => {
                    "nobody who owns it read in time that it is off".to_owned()
                }
                Some(_) => continue,
            };
            found.push((did.at, format!("key {} of {} was deleted, and {why}", key.id, did.before.user.name)));
        }
    }
    found
}
