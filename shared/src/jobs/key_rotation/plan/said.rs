//! What the rules say, and the words they have in common.

use super::state::Class;
use super::{Rule, Step, Why};
use crate::domains::keys::tags::KeyNotice;
use crate::services::Read;
use crate::services::iam::{Key, LastUsed};

/// The calls that a decision may lack the answer of.
pub(super) const KEYS: &str = "iam:ListAccessKeys";
pub(super) const SECRET: &str = "secretsmanager:DescribeSecret";

/// A key and what it is to us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed<'a> {
    pub key: &'a Key,
    pub class: Class,
}

/// What the rules say.
pub(super) type Said = (Rule, Result<Step, Why>);

/// A notice and nothing else.
pub(super) fn tell(kind: KeyNotice, key: &str, other: Option<&Key>) -> Step {
    Step::Tell { kind, key: key.to_owned(), other: other.map(|key| key.id.clone()), came_back: false }
}

/// Why the last use of a key cannot be decided by, if it cannot.
pub(super) fn no_last_use(one: &Keyed<'_>) -> Option<Why> {
    last_use_unknown(one.key)
}

/// The same of a key whose class is no matter.
pub(super) fn last_use_unknown(key: &Key) -> Option<Why> {
    const CALL: &str = "iam:GetAccessKeyLastUsed";
    match &key.last_used {
        LastUsed::Unknown(said) => Some(unknown(CALL, said)),
        LastUsed::NotAsked => Some(unknown(CALL, "it was not asked in this run")),
        LastUsed::Never | LastUsed::At(_) => None,
    }
}

/// Why something that was not read cannot be decided by.
pub(super) fn not_read<T>(unread: &Read<T>, call: &'static str) -> Why {
    match unread {
        Read::Unknown { call, said, .. } => unknown(call, said),
        _ => unknown(call, "it was not asked in this run"),
    }
}

fn unknown(call: &'static str, said: &str) -> Why {
    Why::PreflightUnknown { call, said: said.to_owned() }
}
