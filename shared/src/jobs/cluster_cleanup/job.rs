//! The job `cluster-cleanup`: observe, plan, guard, apply, and the report of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;

use super::apply::Applier;
use super::model::World;
use super::observe::{self, Place};
use super::plan::{Action, Left, Plan, Terms, Why};
use super::policy::Policy;
use super::request::Request;
use crate::config::{ConfigFaults, Settings};
use crate::notify::NotifyPolicy;
use crate::report::{Concerns, Item, Mode, Outcome, Reason};
use crate::run::caps;
use crate::run::event::Fields;
use crate::run::{Conclusion, Done, Job, Run, RunFault};
use crate::services::rds::RdsReader;

/// Deletes Aurora clusters whose expiry tag has passed.
#[derive(Debug)]
pub struct ClusterCleanup;

impl Job for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";
    type Policy = Policy;
    type Request = Request;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    /// A notice that must be given takes a channel.
    fn check(policy: &Policy, notify: &NotifyPolicy, mode: Mode) -> Result<Vec<Reason>, ConfigFaults> {
        const NAME: &str = "NIGHTSHIFT_MIN_NOTICE_HOURS";
        const FIX: &str = "set NIGHTSHIFT_MAIL_FROM with NIGHTSHIFT_OPERATORS_MAIL, NIGHTSHIFT_SNS_TOPIC_ARN or \
                           NIGHTSHIFT_SLACK_SECRET_ID; or NIGHTSHIFT_MIN_NOTICE_HOURS=0 to delete without notice";
        let hours = policy.min_notice_hours;
        if hours == 0 || notify.has_channel() {
            return Ok(Vec::new());
        }
        let message =
            format!("owners are to be told {hours} h before anything is deleted, and there is no channel to tell them");
        match mode {
            Mode::Apply => Err(ConfigFaults::one(NAME, format!("{message}: {FIX}"))),
            Mode::Plan => Ok(vec![Reason::new("no-channel", format!("{message}; in apply mode this is a fault"), FIX)]),
        }
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    async fn run(run: &Run<'_>, policy: &Policy, request: &Request) -> Result<Conclusion, RunFault> {
        let terms =
            Terms { policy, request, now: run.now, announces: run.notify.has_channel() || policy.min_notice_hours > 0 };
        let places: Vec<_> = request
            .regions(policy)
            .into_iter()
            .map(|region| Place { region: region.to_owned(), reader: RdsReader::new(run.aws.rds(region), region) })
            .collect();
        let world = observe::observe(&places, &run.account, terms).await.map_err(|source| RunFault::Observe {
            attempt: "listing the clusters of every configured region".to_owned(),
            source,
        })?;
        let plan = Plan::make(&world, terms);
        let digest = plan.digest();
        let tripped = run.consent.judge(&digest, caps::broken(policy.caps.on(plan.deletions())));
        let done = if run.mode == Mode::Apply && tripped.is_none() {
            let applier = Applier::new(run.aws, &places, &world, terms, run.ledger, run.notifier);
            Some(applier.apply(&plan.actions, &plan.left).await)
        } else {
            None
        };
        Ok(conclude(plan, &world, done, tripped, places, run.notify))
    }
}

fn conclude(
    plan: Plan,
    world: &World,
    done: Option<Vec<Done>>,
    tripped: Option<crate::report::Tripped>,
    places: Vec<Place>,
    notify: &NotifyPolicy,
) -> Conclusion {
    let digest = plan.digest();
    let concerns = concerns(&plan, world, notify);
    let Plan { account: _, actions, left, observed, marked } = plan;
    let metrics = BTreeMap::from([
        ("MalformedTags", left.iter().filter(|left| left.why.is_a_bad_tag()).count()),
        ("Blocked", left.iter().filter(|left| left.why.is_a_blocker()).count()),
        ("Marked", marked),
        ("UnreadableRegions", world.unreadable.len()),
    ]);
    let done = done.map_or_else(|| vec![None; actions.len()], |done| done.into_iter().map(Some).collect());
    let mut items: Vec<_> = actions.iter().zip(done).map(|(action, done)| acted_on(action, done)).collect();
    items.extend(left.into_iter().map(left_alone));
    let regions = places.into_iter().map(|place| place.region).collect();
    Conclusion { digest, tripped, regions, observed, items, concerns, metrics }
}

