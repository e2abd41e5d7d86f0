//! Randomness that is keyed by what it is about, never drawn from one stream: a call more in one place moves nothing elsewhere,
//! and a history from which something is taken stays the same in all else.

use std::fmt::Display;

/// The generator for what `parts` name, under `seed`.
pub fn at(seed: u64, parts: &[&dyn Display]) -> fastrand::Rng {
    fastrand::Rng::with_seed(key(seed, parts))
}

/// The same, as a number.
pub fn key(seed: u64, parts: &[&dyn Display]) -> u64 {
    // FNV-1a, then the last steps of splitmix64: near keys are far apart.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for part in parts {
        for byte in part.to_string().bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Whether it is one of so many in a thousand.
pub fn chance(dice: &mut fastrand::Rng, of_thousand: u32) -> bool {
    dice.u32(0..1_000) < of_thousand
}

/// One of them.
pub fn pick<'a, T>(dice: &mut fastrand::Rng, all: &'a [T]) -> &'a T {
    &all[dice.usize(0..all.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_of_one_thing_does_not_move_with_another() {
        assert_eq!(key(7, &[&"orders", &3]), key(7, &[&"orders", &3]));
        assert_ne!(key(7, &[&"orders", &3]), key(8, &[&"orders", &3]));
        assert_ne!(key(7, &[&"ab", &"c"]), key(7, &[&"a", &"bc"]));
        let hits = (0..10_000).filter(|night| chance(&mut at(1, &[&"lost", night]), 100)).count();
        assert!((900..1_100).contains(&hits), "{hits}");
    }
}
