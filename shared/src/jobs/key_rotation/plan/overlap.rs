//! The rules for a new key and the one it replaces: how that is taken out of use without locking anybody out (R7), and which
//! dates are named to people on the way.

use jiff::Timestamp;

use super::action::SwitchOffReason;
use super::known::{is_to_be_told, tell_first, told};
use super::said::{Keyed, no_last_use, tell};
use super::state;
use super::takeover::Takeover;
use super::{Step, Terms, Why, unclaimed};
use crate::domains::keys::tags::{KeyNotice, Memory as _, Off};
use crate::jobs::key_rotation::model::{KeySecret, User};
use crate::services::iam::{Key, LastUsed};

/// Before a key that is held is switched off even so, its owner and the operators have known the date so long.
const ESCALATION_DAYS: u32 = 7;

/// From when on `key` is rotated.
pub(super) fn due_at(user: &User, key: &Key, terms: Terms<'_>) -> Timestamp {
    state::after(key.created_at, terms.policy.rotate_after(user))
}

/// Whether `key` is to be rotated.
pub(super) fn due(user: &User, key: &Key, terms: Terms<'_>) -> bool {
    terms.now >= due_at(user, key, terms)
}

/// R7: the new key is current and proven, the old one still works.
pub(super) fn retire(
    user: &User,
    current: &Key,
    old: Keyed<'_>,
    secret: Option<&KeySecret>,
    terms: Terms<'_>,
) -> Result<Step, Why> {
    let (ages, key) = (terms.policy.ages, &old.key.id);
    let takeover = Takeover::of(user, current, terms);
    // Nobody can fetch what is on its way out, so nobody is told to, and the old key stays.
    if let Some(secret) = secret.filter(|secret| secret.deleted && takeover != Takeover::Yes) {
        return Err(Why::SecretLeaving { secret: secret.name.clone() });
    }
    let hold = |why| {
        let untold = is_to_be_told(user, KeyNotice::Held, key, terms);
        if untold { Ok(tell(KeyNotice::Held, key, Some(current))) } else { Err(why) }
    };
    match user.tags.off(key) {
        Some(Off::Done(_)) => {
            let other = Some(current.id.clone());
            return Ok(Step::Tell { kind: KeyNotice::Held, key: key.clone(), other, came_back: true });
        }
        Some(Off::Back(_)) => return hold(Why::RolledBack { key: key.clone() }),
        Some(Off::Todo(_)) | None => {}
    }
    let Some(since) = told(user, KeyNotice::Rotated, &current.id, terms) else {
        return tell_first(user, KeyNotice::Rotated, &current.id, Some(old.key), terms);
    };
    let until = promised(user, KeyNotice::Rotated, &current.id, 0, state::after(since, ages.overlap));
    if terms.now < until {
        return Err(Why::Overlap { key: key.clone(), until });
    }
    if let Some(why) = no_last_use(&old) {
        return Err(why);
    }
    if !terms.announces {
        return Err(Why::Untold { kind: KeyNotice::Deactivated, key: key.clone() });
    }
    match takeover {
        Takeover::Yes => {}
        Takeover::No => return await_takeover(user, current, old.key, terms),
        Takeover::Unknown(why) => return Err(why),
    }
    if unused_for(old.key, ages.quiet, terms.now) {
        return Ok(Step::Deactivate { key: key.clone(), because: SwitchOffReason::Quiet });
    }
    let known = told(user, KeyNotice::Held, key, terms);
    let Some(announced) = known.and_then(|_| user.tags.told_until(KeyNotice::Held, key)) else {
        // Its owner was not told, or no date was named.
        return tell_first(user, KeyNotice::Held, key, Some(current), terms);
    };
    let end = state::after(since, ages.max_overlap).max(announced);
    if terms.now >= end {
        return Ok(Step::Deactivate { key: key.clone(), because: SwitchOffReason::HardEnd });
    }
    Err(Why::InUse { key: key.clone(), until: end })
}

