//! What each key of a user is to us, told by whether and how its value is stored. No secret has to be read for that.

use crate::domains::keys::tags::{Intent, KeyNotice, Memory as _};
use jiff::{SignedDuration, Timestamp};

use super::Terms;
use crate::domains::keys::naming;
use crate::jobs::key_rotation::model::{KeySecret, User};
use crate::services::iam::{Key, LastUsed};
use crate::services::secrets::{CURRENT, PENDING, Version};

/// What a key is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Stored, proven to work, and what the secret hands out.
    Current,
    /// Stored and not yet proven. Its version carries `AWSPENDING`, whatever else it carries. Its run is over.
    Pending,
    /// Stored, and not what the secret hands out any more.
    Previous,
    /// Minted by a run that died before it could store it, by the id that run noted: nobody can hold its secret half.
    Orphan,
    /// It was minted moments ago, whether it is stored by now or not: its run may still be at work.
    Unsettled,
    /// A run may have minted it whose answer was lost, or its owner did: nobody knows. Never deleted for that.
    Unclaimed,
    /// Somebody else's making, or older than this tool. Never deleted unless it was rotated away.
    Foreign,
}

impl Class {
    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Pending => "pending",
            Self::Previous => "previous",
            Self::Orphan => "orphan",
            Self::Unsettled => "unsettled",
            Self::Unclaimed => "unclaimed",
            Self::Foreign => "foreign",
        }
    }
}

/// A key is minted right after the intent is written: this much clocks may differ before it, and a call and its answer
/// take after it.
const BEFORE_INTENT: SignedDuration = SignedDuration::from_mins(2);
const AFTER_INTENT: SignedDuration = SignedDuration::from_mins(5);
/// No run lives longer than fifteen minutes; what is twice as old has been left behind.
const SETTLED: SignedDuration = SignedDuration::from_mins(30);

/// What `key` of `user` is, as far as `secret` shows.
pub(super) fn class(user: &User, key: &Key, secret: Option<&KeySecret>, terms: Terms<'_>) -> Class {
    let version = version(user, key, secret, terms.account);
    match version {
        Some(version) if version.has(PENDING) && is_under_way(user, key, terms.now) => Class::Unsettled,
        Some(version) if version.has(PENDING) => Class::Pending,
        Some(version) if version.has(CURRENT) => Class::Current,
        Some(_) => Class::Previous,
        None => unstored(user, key, secret, terms),
    }
}

/// What a key is that is stored nowhere. Ours is only the one whose id was noted when it was minted.
fn unstored(user: &User, key: &Key, secret: Option<&KeySecret>, terms: Terms<'_>) -> Class {
    let Some(intent) = user.tags.intent().filter(|intent| is_candidate(user, key, intent)) else {
        return Class::Foreign;
    };
    let is_ours = match &intent.minted {
        Some(id) if *id == key.id => true,
        Some(_) => return Class::Foreign,
        None => false,
    };
    if !is_ours && !is_within(key, &intent, BEFORE_INTENT, AFTER_INTENT) {
        return Class::Foreign;
    }
    if terms.now.duration_since(key.created_at) < SETTLED {
        return Class::Unsettled;
    }
    if is_ours && secret.is_some_and(|secret| hands_out_what_it_did(user, secret, &intent, terms)) {
        Class::Orphan
    } else {
        Class::Unclaimed
    }
}

/// Whether `secret` still hands out what it did before the key of `intent` was minted: nothing yet, or a key that was there.
/// Where it is gone, or going, or was written by somebody, the new one may have been in it, and fetched.
fn hands_out_what_it_did(user: &User, secret: &KeySecret, intent: &Intent, terms: Terms<'_>) -> bool {
    let is_as_before = |version: &Version| {
        version.id == naming::placeholder_of(terms.account, &user.id)
            || intent.before.iter().any(|key| version.id == naming::version_of(terms.account, &user.id, key))
    };
    let is_the_users = !secret.deleted && secret.user_id.as_ref() == Some(&user.id);
    is_the_users && secret.versions.iter().any(|version| version.has(CURRENT) && is_as_before(version))
}

/// The version `key` is stored under.
pub fn version<'a>(user: &User, key: &Key, secret: Option<&'a KeySecret>, account: &str) -> Option<&'a Version> {
    let id = naming::version_of(account, &user.id, &key.id);
    secret?.versions.iter().find(|version| version.id == id)
}

/// Whether `key` can be the one that was about to be minted: it was not there before, nobody ever used it, and it was not
/// handed out; nor did it leak.
fn is_candidate(user: &User, key: &Key, intent: &Intent) -> bool {
    let is_handed_out = user.tags.proof(&key.id).is_some() || user.tags.telling(KeyNotice::Rotated, &key.id).is_some();
    key.last_used == LastUsed::Never && !intent.before.contains(&key.id) && !is_handed_out && !user.tags.leaked(&key.id)
}

fn is_within(key: &Key, intent: &Intent, before: SignedDuration, after: SignedDuration) -> bool {
    let since = key.created_at.duration_since(intent.at);
    since >= -before && since <= after
}

/// Whether `key` was made within a minute of the intent.
pub(super) fn is_of_the_minute(user: &User, key: &Key) -> bool {
    const MINUTE: SignedDuration = SignedDuration::from_mins(1);
    user.tags.intent().is_some_and(|intent| is_within(key, &intent, MINUTE, MINUTE))
}

/// Whether the run that minted `key` may still prove it and hand it out. What another does to it meanwhile would be taken for
/// its owner's doing, or be undone.
fn is_under_way(user: &User, key: &Key, now: Timestamp) -> bool {
    let is_of = |intent: &Intent| intent.minted.as_ref().is_none_or(|minted| *minted == key.id);
    user.tags.intent().is_some_and(|intent| is_of(&intent) && now.duration_since(intent.at) < SETTLED)
}

/// Whether no run can be minting a key for `user`: the intent is of one that is long over, or there is none.
pub(super) fn no_mint_is_under_way(user: &User, now: Timestamp) -> bool {
    user.tags.intent().is_none_or(|intent| now.duration_since(intent.at) >= SETTLED)
}

/// So many days of 24 hours.
pub(super) fn days(number: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(number))
}

/// That moment and so many days.
pub(super) fn after(at: Timestamp, number: u32) -> Timestamp {
    at.checked_add(days(number)).unwrap_or(Timestamp::MAX)
}

/// How many whole days `key` is old.
pub(super) fn age_days(key: &Key, now: Timestamp) -> i64 {
    now.duration_since(key.created_at).as_hours() / 24
}
