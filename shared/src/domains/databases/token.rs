//! Tokens for the versions of a secret, made of what they are for.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A token that is the same for the same request, so that a call repeated after a crash is the same call: what Secrets
/// Manager takes, 32 to 64 characters.
pub fn token_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
