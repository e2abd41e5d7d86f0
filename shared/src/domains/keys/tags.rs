//! The tags this project writes on a user, its only memory. A tag can be lost or written
//! over by anybody: each is a hint, and a lost one only ever makes things slower.

use jiff::Timestamp;
use serde::Serialize;

use crate::services::tags::{OURS, Tags};

/// Set by people: this user's keys are rotated earlier than the policy says.
pub const ROTATE_AFTER_DAYS: &str = "nightshift:rotate-after-days";
/// Written before a key is minted: when, and which keys there were. Beside [`LEAKED`], in whatever form, that a leaked key
/// is still to be replaced.
pub const INTENT: &str = "nightshift:intent";
/// What stands there while a leaked key waits to be replaced and no key is being minted: a key that appears now is
/// somebody's.
pub const OWED: &str = "owed";
/// Keys that leaked, by id, separated by spaces. They are never deleted.
pub const LEAKED: &str = "nightshift:leaked";
/// With a key id behind it: how far taking that key out of use has come.
pub const OFF: &str = "nightshift:off:";
/// The key that was proven last, and by when that was over; and `read`, where its stored value was read for it.
pub const PROOF: &str = "nightshift:proof";
/// With a kind of notice behind it: the key it was about (of leaks, all of them), when it was sent, and the date it named,
/// where it named one that is kept.
pub const TOLD: &str = "nightshift:told:";
/// On the secret: the one user it belongs to.
pub const USER_ID: &str = "nightshift:user-id";

/// What people are told about, each once a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Its key will be rotated soon.
    Warning,
    /// A new key is there to be fetched.
    Rotated,
    /// The old key no longer works.
    Deactivated,
    /// The old key is gone.
    Deleted,
    /// The old key is still in use past its time, or was switched on again.
    Held,
    /// The old key is past its time, and nobody has taken the new one over.
    NotTakenOver,
    /// Something stands in the way that only a person can move.
    Cannot,
    /// A key leaked and was switched off.
    Leaked,
}

impl Kind {
    /// As tags and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Rotated => "rotated",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
            Self::Held => "held",
            Self::NotTakenOver => "not-taken-over",
            Self::Cannot => "cannot",
            Self::Leaked => "leaked",
        }
    }

    /// Whether the operators have to know, and not its owner alone.
    pub const fn is_for_operators(self) -> bool {
        matches!(self, Self::Held | Self::NotTakenOver | Self::Leaked)
    }

    /// The tag that remembers it.
    pub fn tag(self) -> String {
        format!("{TOLD}{}", self.as_str())
    }
}

/// How far taking a key out of use has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// About to be asked for, then.
    Todo(Timestamp),
    /// Done, then.
    Done(Timestamp),
    /// Switched on again after that.
    Back(Timestamp),
}

impl Off {
    /// As the tag has it.
    pub fn value(self) -> String {
        match self {
            Self::Todo(at) => format!("todo {at}"),
            Self::Done(at) => format!("done {at}"),
            Self::Back(at) => format!("back {at}"),
        }
    }

    fn read(value: &str) -> Option<Self> {
        let (word, at) = value.split_once(' ')?;
        let at = at.parse().ok()?;
        match word {
            "todo" => Some(Self::Todo(at)),
            "done" => Some(Self::Done(at)),
            "back" => Some(Self::Back(at)),
            _ => None,
        }
    }
}

/// The last use and reading of a new key that was this tool's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// By then it was over, or about to begin: it takes a minute.
    pub at: Timestamp,
    /// Its stored value was read for it.
    pub read: bool,
}

impl Proof {
    /// As the tag has it, of `key`.
    pub fn value(self, key: &str) -> String {
        let Self { at, read } = self;
        if read { format!("{key} {at} read") } else { format!("{key} {at}") }
    }
}

/// What was written before a key was minted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// When.
    pub at: Timestamp,
    /// The keys there were; none of them can be the one that was minted.
    pub before: Vec<String>,
}

