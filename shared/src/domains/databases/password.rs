//! Passwords from the operating system's randomness, under the policy that AWS's rotation templates have: a length, and
//! characters that break connection strings and shells left out.

use crate::config::Settings;
use crate::secret::Secret;
use crate::services::sql::Engine;
use crate::services::tags::Tags;
use crate::text::printable;

/// Each password has one of each kind, unless a kind is excluded whole.
const KINDS: [&str; 4] =
    ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "!#$%&()*+,-.;<=>?[]^_`{|}~:/@\"'\\"];

/// What a secret's tags say of its passwords.
const LENGTH_TAG: &str = "nightshift:password-length";
const EXCLUDE_TAG: &str = "nightshift:password-exclude";
/// No password is shorter.
const LEAST: usize = 16;

/// How a password is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    length: usize,
    kinds: Vec<Vec<u8>>,
}

impl PasswordPolicy {
    /// What AWS's own rotation functions leave out.
    pub const EXCLUDED: &'static str = ":/@\"'\\";

    /// A policy that leaves `exclude` out. Letters and digits have to stay, or the password is too easy.
    pub fn new(length: usize, exclude: &str) -> Result<Self, String> {
        let kinds: Vec<Vec<u8>> =
            KINDS.iter().map(|kind| kind.bytes().filter(|byte| !exclude.as_bytes().contains(byte)).collect()).collect();
        if kinds[..3].iter().any(Vec::is_empty) {
            return Err(
                "it leaves no lower case letter, no upper case letter or no digit; leave some of each".to_owned()
            );
        }
        Ok(Self { length, kinds: kinds.into_iter().filter(|kind: &Vec<u8>| !kind.is_empty()).collect() })
    }

    /// `NIGHTSHIFT_PASSWORD_LENGTH` and `NIGHTSHIFT_PASSWORD_EXCLUDE`.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        let length = settings.number("NIGHTSHIFT_PASSWORD_LENGTH", 32, 16..=99);
        let exclude = settings.text_or("NIGHTSHIFT_PASSWORD_EXCLUDE", Self::EXCLUDED);
        Self::new(length, exclude).unwrap_or_else(|problem| {
            settings.fault("NIGHTSHIFT_PASSWORD_EXCLUDE", problem);
            Self::default()
        })
    }

    /// This as the tags of one secret have it, for a server of `engine`. A tag leaves out more, never less.
    pub fn by_tags(&self, tags: &Tags, engine: Engine) -> Result<Self, String> {
        let most = engine.longest_password();
        let length = match tags.get(LENGTH_TAG) {
            None => self.length.min(most),
            Some(text) => text.parse().ok().filter(|length| (LEAST..=most).contains(length)).ok_or_else(|| {
                format!("the tag {LENGTH_TAG} is '{}', and has to be {LEAST} to {most} for {engine}", printable(text))
            })?,
        };
        let exclude = match tags.get(EXCLUDE_TAG) {
            // A tag cannot hold most of it.
            Some("punctuation") => KINDS[3],
            other => other.unwrap_or_default(),
        };
        let left = |kind: &Vec<u8>| kind.iter().filter(|byte| !exclude.as_bytes().contains(byte)).copied().collect();
        let kinds: Vec<Vec<u8>> = self.kinds.iter().map(left).collect();
        if kinds.iter().take(3).any(Vec::is_empty) {
            return Err(format!("the tag {EXCLUDE_TAG} leaves no lower case letter, no upper case letter or no digit"));
        }
        Ok(Self { length, kinds: kinds.into_iter().filter(|kind| !kind.is_empty()).collect() })
    }

    /// A new password.
    pub fn make(&self) -> Result<Secret, getrandom::Error> {
        let all = self.kinds.concat();
        loop {
            let mut text = String::with_capacity(self.length);
            while text.len() < self.length {
                text.push(char::from(pick(&all)?));
            }
            // Thrown away whole and made anew: a character put in by hand would not be random.
            if self.kinds.iter().all(|kind| text.bytes().any(|byte| kind.contains(&byte))) {
                return Ok(Secret::new(text));
            }
        }
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { length: 32, kinds: KINDS.iter().map(|kind| kind.as_bytes().to_vec()).collect() }
    }
}

/// One of `characters`, each as likely as another.
fn pick(characters: &[u8]) -> Result<u8, getrandom::Error> {
    let count = characters.len().min(usize::from(u8::MAX));
    let fair = 256 - 256 % count;
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        let drawn = usize::from(byte[0]);
        if drawn < fair {
            return Ok(characters[drawn % count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_its_length_every_kind_and_nothing_excluded() {
        let policy = PasswordPolicy::new(16, PasswordPolicy::EXCLUDED).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let password = policy.make().unwrap();
            let text = password.expose();
            assert_eq!(text.len(), 16);
            assert!(policy.kinds.iter().all(|kind| text.bytes().any(|byte| kind.contains(&byte))));
            assert!(!text.contains(|c| PasswordPolicy::EXCLUDED.contains(c)));
            assert!(seen.insert(text.to_owned()), "the same twice");
        }
    }

    #[test]
    fn a_secret_has_its_own_length_and_leaves_out_more_within_what_the_engine_takes() {
        let policy = PasswordPolicy::new(99, PasswordPolicy::EXCLUDED).unwrap();
        let made = |tags: &[(&str, &str)], engine| {
            let tags: Tags = tags.iter().copied().collect();
            policy.by_tags(&tags, engine).map(|policy| policy.make().unwrap().expose().to_owned())
        };
        assert_eq!(made(&[], Engine::Postgres).unwrap().len(), 99);
        assert_eq!(made(&[], Engine::Mysql).unwrap().len(), 41, "what RDS takes at most");
        assert_eq!(made(&[(LENGTH_TAG, "20")], Engine::Mariadb).unwrap().len(), 20);
        let plain = made(&[(EXCLUDE_TAG, "punctuation")], Engine::Postgres).unwrap();
        assert!(plain.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{plain}");
        let without = made(&[(EXCLUDE_TAG, "=+-_.0O1l")], Engine::Postgres).unwrap();
        assert!(!without.contains(|c| "=+-_.0O1l:/@".contains(c)), "{without}");
        for (tag, value, engine) in [
            (LENGTH_TAG, "15", Engine::Postgres),
            (LENGTH_TAG, "42", Engine::Mysql),
            (LENGTH_TAG, "many", Engine::Mysql),
            (EXCLUDE_TAG, "0123456789", Engine::Mysql),
        ] {
            assert!(made(&[(tag, value)], engine).unwrap_err().starts_with(&format!("the tag {tag} ")), "{value}");
        }
    }

    #[test]
    fn an_exclusion_that_leaves_too_little_is_refused() {
        assert!(PasswordPolicy::new(32, "0123456789").is_err());
        assert!(PasswordPolicy::new(32, KINDS[3]).is_ok(), "punctuation may go whole");
    }
}
