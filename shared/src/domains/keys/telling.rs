//! What a tag remembers of a notice: that people were told something about a key, when, which dates were named, and who knows.

use jiff::{SignedDuration, Timestamp};

use crate::services::tags::Tags;

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
    /// The owner it was told to, as [`Whose`] has them. Earlier versions wrote none: whoever owns the user now is taken for them.
    pub who: Option<String>,
    /// Those who owned the user before and were told as well.
    pub earlier: Vec<Heard>,
}

/// One who owned the user before, and what they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// As [`Whose`] has them.
    pub who: String,
    /// When they were told.
    pub at: Timestamp,
    /// Who knows since then.
    pub whom: Whom,
}

/// What stands before the mark of a sign that was told.
const SIGN: &str = "sign=";
/// What stands before the mark of the owner who was told, and before those of owners before.
const WHO: &str = "who=";
const HAD: &str = "had=";
/// So many signs of a key are remembered; the oldest is forgotten first. With the longest id the value stays within its limit.
const REMEMBERED: usize = 6;
/// So many owners are remembered beside the one who was told last: one that is named again knows already. The oldest is forgotten
/// first, and so are those for whom a tag has no room, which takes an id longer than any that AWS gives.
const EARLIER: usize = 3;
/// Where all of those were told within so many days, no other owner is told until the first of them is longer ago: else something
/// that names another owner each night has somebody told each night, for ever.
const OWNERS_DAYS: i64 = 30;

/// A code of AWS's, or an owner, as short as a tag needs it.
pub fn mark(text: &str) -> String {
    super::naming::hex(text).chars().take(8).collect()
}

/// Whose a user is, as tags remember it: by marks, since an address has signs that no tag takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// Of the address that is tried first; of the owner's name where there is none.
    first: String,
    /// Of each further one together with all before it: who is told there is told because those took nothing.
    further: Vec<String>,
}

impl Whose {
    /// By the addresses that are `tried`, best first, those that get one mail together; or by the owner's `name`.
    pub fn of(tried: &[Vec<String>], name: &str) -> Self {
        let mut chain = String::new();
        let mut marks = tried.iter().map(|addresses| {
            let mut addresses: Vec<_> = addresses.iter().map(|address| address.to_lowercase()).collect();
            addresses.sort_unstable();
            chain.push_str(&addresses.join(" "));
            chain.push('\n');
            mark(&chain)
        });
        let first = marks.next();
        let further = marks.collect();
        // No address begins a line and is empty.
        let by_name = || mark(&format!("\n{}", name.trim().to_lowercase()));
        Self { first: first.unwrap_or_else(by_name), further }
    }

    /// What is remembered where so many were tried, the last of which took it.
    pub fn mark(&self, tried: usize) -> &str {
        tried.checked_sub(2).and_then(|place| self.further.get(place)).unwrap_or(&self.first)
    }

    fn is(&self, mark: &str) -> bool {
        self.first == mark || self.further.iter().any(|one| one == mark)
    }
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

    fn read(word: Option<&str>) -> Self {
        match word {
            Some("operators") => Self::Operators,
            Some("owner") => Self::Owner,
            Some("sending") => Self::Nobody,
            _ => Self::Everybody,
        }
    }
}

impl Heard {
    fn value(&self) -> String {
        let words = [self.who.clone(), self.at.to_string()].into_iter().chain(self.whom.word().map(str::to_owned));
        words.collect::<Vec<_>>().join("@")
    }

    fn read(value: &str) -> Option<Self> {
        let mut words = value.split('@');
        let (who, at) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        Some(Self { who, at, whom: Whom::read(words.next()) })
    }
}

impl Telling {
    /// As the tag has it, of `key`.
    pub fn value(&self, key: &str) -> String {
        let mut earlier = self.earlier.clone();
        earlier.sort_by_key(|heard| heard.at);
        earlier.drain(..earlier.len().saturating_sub(EARLIER));
        loop {
            let value = self.value_with(key, &earlier);
            if earlier.is_empty() || value.chars().count() <= Tags::VALUE_LIMIT {
                return value;
            }
            earlier.remove(0);
        }
    }

