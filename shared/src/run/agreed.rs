//! The guard of what is in no account: a database that a person names. No cap counts there, no schedule goes there, and nobody can ask
//! AWS whose it is. So nothing but the digest of a plan that a person reviewed opens it, for that plan and no other.

use super::guard::{Allowed, Consent, leave_to_write};
use super::plan::{Act, Scope};
use crate::report::{Mode, PlanDigest, Tripped};

/// Lends `work` what may be done, each action behind its line in the record: all of `actions`, if what makes them up has the digest
/// that was reviewed, and none of them if not.
pub async fn agreed<S: Scope, A: Act<S>, T>(
    reviewed: &PlanDigest,
    actual: &PlanDigest,
    (actions, scope): (Vec<A>, &S),
    work: impl AsyncFnOnce(&Allowed<'_, A>) -> T,
) -> Result<T, Tripped> {
    let consent = Consent { expect_plan: Some(reviewed.clone()), lifts_caps: true, ..Consent::default() };
    let verdict = consent.judge(actual, Vec::new(), &actions);
    let permit = leave_to_write(if verdict.tripped.is_none() { Mode::Apply } else { Mode::Plan });
    match (permit, verdict.tripped.clone()) {
        (Some(permit), None) => {
            let (allowed, _) = verdict.split(&permit, actions, scope);
            Ok(work(&allowed).await)
        }
        (_, tripped) => Err(tripped.unwrap_or_else(|| super::guard::another_plan(reviewed, actual))),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde::Serialize;

    use super::*;
    use crate::report::Outcome;
    use crate::run::caps::Counted;
    use crate::run::plan::{Details, Subject};

    #[derive(Debug, Serialize)]
    struct Somewhere;

    impl Scope for Somewhere {
        const FUNCTION: &'static str = "anonymise";
    }

    #[derive(Debug, Serialize)]
    struct Step;

    impl Subject<Somewhere> for Step {
        fn id(&self) -> Cow<'_, str> {
            "step".into()
        }

        fn region<'a>(&'a self, _: &'a Somewhere) -> &'a str {
            "shop"
        }

        fn owner(&self) -> Option<&str> {
            None
        }

        fn details(&self, _: &Somewhere, _: Outcome) -> Details {
            Details::new()
        }
    }

    impl Act<Somewhere> for Step {
        fn steps(&self) -> Vec<String> {
            vec!["change it".to_owned()]
        }

        fn capped(&self) -> Option<Counted> {
            None
        }
    }

    #[tokio::test]
    async fn nothing_is_lent_for_another_plan_than_the_reviewed_one() {
        let digest = |step: &str| PlanDigest::of("anonymise", "shop", &[step]);
        let lent = async |reviewed: &PlanDigest| {
            agreed(reviewed, &digest("a"), (vec![Step], &Somewhere), async |allowed| allowed.actions().len()).await
        };
        assert_eq!(lent(&digest("a")).await, Ok(1));
        let tripped = lent(&digest("b")).await.unwrap_err();
        assert_eq!(tripped.guard, "expect_plan");
    }
}
