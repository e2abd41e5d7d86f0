//! The key of one run. Pseudonyms are made of it inside the database; who has not got it cannot make them again from a list of
//! guesses, and it is thrown away with the run. Every join has a key of its own, so that equal values of two joins show nothing.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::secret::Secret;

/// What a key is derived for, so that no other use of the same bytes ever makes the same key.
const PURPOSE: &str = "nightshift anonymise 1 ";
/// How many bytes a block of SHA-256 has.
const BLOCK: usize = 64;

/// See the module.
#[derive(Debug)]
pub struct RunKey(Secret);

/// The two blocks that stand before what is hashed, in hexadecimal, as the server takes them.
#[derive(Debug)]
pub struct Pads {
    /// Before the value.
    pub inner: Secret,
    /// Before the hash of that.
    pub outer: Secret,
}

impl RunKey {
    /// Takes over what was made for this run: at least 32 characters that nobody can guess.
    pub fn new(text: Secret) -> Option<Self> {
        (text.expose().len() >= 32).then_some(Self(text))
    }

    /// The pads of one join.
    pub fn pads(&self, join: &str) -> Pads {
        let key = mac(self.0.expose().as_bytes(), &[PURPOSE.as_bytes(), join.as_bytes()].concat());
        let pad = |with: u8| {
            let bytes = key.iter().copied().chain(std::iter::repeat(0)).take(BLOCK).map(|byte| byte ^ with);
            Secret::new(hex(&bytes.collect::<Vec<_>>()))
        };
        Pads { inner: pad(0x36), outer: pad(0x5c) }
    }

    /// The hash of `value` under the key of `join`, as the server makes it.
    pub fn hash(&self, join: &str, value: &str) -> String {
        let key = mac(self.0.expose().as_bytes(), &[PURPOSE.as_bytes(), join.as_bytes()].concat());
        hex(&mac(&key, value.as_bytes()))
    }
}

fn mac(key: &[u8], value: &[u8]) -> Vec<u8> {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(value);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn two_plain_hashes_with_the_pads_are_the_keyed_one() {
        let key = RunKey::new(Secret::new("k".repeat(32))).unwrap();
        let pads = key.pads("mail");
        let inner = Sha256::digest([bytes(pads.inner.expose()), b"ana@shop.example".to_vec()].concat());
        let outer = Sha256::digest([bytes(pads.outer.expose()), inner.to_vec()].concat());
        assert_eq!(hex(&outer), key.hash("mail", "ana@shop.example"));
        assert_ne!(key.hash("mail", "a"), key.hash("phone", "a"), "a key a join");
        assert!(RunKey::new(Secret::new("short".to_owned())).is_none());
    }
}
