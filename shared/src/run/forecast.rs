//! What the nights to come would do of a plan as it is now, under its caps: how a backlog is worked off, and what never is by
//! itself.

use std::collections::BTreeMap;

use super::caps::{self, Cap};
use super::plan::Act;

/// What a plan wants of one kind, and how much of it a night does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// What a cap calls it; `None` is what no cap counts.
    pub kind: Option<&'static str>,
    /// How many are planned.
    pub wanted: usize,
    /// At most so many a night: none where a cap is broken, all where there is no limit.
    pub a_night: Option<usize>,
}

/// What one night does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Night {
    /// How many of each kind.
    pub done: BTreeMap<Option<&'static str>, usize>,
    /// How many are left after it.
    pub left: usize,
}

/// What `actions` want, kind by kind, under `caps`.
pub(super) fn loads<S, A: Act<S>>(caps: &[Cap], actions: &[A]) -> Vec<Load> {
    let broken = caps::broken(caps);
    let mut wanted: BTreeMap<Option<&'static str>, usize> = BTreeMap::new();
    for action in actions {
        *wanted.entry(action.capped().map(caps::Counted::name)).or_default() += 1;
    }
    let load = |(kind, wanted): (Option<&'static str>, usize)| {
        let is_broken = broken.iter().any(|(of, _)| Some(of.name()) == kind);
        let shares = caps.iter().filter(|cap| cap.is_a_share() && Some(cap.kind().name()) == kind);
        let a_night = if is_broken { Some(0) } else { shares.map(Cap::limit).min() };
        Load { kind, wanted, a_night }
    };
    wanted.into_iter().map(load).collect()
}

/// Night by night, until nothing more is done; at most `most` of them.
pub fn nights(loads: &[Load], most: usize) -> Vec<Night> {
    let mut left: Vec<_> = loads.to_vec();
    let mut nights = Vec::new();
    while nights.len() < most {
        let mut night = Night::default();
        for load in &mut left {
            let done = load.a_night.map_or(load.wanted, |most| most.min(load.wanted));
            load.wanted -= done;
            if done > 0 {
                night.done.insert(load.kind, done);
            }
            night.left += load.wanted;
        }
        if night.done.is_empty() {
            break;
        }
        nights.push(night);
    }
    nights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_backlog_is_worked_off_by_its_share_and_what_is_over_a_cap_never_is() {
        let load = |kind, wanted, a_night| Load { kind, wanted, a_night };
        let all = [load(None, 3, None), load(Some("purges"), 25, Some(10)), load(Some("deletions"), 12, Some(0))];
        let nights = nights(&all, 30);
        let done = |night: &Night| (night.done.values().sum::<usize>(), night.left);
        assert_eq!(nights.iter().map(done).collect::<Vec<_>>(), [(13, 27), (10, 17), (5, 12)]);
        assert_eq!(nights[0].done[&None], 3);
        assert!(!nights.iter().any(|night| night.done.contains_key(&Some("deletions"))));
        assert_eq!(super::nights(&all, 1).len(), 1);
        assert!(super::nights(&[], 30).is_empty() && super::nights(&[load(None, 5, Some(0))], 30).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_done_twice_or_lost(loads in prop::collection::vec((0..40_usize, prop::option::of(0..9_usize)), 0..5)) {
            const KINDS: [&str; 5] = ["a", "b", "c", "d", "e"];
            let loads: Vec<_> = loads.into_iter().zip(KINDS).map(|((wanted, a_night), kind)| Load { kind: Some(kind), wanted, a_night }).collect();
            let nights = nights(&loads, 1000);
            let done: usize = nights.iter().flat_map(|night| night.done.values()).sum();
            let wanted: usize = loads.iter().map(|load| load.wanted).sum();
            let stuck: usize = loads.iter().filter(|load| load.a_night == Some(0)).map(|load| load.wanted).sum();
            prop_assert_eq!(done + stuck, wanted);
            prop_assert_eq!(nights.last().map_or(stuck, |night| night.left), stuck);
        }
    }
}