/// Nobody has the new key: the old one is held, and who can change that is told. It ends only where the policy says so, and on
/// no day that was not named to them.
fn await_takeover(user: &User, current: &Key, old: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    let tell_of_it = || tell_first(user, KeyNotice::NotTakenOver, &old.id, Some(current), terms);
    if told(user, KeyNotice::NotTakenOver, &old.id, terms).is_none() {
        return tell_of_it();
    }
    let until = end_of_hold(user, current, old, terms);
    match until {
        // The policy has an end since, and nobody knows the date.
        None if terms.policy.ages.hold_limit.is_some() => tell_of_it(),
        Some(end) if terms.now >= end => {
            Ok(Step::Deactivate { key: old.id.clone(), because: SwitchOffReason::HoldLimit })
        }
        _ => Err(Why::NotTakenOver { key: old.id.clone(), new: current.id.clone(), until }),
    }
}

/// When the wait for somebody to take `current` over ends: where the policy says so and the date was named, and not before
/// either.
pub(super) fn end_of_hold(user: &User, current: &Key, old: &Key, terms: Terms<'_>) -> Option<Timestamp> {
    let (days, since) = (terms.policy.ages.hold_limit?, told(user, KeyNotice::Rotated, &current.id, terms)?);
    told(user, KeyNotice::NotTakenOver, &old.id, terms)?;
    let named = user.tags.told_until(KeyNotice::NotTakenOver, &old.id)?;
    Some(promised(user, KeyNotice::Rotated, &current.id, 1, named.max(state::after(since, days))))
}

/// `at`, or the date at `place` that was named of it, whichever is later: a policy that is shortened moves no date nearer that
/// people were told.
fn promised(user: &User, kind: KeyNotice, key: &str, place: usize, at: Timestamp) -> Timestamp {
    let named = user.tags.telling(kind, key).and_then(|telling| telling.dates.get(place).copied());
    named.map_or(at, |named| named.max(at))
}

/// The dates to name to those who are told of `kind` about `key` now. `other` is the key that takes its place, or the one that
/// it takes the place of.
pub fn dates(user: &User, kind: KeyNotice, key: &str, other: Option<&str>, terms: Terms<'_>) -> Vec<Timestamp> {
    let ages = terms.policy.ages;
    let is_held = !matches!(user.tags.off(key), Some(Off::Done(_) | Off::Back(_))) && !user.tags.leaked(key);
    // A week is the least anybody has who is told of an end.
    let end = |days| {
        let since = told(user, KeyNotice::Rotated, other.filter(|_| is_held)?, terms)?;
        let week = state::after(terms.now, ESCALATION_DAYS);
        Some(promised(user, KeyNotice::Rotated, other.unwrap_or_default(), 1, state::after(since, days)).max(week))
    };
    let dates: Vec<_> = match kind {
        // Of its age, which a tag may change, and no promise.
        KeyNotice::Warning => return warned_of(user, key, terms).into_iter().collect(),
        KeyNotice::Unused => {
            let soonest = state::after(terms.now, ages.warn.max(1));
            vec![warned_of(user, key, terms).map_or(soonest, |due| due.max(soonest))]
        }
        KeyNotice::Rotated if other.is_some_and(|old| !user.tags.leaked(old)) => {
            let limit = ages.hold_limit.map(|days| state::after(terms.now, days));
            [Some(state::after(terms.now, ages.overlap)), limit].into_iter().flatten().collect()
        }
        KeyNotice::Held => end(ages.max_overlap).into_iter().collect(),
        KeyNotice::NotTakenOver => ages.hold_limit.and_then(end).into_iter().collect(),
        KeyNotice::Deactivated => vec![state::after(terms.now, ages.recovery)],
        KeyNotice::Unclaimed => unclaimed::until(user, key, terms).into_iter().collect(),
        _ => Vec::new(),
    };
    // Told anew, to another owner or by another policy, no date is nearer than the one that was named before.
    dates.into_iter().enumerate().map(|(place, date)| promised(user, kind, key, place, date)).collect()
}

/// When the key of `user` that is called `key` is due.
fn warned_of(user: &User, key: &str, terms: Terms<'_>) -> Option<Timestamp> {
    let key = user.keys.known()?.iter().find(|one| one.id == key)?;
    Some(due_at(user, key, terms))
}

/// Whether `key` was not used for so many days. One never used counts from its creation. What is not known is no disuse.
pub(super) fn unused_for(key: &Key, number: u32, now: Timestamp) -> bool {
    let since = match &key.last_used {
        LastUsed::Never => key.created_at,
        LastUsed::At(last) => last.at,
        LastUsed::NotAsked | LastUsed::Unknown(_) => return false,
    };
    now.duration_since(since) >= state::days(number)
}
