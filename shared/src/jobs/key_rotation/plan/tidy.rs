//! What earlier runs wrote and nobody needs any more, and a secret that no longer says what it should.

use super::said::{Keyed, tell};
use super::state::{self, Class};
use super::{Step, Terms, Why, leaks};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, KeyNotice, Memory as _, Off};
use crate::jobs::key_rotation::model::{EVERY_KEY, KeySecret, User};
use crate::services::iam::Key;
use crate::services::secrets::CURRENT;

/// Tags of earlier runs that are about nothing any more; the owner of a key that is gone hears so first.
pub(super) fn left_behind(user: &User, keyed: &[Keyed<'_>], terms: Terms<'_>) -> Option<Step> {
    let is_here = |id: &str| keyed.iter().any(|one| one.key.id == id);
    if terms.announces
        && let Some(gone) = user.tags.off_keys().find(|id| !is_here(id))
        && !matches!(user.tags.off(gone), None | Some(Off::Todo(_)))
    {
        return Some(tell(KeyNotice::Deleted, gone, None));
    }
    let tags = about_nothing(user, keyed, terms);
    (!tags.is_empty()).then_some(Step::Tidy { tags })
}

fn about_nothing(user: &User, keyed: &[Keyed<'_>], terms: Terms<'_>) -> Vec<String> {
    let keys: Vec<&Key> = keyed.iter().map(|one| one.key).collect();
    let is_here = |id: &str| keys.iter().any(|key| key.id == id);
    let only_leaked = !keys.is_empty() && keys.iter().all(|key| user.tags.leaked(&key.id));
    let is_over = keys.len() == 1 && !only_leaked;
    // Nothing works, and a leak is to blame: another key is owed.
    let owed = keys.iter().any(|key| user.tags.leaked(&key.id)) && !keys.iter().any(|key| key.works());
    let unclaimed = keyed.iter().any(|one| matches!(one.class, Class::Unclaimed | Class::Unsettled));
    let idle = state::no_mint_is_under_way(user, terms.now);
    let is_done_with = |key: &str, value: &str| {
        let about_somebody_here = || value.split(' ').any(is_here);
        if let Some(id) = key.strip_prefix(tags::OFF).or_else(|| key.strip_prefix(tags::LEAK)) {
            return !is_here(id);
        }
        if let Some(kind) = key.strip_prefix(tags::TOLD) {
            // Of a sign that names no key it is remembered for as long as it is not told again.
            let recent = |at| terms.now < state::after(at, leaks::SIGN_AGAIN_DAYS);
            if user
                .tags
                .telling(KeyNotice::Suspected, EVERY_KEY)
                .filter(|_| key == KeyNotice::Suspected.tag(EVERY_KEY))
                .is_some_and(|told| recent(told.at))
            {
                return false;
            }
            return told_is_over(user, kind, value, about_somebody_here(), is_over);
        }
        match key {
            tags::PROOF => !about_somebody_here() || is_over,
            tags::SECRET | tags::READERS_DONE => (is_over || keys.is_empty()) && idle && !unclaimed,
            // It also says that a key which leaked is still to be replaced.
            tags::INTENT => idle && !owed && !unclaimed,
            tags::LEAKED => !about_somebody_here(),
            _ => false,
        }
    };
    user.tags.iter().filter(|(key, value)| is_done_with(key, value)).map(|(key, _)| key.to_owned()).collect()
}

/// Whether what was told of `kind` need not be remembered any more.
fn told_is_over(user: &User, kind: &str, value: &str, about_somebody_here: bool, is_over: bool) -> bool {
    if kind == KeyNotice::Quarantined.as_str() {
        return user.quarantine().is_none_or(|policy| value.split(' ').next() != Some(policy));
    }
    // These are about one key, whatever becomes of another.
    let outlasts = [
        KeyNotice::Warning,
        KeyNotice::Unused,
        KeyNotice::Deactivated,
        KeyNotice::Leaked,
        KeyNotice::Suspected,
        KeyNotice::Unclaimed,
    ];
    let outlasts = outlasts.iter().any(|one| kind.split(':').next() == Some(one.as_str()));
    !about_somebody_here || is_over && !outlasts
}

/// The secret hands out a key that is no longer there, while another one works.
pub(super) fn stale(user: &User, keyed: &[Keyed<'_>], secret: Option<&KeySecret>, terms: Terms<'_>) -> Option<Why> {
    let secret = secret.filter(|secret| secret.user_id.as_deref() == Some(&user.id) && !secret.deleted)?;
    let secret = Some(secret).filter(|secret| secret.ruled_by.is_none())?;
    let current = secret.versions.iter().find(|version| version.has(CURRENT))?;
    let known = current.id == naming::placeholder_of(terms.account, &user.id)
        || keyed.iter().any(|one| naming::version_of(terms.account, &user.id, &one.key.id) == current.id);
    let works = keyed.iter().any(|one| one.key.works());
    (!known && works).then_some(Why::SecretStale { secret: secret.name.clone() })
}
