//! The rules, in the order they are asked: the first that fits decides. Each answers with one step, or with why there is
//! none.

use std::collections::BTreeSet;

use super::action::{Because, Leaked, Rotate};
use super::overlap::{self, due, due_at};
use super::said::{KEYS, Keyed, SECRET, Said, no_last_use, not_read, tell};
use super::state::{self, Class};
use super::{Rule, Step, Terms, Why};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, Kind, Memory as _, Off};
use crate::jobs::key_rotation::model::{Secret, User};
use crate::services::Read;
use crate::services::iam::{Key, LastUsed, Status};
use crate::services::secrets::PENDING;
use crate::services::tags::Tags;

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
        // Beside finishing what a leak began, nothing is done about somebody this policy is not for.
        Ok(step) if rule != Rule::R11 && !step.finishes_a_replacement() => {
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
    Some((rule, said))
}

/// What decides before anybody looks at how keys are stored.
fn before_any_state(user: &User, terms: Terms<'_>) -> Option<Said> {
    let compromised = terms.request.compromised_of(user);
    if !compromised.is_empty() {
        return Some((Rule::R11, leaked(user, &compromised, terms)));
    }
    if let Some(why) = out_of_scope(user, terms).filter(|_| !user.tags.replacing_a_leak()) {
        return Some((Rule::R1, Err(why)));
    }
    let keys = match &user.keys {
        Read::Known(keys) => keys,
        Read::NotAsked => return None,
        unread => return Some((Rule::R1, Err(not_read(unread, KEYS)))),
    };
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
        [key] if key.status == Status::Inactive => (Rule::R6, Err(Why::OnlyInactive { keys: vec![key.id.clone()] })),
        [key] if !due(user, key, terms) => (Rule::R5, young(user, key, terms)),
        _ => (Rule::R1, Err(not_read(&user.secret, SECRET))),
    }
}

fn by_state(user: &User, keys: &[Key], secret: Option<&Secret>, terms: Terms<'_>) -> Said {
    let mut keyed: Vec<_> =
        keys.iter().map(|key| Keyed { key, class: state::class(user, key, secret, terms) }).collect();
    // The newest first.
    keyed.sort_by(|a, b| (b.key.created_at, &b.key.id).cmp(&(a.key.created_at, &a.key.id)));
    if let Some(said) = unfinished(user, &keyed, secret, terms) {
        return said;
    }
    let (rule, said) = match keyed.as_slice() {
        [one] if one.key.status == Status::Active => (Rule::R5, single(user, *one, secret, terms)),
        // An event called it compromised, and the run that was to replace it died.
        [one] if user.tags.leaked(&one.key.id) && user.tags.replacing_a_leak() => {
            (Rule::R11, leaked(user, &[one.key.id.as_str()].into(), terms))
        }
        [one] => (Rule::R6, all_off(user, &[*one], terms)),
        [one, other] => match (one.key.status, other.key.status) {
            (Status::Active, Status::Active) => overlap::both_active(user, *one, *other, terms),
            (Status::Inactive, Status::Inactive) => (Rule::R10, all_off(user, &keyed, terms)),
            (Status::Active, Status::Inactive) => (Rule::R8, overlap::one_off(user, *one, *other, terms)),
            (Status::Inactive, Status::Active) => (Rule::R8, overlap::one_off(user, *other, *one, terms)),
        },
        _ => (Rule::R4, Err(Why::NoKeys)),
    };
    // Nothing to do with the keys: then what earlier runs left behind is put away.
    match said {
        Err(why) => match left_behind(user, keys, terms) {
            Some(step) => (Rule::R2, Ok(step)),
            None => (rule, Err(stale(user, &keyed, secret, terms).unwrap_or(why))),
        },
        ok => (rule, ok),
    }
}

