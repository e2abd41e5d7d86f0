//! What a tag remembers of a notice: that people were told something about a key, when, which dates were named, and who knows.

use jiff::Timestamp;

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
}
