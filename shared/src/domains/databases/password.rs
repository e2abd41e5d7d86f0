//! Passwords from the operating system's randomness, under the policy that AWS's rotation templates have: a length, and
//! characters that break connection strings and shells left out.

use crate::config::Settings;
use crate::secret::Secret;

/// Each password has one of each kind, unless a kind is excluded whole.
const KINDS: [&str; 4] =
    ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "!#$%&()*+,-.;<=>?[]^_`{|}~:/@\"'\\"];

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
        settings.defaults_to("NIGHTSHIFT_PASSWORD_EXCLUDE", Self::EXCLUDED);
        let exclude = settings.text("NIGHTSHIFT_PASSWORD_EXCLUDE").unwrap_or(Self::EXCLUDED);
        Self::new(length, exclude).unwrap_or_else(|problem| {
            settings.fault("NIGHTSHIFT_PASSWORD_EXCLUDE", problem);
            Self::default()
        })
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
    fn an_exclusion_that_leaves_too_little_is_refused() {
        assert!(PasswordPolicy::new(32, "0123456789").is_err());
        assert!(PasswordPolicy::new(32, KINDS[3]).is_ok(), "punctuation may go whole");
    }
}
