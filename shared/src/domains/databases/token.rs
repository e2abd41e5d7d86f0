//! Tokens for the versions of a secret, made of what they are for.

use sha2::{Digest as _, Sha256};

use crate::text::hex;

/// A token that is the same for the same request, so that a call repeated after a crash is the same call: what Secrets
/// Manager takes, 32 to 64 characters.
pub fn token_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..16])
}