    fn value_with(&self, key: &str, earlier: &[Heard]) -> String {
        let mut words = vec![key.to_owned(), self.at.to_string()];
        words.extend(self.dates.iter().map(Timestamp::to_string));
        let forgotten = self.signs.len().saturating_sub(REMEMBERED);
        words.extend(self.signs.iter().skip(forgotten).map(|mark| format!("{SIGN}{mark}")));
        words.extend(earlier.iter().map(|heard| format!("{HAD}{}", heard.value())));
        words.extend(self.who.iter().map(|mark| format!("{WHO}{mark}")));
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
        let signs = rest.iter().filter_map(|word| word.strip_prefix(SIGN)).map(str::to_owned).collect();
        let who = rest.iter().find_map(|word| word.strip_prefix(WHO)).map(str::to_owned);
        let earlier = rest.iter().filter_map(|word| Heard::read(word.strip_prefix(HAD)?)).collect();
        let whom = Whom::read(rest.last().copied());
        about.contains(&key).then_some(Self { at, dates, signs, whom, who, earlier })
    }

    /// As it stands with the owner whose user it is by now: what another was told, they do not know. Of what `operators` hear
    /// as well, those know it still.
    #[must_use]
    pub fn seen_by(mut self, whose: &Whose, operators: bool) -> Self {
        let Some(who) = self.who.take_if(|who| !whose.is(who)) else { return self };
        let known = self.earlier.iter().position(|heard| whose.is(&heard.who)).map(|place| self.earlier.remove(place));
        if self.whom != Whom::Nobody {
            self.earlier.push(Heard { who, at: self.at, whom: self.whom });
        }
        let they_know = |heard: &Heard| operators && matches!(heard.whom, Whom::Everybody | Whom::Operators);
        let whom = if self.earlier.iter().any(they_know) { Whom::Operators } else { Whom::Nobody };
        let Heard { who, at, whom } = known.unwrap_or_else(|| Heard { who: whose.first.clone(), at: self.at, whom });
        Self { at, whom, who: Some(who), ..self }
    }

    /// Whether it is written down of the owner whose user it is by now.
    pub fn is_of(&self, whose: &Whose) -> bool {
        self.who.as_ref().is_none_or(|who| whose.is(who)) || self.earlier.iter().any(|heard| whose.is(&heard.who))
    }

