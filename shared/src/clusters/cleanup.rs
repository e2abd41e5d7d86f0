//! The job `cluster-cleanup`: observe, plan, guard, apply, and the report of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;

use super::apply::{Applier, Done};
use super::model::World;
use super::observe::{self, Place};
use super::plan::{Action, Left, Plan, Terms};
use super::policy::Policy;
use super::rds::RdsReader;
use super::request::Request;
use crate::config::Settings;
use crate::run::event::Fields;
use crate::run::{Conclusion, Item, Job, Mode, Outcome, Run, RunFault};

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

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    async fn run(run: &Run<'_>, policy: &Policy, request: &Request) -> Result<Conclusion, RunFault> {
        let terms = Terms { policy, request, now: run.now };
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
        let tripped = run.consent.judge(&digest, policy.caps.check(plan.deletions()));
        let done = if run.mode == Mode::Apply && tripped.is_none() {
            log_intent(&plan);
            Some(Applier::new(run.aws, &places, &world, terms, run.deadline).apply(&plan.actions).await)
        } else {
            None
        };
        Ok(conclude(plan, &world, done, tripped, places))
    }
}

/// What is about to be done, before it is: a process that dies half-way leaves this behind, and with it how each cluster
/// was built, should no snapshot ever be told.
fn log_intent(plan: &Plan) {
    for action in &plan.actions {
        let built = match action {
            Action::DeleteCluster(delete) => serde_json::to_string(&delete.marks).unwrap_or_default(),
            _ => String::new(),
        };
        tracing::info!(
            item.id = action.id(),
            item.region = action.region(),
            item.steps = action.steps().join("; "),
            item.tags = built,
            "about to apply"
        );
    }
}

fn conclude(
    plan: Plan,
    world: &World,
    done: Option<Vec<Done>>,
    tripped: Option<crate::run::guard::Tripped>,
    places: Vec<Place>,
) -> Conclusion {
    let digest = plan.digest();
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
    Conclusion { digest, tripped, regions, observed, items, metrics }
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
        Action::DeleteSnapshot(delete) => {
            json!({ "snapshot": true, "purge_after": delete.purge_after, "of": delete.cluster_id })
        }
    };
    [(Cow::Borrowed("clusters"), value)].into()
}
