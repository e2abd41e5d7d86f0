//! What is handed out: no secret half is lost, what is handed out works, and it is handed to nobody but its owner.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::case::{Case, Seen};
use super::terms::short;
use crate::history::Kind;
use crate::iam::{Deed, KeyFace};
use crate::secrets::{self, CURRENT};
use crate::world::Standing;

type Found = Vec<(Timestamp, String)>;

/// The labels under which somebody or a later run finds it.
const FOUND: [&str; 2] = [CURRENT, "AWSPENDING"];

/// **kept**: when a run is over that made a key, the secret half of that key stands where its owner or a later run finds it, or
/// the key is gone again; so, too, where nothing was refused but storing it; and where something went wrong, five quiet nights later it is one of the two, or people read that
/// nobody has claimed it. Granted: what people did to the user or the secret.
pub(super) fn kept(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let only_storing = |run: &&Seen<'_>| run.refusals().all(|call| call.action == "secretsmanager:PutSecretValue");
    for run in case.runs.iter().filter(|run| !run.went_wrong()).filter(only_storing) {
        let Some(after) = run.stood().last() else { continue };
        for did in run.did() {
            let Deed::Minted { key } = did.deed else { continue };
            let id = &did.before.user.id;
            let now = after.iter().find(|one| one.user.id == *id);
            let lost = now.is_some_and(|one| is_there(one, key) && !is_stored(one, key, &FOUND));
            if lost && !case.touched(id, run.at, run.over()) {
                found.push((
                    run.over(),
                    format!("key {key} of {} was made, and its secret is nowhere", did.before.user.name),
                ));
            }
        }
    }
    let Some((last, after)) = case.runs.last().and_then(|run| Some((run, run.stood().last()?))) else { return found };
    if last.at.duration_since(case.history.healed) < SignedDuration::from_hours(5 * 24) {
        return found;
    }
    for standing in after {
        let is_lost = |key: &&KeyFace| key.of_a_run && key.active && !key.held && !is_stored(standing, &key.id, &[]);
        for key in standing.user.keys.iter().filter(is_lost) {
            let about = short(&key.id);
            let told = case.runs.iter().flat_map(Seen::mails).any(|mail| mail.text.contains(&about));
            if !told && !case.touched(&standing.user.id, key.created, last.at) {
                let said =
                    format!("key {} of {} has no secret anywhere, and nobody reads of it", key.id, standing.user.name);
                found.push((last.at, said));
            }
        }
    }
    found
}

fn is_there(standing: &Standing, key: &str) -> bool {
    standing.user.keys.iter().any(|one| one.id == key)
}

/// Whether a secret of the user holds `key` under one of `labels`, or under any or none where there are none.
fn is_stored(standing: &Standing, key: &str, labels: &[&str]) -> bool {
    let versions = standing.secrets.iter().flat_map(|secret| &secret.versions);
    versions
        .into_iter()
        .filter(|version| version.key.as_deref() == Some(key))
        .any(|version| labels.is_empty() || version.labels.iter().any(|label| labels.contains(&label.as_str())))
}

/// **proven**: what a run hands out it used itself before, in this run, and AWS said that it works.
pub(super) fn proven(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for (place, at, effect, secret) in run.did_to_secrets() {
            let secrets::Deed::Labelled { label, to: Some(to), .. } = &effect.deed else { continue };
            let handed_out = secret.versions.iter().find(|version| version.id == *to).and_then(|one| one.key.as_ref());
            let Some(key) = handed_out.filter(|_| label == CURRENT) else { continue };
            let used = run.own.iter().filter(|(earlier, _)| *earlier < place).any(|(_, entry)| match &entry.what {
                crate::journal::What::Call(call) => {
                    let is_it = call.action == "sts:GetCallerIdentity" && call.thing == *key;
                    is_it && call.refused.is_none() && call.fault.is_none_or(|kind| kind == Kind::Stale)
                }
                _ => false,
            });
            if !used {
                found.push((at, format!("key {key} was handed out, and nothing showed that it works")));
            }
        }
    }
    found
}

/// **whose**: a key is stored only in a secret that a tag binds to its user, and the policy that a run writes lets in that user,
/// by its id, and nobody else but whom the policy of the function or other people name.
pub(super) fn whose(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let of_key = |key: &str| {
            let minted = run.did().find(|did| matches!(did.deed, Deed::Minted { key: one } if one == key));
            minted.map(|did| did.before.user.id.clone())
        };
        for (_, at, effect, secret) in run.did_to_secrets() {
            let why = match &effect.deed {
                secrets::Deed::Stored { key: Some(key), .. } => {
                    let owner = of_key(key);
                    (owner.is_none() || owner != secret.user)
                        .then(|| format!("key {key} of {owner:?} was stored in the secret of {:?}", secret.user))
                }
                secrets::Deed::Policy { document } => {
                    let shut = shuts_out(document, secret.user.as_deref());
                    (!shut).then(|| format!("the policy of a secret of {:?} lets others in: {document}", secret.user))
                }
                _ => None,
            };
            let raced = secret.user.as_ref().is_some_and(|id| case.touched(id, run.at, at)) || secret.user.is_none();
            found.extend(why.filter(|_| !raced).map(|why| (at, why)));
        }
    }
    found
}

/// Whether `document` denies reading to everybody but the user `id` and roles that it names.
fn shuts_out(document: &str, id: Option<&str>) -> bool {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = document["Statement"].as_array().cloned().unwrap_or_default();
    let denies = |one: &Value| {
        one["Effect"] == "Deny"
            && one["Principal"] == "*"
            && one["Condition"]["StringNotEquals"]["aws:userid"].as_str() == id
    };
    let roles = |one: &Value| {
        let named = one["Condition"]["ArnNotLike"]["aws:PrincipalArn"].as_array().cloned().unwrap_or_default();
        named.iter().all(|arn| arn.as_str().is_some_and(|arn| arn.contains(":role/") || arn.contains(":assumed-role/")))
    };
    let open = |one: &Value| one["Effect"] == "Allow" && one["Principal"] == "*";
    statements.iter().any(|one| denies(one) && roles(one)) && !statements.iter().any(open)
}
