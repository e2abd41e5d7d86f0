//! The job `secret-rotation`: what it reads, decides and does in one step.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::apply::Hand;
use super::codes;
use super::observe::{self, Seen};
use super::plan::{Action, Left, Place, Plan, Terms, What};
use super::policy::Policy;
use super::request::{self, Request};
use crate::config::Settings;
use crate::report::{Code, Concerns, Outcome, Report};
use crate::run::event::{EventFault, Fields};
use crate::run::plan::Scope;
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::Permit;
use crate::services::sql;

/// A step takes a login and a statement or two. Less than this, and it is not begun: Secrets Manager asks again.
const STEP_BUDGET: Duration = Duration::from_secs(5);

/// Rotates the secret of a database login.
#[derive(Debug)]
pub struct SecretRotation;

impl Job for SecretRotation {
    const NAME: &'static str = Place::FUNCTION;
    const IS_CALLED: bool = true;
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL, sql::codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = Seen;
    type Action = Action;
    type Left = Left;
    type Scope = Place;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn plain(payload: Value) -> Result<Value, EventFault> {
        Ok(request::without_more_of_aws(payload))
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy.home.as_deref())
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        observe::observe(sight, given.policy, given.request, &given.caller.account).await
    }

    fn plan(seen: &Seen, Given { policy, request, .. }: Given<'_, Self>) -> Plan {
        Plan::make(&seen.world, Terms { policy, request })
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        _: &[Left],
        seen: &mut Seen,
        Given { policy, request, .. }: Given<'_, Self>,
        Hands { aws, ledger, .. }: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::with_capacity(1);
        for (action, turn) in allowed.iter() {
            let vault = &mut seen.vault;
            let work = async |leave: &Permit| {
                let mut hand = Hand::new(aws, leave, policy, request, vault);
                Box::pin(hand.work(&action.what, turn.entry(), ledger)).await
            };
            all.push(ledger.item(turn, STEP_BUDGET, work).await);
        }
        all
    }

    fn sum_up(plan: &Plan, _: &Seen, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let failed = |outcome: Outcome| matches!(outcome, Outcome::Failed | Outcome::Deferred | Outcome::Skipped);
        let outcomes = done.iter().map(|done| done.outcome).chain(plan.left.iter().map(|left| left.outcome));
        let failures = outcomes.filter(|outcome| failed(*outcome)).count();
        let is_end = |action: &Action| matches!(action.what, What::HandOut { .. });
        let rotated =
            plan.actions.iter().zip(done).filter(|(action, done)| is_end(action) && done.outcome == Outcome::Changed);
        let metrics = BTreeMap::from([("StepsFailed", failures), ("Rotated", rotated.count())]);
        let regions = vec![given.request.region.clone()];
        Sums { regions, concerns: Concerns::default(), metrics }
    }

    /// Success is silence. A failure is one of the invocation, with a type that says which.
    fn answer(report: &Report) -> Result<(), RunFault> {
        let failed = |outcome| matches!(outcome, Outcome::Failed | Outcome::Deferred | Outcome::Skipped);
        let Some(item) = report.items.iter().find(|item| failed(item.outcome)) else { return Ok(()) };
        Err(match &item.reason {
            Some(reason) => RunFault::Step { kind: one_word(&reason.code), said: reason.said() },
            None => RunFault::NotCarriedOut(format!("the step was not done: {}", item.id)),
        })
    }
}

/// `no-password-works` as `NoPasswordWorks`: what alarms match on.
fn one_word(code: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    code.split('-').map(capital).collect()
}
