//! Values that look like somebody's and are nobody's. None can be delivered to: the mail domain, the phone numbers, the bank code
//! and the addresses on the network are reserved, or given to nobody.

use super::words::{CITIES, COMPANY, FIRST, LAST, STREETS};

/// What is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Fake {
    Name,
    FirstName,
    LastName,
    User,
    Mail,
    Phone,
    Address,
    City,
    Company,
    Iban,
    Ip,
}

/// 80 bits of a hash in hexadecimal digits.
const DIGITS: usize = 20;

impl Fake {
    /// Each by the word rules have for it.
    pub const SPELLINGS: [(&'static str, Self); 11] = [
        ("name", Self::Name),
        ("first-name", Self::FirstName),
        ("last-name", Self::LastName),
        ("user", Self::User),
        ("mail", Self::Mail),
        ("phone", Self::Phone),
        ("address", Self::Address),
        ("city", Self::City),
        ("company", Self::Company),
        ("iban", Self::Iban),
        ("ip", Self::Ip),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::SPELLINGS.iter().find(|(_, fake)| *fake == self).map_or("", |(word, _)| word)
    }

    /// The most characters it comes to.
    pub fn longest(self) -> u32 {
        let of = |words: &[&str]| words.iter().map(|word| word.chars().count()).max().unwrap_or_default();
        let longest = match self {
            Self::Name => of(&FIRST) + 1 + of(&LAST),
            Self::FirstName => of(&FIRST),
            Self::LastName => of(&LAST),
            Self::Address => of(&STREETS) + " 199".len(),
            Self::City => of(&CITIES),
            Self::Company => of(&LAST) + 1 + of(&COMPANY),
            Self::User => "user-".len() + DIGITS,
            Self::Mail => DIGITS + "@example.org".len(),
            Self::Phone => "+447700900000".len(),
            Self::Iban => 22,
            Self::Ip => "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".len(),
        };
        u32::try_from(longest).unwrap_or(u32::MAX)
    }

    /// Whether two values become one so seldom that it never happens: 80 bits of the hash are kept.
    pub fn is_distinct(self) -> bool {
        matches!(self, Self::Mail | Self::User | Self::Ip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_word_and_a_length() {
        for (word, fake) in Fake::SPELLINGS {
            assert_eq!(fake.as_str(), word);
            assert!(fake.longest() > 3, "{word}");
        }
        assert_eq!((Fake::Mail.longest(), Fake::Iban.longest()), (32, 22));
    }
}
