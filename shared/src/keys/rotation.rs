//! The job `key-rotation`: observe, plan, guard, apply, and the report of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::apply::{Applier, Done};
use super::iam::IamReader;
use super::model::World;
use super::notice::Teller;
use super::observe::Readers;
use super::plan::{Facts, Left, Plan, Rule, Step, Terms};
use super::policy::Policy;
use super::request::Request;
use super::store::StoreReader;
use super::trigger;
use crate::config::Settings;
use crate::run::event::{EventFault, Fields};
use crate::run::guard::Tripped;
use crate::run::{Conclusion, Item, Job, Mode, Outcome, Run, RunFault};

/// Rotates the access keys of IAM users before they are too old, and takes the old ones out of use.
#[derive(Debug)]
pub struct KeyRotation;

impl Job for KeyRotation {
    const NAME: &'static str = "key-rotation";
    type Policy = Policy;
    type Request = Request;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn plain(payload: Value) -> Result<Value, EventFault> {
        trigger::plain(payload)
    }

    fn request(fields: &mut Fields, _policy: &Policy) -> Request {
        Request::read(fields)
    }

    async fn run(run: &Run<'_>, policy: &Policy, request: &Request) -> Result<Conclusion, RunFault> {
        let readers =
            Readers { iam: IamReader::new(run.aws.iam()), store: StoreReader::new(run.aws.secrets(&policy.region)) };
        let nothing = |attempt: &str| {
            let attempt = attempt.to_owned();
            move |source| RunFault::Observe { attempt, source }
        };
        let users = readers.iam.users().await.map_err(nothing("listing the users of the account"))?;
        let (request, strays) = readers.owners(request).await;
        let terms = Terms { account: &run.account, policy, request: &request, now: run.now };
        let world = readers.world(users, strays, terms).await;
        let plan = Plan::make(&world, terms);
        let digest = plan.digest();
        let tripped = run.consent.judge(&digest, policy.caps.check(plan.load()));
        let done = if run.mode == Mode::Apply && tripped.is_none() && !plan.is_empty() {
            log_intent(&plan);
            let teller = Teller;
            let applier = Applier::new(run.aws, &readers, &world, terms, run.deadline, &teller)
                .await
                .map_err(nothing("asking who this process is"))?;
            Some(applier.apply(&plan.actions).await)
        } else {
            None
        };
        Ok(conclude(plan, &world, done, tripped, policy))
    }
}

/// What is about to be done, before it is: a process that dies half-way leaves this behind.
fn log_intent(plan: &Plan) {
    for action in &plan.actions {
        let steps = action.step.words().join("; ");
        tracing::info!(item.id = action.user, item.region = "global", item.steps = steps, "about to apply");
    }
}

fn conclude(
    plan: Plan,
    world: &World,
    done: Option<Vec<Done>>,
    tripped: Option<Tripped>,
    policy: &Policy,
) -> Conclusion {
    let digest = plan.digest();
    let Plan { account: _, actions, left, observed, in_scope, oldest_active_days } = plan;
    let steps = |wanted: fn(&Step) -> bool| actions.iter().filter(|action| wanted(&action.step)).count();
    let not_told = done.iter().flatten().filter(|done| done.reason.as_ref().is_some_and(|why| why.code == "not-told"));
    let metrics = BTreeMap::from([
        ("InScope", in_scope),
        ("OldestActiveKeyDays", usize::try_from(oldest_active_days).unwrap_or(0)),
        ("Rotations", steps(|step| matches!(step, Step::Rotate(_)))),
        ("Orphans", steps(|step| matches!(step, Step::DeleteOrphan { .. }))),
        ("Leaked", steps(|step| matches!(step, Step::Leaked { .. }))),
        ("Blocked", left.iter().filter(|left| left.why.is_a_blocker()).count()),
        ("Held", left.iter().filter(|left| left.why.is_a_hold()).count()),
        ("NotTold", not_told.count()),
        ("Strays", world.strays.len()),
    ]);
    let done = done.map_or_else(|| vec![None; actions.len()], |done| done.into_iter().map(Some).collect());
    let mut items = Vec::new();
    for (action, done) in actions.into_iter().zip(done) {
        let planned = || Done { outcome: Outcome::Planned, steps: action.step.words(), reason: None };
        let Done { outcome, steps, reason } = done.unwrap_or_else(planned);
        items.push(Item {
            id: action.user,
            region: "global".to_owned(),
            owner: action.owner,
            outcome,
            steps,
            reason,
            domain: details(action.rule, &action.facts),
        });
    }
    items.extend(left.into_iter().map(left_alone));
    Conclusion { digest, tripped, regions: vec![policy.region.clone()], observed, items, metrics }
}

fn left_alone(left: Left) -> Item {
    Item {
        outcome: left.why.outcome(),
        reason: Some(left.why.reason()),
        id: left.user,
        region: "global".to_owned(),
        owner: left.owner,
        steps: Vec::new(),
        domain: left.facts.map(|(rule, facts)| details(rule, &facts)).unwrap_or_default(),
    }
}

/// What this domain adds to an item, under its own key.
fn details(rule: Rule, facts: &Facts) -> BTreeMap<Cow<'static, str>, Value> {
    let value = json!({ "rule": rule, "access_keys": facts.keys, "next": facts.next });
    [(Cow::Borrowed("keys"), value)].into()
}
