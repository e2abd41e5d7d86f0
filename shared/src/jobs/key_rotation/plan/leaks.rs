//! Keys that leaked, and signs that one may have: what an event says of them (R11), what AWS itself has done about a user, and
//! what a run left unfinished that could not write down what it did.

use std::collections::BTreeSet;

use super::action::Leaked;
use super::known::{is_to_be_told, is_untold};
use super::minting;
use super::said::{KEYS, SECRET, not_read, tell};
use super::{Step, Terms, Why, state};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{KeyNotice, Memory as _};
use crate::jobs::key_rotation::model::{KeySecret, User};
use crate::services::Read;
use crate::services::iam::Key;

/// R11: every leaked key goes off at once; an innocent one is never touched. What could not be read stands in no leak's way.
pub(super) fn leaked(user: &User, ids: &BTreeSet<&str>, terms: Terms<'_>) -> Result<Step, Why> {
    let keys = user.keys.known();
    let named = named(user, ids, terms);
    let Some(first) = named.first() else {
        let key = ids.first().copied().unwrap_or_default().to_owned();
        return Err(Why::NoSuchKey { key, said: format!("{} has no such key", user.name) });
    };
    // Whatever speaks against a new key does not speak against switching this one off.
    let only = keys.and_then(|keys| match keys.as_slice() {
        [only] if only.id == first.key => Some(only),
        _ => None,
    });
    let replacement = only.map(|only| match &user.secret {
        Read::Known(secret) => minting::rotate(user, Some(only), secret.as_ref(), terms),
        unread => Err(not_read(unread, SECRET)),
    });
    let is_settled = |leaked: &Leaked| {
        let told = !is_to_be_told(user, KeyNotice::Leaked, &leaked.key, terms);
        leaked.off && user.tags.leaked(&leaked.key) && told
    };
    let settled = named.iter().all(is_settled);
    let then = match replacement {
        Some(Ok(rotate)) => Some(rotate),
        Some(Err(why)) if settled => return Err(why),
        None if settled => return Err(Why::LeakedKept { keys: named.into_iter().map(|leaked| leaked.key).collect() }),
        Some(Err(_)) | None => None,
    };
    Ok(Step::Leaked { keys: named, then })
}

/// Those of `ids` that are this user's: by its list of keys, or by AWS's answer about the key itself where the list lags behind
/// or could not be read.
fn named(user: &User, ids: &BTreeSet<&str>, terms: Terms<'_>) -> Vec<Leaked> {
    let keys = user.keys.known();
    let is_theirs = |id: &str| keys.is_none() || terms.request.is_known(user, id);
    let found = |id: &str| keys.into_iter().flatten().find(|key| key.id == id);
    let leaked = |id: &&str| match found(id) {
        Some(key) => Some(Leaked { key: key.id.clone(), off: !key.works() }),
        None => is_theirs(id).then(|| Leaked { key: (*id).to_owned(), off: false }),
    };
    ids.iter().filter_map(leaked).collect()
}

/// Those of `ids` that are nobody's here.
pub(super) fn missing<'a>(user: &User, ids: &BTreeSet<&'a str>, terms: Terms<'_>) -> Vec<&'a str> {
    let theirs = named(user, ids, terms);
    ids.iter().copied().filter(|id| theirs.iter().all(|one| one.key != **id)).collect()
}

/// Whether nothing is left to be done to leaked `key`: it is off, and noted.
pub(super) fn is_put_away(user: &User, key: &Key) -> bool {
    !key.works() && user.tags.leaked(&key.id)
}

/// The keys of which the secret alone says that they leaked: the run that switched them off could not write it on the user.
pub(super) fn unnoted<'a>(
    user: &User,
    keys: &'a [Key],
    secret: Option<&KeySecret>,
    terms: Terms<'_>,
) -> BTreeSet<&'a str> {
    let is_marked = |key: &&Key| {
        let mark = naming::leak_version_of(terms.account, &user.id, &key.id);
        secret.is_some_and(|secret| secret.versions.iter().any(|version| version.id == mark))
    };
    let marked = keys.iter().filter(is_marked).filter(|key| !user.tags.leaked(&key.id));
    marked.map(|key| key.id.as_str()).collect()
}

/// A sign that comes again is told again after so many days.
pub(super) const SIGN_AGAIN_DAYS: u32 = 7;

/// What people have to hear of `user` before anything else is looked at: what an event suspects, and AWS's own quarantine.
pub(super) fn sign(user: &User, terms: Terms<'_>) -> Option<Result<Step, Why>> {
    let suspected = terms.request.suspected_of(user);
    // Another sign of the same key is news, and so is one that comes again after a while.
    let code = terms.request.sign.as_deref().unwrap_or_default();
    let is_recent = |told| terms.now < state::after(told, SIGN_AGAIN_DAYS);
    let whose = terms.whose(user);
    let untold = |key: &&str| !user.tags.told_of_sign(key, code, &whose).is_some_and(is_recent);
    let new: Vec<_> = suspected.iter().filter(|key| untold(key)).map(|key| (*key).to_owned()).collect();
    if let Some(first) = new.first() {
        let key = first.clone();
        return Some(if terms.announces {
            Ok(Step::Suspected { keys: new })
        } else {
            Err(Why::Untold { kind: KeyNotice::Suspected, key })
        });
    }
    if !suspected.is_empty() {
        return Some(Err(Why::Suspected { keys: suspected.into_iter().map(str::to_owned).collect() }));
    }
    let policy = is_news(user, terms).filter(|_| terms.announces)?;
    Some(Ok(tell(KeyNotice::Quarantined, policy, None)))
}

/// The quarantine nobody was told of yet, or not whoever owns the user by now.
pub(super) fn is_news<'a>(user: &'a User, terms: Terms<'_>) -> Option<&'a str> {
    user.quarantine().filter(|policy| is_untold(user, KeyNotice::Quarantined, policy, terms))
}

/// What could not be decided about somebody whose keys are not read.
pub(super) fn keys_unread(user: &User) -> Option<Why> {
    match &user.keys {
        Read::Known(_) | Read::NotAsked => None,
        unread => Some(not_read(unread, KEYS)),
    }
}
