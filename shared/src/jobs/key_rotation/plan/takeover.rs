//! Whether the new key of a user was taken over: whether anybody but this tool has used it, or fetched its value. AWS's own
//! dates say when that was last done, and tags what of it was this tool's own doing. What is not known is no takeover.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::said::last_use_unknown;
use super::{Terms, Why, state};
use crate::domains::keys::tags::{KeyNotice, Memory as _, Proof, Whom};
use crate::jobs::key_rotation::model::User;
use crate::services::iam::{Key, LastUsed};

/// A proof takes a minute, AWS notes a use by the quarter of an hour, and clocks differ by minutes.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// What is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Takeover {
    /// Somebody has it.
    Yes,
    /// Nothing shows that anybody has.
    No,
    /// What would show it could not be read.
    Unknown(Why),
}

impl Takeover {
    /// Of `key`, the current one of `user`.
    pub(super) fn of(user: &User, key: &Key, terms: Terms<'_>) -> Self {
        let Some(ours) = Ours::of(user, &key.id) else { return Self::No };
        let secret = user.secret.known().and_then(Option::as_ref);
        let fetched = state::version(user, key, secret, terms.account).and_then(|version| version.last_accessed);
        if fetched.is_some_and(|at| ours.read.is_none_or(|own| day(at) > own)) {
            return Self::Yes;
        }
        match &key.last_used {
            // Whatever the service: a user may do nothing but assume roles.
            LastUsed::At(last) if last.at > later(ours.used) => Self::Yes,
            LastUsed::At(_) | LastUsed::Never => Self::No,
            LastUsed::Unknown(_) | LastUsed::NotAsked => last_use_unknown(key).map_or(Self::No, Self::Unknown),
        }
    }
}

/// Whether anybody but this tool has used `key`, as far as is known.
pub(super) fn used_by_others(user: &User, key: &Key) -> bool {
    let LastUsed::At(last) = &key.last_used else { return false };
    Ours::of(user, &key.id).is_none_or(|ours| last.at > later(ours.used))
}

/// What this tool itself did with a key.
struct Ours {
    /// It used it until then.
    used: Timestamp,
    /// The last day, in UTC, it may have read its value on; `None` if it never did.
    read: Option<Date>,
}

impl Ours {
    fn of(user: &User, key: &str) -> Option<Self> {
        // Lost, or of a version that wrote none: its owner was told after the proof, and the value may have been read for it.
        let telling = || user.tags.telling(KeyNotice::Rotated, key).filter(|telling| telling.whom == Whom::Everybody);
        let told = || telling().map(|telling| Proof { at: telling.at, read: true });
        let Proof { at, read } = user.tags.proof(key).or_else(told)?;
        Some(Self { used: at, read: read.then(|| day(later(at))) })
    }
}

fn later(at: Timestamp) -> Timestamp {
    at.checked_add(MARGIN).unwrap_or(Timestamp::MAX)
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
