//! The rules, in the order they are asked: the first that fits decides. Each answers with one step, or with why there is
//! none.

use super::action::SwitchOffReason;
use super::known::is_to_be_told;
use super::overlap::{self, due, due_at};
use super::said::{Keyed, SECRET, Said, no_last_use, not_read, tell};
use super::state::{self, Class};
use super::{Rule, Step, Terms, Why, leaks, minting, retired, slots, tidy, unclaimed};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{KeyNotice, Memory as _, Off, READERS, READERS_DONE, SECRET as SECRET_NAME};
use crate::jobs::key_rotation::model::{KeySecret, User};
use crate::services::Read;
use crate::services::iam::{Key, LastUsed};
use crate::services::secrets::PENDING;

/// Asks the rules about `user`; `None` if nothing was read because nothing can be due.
pub(super) fn ask(user: &User, terms: Terms<'_>) -> Option<Said> {
    let (rule, said) = if let Some(said) = before_any_state(user, terms) {
        said
    } else {
        let keys = user.keys.known()?;
        match &user.secret {
            Read::Known(secret) => by_state(user, keys, secret.as_ref(), terms),
            Read::NotAsked => by_age_alone(keys, user, terms),
            unread => (Rule::R1, Err(not_read(unread, SECRET))),
        }
    };
    let said = match said {
        // Beside leaks and what they began, nothing is done about somebody this policy is not for.
        Ok(step) if !matches!(rule, Rule::R11 | Rule::Sign) && !step.finishes_a_replacement() => {
            out_of_scope(user, terms).map_or(Ok(step), Err)
        }
        said => said,
    };
    let said = match said {
        Ok(step) => match step.phase().filter(|phase| !terms.request.does(*phase)) {
            Some(phase) => Err(Why::NotThisPhase { phase, would: step.words().first().cloned().unwrap_or_default() }),
            None => Ok(step),
        },
        Err(why) => Err(why),
    };
    Some((rule, said.and_then(|step| with_room(user, step))))
}

/// What cannot be written down is not done: it would be done again each night.
fn with_room(user: &User, step: Step) -> Result<Step, Why> {
    let tags = step.writes();
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    // One more may be written, and none over another of its own.
    if minting::has_room(&user.tags, &tags) { Ok(step) } else { Err(Why::TagLimit { has: user.tags.len() }) }
}

/// What decides before anybody looks at how keys are stored.
fn before_any_state(user: &User, terms: Terms<'_>) -> Option<Said> {
    let compromised = terms.request.compromised_of(user);
    if !compromised.is_empty() {
        return Some((Rule::R11, leaks::leaked(user, &compromised, terms)));
    }
    if let Some(said) = leaks::sign(user, terms) {
        return Some((Rule::Sign, said));
    }
    if let Some(why) = out_of_scope(user, terms).filter(|_| !user.tags.replacing_a_leak()) {
        return Some((Rule::R1, Err(why)));
    }
    if let Some(why) = leaks::keys_unread(user) {
        return Some((Rule::R1, Err(why)));
    }
    let keys = user.keys.known()?;
    if terms.request.rollback.is_some() {
        return Some((Rule::Rollback, roll_back(user, keys)));
    }
    match keys.len() {
        0 => Some((Rule::R4, Err(Why::NoKeys))),
        3.. => Some((Rule::R1, Err(Why::TooManyKeys { count: keys.len() }))),
        _ => None,
    }
}

/// Why `user` is nobody this policy is for, if so.
fn out_of_scope(user: &User, terms: Terms<'_>) -> Option<Why> {
    if let Some(pattern) = terms.policy.excluded(user) {
        return Some(Why::Excluded { pattern: pattern.to_owned() });
    }
    (!terms.policy.included(user)).then_some(Why::NotIncluded)
}

/// A single young key of a user nothing is written on: its age says all.
fn by_age_alone(keys: &[Key], user: &User, terms: Terms<'_>) -> Said {
    match keys {
        [key] if !key.works() => (Rule::R6, Err(Why::OnlyInactive { keys: vec![key.id.clone()] })),
        [key] if !due(user, key, terms) => (Rule::R5, young(user, key, terms)),
        _ => (Rule::R1, Err(not_read(&user.secret, SECRET))),
    }
}

