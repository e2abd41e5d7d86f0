//! The job `key-rotation`: observe, plan, guard, apply, and the report of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::apply::Applier;
use super::model::User;
use super::model::World;
use super::notice::{self, Teller};
use super::observe::Readers;
use super::plan::{self, Facts, Leak, Left, Plan, Rule, Step, Terms, Why};
use super::policy::Policy;
use super::request::Request;
use super::trigger;
use crate::config::Settings;
use crate::domains::keys::naming::masked;
use crate::notify::NotifyPolicy;
use crate::report::{Concerns, Item, Mode, Outcome, Reason, Report, Tripped};
use crate::run::caps;
use crate::run::event::{EventFault, Fields};
use crate::run::{Conclusion, Done, Job, Run, RunFault};
use crate::services::iam::IamReader;
use crate::services::secrets::SecretsReader;
use crate::text::printable;

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
        let readers = Readers {
            iam: IamReader::new(run.aws.iam()),
            store: SecretsReader::new(run.aws.secrets_in(&policy.region)),
        };
        let nothing = |attempt: &str| {
            let attempt = attempt.to_owned();
            move |source| RunFault::Observe { attempt, source }
        };
        let users = readers.iam.users().await.map_err(nothing("listing the users of the account"))?;
        let (request, strays) = readers.owners(request).await;
        let announces = run.notify.has_channel();
        let terms = Terms { account: &run.account, policy, request: &request, now: run.now, announces };
        let world = readers.world(users.into_iter().map(User::from).collect(), strays, terms).await;
        let plan = Plan::make(&world, terms);
        let digest = plan.digest();
        let tripped = run.consent.judge(&digest, caps::broken(policy.caps.on(plan.load())));
        let done = if run.mode == Mode::Apply && tripped.is_none() && !plan.is_empty() {
            let teller = Teller::new(run.notifier, terms);
            let applier = Applier::new(run.aws, &readers, &world, terms, run.ledger, &teller)
                .await
                .map_err(nothing("asking who this process is"))?;
            Some(applier.apply(&plan.actions).await)
        } else {
            None
        };
        Ok(conclude(plan, &world, done, tripped, terms, run.notify))
    }

    /// A leak that was not acted on is not for the next night: Lambda tries again, then its queue and alarm have it.
    fn answer(report: &Report) -> Result<(), RunFault> {
        let open = |item: &&Item| item.domain.get("keys").is_some_and(|keys| keys["leak"] == json!(Leak::Open));
        let left: Vec<_> = report.items.iter().filter(open).map(|item| still_open(report, item)).collect();
        if report.mode == Mode::Plan || left.is_empty() {
            return Ok(());
        }
        Err(RunFault::NotCarriedOut(format!(
            "keys that the event calls compromised may still work, or are not noted as leaked: {}; Lambda tries again, unless \
             the caller waits for this answer; to do it by hand: aws iam update-access-key --user-name USER --access-key-id \
             KEY --status Inactive",
            left.join("; ")
        )))
    }
}

/// Whose it is and why it is still to be done.
fn still_open(report: &Report, item: &Item) -> String {
    let id = printable(&item.id);
    match (&item.reason, &report.tripped) {
        (Some(why), _) => format!("{id} ({}: {})", why.code, why.message),
        (None, Some(tripped)) => format!("{id} (nothing was done: {} tripped)", tripped.guard),
        (None, None) => id,
    }
}

