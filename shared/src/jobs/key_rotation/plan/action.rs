//! The steps a plan can hold: one a user a run. Each carries what carrying it out takes and nothing that depends on the
//! moment, so that a digest outlives the morning. None holds a secret.

use jiff::Timestamp;
use serde::Serialize;

use super::Rule;
use crate::domains::keys::tags::{KeyNotice, OFF, READERS, READERS_DONE};
use crate::jobs::key_rotation::request::Phase;

/// What to do about one user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    /// Its name.
    pub user: String,
    /// This user and no later namesake.
    pub user_id: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// The rule that decided.
    pub rule: Rule,
    /// What is done.
    pub step: Step,
    /// Where the user stands, for the report.
    #[serde(skip)]
    pub facts: super::Standing,
    /// The event calls keys of this user compromised.
    #[serde(skip)]
    pub leaks: bool,
    /// The event says that keys of its may have leaked, and nothing that is sure.
    #[serde(skip)]
    pub suspected: bool,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Step {
    /// Mint a key, store it, prove it, hand it out, tell. The old key goes on working.
    Rotate(Rotate),
    /// Go on with a key that is stored and not yet proven.
    Resume {
        /// It.
        key: String,
        /// The key it replaces, if there is one.
        replaces: Option<String>,
    },
    /// Switch a key off. Can be undone: `rollback`.
    Deactivate {
        /// It.
        key: String,
        /// Why now.
        because: SwitchOffReason,
    },
    /// Delete a key that was switched off long enough ago. Cannot be undone.
    Delete {
        /// It.
        key: String,
        /// The key that took its place.
        replaced_by: Option<String>,
    },
    /// Delete a key nobody can hold the secret half of.
    DeleteOrphan {
        /// It.
        key: String,
    },
    /// Take `AWSPENDING` from a version whose key is gone, or leaked.
    DropPending {
        /// It.
        version: String,
    },
    /// Write down that a key is off, and since when as far as anybody knows.
    NoteOff {
        /// It.
        key: String,
        /// When an earlier run asked for it; now, if none did.
        since: Option<Timestamp>,
    },
    /// Tell somebody what they do not know yet, and write down that they do.
    Tell {
        /// What about.
        kind: KeyNotice,
        /// The key it is about.
        key: String,
        /// The key that takes its place, or stands in its way.
        other: Option<String>,
        /// The owner switched `key` on again, which is also written down.
        came_back: bool,
    },
    /// Let those read the secret, and nobody else beside its owner, whom a tag on the user names by now.
    Readers {
        /// Its name.
        secret: String,
    },
    /// Remove what an earlier run wrote on the user and nobody needs any more.
    Tidy {
        /// Tag keys.
        tags: Vec<String>,
    },
    /// Switch leaked keys off at once, keep them for the investigation, and mint another if a slot is free.
    Leaked {
        /// All of the user's that the event names.
        keys: Vec<Leaked>,
        /// The replacement.
        then: Option<Rotate>,
    },
    /// Tell of a sign that keys may have leaked, and write down that it was told.
    Suspected {
        /// All of the user's that the event names.
        keys: Vec<String>,
    },
    /// Make a key that was switched off work again.
    Reactivate {
        /// It.
        key: String,
    },
}

/// See [`Step::Leaked`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaked {
    /// A key.
    pub key: String,
    /// It is off by now.
    pub off: bool,
}

/// See [`Step::Rotate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotate {
    /// The key whose time has come.
    pub replaces: Option<String>,
    /// The name of the secret.
    pub secret: String,
    /// It is on its way out and is restored first.
    pub restore: bool,
}

/// Why a key is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchOffReason {
    /// The overlap is over and the old key is quiet.
    Quiet,
    /// It was held to the very end, and the operators know.
    HardEnd,
    /// Nobody took the new one over by the date the policy sets and people were told.
    HoldLimit,
    /// Nobody has used it for long, and the other one is in use.
    Idle,
    /// It is due, was never used, and the policy says so.
    NeverUsed,
    /// A run may have made it whose answer was lost, nobody uses it, and the policy says so.
    Unclaimed,
}

impl SwitchOffReason {
    const fn words(self) -> &'static str {
        match self {
            Self::Quiet => "its overlap is over and it is quiet",
            Self::HardEnd => "it was held to the end of NIGHTSHIFT_MAX_OVERLAP_DAYS",
            Self::HoldLimit => "nobody took the new key over by the end of NIGHTSHIFT_HOLD_LIMIT_DAYS",
            Self::Idle => "nobody has used it for long, and the other key is in use",
            Self::NeverUsed => "it is due and was never used",
            Self::Unclaimed => "a run whose answer was lost may have made it, and nobody uses it",
        }
    }

    /// As a tag keeps it, for whoever has to say later why the key is off.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::HardEnd => "hard-end",
            Self::HoldLimit => "hold-limit",
            Self::Idle => "idle",
            Self::NeverUsed => "never-used",
            Self::Unclaimed => "unclaimed",
        }
    }
}