fn by_state(user: &User, keys: &[Key], secret: Option<&KeySecret>, terms: Terms<'_>) -> Said {
    let unnoted = leaks::unnoted(user, keys, secret, terms);
    if !unnoted.is_empty() {
        return (Rule::R11, leaks::leaked(user, &unnoted, terms));
    }
    if let Some(step) = readers(user, secret) {
        return (Rule::R3, Ok(step));
    }
    let mut keyed: Vec<_> =
        keys.iter().map(|key| Keyed { key, class: state::class(user, key, secret, terms) }).collect();
    // The newest first.
    keyed.sort_by(|a, b| (b.key.created_at, &b.key.id).cmp(&(a.key.created_at, &a.key.id)));
    if let Some(said) = leaked_again(user, keys, terms) {
        return (Rule::R7, said);
    }
    if let Some(said) = unfinished(user, &keyed, secret, terms) {
        return said;
    }
    let (rule, said) = match keyed.as_slice() {
        [one] if one.key.works() => (Rule::R5, single(user, *one, secret, terms)),
        // An event called it compromised, and the run that was to replace it died.
        [one] if user.tags.leaked(&one.key.id) && user.tags.replacing_a_leak() => {
            (Rule::R11, leaks::leaked(user, &[one.key.id.as_str()].into(), terms))
        }
        [one] => (Rule::R6, retired::all_off(user, &[*one], terms)),
        [one, other] => match (one.key.works(), other.key.works()) {
            (true, true) => both_active(user, *one, *other, secret, terms),
            (false, false) => (Rule::R10, retired::all_off(user, &keyed, terms)),
            (true, false) => (Rule::R8, retired::one_off(user, *one, *other, terms)),
            (false, true) => (Rule::R8, retired::one_off(user, *other, *one, terms)),
        },
        _ => (Rule::R4, Err(Why::NoKeys)),
    };
    // Nothing to do with the keys: then what earlier runs left behind is put away.
    match said {
        Err(why) => match tidy::left_behind(user, &keyed, terms) {
            Some(step) => (Rule::R2, Ok(step)),
            // What is in the way of a rotation is not passed over for what the next one mends.
            None if why.is_a_blocker() || why.is_a_hold() => (rule, Err(why)),
            None => (rule, Err(tidy::stale(user, &keyed, secret, terms).unwrap_or(why))),
        },
        ok => (rule, ok),
    }
}

/// While a new key waits to be taken over, whoever may fetch it can be changed by a tag.
fn readers(user: &User, secret: Option<&KeySecret>) -> Option<Step> {
    let secret = secret.filter(|secret| !secret.deleted && minting::is_ours(user, secret).is_ok())?;
    let is_awaited = user.tags.get(SECRET_NAME) == Some(&secret.name);
    let changed = user.tags.get(READERS) != user.tags.get(READERS_DONE);
    (is_awaited && changed).then(|| Step::Readers { secret: secret.name.clone() })
}

/// R7 and R9. `newer` was created after `older`.
fn both_active(user: &User, newer: Keyed<'_>, older: Keyed<'_>, secret: Option<&KeySecret>, terms: Terms<'_>) -> Said {
    // What a rotation replaced is always older than what it minted. A key made after ours is its owner's own.
    if newer.class == Class::Current {
        return (Rule::R7, overlap::retire(user, newer.key, older, secret, terms));
    }
    if slots::is_ours(user, newer) {
        return (Rule::R7, slots::astray(user, newer.key, older.key, secret, terms));
    }
    (Rule::R9, slots::two(user, newer, older, terms))
}

/// Somebody switched a leaked key on again: a person has to know, and nothing else is decided beside it. Where it is the only one and due,
/// another is minted then: that helps whoever cannot do without.
fn leaked_again(user: &User, keys: &[Key], terms: Terms<'_>) -> Option<Result<Step, Why>> {
    let key = keys.iter().find(|key| key.works() && user.tags.leaked(&key.id))?;
    if is_to_be_told(user, KeyNotice::Held, &key.id, terms) {
        return Some(Ok(tell(KeyNotice::Held, &key.id, None)));
    }
    let is_replaced_now = keys.len() == 1 && due(user, key, terms);
    (!is_replaced_now).then(|| Err(Why::LeakedActive { key: key.id.clone() }))
}