/// What an earlier run did not get to the end of.
fn unfinished(user: &User, keyed: &[Keyed<'_>], secret: Option<&Secret>, terms: Terms<'_>) -> Option<Said> {
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
    if let Some(one) = find(Class::Pending) {
        let key = one.key.id.clone();
        if one.key.status == Status::Inactive {
            return Some((Rule::R3, Err(Why::PendingInactive { key })));
        }
        let replaces = keyed.iter().find(|other| other.key.id != key).map(|other| other.key.id.clone());
        return Some((Rule::R3, Ok(Step::Resume { key, replaces })));
    }
    let pending = secret?.versions.iter().find(|version| version.has(PENDING) && !secret.is_some_and(|s| s.deleted))?;
    let foreign = secret?.user_id.as_deref() != Some(&user.id);
    let placeholder = pending.id == naming::placeholder_of(terms.account, &user.id);
    (!foreign && !placeholder).then(|| (Rule::R3, Ok(Step::DropPending { version: pending.id.clone() })))
}

/// R5: one active key.
fn single(user: &User, one: Keyed<'_>, secret: Option<&Secret>, terms: Terms<'_>) -> Result<Step, Why> {
    let key = one.key;
    if !due(user, key, terms) {
        if one.class == Class::Current
            && user.tags.intent().is_some()
            && user.tags.told(Kind::Rotated, &key.id).is_none()
            && terms.announces
        {
            return Ok(tell(Kind::Rotated, &key.id, None));
        }
        return young(user, key, terms);
    }
    if terms.policy.deactivate_unused {
        if let Some(why) = no_last_use(&one) {
            return Err(why);
        }
        if key.last_used == LastUsed::Never {
            return unused(user, key, terms);
        }
    }
    rotate(user, Some(key), secret, terms).map(Step::Rotate)
}

/// The stricter rule for a key nobody ever used, where the policy asks for it: its owner is told first.
fn unused(user: &User, key: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    match user.tags.told(Kind::Warning, &key.id) {
        Some(at) if terms.now >= state::after(at, terms.policy.ages.warn.max(1)) => {
            Ok(Step::Deactivate { key: key.id.clone(), because: Because::NeverUsed })
        }
        Some(at) => Err(Why::NotDue { at: state::after(at, terms.policy.ages.warn.max(1)) }),
        None if terms.announces => Ok(tell(Kind::Warning, &key.id, None)),
        None => Err(Why::Untold { kind: Kind::Warning, key: key.id.clone() }),
    }
}

/// A key that is not due: its owner is warned once, where that time has come.
fn young(user: &User, key: &Key, terms: Terms<'_>) -> Result<Step, Why> {
    let at = due_at(user, key, terms);
    let warn_from = at.checked_sub(state::days(terms.policy.ages.warn)).unwrap_or(at);
    if terms.now >= warn_from && terms.announces && user.tags.told(Kind::Warning, &key.id).is_none() {
        return Ok(tell(Kind::Warning, &key.id, None));
    }
    Err(Why::NotDue { at })
}

/// R6 and R10: nothing here works, so nothing is minted; what is off is deleted only where the policy says so.
fn all_off(user: &User, keyed: &[Keyed<'_>], terms: Terms<'_>) -> Result<Step, Why> {
    let keys = || keyed.iter().map(|one| one.key.id.clone()).collect();
    if !terms.policy.delete_inactive {
        return Err(Why::OnlyInactive { keys: keys() });
    }
    let mut waits = Why::OnlyInactive { keys: keys() };
    for one in keyed.iter().rev().filter(|one| !user.tags.leaked(&one.key.id) && one.class != Class::Current) {
        match overlap::off_since(user, one.key) {
            Err(step) => return Ok(step),
            Ok(since) => {
                let until = state::after(since, terms.policy.ages.recovery);
                if terms.now >= until {
                    return Ok(Step::Delete { key: one.key.id.clone(), replaced_by: None });
                }
                waits = Why::Recovering { key: one.key.id.clone(), until };
            }
        }
    }
    Err(waits)
}

/// R11: every leaked key goes off at once; an innocent one is never touched.
fn leaked(user: &User, ids: &BTreeSet<&str>, terms: Terms<'_>) -> Result<Step, Why> {
    let keys = match &user.keys {
        Read::Known(keys) => keys,
        unread => return Err(not_read(unread, KEYS)),
    };
    let mut named: Vec<_> = keys.iter().filter(|key| ids.contains(key.id.as_str())).collect();
    named.sort_by(|a, b| a.id.cmp(&b.id));
    let Some(first) = named.first() else {
        let key = ids.first().copied().unwrap_or_default().to_owned();
        return Err(Why::NoSuchKey { key, said: format!("{} has no such key", user.name) });
    };
    // Whatever speaks against a new key does not speak against switching this one off.
    let replacement = (keys.len() == 1).then(|| match &user.secret {
        Read::Known(secret) => rotate(user, Some(first), secret.as_ref(), terms),
        unread => Err(not_read(unread, SECRET)),
    });
    let told = |key: &Key| !terms.announces || user.tags.told(Kind::Leaked, &key.id).is_some();
    let settled = named.iter().all(|key| is_put_away(user, key) && told(key));
    let then = match replacement {
        Some(Ok(rotate)) => Some(rotate),
        Some(Err(why)) if settled => return Err(why),
        None if settled => return Err(Why::LeakedKept { keys: named.iter().map(|key| key.id.clone()).collect() }),
        Some(Err(_)) | None => None,
    };
    let leaked = |key: &&Key| Leaked { key: key.id.clone(), off: key.status == Status::Inactive };
    Ok(Step::Leaked { keys: named.iter().map(leaked).collect(), then })
}

/// Whether nothing is left to be done to leaked `key`: it is off, and noted.
pub(super) fn is_put_away(user: &User, key: &Key) -> bool {
    key.status == Status::Inactive && user.tags.leaked(&key.id)
}

/// The key this tool switched off last works again.
fn roll_back(user: &User, keys: &[Key]) -> Result<Step, Why> {
    let candidates = keys.iter().filter(|key| key.status == Status::Inactive && !user.tags.leaked(&key.id));
    let dated = candidates.filter_map(|key| match user.tags.off(&key.id)? {
        Off::Todo(at) | Off::Done(at) | Off::Back(at) => Some((at, key)),
    });
    let last = dated.max_by_key(|(at, key)| (*at, key.id.clone()));
    last.map(|(_, key)| Step::Reactivate { key: key.id.clone() }).ok_or(Why::NothingToRollBack)
}

/// What minting a key takes, if nothing stands in its way.
pub(super) fn rotate(
    user: &User,
    replaces: Option<&Key>,
    secret: Option<&Secret>,
    terms: Terms<'_>,
) -> Result<Rotate, Why> {
    /// The intent, the proof, the notice, the description of the new key.
    const TAGS: usize = 4;
    let name = naming::secret_name(&terms.policy.store.prefix, &user.name);
    match secret.map(|secret| (secret, secret.user_id.as_deref())) {
        None => {}
        Some((_, Some(id))) if id == user.id => {}
        Some((_, Some(of))) => return Err(Why::SecretOfAnother { secret: name, of: of.to_owned() }),
        Some((_, None)) => return Err(Why::SecretNotOurs { secret: name, user_id: user.id.clone() }),
    }
    if user.tags.len() + TAGS > Tags::LIMIT {
        return Err(Why::TagLimit { has: user.tags.len() });
    }
    Ok(Rotate {
        replaces: replaces.map(|key| key.id.clone()),
        secret: name,
        restore: secret.is_some_and(|secret| secret.deleted),
    })
}

/// Tags of earlier runs that are about nothing any more; the owner of a key that is gone hears so first.
fn left_behind(user: &User, keys: &[Key], terms: Terms<'_>) -> Option<Step> {
    let is_here = |id: &str| keys.iter().any(|key| key.id == id);
    if terms.announces
        && let Some(gone) = user.tags.off_keys().find(|id| !is_here(id))
        && !matches!(user.tags.off(gone), None | Some(Off::Todo(_)))
    {
        return Some(tell(Kind::Deleted, gone, None));
    }
    let tags = about_nothing(user, &is_here, terms);
    (!tags.is_empty()).then_some(Step::Tidy { tags })
}

fn about_nothing(user: &User, is_here: &impl Fn(&str) -> bool, terms: Terms<'_>) -> Vec<String> {
    let keys = user.keys.known().map(Vec::as_slice).unwrap_or_default();
    let alone = keys.len() == 1;
    let only_leaked = !keys.is_empty() && keys.iter().all(|key| user.tags.leaked(&key.id));
    let is_over = |key: &str, value: &str| {
        let is_about_somebody_here = || value.split(' ').any(is_here);
        if let Some(id) = key.strip_prefix(tags::OFF) {
            return !is_here(id);
        }
        if let Some(kind) = key.strip_prefix(tags::TOLD) {
            return !is_about_somebody_here() || alone && !only_leaked && kind != Kind::Warning.as_str();
        }
        match key {
            tags::PROOF => !is_about_somebody_here() || alone && !only_leaked,
            // It also says that a key which leaked is still to be replaced.
            tags::INTENT => state::no_mint_is_under_way(user, terms.now) && !only_leaked,
            tags::LEAKED => !value.split(' ').any(is_here),
            _ => false,
        }
    };
    user.tags.iter().filter(|(key, value)| is_over(key, value)).map(|(key, _)| key.to_owned()).collect()
}

/// The secret hands out a key that is no longer there, while another one works.
fn stale(user: &User, keyed: &[Keyed<'_>], secret: Option<&Secret>, terms: Terms<'_>) -> Option<Why> {
    let secret = secret.filter(|secret| secret.user_id.as_deref() == Some(&user.id) && !secret.deleted)?;
    let current = secret.versions.iter().find(|version| version.has(crate::services::secrets::CURRENT))?;
    let known = current.id == naming::placeholder_of(terms.account, &user.id)
        || keyed.iter().any(|one| naming::version_of(terms.account, &user.id, &one.key.id) == current.id);
    let works = keyed.iter().any(|one| one.key.status == Status::Active);
    let secret = naming::secret_name(&terms.policy.store.prefix, &user.name);
    (!known && works).then_some(Why::SecretStale { secret })
}
