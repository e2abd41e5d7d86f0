//! What is written in the tags of a user, as values: how each is spelt, and read back. What cannot be read is nothing.

use jiff::Timestamp;

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

    /// The same with the word for why.
    pub fn because(self, why: &str) -> String {
        format!("{} {why}", self.value())
    }

    pub(super) fn read(value: &str) -> Option<Self> {
        let mut words = value.split(' ');
        let (word, at) = (words.next()?, words.next()?.parse().ok()?);
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

    pub(super) fn read(value: &str, key: &str) -> Option<Self> {
        let mut words = value.split(' ');
        let about_it = words.next()? == key;
        let at = words.next()?.parse().ok()?;
        about_it.then(|| Self { at, read: words.next().is_some() })
    }
}

/// What is written before a key is minted, and right after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// When it was about to be.
    pub at: Timestamp,
    /// The keys there were; none of them can be the one that was minted.
    pub before: Vec<String>,
    /// The one that was minted, where AWS's answer came. A key is ours by this id and by nothing else.
    pub minted: Option<String>,
}

/// What stands before the id of the key that was minted.
const MINTED: &str = "minted=";

impl Intent {
    /// As the tag has it.
    pub fn value(&self) -> String {
        let minted = self.minted.iter().map(|id| format!("{MINTED}{id}"));
        let words: Vec<_> =
            [self.at.to_string()].into_iter().chain(self.before.iter().cloned()).chain(minted).collect();
        words.join(" ")
    }

    pub(super) fn read(value: &str) -> Option<Self> {
        let mut words = value.split(' ');
        let at = words.next()?.parse().ok()?;
        let (minted, before): (Vec<_>, Vec<_>) = words.partition(|word| word.starts_with(MINTED));
        let minted = minted.first().and_then(|word| word.strip_prefix(MINTED)).map(str::to_owned);
        Some(Self { at, before: before.into_iter().map(str::to_owned).collect(), minted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_intent_is_read_back_with_and_without_the_key_it_came_to() {
        for minted in [None, Some("AKIANEW".to_owned())] {
            for before in [vec![], vec!["AKIAOLD".to_owned()]] {
                let intent = Intent { at: at("2026-11-21T02:00:00Z"), before, minted: minted.clone() };
                assert_eq!(Intent::read(&intent.value()), Some(intent));
            }
        }
        assert_eq!(Intent::read("owed"), None);
    }
}
