//! How far a run goes: never to what is a stranger's, never over its caps, and in plan mode nowhere.

use jiff::Timestamp;
use nightshift::report::Outcome;

use super::case::{Case, Did, Seen};
use super::terms::compromised;
use crate::iam::{Deed, UserFace};
use crate::laws::variables::OPERATORS;

type Found = Vec<(Timestamp, String)>;

/// **strangers**: a run writes only tags of ours on a user, and what describes a key; it does nothing to a user whom the policy
/// excludes, but what a leak takes, and that it tells of a quarantine; it switches no key on but where an event asks for it;
/// and it writes into no secret that no tag binds to a user.
pub(super) fn strangers(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for did in run.did() {
            let user = &did.before.user;
            let keys: Vec<&str> = match did.deed {
                Deed::Tagged { set } => set.iter().map(|(key, _)| key.as_str()).collect(),
                Deed::Untagged { keys } => keys.iter().map(String::as_str).collect(),
                _ => Vec::new(),
            };
            let foreign = keys.iter().find(|key| !key.starts_with("nightshift:") && !key.starts_with("AKIA"));
            let why = if let Some(foreign) = foreign {
                Some(format!("the tag {foreign} was written, which is none of ours"))
            } else if matches!(did.deed, Deed::Switched { on: true, .. }) && !run.event.contains("rollback") {
                Some("a key was switched on, and nobody asked for it".to_owned())
            } else {
                let is_news = keys.iter().all(|key| *key == "nightshift:told:quarantined") && !keys.is_empty();
                let excluded = run.terms.excludes(user) && !is_news && !concerns_a_leak(case, run, user);
                (excluded && !case.raced(run, &did)).then(|| format!("a pattern excludes it: {:?}", did.deed))
            };
            found.extend(why.map(|why| (did.at, format!("{}: {why}", user.name))));
        }
        for (_, at, effect, secret) in run.did_to_secrets() {
            if secret.user.is_none() && !case.anybody(run.at, at) {
                found.push((at, format!("{}, which nobody is bound to, was written: {:?}", secret.name, effect.deed)));
            }
        }
    }
    found
}

/// Whether a key of the user leaked, as the event says, an earlier one did, or a tag of ours: where the role may not tag, the secret has it.
fn concerns_a_leak(case: &Case<'_>, run: &Seen<'_>, user: &UserFace) -> bool {
    let mut earlier = case.runs.iter().filter(|other| other.at < run.at).flat_map(|other| compromised(other.event));
    let called = earlier.any(|id| user.keys.iter().any(|key| key.id == id));
    let named = compromised(run.event);
    let noted = user.tags.keys().any(|key| key.starts_with("nightshift:leaked"));
    noted || called || !named.is_empty() || run.event.contains("aws.health") || run.event.contains("aws.guardduty")
}

/// **caps**: a run makes, switches off and deletes no more keys than it may. What leaked, what nobody has, and what an earlier
/// run began counts for nothing.
pub(super) fn caps(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let leaked = |did: &Did<'_>| concerns_a_leak(case, run, &did.before.user);
        let count = |wanted: fn(&Did<'_>) -> bool| run.did().filter(|did| wanted(did) && !leaked(did)).count();
        let made = count(|did| matches!(did.deed, Deed::Minted { .. }));
        let off = count(|did| matches!(did.deed, Deed::Switched { on: false, .. }));
        let gone = count(|did| matches!(did.deed, Deed::Deleted { .. }) && did.key().is_some_and(|key| key.held));
        for (what, count, most) in [
            ("made", made, run.terms.most_rotations()),
            ("switched off", off, run.terms.most_deactivations()),
            ("deleted", gone, run.terms.most_deactivations()),
        ] {
            if count > most {
                found.push((run.at, format!("{count} keys were {what} in one run, and {most} are allowed")));
            }
        }
    }
    found
}

/// **plan mode**: a run that only plans changes nothing and tells nobody.
pub(super) fn plan_mode(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in case.runs.iter().filter(|run| !run.applies()) {
        found.extend(run.did().map(|did| (did.at, format!("a run that plans did {:?}", did.deed))));
        let secrets = run.did_to_secrets();
        found.extend(secrets.map(|(_, at, effect, _)| (at, format!("a run that plans did {:?}", effect.deed))));
        found.extend(run.mails().map(|mail| (run.at, format!("a run that plans wrote to {}", mail.to.join(", ")))));
    }
    found
}

/// **fewest calls**: a run to which nothing goes wrong and which finds nothing to do asks who it is, lists users in one page,
/// and tells the operators; it lists the keys of those who may be due, and asks for the secret and the last use only where a
/// key is due, one of two, off, or something of ours is written. Granted: people and other runs who come in
/// between.
pub(super) fn fewest_calls(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in case.runs.iter().filter(|run| run.event == "{}") {
        let told = run.mails().any(|mail| !mail.to.iter().all(|to| to == OPERATORS));
        let idle = run.report().is_some_and(|report| {
            let idles = |outcome| matches!(outcome, Outcome::AlreadyRight | Outcome::Skipped);
            report.items.iter().all(|item| idles(item.outcome)) && report.tripped.is_none()
        });
        let did = run.did().next().is_some() || run.did_to_secrets().next().is_some();
        let Some(before) = run.stood().next().filter(|_| idle) else { continue };
        if run.went_wrong() || told || did || run.refusals().next().is_some() || case.anybody(run.at, run.over()) {
            continue;
        }
        if case.beside(run).next().is_some() {
            continue;
        }
        let least = 3 + before.iter().map(|one| reads(run, &one.user)).sum::<usize>();
        if run.calls().count() > least {
            let calls: Vec<_> = run.calls().map(|call| format!("{} {}", call.action, call.thing)).collect();
            found.push((run.at, format!("a quiet run made {} calls, not {least}: {}", calls.len(), calls.join(", "))));
        }
    }
    found
}

/// How many calls it takes to know that nothing is to be done about `user`.
fn reads(run: &Seen<'_>, user: &UserFace) -> usize {
    let is_ours = |key: &String| {
        let by_people = ["nightshift:rotate-after-days", "nightshift:readers"];
        key.starts_with("nightshift:") && !by_people.contains(&key.as_str())
    };
    let noted = user.tags.keys().any(is_ours);
    let after = run.terms.rotate_after(user);
    let old = run.at.duration_since(user.created) >= after - run.terms.warn();
    if !noted && (run.terms.excludes(user) || !old) {
        return 0;
    }
    let due = user.keys.iter().any(|key| run.at.duration_since(key.created) >= after || !key.active);
    let looks = noted || due || user.keys.len() > 1;
    // The list; then the secret, by the name that was noted and by the user's, its versions, and each key's last use.
    1 + if looks && !user.keys.is_empty() { 3 + user.keys.len() } else { 0 }
}
