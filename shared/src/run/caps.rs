//! How much an unattended run may do. A cap is a number of things of one kind, or a share of those it could be about; a
//! plan over a cap is listed whole, so that it can be reviewed, and fills `tripped`.

use std::borrow::Cow;

use serde_json::json;

use crate::report::Tripped;

/// Below this many things a percentage says nothing: one of two is half.
const SMALLEST_BASE_FOR_PERCENT: usize = 5;

/// One cap, and what a plan wants of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    guard: &'static str,
    variable: &'static str,
    limit: usize,
    wanted: usize,
    share: Option<Share>,
}

/// What a percentage is taken of, and how that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Share {
    base: usize,
    said: String,
}

impl Cap {
    /// At most `limit` things.
    pub fn count(guard: &'static str, variable: &'static str, limit: usize, wanted: usize) -> Self {
        Self { guard, variable, limit, wanted, share: None }
    }

    /// At most `limit` percent of `base` things; `said` says of what, as `3 of the 5 users in scope would …`.
    pub fn percent(
        guard: &'static str,
        variable: &'static str,
        limit: usize,
        (wanted, base): (usize, usize),
        said: String,
    ) -> Self {
        Self { guard, variable, limit, wanted, share: Some(Share { base, said }) }
    }

    fn check(self) -> Option<Tripped> {
        let Self { guard, variable, limit, wanted, share } = self;
        let raise = format!(
            "review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), or raise {variable}"
        );
        let (wanted, fix) = match share {
            None if wanted > limit => (wanted, raise),
            Some(Share { base, said }) if base >= SMALLEST_BASE_FOR_PERCENT && wanted * 100 > limit * base => {
                ((wanted * 100).div_ceil(base), format!("{said}; {raise}"))
            }
            _ => return None,
        };
        Some(Tripped { guard: Cow::Borrowed(guard), limit: json!(limit), wanted: json!(wanted), fix })
    }
}

/// The first of `caps` that is broken, if any.
pub fn broken(caps: impl IntoIterator<Item = Cap>) -> Option<Tripped> {
    caps.into_iter().find_map(Cap::check)
}

/// How much may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionCaps {
    /// `NIGHTSHIFT_MAX_DELETIONS`: things of one kind deleted in one run.
    pub count: usize,
    /// `NIGHTSHIFT_MAX_DELETION_PERCENT` of what carries the marks.
    pub percent: usize,
}

/// What a plan would delete, as the caps see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletions {
    /// The marked things this plan begins to delete; what an earlier run began is not among them. The percentage is
    /// taken of these.
    pub of_marked: usize,
    /// The copies of earlier deletions whose time is over, held to the same number by themselves: what went in one night
    /// is purged in another, and a full night then must not stop the clusters due now.
    pub purges: usize,
    /// How many things carry the marks.
    pub marked: usize,
}

impl DeletionCaps {
    /// The caps on `deletions`, in the order they are asked.
    pub fn on(self, deletions: Deletions) -> [Cap; 2] {
        let Deletions { of_marked, purges, marked } = deletions;
        let said = format!("{of_marked} of the {marked} clusters that carry the marks would go");
        let (count, percent) = ("NIGHTSHIFT_MAX_DELETIONS", "NIGHTSHIFT_MAX_DELETION_PERCENT");
        [
            Cap::count("max_deletions", count, self.count, of_marked.max(purges)),
            Cap::percent("max_deletion_percent", percent, self.percent, (of_marked, marked), said),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_at_their_edges() {
        let guard = |purges, of_marked, marked| {
            let caps = DeletionCaps { count: 10, percent: 50 };
            broken(caps.on(Deletions { of_marked, purges, marked })).map(|tripped| tripped.guard)
        };
        assert_eq!(guard(0, 10, 20), None);
        assert_eq!(guard(0, 11, 100), Some("max_deletions".into()));
        assert_eq!(guard(11, 0, 100), Some("max_deletions".into()), "copies are held to the same number");
        assert_eq!(guard(10, 10, 20), None, "each kind by itself");
        assert_eq!(guard(0, 3, 6), None);
        assert_eq!(guard(0, 4, 6), Some("max_deletion_percent".into()));
        assert_eq!(guard(0, 4, 4), None, "a percentage of fewer than five says nothing");
        assert_eq!(guard(9, 2, 6), None, "copies count towards no percentage");
        assert_eq!(guard(0, 0, 0), None);
    }

    #[test]
    fn what_trips_says_how_to_go_on() {
        let caps = DeletionCaps { count: 10, percent: 50 };
        let tripped = broken(caps.on(Deletions { of_marked: 4, purges: 0, marked: 6 })).unwrap();
        assert_eq!((tripped.limit, tripped.wanted), (json!(50), json!(67)));
        insta::assert_snapshot!(tripped.fix, @"4 of the 6 clusters that carry the marks would go; review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), or raise NIGHTSHIFT_MAX_DELETION_PERCENT");
    }
}
