//! Keys that are off: how long they can be had back, and when they go (R6, R8, R10).

use jiff::Timestamp;

use super::known::{is_to_be_told, tell_first, told};
use super::overlap::{due_at, end_of_hold, unused_for};
use super::said::{Keyed, no_last_use, tell};
use super::state::{self, Class};
use super::takeover::Takeover;
use super::{Step, Terms, Why};
use crate::domains::keys::tags::{KeyNotice, Memory as _, Off, Whom};
use crate::jobs::key_rotation::model::User;
use crate::services::iam::{Key, LastUsed};

/// R6 and R10: nothing here works, so nothing is minted; what is off is deleted only where the policy says so.
pub(super) fn all_off(user: &User, keyed: &[Keyed<'_>], terms: Terms<'_>) -> Result<Step, Why> {
    let keys = || keyed.iter().map(|one| one.key.id.clone()).collect();
    if !terms.policy.delete_inactive {
        return Err(Why::OnlyInactive { keys: keys() });
    }
    let mut waits = Why::OnlyInactive { keys: keys() };
    for one in keyed.iter().rev().filter(|one| !user.tags.leaked(&one.key.id) && one.class != Class::Current) {
        match gone_from(user, one.key, None, terms) {
            Ok(until) if terms.now >= until => {
                evidence(user, one.key)?;
                return Ok(Step::Delete { key: one.key.id.clone(), replaced_by: None });
            }
            Ok(until) => waits = Why::Recovering { key: one.key.id.clone(), until },
            Err(said) => return said,
        }
    }
    Err(waits)
}

/// R8: one key works, the other is off.
pub(super) fn one_off(user: &User, on: Keyed<'_>, off: Keyed<'_>, terms: Terms<'_>) -> Result<Step, Why> {
    let (key, tags) = (&off.key.id, &user.tags);
    // Left to be told by the run that handed it out; or told, and not to whoever owns the user by now.
    let told_to_nobody_here = || {
        let telling = tags.telling_to(KeyNotice::Rotated, &on.key.id, &terms.whose(user));
        telling.is_some_and(|telling| telling.whom == Whom::Nobody)
    };
    let is_to_be_fetched = tags.leaked(key) || tags.intent().is_some() || told_to_nobody_here();
    if on.class == Class::Current && is_to_be_fetched && is_to_be_told(user, KeyNotice::Rotated, &on.key.id, terms) {
        return Ok(tell(KeyNotice::Rotated, &on.key.id, Some(off.key)));
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
    // There was one key when ours was minted: an older one is the one it replaced, whoever switched it off.
    let replaced = on.class == Class::Current && off.key.created_at < on.key.created_at;
    if tags.off(key).is_none() && !terms.policy.delete_inactive && !replaced {
        return kept("somebody else switched it off, and NIGHTSHIFT_INACTIVE_KEYS=keep", Why::NotDue { at: due_at });
    }
    let until = match gone_from(user, off.key, Some(on.key), terms) {
        Ok(until) => until,
        Err(said) => return said,
    };
    if terms.now < until {
        return Err(Why::Recovering { key: key.clone(), until });
    }
    if on.class == Class::Current {
        let ended = end_of_hold(user, on.key, off.key, terms).is_some_and(|end| terms.now >= end);
        match Takeover::of(user, on.key, terms) {
            Takeover::Unknown(why) => return Err(why),
            // Nobody can fetch the new one any more: what is left to have back is kept.
            Takeover::No if let Some(secret) = leaving(user) => {
                return Err(Why::SecretLeaving { secret: secret.to_owned() });
            }
            Takeover::No if !ended => {
                let why = Why::NotTakenOver { key: key.clone(), new: on.key.id.clone(), until: None };
                return kept("nobody has taken the new key over yet", why);
            }
            Takeover::Yes | Takeover::No => {}
        }
    } else if off.class != Class::Unclaimed || off.key.last_used != LastUsed::Never {
        if let Some(why) = no_last_use(&off) {
            return Err(why);
        }
        // It went because nobody used it; nobody can have come to need it since.
        if !unused_for(off.key, terms.policy.ages.idle, terms.now) {
            return Err(Why::NoCurrent { key: key.clone() });
        }
    }
    evidence(user, off.key)?;
    let replaced_by = (on.class == Class::Current).then(|| on.key.id.clone());
    Ok(Step::Delete { key: key.clone(), replaced_by })
}

/// The name of the user's secret, if that is on its way out.
fn leaving(user: &User) -> Option<&str> {
    user.secret.known()?.as_ref().filter(|secret| secret.deleted).map(|secret| secret.name.as_str())
}

/// While AWS holds the user under quarantine, any key of its may be the one that leaked.
fn evidence(user: &User, key: &Key) -> Result<(), Why> {
    match user.quarantine() {
        Some(policy) => Err(Why::Quarantined { key: key.id.clone(), policy: policy.to_owned() }),
        None => Ok(()),
    }
}

/// From when on `key` may be deleted: so long after it went off and after its owner was told, whichever is later, and on no day
/// before the one that was named. Or what has to be done before that is known.
fn gone_from(user: &User, key: &Key, on: Option<&Key>, terms: Terms<'_>) -> Result<Timestamp, Result<Step, Why>> {
    let off = off_since(user, key).map_err(Ok)?;
    let Some(since) = told(user, KeyNotice::Deactivated, &key.id, terms) else {
        return Err(tell_first(user, KeyNotice::Deactivated, &key.id, on, terms));
    };
    let until = state::after(off.max(since), terms.policy.ages.recovery);
    Ok(user.tags.told_until(KeyNotice::Deactivated, &key.id).map_or(until, |named| named.max(until)))
}

/// Since when `key` is off, or the step that writes it down. A key that came back and went off again is off since now.
fn off_since(user: &User, key: &Key) -> Result<Timestamp, Step> {
    match user.tags.off(&key.id) {
        Some(Off::Done(at)) => Ok(at),
        Some(Off::Todo(at)) => Err(Step::NoteOff { key: key.id.clone(), since: Some(at) }),
        Some(Off::Back(_)) | None => Err(Step::NoteOff { key: key.id.clone(), since: None }),
    }
}
