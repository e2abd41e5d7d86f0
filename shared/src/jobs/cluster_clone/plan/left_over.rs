//! What was begun, never handed over and is of no use to anybody: a clone of ours that still says `creating` after a day and
//! has no members. Nobody ever worked in it, and its data is its source's. It is the one thing that goes without its owner
//! having been told (law L9).

use jiff::{SignedDuration, Timestamp};

use super::{Action, Left, Plan, Sweep};
use crate::domains::clusters::tags::{self, CLONE, CREATING, is_of_this_tool};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::World;
use crate::jobs::cluster_clone::policy::Policy;
use crate::report::{Outcome, Reason};
use crate::run::plan::Subject as _;
use crate::services::rds::Cluster;

/// So long anybody may go on with what was begun.
const LONG_ENOUGH: SignedDuration = SignedDuration::from_hours(24);
/// The states in which AWS deletes a cluster that was never whole.
const DELETABLE: [&str; 2] = ["available", FAILED];
/// That of a clone that AWS could not make, which does not pass (Aurora User Guide, "DB cluster status").
pub(in crate::jobs::cluster_clone) const FAILED: &str = "cloning-failed";

pub(super) fn sweep(plan: &mut Plan, world: &World, policy: &Policy, now: Timestamp) {
    for cluster in world.clusters.iter().filter(|cluster| is_old_and_ours(cluster, policy, now)) {
        let owner = tags::owner(&cluster.tags, &policy.lease.owner_tag);
        let (id, region) = (cluster.id.clone(), cluster.region.clone());
        let source = world.clusters.iter().find(|other| cluster.tags.get(&policy.source_tag) == Some(&other.arn));
        if is_left_over(cluster, source, policy, now) {
            let since = cluster.created_at.unwrap_or(now);
            let resource_id = cluster.resource_id.clone();
            plan.actions.push(Action::Sweep(Sweep { region, id, resource_id, owner, since }));
        } else {
            let message = format!(
                "it was begun more than a day ago and never handed over: it is '{}' and has {}{}",
                cluster.status,
                crate::text::count(cluster.members.len(), "member"),
                if source.is_none() { ", and its source is gone, so its data may be nowhere else" } else { "" },
            );
            let fix = "ask for it again with the same wish, which goes on; or delete it by hand";
            let reason = Reason::new(&codes::UNFINISHED, message, fix);
            plan.left.push(Left { id, region, owner, outcome: Outcome::Skipped, reason });
        }
    }
    plan.actions.sort_by_key(order);
}

/// See the module.
pub(in crate::jobs::cluster_clone) fn is_left_over(
    cluster: &Cluster,
    source: Option<&Cluster>,
    policy: &Policy,
    now: Timestamp,
) -> bool {
    is_old_and_ours(cluster, policy, now) && is_empty_clone(cluster, source, policy)
}

/// Whether nothing can be in it but what its `source` has: that is there, no member was ever here to write, and nothing depends
/// on it.
pub(in crate::jobs::cluster_clone) fn is_empty_clone(
    cluster: &Cluster,
    source: Option<&Cluster>,
    policy: &Policy,
) -> bool {
    is_ours(cluster, policy)
        && source.is_some_and(|source| holds_it_all(source, cluster, policy))
        && cluster.members.is_empty()
        && DELETABLE.contains(&cluster.status.as_str())
        && cluster.deletion_protection == Some(false)
        && cluster.global_cluster.is_none()
        && cluster.replication_source.is_none()
        && cluster.read_replicas.is_empty()
        && !cluster.limitless
        && Policy::meant(&policy.denied, cluster).is_none()
}

/// Whether `source` is the one that `clone` was made of, and stays: what is younger is another of the same name.
fn holds_it_all(source: &Cluster, clone: &Cluster, policy: &Policy) -> bool {
    clone.tags.get(&policy.source_tag) == Some(&source.arn)
        && source.status != "deleting"
        && source.created_at.zip(clone.created_at).is_some_and(|(source, clone)| source <= clone)
}

fn is_old_and_ours(cluster: &Cluster, policy: &Policy, now: Timestamp) -> bool {
    let old = |made: Timestamp| made.checked_add(LONG_ENOUGH).is_ok_and(|end| end <= now);
    is_ours(cluster, policy) && cluster.created_at.is_some_and(old)
}

/// Every sign that this tool puts on what it makes, not one of them alone: a tag is soon put on by hand.
fn is_ours(cluster: &Cluster, policy: &Policy) -> bool {
    let tags = &cluster.tags;
    tags.get(CLONE) == Some(CREATING)
        && is_of_this_tool(tags)
        && tags.get(&policy.source_tag).is_some_and(|source| source.starts_with("arn:") && source != cluster.arn)
        && policy.marks.iter().all(|(key, value)| tags.get(key) == Some(value))
        && tags.get(&policy.lease.tag_key).is_some()
        && cluster.status != "deleting"
}

fn order(action: &Action) -> (Option<Timestamp>, String) {
    match action {
        Action::Sweep(sweep) => (Some(sweep.since), sweep.id.clone()),
        Action::Clone(_) | Action::Forget(_) | Action::Tell(_) => (None, action.id().into_owned()),
    }
}
