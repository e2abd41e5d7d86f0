//! The last question before anything destructive: is this plan too large for an unattended night, and is it the plan a
//! person agreed to? A guard that trips means no step at all; the plan is still listed whole, so it can be reviewed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::digest::PlanDigest;

/// A guard said no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tripped {
    /// `max_deletions`, `max_deletion_percent` or `expect_plan`.
    pub guard: Cow<'static, str>,
    /// What was allowed: a number, a percentage, or the digest that was expected.
    pub limit: Value,
    /// What the plan wanted, in the same unit.
    pub wanted: Value,
    /// How to go on.
    pub fix: String,
}

/// How much an unattended run may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionCaps {
    /// `NIGHTSHIFT_MAX_DELETIONS`: things of one kind deleted in one run.
    pub count: usize,
    /// `NIGHTSHIFT_MAX_DELETION_PERCENT` of what carries the marks.
    pub percent: usize,
}

/// Below this many marked things a percentage says nothing: one of two is half.
pub const SMALLEST_BASE_FOR_PERCENT: usize = 5;

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
    /// The cap that `deletions` would break, if any.
    pub fn check(self, deletions: Deletions) -> Option<Tripped> {
        let Deletions { of_marked, purges, marked } = deletions;
        let most = of_marked.max(purges);
        if most > self.count {
            return Some(Tripped {
                guard: Cow::Borrowed("max_deletions"),
                limit: json!(self.count),
                wanted: json!(most),
                fix: "review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), \
                      or raise NIGHTSHIFT_MAX_DELETIONS"
                    .to_owned(),
            });
        }
        if marked >= SMALLEST_BASE_FOR_PERCENT && of_marked * 100 > self.percent * marked {
            return Some(Tripped {
                guard: Cow::Borrowed("max_deletion_percent"),
                limit: json!(self.percent),
                wanted: json!((of_marked * 100).div_ceil(marked)),
                fix: format!(
                    "{of_marked} of the {marked} clusters that carry the marks would go; review this plan and apply exactly \
                     it by its digest (nightshift apply … --expect-plan DIGEST), or raise NIGHTSHIFT_MAX_DELETION_PERCENT"
                ),
            });
        }
        None
    }
}

/// A person's consent to one plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// The digest that was reviewed.
    pub expect_plan: Option<PlanDigest>,
    /// Whether a digest that matches lifts the caps here: on the command line always, in a function only where
    /// `NIGHTSHIFT_DIGEST_LIFTS_CAPS=true`.
    pub lifts_caps: bool,
}

impl Consent {
    /// The verdict on a plan with digest `actual` whose caps said `over_cap`.
    pub fn judge(&self, actual: &PlanDigest, over_cap: Option<Tripped>) -> Option<Tripped> {
        match &self.expect_plan {
            Some(expected) if expected != actual => Some(Tripped {
                guard: Cow::Borrowed("expect_plan"),
                limit: json!(expected),
                wanted: json!(actual),
                fix: "the world has moved since that plan was reviewed: review the plan in this report and give its digest"
                    .to_owned(),
            }),
            Some(_) if self.lifts_caps => None,
            _ => over_cap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPS: DeletionCaps = DeletionCaps { count: 10, percent: 50 };

    fn guard(purges: usize, of_marked: usize, marked: usize) -> Option<Cow<'static, str>> {
        CAPS.check(Deletions { of_marked, purges, marked }).map(|tripped| tripped.guard)
    }

    #[test]
    fn caps_hold_at_their_edges() {
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
    fn a_digest_is_consent_to_one_plan_and_lifts_caps_only_where_allowed() {
        let reviewed = PlanDigest::of("f", "1", &["a"]);
        let other = PlanDigest::of("f", "1", &["b"]);
        let over = || CAPS.check(Deletions { of_marked: 11, purges: 0, marked: 100 });
        let verdict = |expect: Option<&PlanDigest>, lifts_caps, over_cap| {
            Consent { expect_plan: expect.cloned(), lifts_caps }.judge(&reviewed, over_cap).map(|tripped| tripped.guard)
        };
        assert_eq!(verdict(None, true, None), None);
        assert_eq!(verdict(None, true, over()), Some("max_deletions".into()), "without a digest nothing lifts a cap");
        assert_eq!(verdict(Some(&reviewed), false, over()), Some("max_deletions".into()));
        assert_eq!(verdict(Some(&reviewed), true, over()), None);
        assert_eq!(verdict(Some(&other), true, None), Some("expect_plan".into()));
        assert_eq!(verdict(Some(&other), true, over()), Some("expect_plan".into()));
    }
}
