//! The tags this project writes on a user, its only memory. A tag can be lost or written
//! over by anybody: each is a hint, and a lost one only ever makes things slower.

use jiff::Timestamp;
use serde::Serialize;

pub use super::notes::{Intent, Off, Proof};
pub use super::telling::{Heard, Telling, Whom, Whose, mark};
use crate::services::tags::{OURS, Tags};

/// Set by people: this user's keys are rotated earlier than the policy says.
pub const ROTATE_AFTER_DAYS: &str = "nightshift:rotate-after-days";
/// Written before a key is minted: when, and which keys there were. Beside [`LEAKED`], in whatever form, that a leaked key
/// is still to be replaced.
pub const INTENT: &str = "nightshift:intent";
/// What stands there while a leaked key waits to be replaced and no key is being minted: a key that appears now is
/// somebody's.
pub const OWED: &str = "owed";
/// What earlier versions wrote: keys that leaked, by id, separated by spaces. Two events at once lost one of them.
pub const LEAKED: &str = "nightshift:leaked";
/// With a key id behind it: that it leaked, and when that was noted. Such a key is never deleted.
pub const LEAK: &str = "nightshift:leaked:";
/// Set by people: the roles that may read this user's secret beside it, with a space between them.
pub const READERS: &str = "nightshift:readers";
/// What [`READERS`] said when the secret's policy was last written.
pub const READERS_DONE: &str = "nightshift:readers-done";
/// What the secret is called that a new key goes to: a user may be given another name meanwhile, and the policy another prefix.
pub const SECRET: &str = "nightshift:secret";
/// With a key id behind it: how far taking that key out of use has come.
pub const OFF: &str = "nightshift:off:";
/// Behind the moment in such a tag: not this tool switched it off.
pub const BY_OTHERS: &str = "by-others";
/// The key that was proven last, and by when that was over; and `read`, where its stored value was read for it.
pub const PROOF: &str = "nightshift:proof";
/// With a kind of notice behind it: the key it was about, when it was sent, the dates it named and no run moves nearer, which
/// owner got it and which had it before, and who does not know yet. Of what can be said of both keys at once, the key's id as well.
pub const TOLD: &str = "nightshift:told:";
/// On the secret: the one user it belongs to.
pub const USER_ID: &str = "nightshift:user-id";

/// What people are told about, each once a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyNotice {
    /// Its key will be rotated soon.
    Warning,
    /// Nobody uses a key, and it will be switched off.
    Unused,
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
    /// A sign that a key may have leaked, which does not switch it off.
    Suspected,
    /// AWS has put its user under quarantine.
    Quarantined,
    /// A key that nobody has claimed, and that a run whose answer was lost may have made.
    Unclaimed,
    /// The secret does not hand out the new key any more.
    Astray,
}

impl KeyNotice {
    /// As tags and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Unused => "unused",
            Self::Rotated => "rotated",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
            Self::Held => "held",
            Self::NotTakenOver => "not-taken-over",
            Self::Cannot => "cannot",
            Self::Leaked => "leaked",
            Self::Suspected => "suspected",
            Self::Quarantined => "quarantined",
            Self::Unclaimed => "unclaimed",
            Self::Astray => "astray",
        }
    }

    /// Whether the operators have to know, and not its owner alone.
    pub const fn is_for_operators(self) -> bool {
        matches!(
            self,
            Self::Held
                | Self::NotTakenOver
                | Self::Leaked
                | Self::Suspected
                | Self::Quarantined
                | Self::Unclaimed
                | Self::Astray
        )
    }

    /// The tag that remembers it of `key`. What events say comes of both keys at once, and both can be off: each has a tag of its
    /// own, so that none is written over.
    pub fn tag(self, key: &str) -> String {
        match self {
            Self::Deactivated | Self::Deleted | Self::Leaked | Self::Suspected => {
                format!("{TOLD}{}:{key}", self.as_str())
            }
            _ => format!("{TOLD}{}", self.as_str()),
        }
    }
}

/// What an earlier run wrote on a user, read back from its tags.
pub trait Memory {
    /// What was written before the last key was minted, and after.
    fn intent(&self) -> Option<Intent>;

    /// How far taking `key` out of use has come.
    fn off(&self, key: &str) -> Option<Off>;

    /// The word for why `key` was switched off, where it was written.
    fn off_because(&self, key: &str) -> Option<&str>;

    /// The keys whose way out of use is written down.
    fn off_keys(&self) -> impl Iterator<Item = &str>;

    /// What is written of a notice of `kind` about `key`.
    fn telling(&self, kind: KeyNotice, key: &str) -> Option<Telling>;

    /// The same as it stands with the owner whose user it is by now.
    fn telling_to(&self, kind: KeyNotice, key: &str, whose: &Whose) -> Option<Telling> {
        Some(self.telling(kind, key)?.seen_by(whose, kind.is_for_operators()))
    }

