//! The rules for two keys: how an old one is taken out of use without locking anybody out (R7, R8), and what can be done
//! about two keys of which neither is ours (R9).

use jiff::Timestamp;

use super::action::Because;
use super::said::{Keyed, Said, no_last_use, tell};
use super::state::{self, Class};
use super::takeover::{self, Takeover};
use super::{Rule, Step, Terms, Why};
use crate::domains::keys::tags::{Kind, Memory as _, Off};
use crate::jobs::key_rotation::model::User;
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

/// R7 and R9. `newer` was created after `older`.
pub(super) fn both_active(user: &User, newer: Keyed<'_>, older: Keyed<'_>, terms: Terms<'_>) -> Said {
    if let Some(leaked) = [newer, older].into_iter().find(|one| user.tags.leaked(&one.key.id)) {
        return (Rule::R7, leaked_again(user, leaked.key, terms));
    }
    // What a rotation replaced is always older than what it minted. A key made after ours is its owner's own.
    if newer.class == Class::Current {
        return (Rule::R7, retire(user, newer.key, older, terms));
    }
    (Rule::R9, two_slots(user, newer, older, terms))
}

/// Somebody switched a leaked key on again: a person has to know, and nothing else is decided beside it.
fn leaked_again(user: &User, key: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    if terms.announces && user.tags.told(Kind::Held, &key.id).is_none() {
        return Ok(tell(Kind::Held, &key.id, None));
    }
    Err(Why::LeakedActive { key: key.id.clone() })
}

/// R7: the new key is current and proven, the old one still works.
fn retire(user: &User, current: &Key, old: Keyed<'_>, terms: Terms<'_>) -> Result<Step, Why> {
    let (ages, key) = (terms.policy.ages, &old.key.id);
    let escalated = user.tags.told(Kind::Held, key);
    let hold = |why| match escalated {
        None if terms.announces => Ok(tell(Kind::Held, key, Some(current))),
        _ => Err(why),
    };
    match user.tags.off(key) {
        Some(Off::Done(_)) => {
            let other = Some(current.id.clone());
            return Ok(Step::Tell { kind: Kind::Held, key: key.clone(), other, came_back: true });
        }
        Some(Off::Back(_)) => return hold(Why::RolledBack { key: key.clone() }),
        Some(Off::Todo(_)) | None => {}
    }
    let Some(told) = user.tags.told(Kind::Rotated, &current.id) else {
        return if terms.announces {
            Ok(tell(Kind::Rotated, &current.id, Some(old.key)))
        } else {
            Err(Why::Untold { kind: Kind::Rotated, key: current.id.clone() })
        };
    };
    let until = state::after(told, ages.overlap);
    if terms.now < until {
        return Err(Why::Overlap { key: key.clone(), until });
    }
    if let Some(why) = no_last_use(&old) {
        return Err(why);
    }
    if !terms.announces {
        return Err(Why::Untold { kind: Kind::Deactivated, key: key.clone() });
    }
    match Takeover::of(user, current, terms) {
        Takeover::Yes => {}
        Takeover::No => return await_takeover(user, current, old.key, terms),
        Takeover::Unknown(why) => return Err(why),
    }
    if unused_for(old.key, ages.quiet, terms.now) {
        return Ok(Step::Deactivate { key: key.clone(), because: Because::Quiet });
    }
    let Some(announced) = user.tags.told_until(Kind::Held, key) else {
        // Nobody was told, or no date was named.
        return Ok(tell(Kind::Held, key, Some(current)));
    };
    let end = state::after(told, ages.max_overlap).max(announced);
    if terms.now >= end {
        return Ok(Step::Deactivate { key: key.clone(), because: Because::HardEnd });
    }
    Err(Why::InUse { key: key.clone(), until: Some(end) })
}

/// Nobody has the new key: the old one is held, and who can change that is told. It ends only where the policy says so, and on
/// no day that was not named to them.
fn await_takeover(user: &User, current: &Key, old: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    let tell_of_it = || Ok(tell(Kind::NotTakenOver, &old.id, Some(current)));
    if user.tags.told(Kind::NotTakenOver, &old.id).is_none() {
        return tell_of_it();
    }
    let until = end_of_hold(user, current, old, terms);
    match until {
        // The policy has an end since, and nobody knows the date.
        None if terms.policy.ages.hold_limit.is_some() => tell_of_it(),
        Some(end) if terms.now >= end => Ok(Step::Deactivate { key: old.id.clone(), because: Because::HoldLimit }),
        _ => Err(Why::NotTakenOver { key: old.id.clone(), new: current.id.clone(), until }),
    }
}

/// When the wait for somebody to take `current` over ends: where the policy says so and the date was named, and not before
/// either.
fn end_of_hold(user: &User, current: &Key, old: &Key, terms: Terms<'_>) -> Option<Timestamp> {
    let (days, told) = (terms.policy.ages.hold_limit?, user.tags.told(Kind::Rotated, &current.id)?);
    let named = user.tags.told_until(Kind::NotTakenOver, &old.id)?;
    Some(named.max(state::after(told, days)))
}

/// The date to name to those who are told of `kind` now, where it has an end; `new` is the key that took the other's place.
pub fn hold_end(user: &User, kind: Kind, new: &str, terms: Terms<'_>) -> Option<Timestamp> {
    let ages = terms.policy.ages;
    let days = match kind {
        Kind::Held => Some(ages.max_overlap),
        Kind::NotTakenOver => ages.hold_limit,
        _ => None,
    }?;
    let told = user.tags.told(Kind::Rotated, new)?;
    Some(state::after(told, days).max(state::after(terms.now, ESCALATION_DAYS)))
}