    /// Since so many owners were told of it of late: how many, and from when on one more is.
    pub fn closed(&self, whose: &Whose, now: Timestamp) -> Option<(usize, Timestamp)> {
        let after = |at: Timestamp| at.checked_add(SignedDuration::from_hours(24 * OWNERS_DAYS)).unwrap_or(at);
        let last = (self.whom != Whom::Nobody).then_some(self.at);
        let told = self.earlier.iter().map(|heard| heard.at).chain(last).map(after);
        let recent: Vec<_> = told.filter(|open| *open > now).collect();
        let open = recent.iter().min().copied()?;
        (recent.len() > EARLIER && !self.is_of(whose)).then_some((recent.len(), open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn of(at: Timestamp, whom: Whom) -> Telling {
        Telling { at, dates: Vec::new(), signs: Vec::new(), whom, who: None, earlier: Vec::new() }
    }

    fn whose(addresses: &[&str]) -> Whose {
        let one = |address: &&str| address.split(' ').map(str::to_owned).collect();
        Whose::of(&addresses.iter().map(one).collect::<Vec<_>>(), "ana")
    }

    #[test]
    fn a_telling_is_read_back_with_its_dates_and_whom() {
        let (told, first, second) =
            (at("2026-11-21T02:00:00Z"), at("2026-11-28T02:00:00Z"), at("2026-12-21T02:00:00Z"));
        for whom in [Whom::Everybody, Whom::Operators, Whom::Owner, Whom::Nobody] {
            for dates in [vec![], vec![first], vec![first, second]] {
                let telling = Telling { dates, ..of(told, whom) };
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
            let who = Some(mark("ana"));
            let telling = Telling { signs: marks.clone(), who, ..of(at("2026-11-21T02:00:00Z"), whom) };
            let value = telling.value(&longest);
            assert!(value.len() <= Tags::VALUE_LIMIT, "{}", value.len());
            let read = Telling::read(&value, &longest).unwrap();
            assert_eq!((read.signs, read.whom), (marks[3..].to_vec(), whom), "the oldest are forgotten");
        }
        assert_ne!(mark("AWS_RISK_CREDENTIALS_EXPOSED"), mark("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"));
    }

    #[test]
    fn an_owner_is_known_by_whoever_is_told_however_it_is_spelt() {
        let ana = whose(&["ana@x.example", "b@x.example"]);
        assert!(ana.is(whose(&["Ana@x.example"]).mark(1)), "whoever is told first");
        assert!(
            ana.is(ana.mark(2)) && !whose(&["ana@x.example"]).is(ana.mark(2)),
            "told there since the first took none"
        );
        assert!(!ana.is(whose(&["b@x.example"]).mark(1)) && !ana.is(whose(&[]).mark(0)), "a better address is new");
        assert_eq!(whose(&["a@x.example b@x.example"]), whose(&["b@x.example a@x.example"]), "one mail");
        assert_ne!(Whose::of(&[], "ana"), Whose::of(&[], "ben"));
        assert_eq!(Whose::of(&[], " Ana"), Whose::of(&[], "ana"));
        assert_ne!(Whose::of(&[], "ana@x.example"), whose(&["ana@x.example"]));
    }

    #[test]
    fn what_one_owner_was_told_another_does_not_know_and_it_is_not_forgotten() {
        let [ana, ben] = ["ana@x.example", "ben@x.example"].map(|address| whose(&[address]));
        let (first, second) = (at("2026-11-01T02:00:00Z"), at("2026-11-03T02:00:00Z"));
        let told = Telling { who: Some(ana.mark(1).to_owned()), ..of(first, Whom::Everybody) };
        assert_eq!(told.clone().seen_by(&ana, false), told);
        let by_ben = |operators| told.clone().seen_by(&ben, operators);
        assert_eq!((by_ben(false).whom, by_ben(true).whom), (Whom::Nobody, Whom::Operators), "those know it still");
        assert!(told.is_of(&ana) && !told.is_of(&ben));
        let both = Telling { at: second, whom: Whom::Everybody, ..by_ben(false) };
        let both = Telling::read(&both.value("K"), "K").unwrap();
        assert!(both.is_of(&ana) && both.is_of(&ben));
        assert_eq!((both.clone().seen_by(&ana, false).at, both.clone().seen_by(&ben, false).at), (first, second));
        let unsure = Telling { whom: Whom::Nobody, ..told };
        assert_eq!(unsure.seen_by(&ben, true).earlier, [], "whoever was not told is not remembered");
        let before = of(first, Whom::Everybody);
        assert_eq!(before.clone().seen_by(&ben, false), before, "as earlier versions wrote it");
    }

    #[test]
    fn so_many_owners_are_told_in_a_month_and_no_more() {
        let night =
            |number: i64| at("2026-11-01T02:00:00Z").checked_add(SignedDuration::from_hours(24 * number)).unwrap();
        let owner = |number: i64| whose(&[format!("owner-{number}@x.example").as_str()]);
        let mut telling = Telling { who: Some(owner(0).mark(1).to_owned()), ..of(night(0), Whom::Everybody) };
        for number in 1..=3 {
            assert_eq!(telling.closed(&owner(number), night(number)), None, "{number}");
            let seen = telling.seen_by(&owner(number), false);
            telling = Telling { at: night(number), whom: Whom::Everybody, ..seen };
            telling = Telling::read(&telling.value("AKIAIOSFODNN7EXAMPLE"), "AKIAIOSFODNN7EXAMPLE").unwrap();
        }
        assert_eq!(telling.closed(&owner(4), night(4)), Some((4, night(30))));
        assert_eq!(telling.closed(&owner(1), night(4)), None, "one of them is named again, and knows");
        assert_eq!(telling.closed(&owner(4), night(30)), None);
        let fifth = Telling { at: night(30), whom: Whom::Everybody, ..telling.seen_by(&owner(4), false) };
        let fifth = Telling::read(&fifth.value("AKIAIOSFODNN7EXAMPLE"), "AKIAIOSFODNN7EXAMPLE").unwrap();
        assert!(!fifth.is_of(&owner(0)) && fifth.is_of(&owner(1)), "the oldest is forgotten");
    }

    #[test]
    fn a_value_stays_within_its_limit_whatever_it_has_to_remember() {
        let now = at("2026-11-21T02:00:00Z");
        let heard = |number: u32| Heard { who: mark(&number.to_string()), at: now, whom: Whom::Operators };
        let all = Telling {
            dates: vec![now, now],
            who: Some(mark("ana")),
            earlier: (0..5).map(heard).collect(),
            ..of(now, Whom::Operators)
        };
        let read = |key: &str| {
            let value = all.value(key);
            assert!(value.len() <= Tags::VALUE_LIMIT, "{}", value.len());
            Telling::read(&value, key).unwrap()
        };
        assert_eq!(read("AKIAIOSFODNN7EXAMPLE").earlier, (2..5).map(heard).collect::<Vec<_>>());
        let longest = read(&"K".repeat(128));
        assert_eq!((longest.earlier.len(), longest.who, longest.dates.len()), (0, all.who.clone(), 2));
    }
}
