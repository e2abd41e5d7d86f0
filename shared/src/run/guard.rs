//! The last question before anything destructive: is this the plan a person agreed to, and may it be as large as it is? A
//! guard that trips means no step at all.

use std::borrow::Cow;

use serde_json::json;

use crate::report::{PlanDigest, Tripped};

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
    use crate::run::caps::{self, Cap};

    #[test]
    fn a_digest_is_consent_to_one_plan_and_lifts_caps_only_where_allowed() {
        let reviewed = PlanDigest::of("f", "1", &["a"]);
        let other = PlanDigest::of("f", "1", &["b"]);
        let over = || caps::broken([Cap::count("max_deletions", "NIGHTSHIFT_MAX_DELETIONS", 10, 11)]);
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
