//! The key of one run. Pseudonyms are made of it inside the database; who has not got it cannot make them again from a list of
//! guesses, and it is thrown away with the run. Every join has a key of its own, so that equal values of two joins show nothing.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::secret::Secret;
use crate::text::hex;

/// What a key is derived for, so that no other use of the same bytes ever makes the same key.
const PURPOSE: &str = "nightshift anonymise 1 ";
/// The same for what is no join; no name of one makes a purpose of these.
const FINGERPRINT: &str = "nightshift anonymise fingerprint 1";
const CHECKS: &str = "nightshift anonymise checks 1";
const NEEDLE: &str = "nightshift anonymise needle 1";
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

    /// What a key of a new run is made of.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Secret::new(hex(&bytes)))
    }

    /// By what a run knows its key again. Nobody gets from it to the key.
    pub fn fingerprint(&self) -> String {
        hex(&mac(self.0.expose().as_bytes(), FINGERPRINT.as_bytes()))[..32].to_owned()
    }

    /// What is planted before the first step, and sought when all are done: nobody's value.
    pub fn needle(&self) -> Secret {
        Secret::new(format!("ns{}", &hex(&mac(self.0.expose().as_bytes(), NEEDLE.as_bytes()))[..12]))
    }

    /// The pads by which samples of what was there are hashed.
    pub fn check_pads(&self) -> Pads {
        pads(&mac(self.0.expose().as_bytes(), CHECKS.as_bytes()))
    }

    /// The pads of one join.
    pub fn pads(&self, join: &str) -> Pads {
        pads(&mac(self.0.expose().as_bytes(), &[PURPOSE.as_bytes(), join.as_bytes()].concat()))
    }

    /// The hash of `value` under the key of `join`, as the server makes it.
    pub fn hash(&self, join: &str, value: &str) -> String {
        let key = mac(self.0.expose().as_bytes(), &[PURPOSE.as_bytes(), join.as_bytes()].concat());
        hex(&mac(&key, value.as_bytes()))
    }
}

fn pads(key: &[u8]) -> Pads {
    let pad = |with: u8| {
        let bytes = key.iter().copied().chain(std::iter::repeat(0)).take(BLOCK).map(|byte| byte ^ with);
        Secret::new(hex(&bytes.collect::<Vec<_>>()))
    };
    Pads { inner: pad(0x36), outer: pad(0x5c) }
}

fn mac(key: &[u8], value: &[u8]) -> Vec<u8> {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(value);
    mac.finalize().into_bytes().to_vec()
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

    #[test]
    fn what_is_known_of_a_key_is_no_part_of_one_that_hashes() {
        let of = |letter: &str| RunKey::new(Secret::new(letter.repeat(32))).unwrap();
        let key = of("k");
        assert_eq!(key.fingerprint(), of("k").fingerprint());
        assert_ne!(key.fingerprint(), of("l").fingerprint());
        // The key of a join is what both pads have in them.
        let part =
            |pads: &Pads| -> Vec<u8> { bytes(&pads.inner.expose()[..64]).iter().map(|byte| byte ^ 0x36).collect() };
        let keys = ["", "fingerprint", "checks 1", "fingerprint 1"].map(|join| hex(&part(&key.pads(join))));
        let checks = hex(&part(&key.check_pads()));
        for shown in [key.fingerprint(), key.needle().expose()[2..].to_owned()] {
            assert!(keys.iter().chain([&checks]).all(|key| !key.contains(&shown)), "{shown}");
        }
        assert!(!keys.contains(&checks));
    }
}
