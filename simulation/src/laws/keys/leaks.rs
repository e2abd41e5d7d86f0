//! Keys that leaked.

use jiff::Timestamp;

use super::case::Case;
use super::terms::compromised;
use crate::acts::{Act, keys};
use crate::iam::Deed;
use crate::journal::What;

type Found = Vec<(Timestamp, String)>;

/// What a run cannot do without to switch a key off: it asks who it is, whose the key is, and has it switched off.
const NEEDED: [&str; 3] = ["sts:GetCallerIdentity", "iam:GetAccessKeyLastUsed", "iam:UpdateAccessKey"];

/// **leaked**: a key that an event calls compromised is off when the first run is over that could switch it off: whatever else
/// could not be read, written or told. Granted: calls that were hit which that takes, a run that died or had no time, and
/// whoever switched it on meanwhile.
pub(super) fn leaked(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in case.runs.iter().filter(|run| run.applies()) {
        let hit = run.calls().any(|call| {
            let refused = call.refused.as_deref().is_some_and(|code| code != "NoSuchEntity");
            NEEDED.contains(&call.action.as_str()) && (call.fault.is_some() || refused)
        });
        let short = case.history.runs.iter().any(|one| one.at == run.at && one.seconds < 900);
        if hit || short || matches!(run.end, Some(crate::journal::End::Died)) {
            continue;
        }
        let Some(after) = run.stood().last() else { continue };
        for id in compromised(run.event) {
            let of = after.iter().find_map(|one| Some((one, one.user.keys.iter().find(|key| key.id == id)?)));
            let Some((standing, key)) = of.filter(|(_, key)| key.active) else { continue };
            if !case.touched(&standing.user.id, run.at, run.over()) {
                let name = &standing.user.name;
                found.push((run.over(), format!("key {} of {name} was called compromised, and it works", key.id)));
            }
        }
    }
    found
}

/// **evidence**: no run deletes a key that is noted as leaked, nor, while AWS holds its user under quarantine, one that somebody
/// has. Granted: a quarantine that came while the run went on.
pub(super) fn evidence(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for did in run.did().filter(|did| matches!(did.deed, Deed::Deleted { .. })) {
            let Some(key) = did.key() else { continue };
            let user = &did.before.user;
            let noted = user.tags.contains_key(&format!("nightshift:leaked:{}", key.id));
            let meanwhile = case.entries.iter().filter(|entry| (run.at..=did.at).contains(&entry.at)).any(|entry| {
                matches!(
                    &entry.what,
                    What::Act { act: Act::Keys(keys::Act::Quarantine { .. } | keys::Act::Tag { .. }), .. }
                )
            });
            let held = !user.policies.is_empty() && key.held;
            if (noted || held) && !meanwhile {
                let why = if noted { "it is noted as leaked" } else { "its user is under quarantine" };
                found.push((did.at, format!("key {} of {} was deleted, and {why}", key.id, user.name)));
            }
        }
    }
    found
}