impl Intent {
    /// As the tag has it.
    pub fn value(&self) -> String {
        [self.at.to_string()].iter().chain(&self.before).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// What an earlier run wrote on a user, read back from its tags.
pub trait Memory {
    /// What was written before the last key was minted.
    fn intent(&self) -> Option<Intent>;

    /// How far taking `key` out of use has come.
    fn off(&self, key: &str) -> Option<Off>;

    /// The keys whose way out of use is written down.
    fn off_keys(&self) -> impl Iterator<Item = &str>;

    /// When somebody was told `kind` about `key`. Of leaks the tag names every key it was told about.
    fn told(&self, kind: Kind, key: &str) -> Option<Timestamp>;

    /// The date that was named when somebody was told `kind` about `key`.
    fn told_until(&self, kind: Kind, key: &str) -> Option<Timestamp>;

    /// When this tool itself used and read `key` last, as far as it is written down.
    fn proof(&self, key: &str) -> Option<Proof>;

    /// Whether `key` is known to have leaked.
    fn leaked(&self, key: &str) -> bool;

    /// Whether a key leaked and the rotation that followed has not come to its end.
    fn replacing_a_leak(&self) -> bool;

    /// Whether an earlier run left any memory here.
    fn remember(&self) -> bool;
}

impl Memory for Tags {
    fn intent(&self) -> Option<Intent> {
        let mut words = self.get(INTENT)?.split(' ');
        let at = words.next()?.parse().ok()?;
        Some(Intent { at, before: words.map(str::to_owned).collect() })
    }

    fn off(&self, key: &str) -> Option<Off> {
        self.get(&format!("{OFF}{key}")).and_then(Off::read)
    }

    fn off_keys(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|(key, _)| key.strip_prefix(OFF))
    }

    fn told(&self, kind: Kind, key: &str) -> Option<Timestamp> {
        telling(self, kind, key).map(|(at, _)| at)
    }

    fn told_until(&self, kind: Kind, key: &str) -> Option<Timestamp> {
        telling(self, kind, key).and_then(|(_, until)| until)
    }

    fn proof(&self, key: &str) -> Option<Proof> {
        let mut words = self.get(PROOF)?.split(' ');
        let about_it = words.next()? == key;
        let at = words.next()?.parse().ok()?;
        about_it.then(|| Proof { at, read: words.next().is_some() })
    }

    fn leaked(&self, key: &str) -> bool {
        self.get(LEAKED).is_some_and(|keys| keys.split(' ').any(|found| found == key))
    }

    fn replacing_a_leak(&self) -> bool {
        self.get(LEAKED).is_some() && self.get(INTENT).is_some()
    }

    fn remember(&self) -> bool {
        self.iter().any(|(key, _)| key.starts_with(OURS) && key != ROTATE_AFTER_DAYS)
    }
}

fn telling(tags: &Tags, kind: Kind, key: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    let mut words = tags.get(&kind.tag())?.split(' ');
    // No id of a key is a moment.
    let (mut is_about_it, mut at) = (false, None);
    while at.is_none() {
        let word = words.next()?;
        is_about_it |= word == key;
        at = word.parse().ok();
    }
    let until = words.next().and_then(|word| word.parse().ok());
    at.filter(|_| is_about_it).map(|at| (at, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_nonsense_is_nothing() {
        let at: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let intent = Intent { at, before: vec!["AKIAOLD".to_owned()] };
        let mut tags: Tags =
            [(INTENT, intent.value()), ("nightshift:off:K", Off::Done(at).value())].into_iter().collect();
        tags.set(Kind::Rotated.tag(), format!("K {at}"));
        tags.set(LEAKED, "A B");
        assert_eq!(tags.intent(), Some(intent));
        assert_eq!(tags.off("K"), Some(Off::Done(at)));
        assert_eq!((tags.told(Kind::Rotated, "K"), tags.told(Kind::Rotated, "L")), (Some(at), None));
        assert!(tags.leaked("B") && !tags.leaked("AB"));
        tags.set(Kind::Leaked.tag(), format!("A B {at}"));
        assert_eq!((tags.told(Kind::Leaked, "A"), tags.told(Kind::Leaked, "B")), (Some(at), Some(at)));
        let until = "2026-12-21T02:00:00Z".parse().unwrap();
        tags.set(Kind::NotTakenOver.tag(), format!("K {at} {until}"));
        assert_eq!(tags.told_until(Kind::NotTakenOver, "K"), Some(until));
        assert_eq!((tags.told(Kind::NotTakenOver, "K"), tags.told_until(Kind::Rotated, "K")), (Some(at), None));
        for proof in [Proof { at, read: false }, Proof { at, read: true }] {
            tags.set(PROOF, proof.value("K"));
            assert_eq!((tags.proof("K"), tags.proof("L")), (Some(proof), None));
        }
        for value in ["", "K", "K read", "K L"] {
            tags.set(PROOF, value);
            tags.set(Kind::Rotated.tag(), value);
            assert_eq!((tags.proof("K"), tags.told(Kind::Rotated, "K")), (None, None), "{value}");
        }
        for value in ["", "done", "done yesterday", "2026-11-21T02:00:00Z"] {
            tags.set("nightshift:off:K", value);
            assert_eq!(tags.off("K"), None, "{value}");
        }
    }
}