impl Step {
    /// The part of the work it belongs to; `None` where only an event asks for it.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Rotate(_) => Some(Phase::Rotate),
            Self::Deactivate { .. }
            | Self::Delete { .. }
            | Self::NoteOff { .. }
            | Self::Tell { kind: KeyNotice::Held | KeyNotice::NotTakenOver | KeyNotice::Deactivated, .. } => {
                Some(Phase::Retire)
            }
            Self::Tell { kind: KeyNotice::Warning | KeyNotice::Unused | KeyNotice::Cannot, .. } => Some(Phase::Warn),
            Self::Tell { kind: KeyNotice::Quarantined, .. }
            | Self::Leaked { .. }
            | Self::Suspected { .. }
            | Self::Reactivate { .. } => None,
            Self::Tell { .. }
            | Self::Resume { .. }
            | Self::DeleteOrphan { .. }
            | Self::DropPending { .. }
            | Self::Readers { .. }
            | Self::Tidy { .. } => Some(Phase::Repair),
        }
    }

    /// Whether it brings the replacement of a leaked key to its end, or hands that over to people, which exclusion does not
    /// stop.
    pub(super) fn finishes_a_replacement(&self) -> bool {
        matches!(
            self,
            Self::Resume { .. }
                | Self::DeleteOrphan { .. }
                | Self::Tidy { .. }
                | Self::Tell { kind: KeyNotice::Rotated | KeyNotice::Unclaimed, .. }
        )
    }

    /// The tags it writes on the user, where it writes any but its last.
    pub(super) fn writes(&self) -> Vec<String> {
        let off = |key: &str| format!("{OFF}{key}");
        match self {
            Self::Tell { kind, key, .. } => vec![kind.tag(key)],
            Self::Suspected { keys } => keys.iter().map(|key| KeyNotice::Suspected.tag(key)).collect(),
            Self::Deactivate { key, .. } => vec![off(key), KeyNotice::Deactivated.tag(key)],
            Self::NoteOff { key, .. } => vec![off(key)],
            Self::Readers { .. } => vec![READERS_DONE.to_owned()],
            _ => Vec::new(),
        }
    }

    /// The leaked keys it is about.
    pub fn leaked(&self) -> &[Leaked] {
        match self {
            Self::Leaked { keys, .. } => keys,
            _ => &[],
        }
    }

    /// What is begun first: what leaked, what was interrupted, then rotations, then the retirement of old keys.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Leaked { .. } | Self::Suspected { .. } | Self::Reactivate { .. } => 0,
            Self::Resume { .. }
            | Self::DeleteOrphan { .. }
            | Self::DropPending { .. }
            | Self::Readers { .. }
            | Self::Tidy { .. } => 1,
            Self::Rotate(_) => 2,
            Self::Tell { .. } | Self::NoteOff { .. } => 3,
            Self::Deactivate { .. } | Self::Delete { .. } => 4,
        }
    }

    /// What will be done, in order, in words.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Rotate(rotate) => rotate.words(),
            Self::Resume { key, .. } => {
                vec![
                    format!("prove the stored key {key}"),
                    "hand it out as AWSCURRENT".to_owned(),
                    tell(KeyNotice::Rotated),
                ]
            }
            Self::Deactivate { key, because } => {
                vec![format!("switch key {key} off: {}", because.words()), tell(KeyNotice::Deactivated)]
            }
            Self::Delete { key, .. } => vec![format!("delete key {key}"), tell(KeyNotice::Deleted)],
            Self::DeleteOrphan { key } => {
                vec![format!("delete key {key}: its secret half was never stored, so nobody holds it")]
            }
            Self::DropPending { version } => {
                vec![format!("take AWSPENDING from version {version}: there is nothing left to prove")]
            }
            Self::NoteOff { key, since: Some(since) } => vec![format!("note that key {key} is off since {since}")],
            Self::NoteOff { key, since: None } => vec![format!("note that key {key} is off; its recovery time begins")],
            Self::Tell { kind, key, .. } => vec![format!("{} ({key})", tell(*kind))],
            Self::Suspected { keys } => vec![format!("{} ({})", tell(KeyNotice::Suspected), keys.join(", "))],
            Self::Readers { secret } => vec![format!("let those read secret {secret} whom {READERS} names")],
            Self::Tidy { tags } => vec![format!("remove tags nobody needs: {}", tags.join(", "))],
            Self::Leaked { keys, then } => {
                let mut words: Vec<_> = keys.iter().map(Leaked::words).collect();
                words.extend(then.iter().flat_map(Rotate::words));
                words.push(tell(KeyNotice::Leaked));
                words
            }
            Self::Reactivate { key } => vec![format!("switch key {key} on again")],
        }
    }
}

impl Leaked {
    fn words(&self) -> String {
        let key = &self.key;
        if self.off {
            format!("keep leaked key {key}, which is off")
        } else {
            format!("switch leaked key {key} off, and keep it")
        }
    }
}

impl Rotate {
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.restore {
            words.push(format!("restore secret {}, which is on its way out", self.secret));
        }
        words.push("mint a key".to_owned());
        words.push(format!("store it in {}, prove it, hand it out as AWSCURRENT", self.secret));
        words.push(tell(KeyNotice::Rotated));
        words
    }
}

fn tell(kind: KeyNotice) -> String {
    let who = if kind.is_for_operators() { "owner and operators" } else { "owner" };
    format!("tell {who} {}", matter(kind))
}

/// What people are told, for somebody who reads a plan.
const fn matter(kind: KeyNotice) -> &'static str {
    match kind {
        KeyNotice::Warning => "that the key will be rotated",
        KeyNotice::Unused => "that the key will be switched off because nobody uses it",
        KeyNotice::Rotated => "that a new key is there, and how to fetch it",
        KeyNotice::Deactivated => "that the old key is off, and until when it can be had back",
        KeyNotice::Deleted => "that the old key is gone",
        KeyNotice::Held => "that the old key goes on working past its time",
        KeyNotice::NotTakenOver => "that nobody has taken the new key over",
        KeyNotice::Cannot => "that the key cannot be rotated until one of two is deleted",
        KeyNotice::Leaked => "that the key leaked",
        KeyNotice::Suspected => "that the key may have leaked",
        KeyNotice::Quarantined => "that AWS has put the user under quarantine",
        KeyNotice::Unclaimed => "that a key has appeared which nobody has claimed",
        KeyNotice::Astray => "that the secret does not hand out the new key",
    }
}
