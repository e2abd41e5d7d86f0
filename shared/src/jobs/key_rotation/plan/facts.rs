//! Where a user stands, for whoever reads the report: keys, ages, last use, and what happens next and when.

use jiff::Timestamp;
use serde::Serialize;

use super::{Class, Terms, Why, state};
use crate::jobs::key_rotation::model::User;
use crate::services::Read;
use crate::services::iam::{Key, LastUsed, Status};

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The keys, the newest first.
    pub keys: Vec<KeyFacts>,
    /// What happens next, where a moment decides it.
    pub next: Option<Next>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyFacts {
    /// Its id.
    pub id: String,
    /// Whether it works.
    pub status: Status,
    /// What it is to us, where that was asked.
    pub class: Option<&'static str>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whole days since.
    pub age_days: i64,
    /// `never`, or when, what for and where; `null` where nobody asked, or nobody answered.
    pub last_used: Option<serde_json::Value>,
    /// The day its stored value was last read by anybody.
    pub fetched: Option<Timestamp>,
    /// AWS was asked for its last use, and did not answer: not the same as that nobody asked.
    #[serde(skip)]
    pub use_unknown: bool,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// From when on.
    pub at: Timestamp,
    /// What.
    pub what: &'static str,
}

impl Standing {
    /// Of `user`, left alone because of `why` if it is.
    pub(super) fn of(user: &User, why: Option<&Why>, terms: Terms<'_>) -> Self {
        let mut keys: Vec<_> = user.keys.known().into_iter().flatten().map(|key| of_key(user, key, terms)).collect();
        keys.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        Self { keys, next: why.and_then(next) }
    }
}

fn of_key(user: &User, key: &Key, terms: Terms<'_>) -> KeyFacts {
    let secret = match &user.secret {
        Read::Known(secret) => Some(secret.as_ref()),
        _ => None,
    };
    KeyFacts {
        id: key.id.clone(),
        status: key.status,
        class: secret.map(|secret| state::class(user, key, secret, terms)).map(Class::as_str),
        created_at: key.created_at,
        age_days: state::age_days(key, terms.now),
        last_used: match &key.last_used {
            LastUsed::Never => Some("never".into()),
            LastUsed::At(last) => serde_json::to_value(last).ok(),
            LastUsed::NotAsked | LastUsed::Unknown(_) => None,
        },
        use_unknown: matches!(key.last_used, LastUsed::Unknown(_)),
        fetched: state::version(user, key, secret.flatten(), terms.account).and_then(|version| version.last_accessed),
    }
}

fn next(why: &Why) -> Option<Next> {
    let (at, what) = match why {
        Why::NotDue { at } => (*at, "rotated"),
        Why::Overlap { until, .. } => (*until, "old key switched off if quiet, held if not"),
        Why::InUse { until, .. } => (*until, "old key switched off"),
        Why::NotTakenOver { until, .. } => ((*until)?, "old key switched off"),
        Why::Unused { at, .. } => (*at, "key nobody uses switched off"),
        Why::Recovering { until, .. } => (*until, "old key deleted"),
        _ => return None,
    };
    Some(Next { at, what })
}
