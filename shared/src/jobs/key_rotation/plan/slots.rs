//! Two keys that no rotation explains (R9), a secret that no longer hands out what was stored,
//! and keys nobody uses.

use super::action::SwitchOffReason;
use super::known::{is_to_be_told, tell_first, told};
use super::minting::name_of;
use super::overlap::{due, due_at, unused_for};
use super::said::{Keyed, no_last_use, tell};
use super::state::{self, Class};
use super::{Step, Terms, Why, takeover};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{KeyNotice, Memory as _};
use crate::jobs::key_rotation::model::{KeySecret, User};
use crate::services::iam::Key;

/// R9: two keys work, and neither took the other's place.
pub(super) fn two(user: &User, newer: Keyed<'_>, older: Keyed<'_>, terms: Terms<'_>) -> Result<Step, Why> {
    let keys = [older, newer];
    let due_keys: Vec<_> = keys.iter().filter(|one| due(user, one.key, terms)).collect();
    let Some(first) = due_keys.first() else {
        let at = keys.iter().map(|one| due_at(user, one.key, terms)).min();
        return Err(Why::NotDue { at: at.unwrap_or(terms.now) });
    };
    if let Some(one) = keys.iter().find(|one| one.class == Class::Unclaimed) {
        return Err(Why::Unclaimed { user: user.name.clone(), key: one.key.id.clone() });
    }
    if due_keys.len() == 2 && keys.iter().all(|one| one.class == Class::Foreign) {
        if let Some(why) = keys.iter().find_map(no_last_use) {
            return Err(why);
        }
        let idle = |one: &Keyed<'_>| unused_for(one.key, terms.policy.ages.idle, terms.now);
        let in_use = |one: &Keyed<'_>| takeover::used_by_others(user, one.key) && !idle(one);
        for (one, other) in [(older, newer), (newer, older)] {
            if idle(&one) && in_use(&other) {
                return unused(user, one.key, SwitchOffReason::Idle, terms);
            }
        }
    }
    let other = keys.iter().find(|one| one.key.id != first.key.id).map(|one| one.key);
    if is_to_be_told(user, KeyNotice::Cannot, &first.key.id, terms) {
        return Ok(tell(KeyNotice::Cannot, &first.key.id, other));
    }
    Err(Why::TwoKeys { keys: keys.iter().map(|one| one.key.id.clone()).collect() })
}

/// A key nobody uses is switched off on the day that was named to its owner, and not before.
pub(super) fn unused(user: &User, key: &Key, because: SwitchOffReason, terms: Terms<'_>) -> Result<Step, Why> {
    let known = told(user, KeyNotice::Unused, &key.id, terms).filter(|_| terms.announces);
    match known.and_then(|_| user.tags.told_until(KeyNotice::Unused, &key.id)) {
        Some(at) if terms.now >= at => Ok(Step::Deactivate { key: key.id.clone(), because }),
        Some(at) => Err(Why::Unused { key: key.id.clone(), at }),
        None => tell_first(user, KeyNotice::Unused, &key.id, None, terms),
    }
}

/// Whether this tool minted `one` and handed it out, whatever its secret shows by now.
pub(super) fn is_ours(user: &User, one: Keyed<'_>) -> bool {
    let id = &one.key.id;
    let is_remembered = user.tags.proof(id).is_some() || user.tags.telling(KeyNotice::Rotated, id).is_some();
    one.class == Class::Previous || one.class == Class::Foreign && is_remembered
}

/// The new key is there and its secret does not hand it out: whose hand moves it is said, and neither key is touched.
pub(super) fn astray(
    user: &User,
    new: &Key,
    old: &Key,
    secret: Option<&KeySecret>,
    terms: Terms<'_>,
) -> Result<Step, Why> {
    if is_to_be_told(user, KeyNotice::Astray, &new.id, terms) {
        return Ok(tell(KeyNotice::Astray, &new.id, Some(old)));
    }
    let version = state::version(user, new, secret, terms.account);
    Err(Why::SecretAstray {
        secret: name_of(user, secret, terms),
        key: new.id.clone(),
        old: old.id.clone(),
        stored: version.map(|_| naming::version_of(terms.account, &user.id, &new.id)),
    })
}
