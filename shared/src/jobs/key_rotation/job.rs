//! The job `key-rotation`: what it reads, decides and does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::apply::Carrier;
use super::model::{User, World};
use super::notice::Teller;
use super::observe::{Readers, Seen};
use super::plan::{Action, InScope, Leak, Left, Plan, Step, Terms, Why};
use super::policy::Policy;
use super::request::Request;
use super::{trigger, warnings, whose};
use crate::config::{ConfigFaults, Settings};
use crate::jobs::key_rotation::codes;
use crate::notify::NotifyPolicy;
use crate::report::{self, Code, Concerns, Item, Mode, Reason, Report};
use crate::run::caps::Cap;
use crate::run::event::{EventFault, Fields};
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::iam::IamReader;
use crate::services::secrets::SecretsReader;
use crate::text::printable;

/// Rotates the access keys of IAM users before they are too old, and takes the old ones out of use.
#[derive(Debug)]
pub struct KeyRotation;

impl Job for KeyRotation {
    const NAME: &'static str = "key-rotation";
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = Seen;
    type Action = Action;
    type Left = Left;
    type Scope = InScope;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn plain(payload: Value) -> Result<Value, EventFault> {
        trigger::plain(payload)
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, &policy.signs)
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        let region = given.policy.region.clone();
        let readers = Readers { iam: IamReader::new(sight.aws), store: SecretsReader::new(sight.aws, &region), region };
        let (request, strays) = readers.owners(given.request).await;
        let users = match readers.iam.users().await {
            Ok(users) => users.into_iter().map(User::from).collect(),
            // A leak is about users that are known by name: no list keeps a key on.
            Err(_) if request.calls_any_compromised() => Vec::new(),
            Err(source) => return Err(RunFault::observing("listing the users of the account")(source)),
        };
        let users = readers.with_owners(users, &request).await;
        let terms = terms(&request, given);
        let world = readers.world(users, strays, terms).await;
        Ok(Seen { readers, request, world })
    }

    fn plan(seen: &Seen, given: Given<'_, Self>) -> Plan {
        Plan::make(&seen.world, terms(&seen.request, given))
    }

    fn caps(plan: &Plan, policy: &Policy) -> Vec<Cap> {
        policy.caps.on(plan.load())
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        _: &[Left],
        seen: &mut Seen,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let terms = terms(&seen.request, given);
        let teller = Teller::new(hands.notifier, terms);
        Carrier::new(seen, terms, hands, &teller, &given.caller.arn).apply(allowed).await
    }

    fn sum_up(plan: &Plan, seen: &Seen, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let left = |wanted: fn(&Why) -> bool| plan.left.iter().filter(|left| wanted(&left.why)).count();
        let steps = |wanted: fn(&Step) -> bool| plan.actions.iter().filter(|action| wanted(&action.step)).count();
        let not_told =
            done.iter().filter(|done| done.reason.as_ref().is_some_and(|why| why.is(&report::codes::NOT_TOLD)));
        let metrics = BTreeMap::from([
            ("InScope", plan.scope.users),
            ("OldestActiveKeyDays", usize::try_from(plan.scope.oldest_active_days).unwrap_or(0)),
            ("Rotations", steps(|step| matches!(step, Step::Rotate(_)))),
            ("Orphans", steps(|step| matches!(step, Step::DeleteOrphan { .. }))),
            ("Leaked", plan.actions.iter().map(|action| action.step.leaked().len()).sum()),
            ("Blocked", left(Why::is_a_blocker)),
            ("Held", left(Why::is_a_hold)),
            ("NotTold", not_told.count()),
            ("Strays", seen.world.strays.len()),
        ]);
        let concerns = concerns(plan, &seen.world, given.notify);
        Sums { regions: vec![given.policy.region.clone()], concerns, metrics }
    }

    fn warnings(seen: &Seen, given: Given<'_, Self>) -> Vec<Reason> {
        warnings::of(&seen.world, given.policy)
    }

    fn check(policy: &Policy, _: &NotifyPolicy, mode: Mode) -> Result<Vec<Reason>, ConfigFaults> {
        Ok(warnings::at_start(policy, mode).into_iter().collect())
    }

    /// A leak that was not acted on is not for the next night: Lambda tries again, then its queue and alarm have it.
    fn answer(report: &Report) -> Result<(), RunFault> {
        let (left, unheard) = (open(report, "leak"), open(report, "sign"));
        if report.mode == Mode::Plan || left.is_empty() && unheard.is_empty() {
            return Ok(());
        }
        if left.is_empty() {
            return Err(RunFault::NotCarriedOut(format!(
                "AWS suspects keys, and not everybody who has to know could be told: {}; look at the keys by hand, and have \
                 a channel reach the operators",
                unheard.join("; ")
            )));
        }
        Err(RunFault::NotCarriedOut(format!(
            "keys that the event calls compromised may still work, or are not noted as leaked: {}; Lambda tries again, unless \
             the caller waits for this answer; to do it by hand: aws iam update-access-key --user-name USER --access-key-id \
             KEY --status Inactive",
            left.join("; ")
        )))
    }
}

/// The items of which `field` says that something is to be done.
fn open(report: &Report, field: &str) -> Vec<String> {
    let is = |item: &&Item| item.domain.get("keys").is_some_and(|keys| keys[field] == json!(Leak::Open));
    report.items.iter().filter(is).map(|item| still_open(report, item)).collect()
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

fn terms<'a>(request: &'a Request, given: Given<'a, KeyRotation>) -> Terms<'a> {
    let Given { policy, now, notify, caller, request: _ } = given;
    Terms { account: &caller.account, policy, request, owners: &notify.owners, now, announces: notify.has_channel() }
}

/// By their place in the report: first what was to be done, then what was left alone.
fn concerns(plan: &Plan, world: &World, notify: &NotifyPolicy) -> Concerns {
    let mut concerns = Concerns::default();
    let nobody = |name: &str| {
        let user = world.users.iter().find(|user| user.name == name);
        user.is_some_and(|user| whose::recipients(user, &notify.owners).is_empty())
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
