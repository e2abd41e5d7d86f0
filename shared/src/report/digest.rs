//! The fingerprint of a plan. It covers the steps and the objects they act on, so that consent given to a plan in the
//! morning holds at noon if the world has not moved, and not one step longer.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PlanDigest(String);

/// Text that is not a plan digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a plan digest: expected 'sha256:' and 64 hexadecimal digits, as 'plan_digest' of a report has it"
)]
pub struct NotADigest(String);

impl PlanDigest {
    /// The digest of `steps` as `function` would take them in `account`. The order given is the order hashed: a plan
    /// sorts its steps by what they act on, never by how the snapshot happened to be read.
    pub fn of(function: &str, account: &str, steps: &impl Serialize) -> Self {
        Self::of_text(&Self::text(function, account, steps))
    }

    /// What such a digest is of, as text. Whoever has both can tell whether the one is the other's.
    pub fn text(function: &str, account: &str, steps: &impl Serialize) -> String {
        // Serialising plain data into memory has no way to fail; an empty text would still be a text of nothing.
        serde_json::to_string(&(function, account, steps)).unwrap_or_default()
    }

    /// The digest of such a text.
    pub fn of_text(text: &str) -> Self {
        Self(hashed(text.as_bytes()))
    }

    /// Reads what a person gave as `expect_plan`.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotADigest(crate::text::printable(text)))
        }
    }

    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `sha256:` and the digest of `value` as JSON.
pub fn fingerprint(value: &impl Serialize) -> String {
    // Serialising plain data into memory has no way to fail; an empty text would still be a digest of nothing.
    hashed(&serde_json::to_vec(value).unwrap_or_default())
}

fn hashed(text: &[u8]) -> String {
    format!("sha256:{}", crate::text::hex(&Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_follows_steps_function_and_account() {
        let digest = PlanDigest::of("cluster-cleanup", "111122223333", &["a"]);
        assert_eq!(digest, PlanDigest::of("cluster-cleanup", "111122223333", &["a"]));
        assert_ne!(digest, PlanDigest::of("cluster-cleanup", "111122223333", &["b"]));
        assert_ne!(digest, PlanDigest::of("cluster-cleanup", "444455556666", &["a"]));
        assert_ne!(digest, PlanDigest::of("key-rotation", "111122223333", &["a"]));
        assert_eq!(PlanDigest::parse(digest.as_str()), Ok(digest));
    }

    #[test]
    fn what_is_no_digest_is_refused_by_name() {
        for text in ["", "sha256:", "sha256:12", "md5:0000", "sha256:zz"] {
            assert!(PlanDigest::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            PlanDigest::parse("latest").unwrap_err().to_string(),
            "'latest' is not a plan digest: expected 'sha256:' and 64 hexadecimal digits, as 'plan_digest' of a report has it"
        );
    }
}