fn conclude(
    plan: Plan,
    world: &World,
    done: Option<Vec<Done>>,
    tripped: Option<Tripped>,
    terms: Terms<'_>,
    notify: &NotifyPolicy,
) -> Conclusion {
    let (digest, policy) = (plan.digest(), terms.policy);
    let concerns = concerns(&plan, world, notify);
    let Plan { account: _, actions, left, observed, in_scope, oldest_active_days } = plan;
    let steps = |wanted: fn(&Step) -> bool| actions.iter().filter(|action| wanted(&action.step)).count();
    let not_told = done.iter().flatten().filter(|done| done.reason.as_ref().is_some_and(|why| why.code == "not-told"));
    let metrics = BTreeMap::from([
        ("InScope", in_scope),
        ("OldestActiveKeyDays", usize::try_from(oldest_active_days).unwrap_or(0)),
        ("Rotations", steps(|step| matches!(step, Step::Rotate(_)))),
        ("Orphans", steps(|step| matches!(step, Step::DeleteOrphan { .. }))),
        ("Leaked", actions.iter().map(|action| action.step.leaked().len()).sum()),
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
        let leak = leak_of(&action.user, world, terms.request).map(|_| match outcome {
            Outcome::Changed | Outcome::AlreadyRight => Leak::Off,
            _ => Leak::Open,
        });
        items.push(Item {
            id: action.user,
            region: "global".to_owned(),
            owner: action.owner,
            outcome: settled(outcome, leak),
            steps: steps.iter().map(|step| masked(step)).collect(),
            reason: reason.map(without_ids),
            domain: details(action.rule, &action.facts, leak),
        });
    }
    items.extend(left.into_iter().map(|left| {
        let leak = leak_of(&left.user, world, terms.request);
        left_alone(left, leak)
    }));
    Conclusion { digest, tripped, regions: vec![policy.region.clone()], observed, items, concerns, metrics }
}

/// By their place in the report: first what was to be done, then what was left alone.
fn concerns(plan: &Plan, world: &World, notify: &NotifyPolicy) -> Concerns {
    let mut concerns = Concerns::default();
    let nobody = |name: &str| {
        let user = world.users.iter().find(|user| user.name == name);
        user.is_some_and(|user| notice::recipients(user, &notify.owners).is_empty())
    };
    for (place, action) in plan.actions.iter().enumerate() {
        if nobody(&action.user) {
            concerns.unowned.push(place);
        }
    }
    for (place, left) in (plan.actions.len()..).zip(&plan.left) {
        if left.why.is_a_hold() {
            concerns.stuck.push(place);
        } else if left.why.is_a_blocker() {
            concerns.needs_hand.push(place);
        }
    }
    concerns
}

/// How those keys of `user` stand that the event calls compromised, if it speaks of such. Of whom nobody knows, they are open.
fn leak_of(user: &str, world: &World, request: &Request) -> Option<Leak> {
    let open = (!request.compromised.is_empty()).then_some(Leak::Open);
    world.users.iter().find(|one| one.name == user).map_or(open, |user| plan::leak(user, request))
}

/// What a leak needs and does not get is nobody's choice to leave: it failed.
fn settled(outcome: Outcome, leak: Option<Leak>) -> Outcome {
    match (leak, outcome) {
        (Some(Leak::Open), Outcome::Skipped | Outcome::Deferred) => Outcome::Failed,
        _ => outcome,
    }
}

fn left_alone(left: Left, leak: Option<Leak>) -> Item {
    let domain = match (&left.facts, &left.why) {
        (Some((rule, facts)), _) => details(*rule, facts, leak),
        (None, Why::NoSuchKey { key, .. }) => {
            [(Cow::Borrowed("keys"), json!({ "access_key_id": key, "leak": leak }))].into()
        }
        (None, _) => leak.map(|leak| (Cow::Borrowed("keys"), json!({ "leak": leak }))).into_iter().collect(),
    };
    Item {
        outcome: settled(left.why.outcome(), leak),
        reason: Some(without_ids(left.why.reason())),
        id: masked(&left.user),
        region: "global".to_owned(),
        owner: left.owner,
        steps: Vec::new(),
        domain,
    }
}

/// Reports are mailed and logged; whole ids stand only in their own fields.
fn without_ids(reason: Reason) -> Reason {
    Reason { message: masked(&reason.message), fix: masked(&reason.fix), ..reason }
}

/// What this domain adds to an item, under its own key.
fn details(rule: Rule, facts: &Facts, leak: Option<Leak>) -> BTreeMap<Cow<'static, str>, Value> {
    let mut value = json!({ "rule": rule, "access_keys": facts.keys, "next": facts.next });
    if let Some(leak) = leak {
        value["leak"] = json!(leak);
    }
    [(Cow::Borrowed("keys"), value)].into()
}