    /// When everybody who has to know `kind` of `key` was told: that the operators know is not that its owner does, nor is it
    /// that whoever owned its user before did.
    fn told(&self, kind: KeyNotice, key: &str, whose: &Whose) -> Option<Timestamp> {
        self.telling_to(kind, key, whose).filter(|telling| telling.whom == Whom::Everybody).map(|telling| telling.at)
    }

    /// Since when everybody who has to know has known of `sign` that `key` may have leaked.
    fn told_of_sign(&self, key: &str, sign: &str, whose: &Whose) -> Option<Timestamp> {
        let telling = self.telling_to(KeyNotice::Suspected, key, whose)?;
        (telling.whom == Whom::Everybody && telling.signs.contains(&mark(sign))).then_some(telling.at)
    }

    /// The date that was named when people were told `kind` about `key`.
    fn told_until(&self, kind: KeyNotice, key: &str) -> Option<Timestamp> {
        self.telling(kind, key)?.dates.first().copied()
    }

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
        self.get(INTENT).and_then(Intent::read)
    }

    fn off(&self, key: &str) -> Option<Off> {
        self.get(&format!("{OFF}{key}")).and_then(Off::read)
    }

    fn off_because(&self, key: &str) -> Option<&str> {
        self.get(&format!("{OFF}{key}"))?.split(' ').nth(2)
    }

    fn off_keys(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|(key, _)| key.strip_prefix(OFF))
    }

    fn telling(&self, kind: KeyNotice, key: &str) -> Option<Telling> {
        let before = || self.get(&format!("{TOLD}{}", kind.as_str()));
        self.get(&kind.tag(key)).or_else(before).and_then(|value| Telling::read(value, key))
    }

    fn proof(&self, key: &str) -> Option<Proof> {
        self.get(PROOF).and_then(|value| Proof::read(value, key))
    }

    fn leaked(&self, key: &str) -> bool {
        let listed = || self.get(LEAKED).is_some_and(|keys| keys.split(' ').any(|found| found == key));
        self.get(&format!("{LEAK}{key}")).is_some() || listed()
    }

    fn replacing_a_leak(&self) -> bool {
        self.get(INTENT).is_some() && self.iter().any(|(key, _)| key == LEAKED || key.starts_with(LEAK))
    }

    fn remember(&self) -> bool {
        let by_people = [ROTATE_AFTER_DAYS, READERS];
        self.iter().any(|(key, _)| key.starts_with(OURS) && !by_people.contains(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_nonsense_is_nothing() {
        let at: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let ana = Whose::of(&[], "ana");
        let intent = Intent { at, before: vec!["AKIAOLD".to_owned()], minted: None };
        let mut tags: Tags =
            [(INTENT, intent.value()), ("nightshift:off:K", Off::Done(at).value())].into_iter().collect();
        tags.set(KeyNotice::Rotated.tag("K"), format!("K {at}"));
        tags.set(LEAKED, "A B");
        assert_eq!(tags.intent(), Some(intent));
        assert_eq!(tags.off("K"), Some(Off::Done(at)));
        assert_eq!(
            (tags.told(KeyNotice::Rotated, "K", &ana), tags.told(KeyNotice::Rotated, "L", &ana)),
            (Some(at), None)
        );
        assert!(tags.leaked("B") && !tags.leaked("AB"));
        tags.set(format!("{LEAK}C"), at.to_string());
        assert!(tags.leaked("C") && !tags.leaked("D"));
        tags.set("nightshift:told:leaked", format!("A B {at}"));
        assert_eq!(
            (tags.told(KeyNotice::Leaked, "A", &ana), tags.told(KeyNotice::Leaked, "B", &ana)),
            (Some(at), Some(at))
        );
        let until = "2026-12-21T02:00:00Z".parse().unwrap();
        tags.set(KeyNotice::NotTakenOver.tag("K"), format!("K {at} {until}"));
        assert_eq!(tags.told_until(KeyNotice::NotTakenOver, "K"), Some(until));
        assert_eq!(
            (tags.told(KeyNotice::NotTakenOver, "K", &ana), tags.told_until(KeyNotice::Rotated, "K")),
            (Some(at), None)
        );
        tags.set(KeyNotice::NotTakenOver.tag("K"), format!("K {at} {until} operators"));
        assert_eq!(tags.told(KeyNotice::NotTakenOver, "K", &ana), None, "its owner does not know");
        for proof in [Proof { at, read: false }, Proof { at, read: true }] {
            tags.set(PROOF, proof.value("K"));
            assert_eq!((tags.proof("K"), tags.proof("L")), (Some(proof), None));
        }
        for value in ["", "K", "K read", "K L"] {
            tags.set(PROOF, value);
            tags.set(KeyNotice::Rotated.tag("K"), value);
            assert_eq!((tags.proof("K"), tags.told(KeyNotice::Rotated, "K", &ana)), (None, None), "{value}");
        }
        for value in ["", "done", "done yesterday", "2026-11-21T02:00:00Z"] {
            tags.set("nightshift:off:K", value);
            assert_eq!(tags.off("K"), None, "{value}");
        }
    }
}
