//! How much an unattended run may do. A cap is a number of things of one kind, or a share of those it could be about; a
//! plan over a cap is listed whole, so that it can be reviewed, and fills `tripped`. What people agreed to earlier and is
//! due now is a backlog: of it a run takes so many, and the rest waits for the next.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;

use crate::report::{Reason, Tripped, codes};

/// Below this many things a percentage says nothing: six clusters of one date in a small account are no accident.
const SMALLEST_BASE_FOR_PERCENT: usize = 10;

/// So many steps of each kind that caps count, by the name of the kind; of a kind that is not named, none.
pub type Budget = BTreeMap<String, usize>;

/// What a cap counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted(&'static str);

impl Counted {
    /// Of things called `name`, as `deletions`.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// What the things are called.
    pub(super) const fn name(self) -> &'static str {
        self.0
    }
}

/// One cap, and what a plan wants of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    kind: Counted,
    variable: &'static str,
    limit: usize,
    wanted: usize,
    how: How,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum How {
    /// More than the limit is none at all.
    Count { guard: &'static str },
    /// More than the limit, in percent of `base`, is none at all; `said` says of what.
    Percent { guard: &'static str, base: usize, said: String },
    /// Never more than the limit, from the front.
    Share,
}

impl Cap {
    /// At most `limit` things of `kind`, or none.
    pub fn count(kind: Counted, guard: &'static str, variable: &'static str, limit: usize, wanted: usize) -> Self {
        Self { kind, variable, limit, wanted, how: How::Count { guard } }
    }

    /// At most `limit` percent of `base` things, or none; `said` says of what, as `3 of the 5 users in scope would …`.
    pub fn percent(
        kind: Counted,
        guard: &'static str,
        variable: &'static str,
        limit: usize,
        (wanted, base): (usize, usize),
        said: String,
    ) -> Self {
        Self { kind, variable, limit, wanted, how: How::Percent { guard, base, said } }
    }

    /// The first `limit` things of `kind` in each run, and the rest in later ones.
    pub fn share(kind: Counted, variable: &'static str, limit: usize, wanted: usize) -> Self {
        Self { kind, variable, limit, wanted, how: How::Share }
    }

    /// What it counts.
    pub(super) fn kind(&self) -> Counted {
        self.kind
    }

    /// How many.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn is_a_share(&self) -> bool {
        self.how == How::Share
    }

    /// How many things it takes a percentage of, where it is one.
    pub(super) fn base(&self) -> Option<usize> {
        match &self.how {
            How::Percent { base, .. } => Some(*base),
            How::Count { .. } | How::Share => None,
        }
    }

    /// What is said of the things that wait for a later run.
    pub(super) fn backlog(&self) -> Reason {
        let Self { kind: Counted(kind), variable, limit, wanted, .. } = self;
        let message = format!("{wanted} {kind} are due, and a run does {limit}, oldest first");
        Reason::new(&codes::BACKLOG, message, format!("a later run does it; or raise {variable}"))
    }

    /// Whether it is broken.
    fn check(&self) -> Option<Tripped> {
        let Self { variable, limit, wanted, .. } = self;
        let raise = format!(
            "review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), or raise {variable}"
        );
        let (guard, wanted, fix) = match &self.how {
            How::Count { guard } if wanted > limit => (*guard, *wanted, raise),
            How::Percent { guard, base, said } => {
                (*guard, over_percent(*limit, *wanted, *base)?, format!("{said}; {raise}"))
            }
            _ => return None,
        };
        Some(Tripped { guard: Cow::Borrowed(guard), limit: json!(limit), wanted: json!(wanted), fix })
    }
}

/// How many percent of `base` things `wanted` are, where that is more than `limit` and `base` is enough to say so.
pub(crate) fn over_percent(limit: usize, wanted: usize, base: usize) -> Option<usize> {
    let is_over = base >= SMALLEST_BASE_FOR_PERCENT && wanted * 100 > limit * base;
    is_over.then(|| (wanted * 100).div_ceil(base))
}

/// Those of `caps` that are broken, in their order, each with what it counts.
pub(crate) fn broken(caps: &[Cap]) -> Vec<(Counted, Tripped)> {
    caps.iter().filter_map(|cap| Some((cap.kind, cap.check()?))).collect()
}

/// Things that are deleted and that no earlier run began to delete.
pub const DELETIONS: Counted = Counted::new("deletions");
/// Copies of earlier deletions whose time is over.
pub const PURGES: Counted = Counted::new("purges");

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
    /// The copies of earlier deletions whose time is over. What went in one night is purged in another, and a full night
    /// then must not stop the clusters due now: they are a backlog.
    pub purges: usize,
    /// How many things carry the marks.
    pub marked: usize,
}

impl DeletionCaps {
    /// The caps on `deletions`, in the order they are asked.
    pub fn on(self, deletions: Deletions) -> Vec<Cap> {
        let Deletions { of_marked, purges, marked } = deletions;
        let said = format!("{of_marked} of the {marked} clusters that carry the marks would go");
        let (count, percent) = ("NIGHTSHIFT_MAX_DELETIONS", "NIGHTSHIFT_MAX_DELETION_PERCENT");
        vec![
            Cap::count(DELETIONS, "max_deletions", count, self.count, of_marked),
            Cap::percent(DELETIONS, "max_deletion_percent", percent, self.percent, (of_marked, marked), said),
            Cap::share(PURGES, count, self.count, purges),
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
            broken(&caps.on(Deletions { of_marked, purges, marked }))
                .into_iter()
                .map(|(_, tripped)| tripped.guard)
                .next()
        };
        assert_eq!(guard(0, 10, 20), None);
        assert_eq!(guard(0, 11, 100), Some("max_deletions".into()));
        assert_eq!(guard(11, 0, 100), None, "a backlog of copies stops nothing");
        assert_eq!(guard(0, 5, 10), None);
        assert_eq!(guard(0, 6, 10), Some("max_deletion_percent".into()));
        assert_eq!(guard(0, 9, 9), None, "a percentage of fewer than ten says nothing");
        assert_eq!(guard(0, 0, 0), None);
    }

    #[test]
    fn what_trips_says_how_to_go_on() {
        let caps = DeletionCaps { count: 10, percent: 50 };
        let (_, tripped) = broken(&caps.on(Deletions { of_marked: 7, purges: 0, marked: 12 })).remove(0);
        assert_eq!((tripped.limit, tripped.wanted), (json!(50), json!(59)));
        insta::assert_snapshot!(tripped.fix, @"7 of the 12 clusters that carry the marks would go; review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), or raise NIGHTSHIFT_MAX_DELETION_PERCENT");
    }
}