/// By their place in the report: first what was to be done, then what was left alone.
fn concerns(plan: &Plan, world: &World, notify: &NotifyPolicy) -> Concerns {
    let mut concerns = Concerns::default();
    for (place, action) in plan.actions.iter().enumerate() {
        if matches!(action, Action::DeleteCluster(delete) if delete.asked_before.is_some()) {
            concerns.stuck.push(place);
        }
        let touches = matches!(action, Action::DeleteCluster(_) | Action::WarnOwner(_));
        if touches && !can_be_told(action.id(), action.region(), action.owner(), world, notify) {
            concerns.unowned.push(place);
        }
    }
    for (place, left) in (plan.actions.len()..).zip(&plan.left) {
        if left.why.is_a_bad_tag() || left.why.is_a_blocker() {
            concerns.needs_hand.push(place);
        }
        if matches!(left.why, Why::HalfDeleted { .. }) {
            concerns.stuck.push(place);
        }
        if left.why.is_for_its_owner() && !can_be_told(&left.id, &left.region, left.owner.as_deref(), world, notify) {
            concerns.unowned.push(place);
        }
    }
    concerns
}

/// Whether anybody but the operators is told about the cluster `id`.
fn can_be_told(id: &str, region: &str, owner: Option<&str>, world: &World, notify: &NotifyPolicy) -> bool {
    if notify.mail.is_none() {
        return owner.is_some();
    }
    let region = world.regions.iter().find(|found| found.name == region);
    let cluster = region.and_then(|region| region.clusters.iter().find(|cluster| cluster.id == id));
    !notify.owners.recipients(owner, |key| cluster?.tags.get(key)).is_empty()
}

fn acted_on(action: &Action, done: Option<Done>) -> Item {
    let done = done.unwrap_or_else(|| Done { outcome: Outcome::Planned, steps: action.steps(), reason: None });
    Item {
        id: action.id().to_owned(),
        region: action.region().to_owned(),
        owner: action.owner().map(str::to_owned),
        outcome: done.outcome,
        steps: done.steps,
        reason: done.reason,
        domain: details(action),
    }
}

fn left_alone(left: Left) -> Item {
    Item {
        outcome: left.why.outcome(),
        reason: Some(left.why.reason()),
        id: left.id,
        region: left.region,
        owner: left.owner,
        steps: Vec::new(),
        domain: BTreeMap::new(),
    }
}

/// What this domain adds to an item, under its own key.
fn details(action: &Action) -> BTreeMap<Cow<'static, str>, serde_json::Value> {
    let value = match action {
        Action::DeleteCluster(delete) => json!({
            "expired_at": delete.expired_at,
            "resource_id": delete.resource_id,
            "final_snapshot": delete.keep.as_ref().map(|keep| &keep.name),
            "resumed": delete.begun,
            "asked_before": delete.asked_before,
        }),
        Action::StartCluster(start) => json!({ "expired_at": start.expired_at, "resource_id": start.resource_id }),
        Action::MarkSnapshot(_) => json!({ "snapshot": true }),
        Action::WarnOwner(warn) => json!({ "expires_at": warn.expires_at, "resource_id": warn.resource_id }),
        Action::TellDeleted(tell) => {
            json!({ "snapshot": true, "purge_after": tell.purge_after, "of": tell.cluster_id })
        }
        Action::DeleteSnapshot(delete) => {
            json!({ "snapshot": true, "purge_after": delete.purge_after, "of": delete.cluster_id })
        }
    };
    [(Cow::Borrowed("clusters"), value)].into()
}
