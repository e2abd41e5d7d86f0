//! A key that nobody has claimed: a run may have made it whose answer was lost, and its owner as well.

use jiff::Timestamp;

use super::action::SwitchOffReason;
use super::known::{is_to_be_told, told};
use super::said::{Keyed, tell};
use super::{Step, Terms, state};
use crate::domains::keys::tags::{KeyNotice, Memory as _};
use crate::jobs::key_rotation::model::User;
use crate::services::iam::{Key, LastUsed};

/// A key that a run may have made whose answer was lost. It may be its owner's as well, so people are told; by policy it is
/// switched off where nobody uses it, and never the last one that works.
pub(super) fn settle(user: &User, one: Keyed<'_>, keyed: &[Keyed<'_>], terms: Terms<'_>) -> Option<Step> {
    let key = one.key;
    if !key.works() {
        return None;
    }
    let other = keyed.iter().find(|other| other.key.id != key.id).map(|other| other.key);
    if is_to_be_told(user, KeyNotice::Unclaimed, &key.id, terms) {
        return Some(tell(KeyNotice::Unclaimed, &key.id, other));
    }
    let idle = terms.now.duration_since(key.created_at) >= state::days(1) && key.last_used == LastUsed::Never;
    let is_time = user.tags.told_until(KeyNotice::Unclaimed, &key.id).is_none_or(|named| terms.now >= named);
    let knows = terms.announces && told(user, KeyNotice::Unclaimed, &key.id, terms).is_some();
    let goes = knows && idle && is_time && is_to_go(user, key, other, terms);
    goes.then(|| Step::Deactivate { key: key.id.clone(), because: SwitchOffReason::Unclaimed })
}

/// Whether the policy has an unclaimed `key` switched off where nobody uses it: made within the minute, and not the only one that
/// works.
fn is_to_go(user: &User, key: &Key, other: Option<&Key>, terms: Terms<'_>) -> bool {
    terms.policy.switch_off_unclaimed && other.is_some_and(Key::works) && state::is_of_the_minute(user, key)
}

/// The day from which on it is, to be named to people; a day is the least they have.
pub(super) fn until(user: &User, key: &str, terms: Terms<'_>) -> Option<Timestamp> {
    let keys = user.keys.known()?;
    let key = keys.iter().find(|one| one.id == key)?;
    let other = keys.iter().find(|one| one.id != key.id);
    is_to_go(user, key, other, terms).then(|| state::after(key.created_at.max(terms.now), 1))
}
