//! How far a run goes: never to what is a stranger's, never over its caps, and in plan mode nowhere.

use jiff::Timestamp;

use super::case::Case;
use super::terms::expiry;
use crate::aged::Tags;
use crate::laws::variables::OPERATORS;
use crate::rds::Effect;

type Found = Vec<(Timestamp, String)>;

fn name_in(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn is_ours(key: &str) -> bool {
    key.starts_with("nightshift:")
}

/// **strangers**: a run writes only on a cluster that has every mark or a tag of ours already, and there only tags of ours; on
/// a snapshot only if it bears our name; it starts a cluster, or lifts its protection, only if it was told to, and never one
/// that is protected.
pub(super) fn strangers(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let terms = &run.terms;
        for (place, at, effect) in run.did() {
            let write = |arn: &str, before: &Tags, keys: Vec<&String>| {
                let name = name_in(arn);
                if arn.contains(":cluster-snapshot:") {
                    return (!name.starts_with("nightshift-"))
                        .then(|| format!("{name}, a snapshot of somebody's, was tagged"));
                }
                // What the run saw counts: a person may have taken the marks off a moment ago.
                let shown = run.listed().find(|face| face.id == name).map_or(before, |face| &face.tags);
                let known = terms.marked(shown) || shown.keys().any(|key| is_ours(key));
                if !known {
                    return Some(format!("{name} has none of our marks and was tagged: {before:?}"));
                }
                if terms.protects(name, shown) {
                    return Some(format!("{name} is protected and was tagged"));
                }
                let foreign = keys.into_iter().find(|key| !is_ours(key));
                foreign.map(|key| format!("the tag {key} of {name} was written, which is none of ours"))
            };
            let said = match effect {
                Effect::Tagged { arn, before, set } => write(arn, before, set.keys().collect()),
                Effect::Untagged { arn, before, keys } => write(arn, before, keys.iter().collect()),
                Effect::Unprotected { face } if !terms.lifts_protection() => {
                    Some(format!("the protection of {} was lifted", face.id))
                }
                Effect::Started { face } if !terms.starts() => Some(format!("{} was started", face.id)),
                Effect::Unprotected { face } | Effect::Started { face } => {
                    let seen = run.looked(&face.resource_id, place).unwrap_or(face);
                    terms.protects(&face.id, &seen.tags).then(|| format!("{} is protected and was changed", face.id))
                }
                _ => None,
            };
            found.extend(said.map(|said| (at, said)));
        }
    }
    found
}

/// **caps**: a run begins no more deletions than it may, by number and by share.
pub(super) fn caps(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for (number, run) in case.runs.iter().enumerate() {
        let took = run.took();
        // What was begun is finished.
        let is_new = |id: &&&str| !case.runs[..number].iter().any(|before| before.took().contains_key(**id));
        let new = took.keys().filter(is_new).count();
        let marked =
            run.listed().filter(|face| run.terms.marked(&face.tags) && face.tags.contains_key("auto-delete-after"));
        let marked = marked.count();
        let over_share = marked >= 10 && new * 100 > marked * run.terms.most_percent();
        if new > run.terms.most() || over_share {
            found.push((
                run.at,
                format!("{new} of {marked} clusters were taken in one run, and {} are allowed", run.terms.most()),
            ));
        }
    }
    found
}

/// **plan mode**: a run that only plans changes nothing and tells nobody.
pub(super) fn plan_mode(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in case.runs.iter().filter(|run| !run.applies()) {
        found.extend(run.did().map(|(_, at, effect)| (at, format!("a run that plans did {effect:?}"))));
        found.extend(run.mails().map(|mail| (run.at, format!("a run that plans wrote to {}", mail.to.join(", ")))));
    }
    found
}

/// **fewest calls**: a run to which nothing goes wrong, and which finds nothing to do and nothing due or soon to be, asks who it
/// is, lists clusters and snapshots, and tells the operators.
pub(super) fn fewest_calls(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let soon = run.at.checked_add(run.terms.warn()).unwrap_or(run.at);
        let busy = run.listed().any(|face| expiry(face).is_some_and(|day| day <= soon));
        let told = run.mails().any(|mail| !mail.to.iter().all(|to| to == OPERATORS));
        if run.went_wrong() || busy || told || run.did().next().is_some() {
            continue;
        }
        let least = 3 + run.listed().count() / 100 + 1;
        let (calls, refused) = (run.calls().count(), run.calls().filter(|call| call.refused.is_some()).count());
        if refused == 0 && calls > least {
            let calls: Vec<_> = run.calls().map(|call| format!("{} {}", call.action, call.thing)).collect();
            found.push((run.at, format!("a quiet run made {} calls: {}", calls.len(), calls.join(", "))));
        }
    }
    found
}
