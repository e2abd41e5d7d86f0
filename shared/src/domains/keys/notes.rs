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

/// That people were told something about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// When.
    pub at: Timestamp,
    /// The dates that were named, which no later run moves nearer.
    pub dates: Vec<Timestamp>,
    /// Which signs were told of it, each as [`mark`] has it, the last one last.
    pub signs: Vec<String>,
    /// Who knows.
    pub whom: Whom,
}

/// What stands before the mark of a sign that was told.
const SIGN: &str = "sign=";
/// So many signs of a key are remembered; the oldest is forgotten first. With the longest id the value stays below its limit.
const REMEMBERED: usize = 6;

/// A code of AWS's, as short as a tag needs it.
pub fn mark(code: &str) -> String {
    super::naming::hex(code).chars().take(8).collect()
}

/// Who of those who have to know was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// All of them.
    Everybody,
    /// The operators; its owner has an address, which took nothing.
    Operators,
    /// Its owner; no channel of the operators took it.
    Owner,
    /// Nobody yet: it was about to be sent.
    Nobody,
}

impl Whom {
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Everybody => None,
            Self::Operators => Some("operators"),
            Self::Owner => Some("owner"),
            Self::Nobody => Some("sending"),
        }
    }
}

impl Telling {
    /// As the tag has it, of `key`.
    pub fn value(&self, key: &str) -> String {
        let mut words = vec![key.to_owned(), self.at.to_string()];
        words.extend(self.dates.iter().map(Timestamp::to_string));
        let forgotten = self.signs.len().saturating_sub(REMEMBERED);
        words.extend(self.signs.iter().skip(forgotten).map(|mark| format!("{SIGN}{mark}")));
        words.extend(self.whom.word().map(str::to_owned));
        words.join(" ")
    }

    /// Of `key`. Earlier versions named several keys that leaked before the moment.
    pub(super) fn read(value: &str, key: &str) -> Option<Self> {
        let words: Vec<_> = value.split(' ').collect();
        // No id of a key is a moment.
        let (place, at) = words.iter().enumerate().find_map(|(place, word)| Some((place, word.parse().ok()?)))?;
        let (about, rest) = words.split_at(place);
        let dates = rest.iter().skip(1).map_while(|word| word.parse().ok()).collect();
        let whom = match rest.last().copied() {
            Some("operators") => Whom::Operators,
            Some("owner") => Whom::Owner,
            Some("sending") => Whom::Nobody,
            _ => Whom::Everybody,
        };
        let signs = rest.iter().filter_map(|word| word.strip_prefix(SIGN)).map(str::to_owned).collect();
        about.contains(&key).then_some(Self { at, dates, signs, whom })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_telling_is_read_back_with_its_dates_and_whom() {
        let (told, first, second) =
            (at("2026-11-21T02:00:00Z"), at("2026-11-28T02:00:00Z"), at("2026-12-21T02:00:00Z"));
        for whom in [Whom::Everybody, Whom::Operators, Whom::Owner, Whom::Nobody] {
            for dates in [vec![], vec![first], vec![first, second]] {
                let telling = Telling { at: told, dates, signs: Vec::new(), whom };
                assert_eq!(Telling::read(&telling.value("K"), "K"), Some(telling.clone()));
                assert_eq!(Telling::read(&telling.value("K"), "L"), None);
            }
        }
        assert!(Telling::read(&format!("A B {told}"), "B").is_some(), "as earlier versions wrote it");
        for nonsense in ["", "K", "K yesterday", "2026-11-21T02:00:00Z"] {
            assert_eq!(Telling::read(nonsense, "K"), None, "{nonsense}");
        }
    }

    #[test]
    fn a_telling_remembers_which_signs_it_was_of_and_stays_within_a_tag() {
        let marks: Vec<_> = (0..9).map(|number| mark(&format!("Recon:IAMUser/{number}"))).collect();
        let longest = "K".repeat(128);
        for whom in [Whom::Everybody, Whom::Operators] {
            let telling = Telling { at: at("2026-11-21T02:00:00Z"), dates: vec![], signs: marks.clone(), whom };
            let value = telling.value(&longest);
            assert!(value.len() <= crate::services::tags::Tags::VALUE_LIMIT, "{}", value.len());
            let read = Telling::read(&value, &longest).unwrap();
            assert_eq!((read.signs, read.whom), (marks[3..].to_vec(), whom), "the oldest are forgotten");
        }
        assert_ne!(mark("AWS_RISK_CREDENTIALS_EXPOSED"), mark("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"));
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
