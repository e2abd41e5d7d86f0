//! One call that a person asks for, as a job of one step: whoever calls for a run lets something write, so the call takes leave to write from the guard
//! as every other write does, and stands in the record before it is made.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::time::Duration;

use nightshift::config::Settings;
use nightshift::report::{Code, Outcome};
use nightshift::run::caps::Counted;
use nightshift::run::event::Fields;
use nightshift::run::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use nightshift::run::{Allowed, Done, Given, Hands, Job, PlanOf, RunFault, Sight, Sums};
use nightshift::services::Permit;
use nightshift::services::aws::Aws;
use serde::Serialize;
use serde_json::Value;

/// What is called for.
pub(crate) trait Calling: Debug + Default {
    /// As the record has it.
    const NAME: &'static str;
    /// Longer than such a call takes.
    const LONGEST: Duration;

    /// The call in words; `home` is the caller's own Region.
    fn step(&self, home: &str) -> Step;

    /// Makes it.
    async fn call(&self, step: &Step, aws: &Aws, leave: &Permit) -> Done;
}

/// The one step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Step {
    /// The name of what is called.
    pub id: String,
    /// Where that is.
    pub region: String,
    /// What is done, in words.
    pub said: String,
    /// What it is called with.
    pub with: Value,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct OneCall<C>(PhantomData<C>);

/// Nothing besides.
#[derive(Debug, Serialize)]
pub(crate) struct Alone<C> {
    #[serde(skip)]
    of: PhantomData<C>,
}

impl<C: Calling> Scope for Alone<C> {
    const FUNCTION: &'static str = C::NAME;
}

impl<C: Calling> Job for OneCall<C> {
    const NAME: &'static str = C::NAME;
    const IS_CALLED: bool = true;
    const CODES: &'static [&'static [&'static Code]] = &[];
    type Policy = C;
    type Request = ();
    /// The caller's own Region.
    type World = String;
    type Action = Step;
    type Left = Refusal;
    type Scope = Alone<C>;

    fn policy(_: &mut Settings<'_>, _: Option<&str>) -> C {
        C::default()
    }

    fn request(_: &mut Fields, _: &C) {}

    async fn observe(sight: Sight<'_>, _: Given<'_, Self>) -> Result<String, RunFault> {
        Ok(sight.aws.region().unwrap_or_default().to_owned())
    }

    fn plan(home: &String, given: Given<'_, Self>) -> PlanOf<Self> {
        let mut plan = Plan::empty(&given.caller.account, Alone { of: PhantomData }, 1);
        plan.actions.push(given.policy.step(home));
        plan
    }

    async fn apply(
        allowed: &Allowed<'_, Step>,
        _: &[Refusal],
        _: &mut String,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::new();
        for (step, turn) in allowed.iter() {
            let work = async |leave: &_| given.policy.call(step, hands.aws, leave).await;
            all.push(hands.ledger.item(turn, C::LONGEST, work).await);
        }
        all
    }

    fn sum_up(plan: &PlanOf<Self>, _: &String, _: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums { regions: plan.actions.iter().map(|step| step.region.clone()).collect(), ..Sums::default() }
    }
}

impl<S> Subject<S> for Step {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a S) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &S, _: Outcome) -> Details {
        Details::new()
    }
}

impl<S> Act<S> for Step {
    fn steps(&self) -> Vec<String> {
        self.taken()
    }

    /// What is called has caps of its own.
    fn capped(&self) -> Option<Counted> {
        None
    }
}

impl Step {
    /// As a report has it, once it was made.
    pub(crate) fn taken(&self) -> Vec<String> {
        vec![self.said.clone()]
    }
}