/// R8: one key works, the other is off.
pub(super) fn one_off(user: &User, on: Keyed<'_>, off: Keyed<'_>, terms: Terms<'_>) -> Result<Step, Why> {
    let (key, tags) = (&off.key.id, &user.tags);
    if on.class == Class::Current
        && (tags.leaked(key) || tags.intent().is_some())
        && tags.told(Kind::Rotated, &on.key.id).is_none()
        && terms.announces
    {
        return Ok(tell(Kind::Rotated, &on.key.id, Some(off.key)));
    }
    let due_at = due_at(user, on.key, terms);
    let kept = |because, why| {
        if terms.now >= due_at { Err(Why::NoSlot { key: key.clone(), because }) } else { Err(why) }
    };
    if tags.leaked(key) {
        return kept("it leaked and is kept for the investigation", Why::LeakedKept { keys: vec![key.clone()] });
    }
    if off.class == Class::Current {
        return Err(Why::CurrentOff { key: key.clone() });
    }
    if tags.off(key).is_none() && !terms.policy.delete_inactive {
        return kept("somebody else switched it off, and NIGHTSHIFT_INACTIVE_KEYS=keep", Why::NotDue { at: due_at });
    }
    let since = match off_since(user, off.key) {
        Ok(since) => since,
        Err(step) => return Ok(step),
    };
    if tags.told(Kind::Deactivated, key).is_none() {
        return if terms.announces {
            Ok(tell(Kind::Deactivated, key, Some(on.key)))
        } else {
            Err(Why::Untold { kind: Kind::Deactivated, key: key.clone() })
        };
    }
    let until = state::after(since, terms.policy.ages.recovery);
    if terms.now < until {
        return Err(Why::Recovering { key: key.clone(), until });
    }
    if on.class == Class::Current {
        let ended = end_of_hold(user, on.key, off.key, terms).is_some_and(|end| terms.now >= end);
        match Takeover::of(user, on.key, terms) {
            Takeover::Unknown(why) => return Err(why),
            Takeover::No if !ended => {
                let why = Why::NotTakenOver { key: key.clone(), new: on.key.id.clone(), until: None };
                return kept("nobody has taken the new key over yet", why);
            }
            Takeover::Yes | Takeover::No => {}
        }
    } else {
        if let Some(why) = no_last_use(&off) {
            return Err(why);
        }
        // It went because nobody used it; nobody can have come to need it since.
        if !unused_for(off.key, terms.policy.ages.idle, terms.now) {
            return Err(Why::NoCurrent { key: key.clone() });
        }
    }
    let replaced_by = (on.class == Class::Current).then(|| on.key.id.clone());
    Ok(Step::Delete { key: key.clone(), replaced_by })
}

/// Since when `key` is off, or the step that writes it down. A key that came back and went off again is off since now.
pub(super) fn off_since(user: &User, key: &Key) -> Result<Timestamp, Step> {
    match user.tags.off(&key.id) {
        Some(Off::Done(at)) => Ok(at),
        Some(Off::Todo(at)) => Err(Step::NoteOff { key: key.id.clone(), since: Some(at) }),
        Some(Off::Back(_)) | None => Err(Step::NoteOff { key: key.id.clone(), since: None }),
    }
}

/// R9: two keys work, and neither took the other's place.
fn two_slots(user: &User, newer: Keyed<'_>, older: Keyed<'_>, terms: Terms<'_>) -> Result<Step, Why> {
    let keys = [older, newer];
    let due_keys: Vec<_> = keys.iter().filter(|one| due(user, one.key, terms)).collect();
    let Some(first) = due_keys.first() else {
        let at = keys.iter().map(|one| due_at(user, one.key, terms)).min();
        return Err(Why::NotDue { at: at.unwrap_or(terms.now) });
    };
    if due_keys.len() == 2 && keys.iter().all(|one| one.class == Class::Foreign) {
        if let Some(why) = keys.iter().find_map(no_last_use) {
            return Err(why);
        }
        let idle = |one: &Keyed<'_>| unused_for(one.key, terms.policy.ages.idle, terms.now);
        let in_use = |one: &Keyed<'_>| takeover::used_by_others(user, one.key) && !idle(one);
        for (one, other) in [(older, newer), (newer, older)] {
            if idle(&one) && in_use(&other) {
                if !terms.announces {
                    return Err(Why::Untold { kind: Kind::Deactivated, key: one.key.id.clone() });
                }
                return Ok(Step::Deactivate { key: one.key.id.clone(), because: Because::Idle });
            }
        }
    }
    if terms.announces && user.tags.told(Kind::Cannot, &first.key.id).is_none() {
        let other = keys.iter().find(|one| one.key.id != first.key.id).map(|one| one.key);
        return Ok(tell(Kind::Cannot, &first.key.id, other));
    }
    Err(Why::TwoKeys { keys: keys.iter().map(|one| one.key.id.clone()).collect() })
}

/// Whether `key` was not used for so many days. One never used counts from its creation. What is not known is no disuse.
fn unused_for(key: &Key, number: u32, now: Timestamp) -> bool {
    let since = match &key.last_used {
        LastUsed::Never => key.created_at,
        LastUsed::At(last) => last.at,
        LastUsed::NotAsked | LastUsed::Unknown(_) => return false,
    };
    now.duration_since(since) >= state::days(number)
}