/// What an earlier run did not get to the end of.
fn unfinished(user: &User, keyed: &[Keyed<'_>], secret: Option<&KeySecret>, terms: Terms<'_>) -> Option<Said> {
    if user.tags.intent().is_some()
        && let Some((_, why)) = keyed.iter().find_map(|one| Some((one, no_last_use(one)?)))
        && keyed.iter().any(|one| one.class == Class::Foreign)
    {
        return Some((Rule::R1, Err(why)));
    }
    let find = |class| keyed.iter().find(|one| one.class == class);
    if let Some(one) = find(Class::Unsettled) {
        return Some((Rule::R2, Err(Why::Unsettled { key: one.key.id.clone() })));
    }
    if let Some(one) = find(Class::Orphan) {
        return Some((Rule::R2, Ok(Step::DeleteOrphan { key: one.key.id.clone() })));
    }
    if let Some(step) = find(Class::Unclaimed).and_then(|one| unclaimed::settle(user, *one, keyed, terms)) {
        return Some((Rule::R2, Ok(step)));
    }
    // One that leaked meanwhile is handed out to nobody.
    if let Some(one) = find(Class::Pending).filter(|one| !user.tags.leaked(&one.key.id)) {
        return Some((Rule::R3, pending(user, one.key, keyed, secret)));
    }
    let secret = secret.filter(|secret| !secret.deleted && minting::is_ours(user, secret).is_ok())?;
    let pending = secret.versions.iter().find(|version| version.has(PENDING))?;
    let placeholder = pending.id == naming::placeholder_of(terms.account, &user.id);
    (!placeholder).then(|| (Rule::R3, Ok(Step::DropPending { version: pending.id.clone() })))
}

/// R3: a key that is stored and not proven. What is on its way out is handed out to nobody.
fn pending(user: &User, key: &Key, keyed: &[Keyed<'_>], secret: Option<&KeySecret>) -> Result<Step, Why> {
    if let Some(secret) = secret {
        minting::is_ours(user, secret)?;
        if secret.deleted {
            return Err(Why::SecretLeaving { secret: secret.name.clone() });
        }
    }
    if !key.works() {
        return Err(Why::PendingInactive { key: key.id.clone() });
    }
    let replaces = keyed.iter().find(|other| other.key.id != key.id).map(|other| other.key.id.clone());
    Ok(Step::Resume { key: key.id.clone(), replaces })
}

/// R5: one active key.
fn single(user: &User, one: Keyed<'_>, secret: Option<&KeySecret>, terms: Terms<'_>) -> Result<Step, Why> {
    let key = one.key;
    if !due(user, key, terms) {
        if one.class == Class::Current
            && user.tags.intent().is_some()
            && is_to_be_told(user, KeyNotice::Rotated, &key.id, terms)
        {
            return Ok(tell(KeyNotice::Rotated, &key.id, None));
        }
        return young(user, key, terms);
    }
    if terms.policy.deactivate_unused {
        if let Some(why) = no_last_use(&one) {
            return Err(why);
        }
        if key.last_used == LastUsed::Never {
            return slots::unused(user, key, SwitchOffReason::NeverUsed, terms);
        }
    }
    minting::rotate(user, Some(key), secret, terms).map(Step::Rotate)
}

/// A key that is not due: its owner is warned once, where that time has come.
fn young(user: &User, key: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    let at = due_at(user, key, terms);
    let warn_from = at.checked_sub(state::days(terms.policy.ages.warn)).unwrap_or(at);
    // Of one nobody ever used it is said that it will be switched off, where the policy says so and it was asked.
    let goes = terms.policy.deactivate_unused && key.last_used == LastUsed::Never;
    let kind = if goes { KeyNotice::Unused } else { KeyNotice::Warning };
    if terms.now >= warn_from && is_to_be_told(user, kind, &key.id, terms) {
        return Ok(tell(kind, &key.id, None));
    }
    Err(Why::NotDue { at })
}

/// The key this tool switched off last works again.
fn roll_back(user: &User, keys: &[Key]) -> Result<Step, Why> {
    let candidates = keys.iter().filter(|key| !key.works() && !user.tags.leaked(&key.id));
    let dated = candidates.filter_map(|key| match user.tags.off(&key.id)? {
        Off::Todo(at) | Off::Done(at) | Off::Back(at) => Some((at, key)),
    });
    let last = dated.max_by_key(|(at, key)| (*at, key.id.clone()));
    last.map(|(_, key)| Step::Reactivate { key: key.id.clone() }).ok_or(Why::NothingToRollBack)
}
