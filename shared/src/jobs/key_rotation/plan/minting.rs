//! What minting a key takes, and what stands in its way: whose the secret is, who else rules it, and room for what is
//! remembered meanwhile.

use super::action::Rotate;
use super::{Terms, Why};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{INTENT, KeyNotice, PROOF, READERS, READERS_DONE, SECRET};
use crate::jobs::key_rotation::model::{KeySecret, Ruler, User};
use crate::services::iam::Key;
use crate::services::secrets::PENDING;
use crate::services::tags::Tags;

/// What minting a key takes, if nothing stands in its way.
pub(super) fn rotate(
    user: &User,
    replaces: Option<&Key>,
    secret: Option<&KeySecret>,
    terms: Terms<'_>,
) -> Result<Rotate, Why> {
    if user.id.is_empty() {
        return Err(id_unknown());
    }
    if let Some(secret) = secret {
        is_ours(user, secret)?;
    }
    // The last is the description of the new key, whose id nobody knows yet.
    let rotated = KeyNotice::Rotated.tag("");
    let mut room = vec![INTENT, SECRET, PROOF, rotated.as_str(), "the description"];
    if user.tags.get(READERS).is_some() {
        room.push(READERS_DONE);
    }
    if !has_room(&user.tags, &room) {
        return Err(Why::TagLimit { has: counted(&user.tags) });
    }
    Ok(Rotate {
        replaces: replaces.map(|key| key.id.clone()),
        secret: name_of(user, secret, terms),
        restore: secret.is_some_and(|secret| secret.deleted),
    })
}

/// Of somebody known by name alone nobody can say whose secret is whose, nor prove a key.
fn id_unknown() -> Why {
    let said = "the user could be read neither in the account's list nor by name".to_owned();
    Why::PreflightUnknown { call: "iam:GetUser", said }
}

/// What the secret of `user` is called.
pub(super) fn name_of(user: &User, secret: Option<&KeySecret>, terms: Terms<'_>) -> String {
    let by_name = || naming::secret_name(&terms.policy.store.prefix, &user.name);
    secret.map_or_else(by_name, |secret| secret.name.clone())
}

/// Whether `secret` is this user's, and nobody but this tool decides what is in it.
pub(super) fn is_ours(user: &User, secret: &KeySecret) -> Result<(), Why> {
    let name = || secret.name.clone();
    match &secret.user_id {
        Some(id) if *id == user.id => {}
        Some(of) => return Err(Why::SecretOfAnother { secret: name(), of: of.clone() }),
        None => return Err(Why::SecretNotOurs { secret: name(), user_id: user.id.clone() }),
    }
    let by = match &secret.ruled_by {
        None if !secret.versions.iter().any(|version| version.has(PENDING) && !naming::is_ours(&version.id)) => {
            return Ok(());
        }
        None => "somebody has put a value of their own under AWSPENDING".to_owned(),
        Some(Ruler::Rotation(function)) => format!("rotation is on, by the function '{function}'"),
        Some(Ruler::Service(service)) => format!("the service '{service}' owns it"),
        Some(Ruler::Primary(region)) => format!("it is a copy of the one in {region}"),
    };
    Err(Why::SecretRuled { secret: name(), by })
}

/// Whether `more` tags can be written beside those that are there.
pub(super) fn has_room(tags: &Tags, more: &[&str]) -> bool {
    let new = more.iter().filter(|key| tags.get(key).is_none()).count();
    counted(tags) + new <= Tags::LIMIT
}

/// How many count towards the limit: AWS's own do not (IAM User Guide, "Rules for tagging in IAM").
fn counted(tags: &Tags) -> usize {
    tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count()
}
