//! What each key of a user is to us, told by whether and how its value is stored. No secret has to be read for that.

use crate::domains::keys::tags::Memory as _;
use jiff::{SignedDuration, Timestamp};

use super::Terms;
use crate::domains::keys::naming;
use crate::jobs::key_rotation::model::{Secret, User};
use crate::services::iam::{Key, LastUsed, Status};
use crate::services::secrets::{CURRENT, PENDING, Version};

/// What a key is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Stored, proven to work, and what the secret hands out.
    Current,
    /// Stored and not yet proven. Its version carries `AWSPENDING`, whatever else it carries.
    Pending,
    /// Stored, and not what the secret hands out any more.
    Previous,
    /// Minted by a run that died before it could store it: nobody can hold its secret half.
    Orphan,
    /// It looks like an orphan and is too young to tell: its run may still be at work.
    Unsettled,
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
pub(super) fn class(user: &User, key: &Key, secret: Option<&Secret>, terms: Terms<'_>) -> Class {
    let version = version(user, key, secret, terms.account);
    match version {
        Some(version) if version.has(PENDING) => Class::Pending,
        Some(version) if version.has(CURRENT) => Class::Current,
        Some(_) => Class::Previous,
        None if is_stillborn(user, key) => {
            if terms.now.duration_since(key.created_at) >= SETTLED {
                Class::Orphan
            } else {
                Class::Unsettled
            }
        }
        None => Class::Foreign,
    }
}

/// The version `key` is stored under.
pub fn version<'a>(user: &User, key: &Key, secret: Option<&'a Secret>, account: &str) -> Option<&'a Version> {
    let id = naming::version_of(account, &user.id, &key.id);
    secret?.versions.iter().find(|version| version.id == id)
}

/// Whether `key` was minted as the intent on its user says: it was not there before, it is as old as the intent, and it
/// was never used.
fn is_stillborn(user: &User, key: &Key) -> bool {
    let Some(intent) = user.tags.intent() else { return false };
    let since = key.created_at.duration_since(intent.at);
    key.status == Status::Active
        && key.last_used == LastUsed::Never
        && !intent.before.contains(&key.id)
        && since >= -BEFORE_INTENT
        && since <= AFTER_INTENT
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
