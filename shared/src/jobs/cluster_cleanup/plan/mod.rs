//! What to do about every cluster and snapshot, and why about the rest. Pure: the same world, policy, request and moment
//! give the same plan, whatever order the world was read in.

mod action;
mod ask;
mod assess;
mod blockers;
pub mod by_hand;
mod item;
mod known;
mod members;
mod notice;
mod progress;
mod snapshots;
mod source;
mod why;
mod words;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub(super) use action::has_the_data;
pub use action::{
    Action, AskOwner, DeleteCluster, DeleteSnapshot, ForgetNotice, KeepSnapshot, MarkSnapshot, StartCluster,
    TellDeleted, WarnOwner,
};
pub(super) use ask::is_due;
pub use assess::{Assessment, assess};
pub use blockers::decide;
pub use by_hand::Asked;
pub(super) use by_hand::taken_back;
pub(super) use notice::earliest;
pub use snapshots::decide_snapshot;
pub(super) use source::{holds_data, relied_on, source_of};
pub use why::{Left, Obstacle, Why};

use super::model::{Region, World};
use super::policy::Policy;
use super::request::Request;
use crate::run;
use crate::run::caps::{DELETIONS, Deletions, PURGES};
use crate::run::plan::Scope;
use crate::services::Read;
use crate::services::rds::{Cluster, Quota};

/// What is due for longer than this has waited for more than a night that went wrong.
pub(super) const OVERDUE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What every decision is made by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What may be touched.
    pub policy: &'a Policy,
    /// What this run is narrowed to.
    pub request: &'a Request,
    /// The moment.
    pub now: Timestamp,
    /// Whether owners can be told anything, or must be.
    pub announces: bool,
    /// The word of a person that what is theirs is to go now, in place of its expiry and of a notice. Nothing else of a night's
    /// work is done on it.
    pub asked: Option<&'a Asked>,
}

/// What a plan is about, besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// Clusters that carry the expiry tag and every required tag.
    #[serde(skip)]
    pub marked: usize,
}

impl Scope for Marked {
    const FUNCTION: &'static str = "cluster-cleanup";
}

/// The whole decision: marks of snapshots, clusters by oldest expiry, snapshots to delete.
pub type Plan = run::plan::Plan<Action, Left, Marked>;

impl Plan {
    /// Decides about everything in `world`.
    pub fn make(world: &World, terms: Terms<'_>) -> Self {
        let mut plan = Self::empty(&world.account, Marked { marked: 0 }, 0);
        for region in &world.regions {
            plan.observed += region.clusters.len() + region.snapshots.known().map_or(0, Vec::len);
            plan.scope.marked += region.clusters.iter().filter(|cluster| carries_marks(cluster, terms.policy)).count();
            plan.add_clusters(region, terms);
            if terms.asked.is_none() {
                plan.add_snapshots(region, terms);
            }
        }
        plan.add_unseen(world, terms);
        plan.actions.sort_by(|a, b| a.order().cmp(&b.order()));
        plan.left.sort_by(|a, b| (&a.region, &a.id, a.why.code()).cmp(&(&b.region, &b.id, b.why.code())));
        plan
    }

    /// What the caps are asked about.
    pub fn deletions(&self) -> Deletions {
        Deletions { of_marked: self.count(DELETIONS), purges: self.count(PURGES), marked: self.scope.marked }
    }

    fn add_clusters(&mut self, region: &Region, terms: Terms<'_>) {
        let mut due = Vec::new();
        for cluster in &region.clusters {
            let assessment = assess(cluster, terms);
            let is_nights_work = terms.asked.is_none() && !matches!(assessment, Assessment::Due(_));
            if is_nights_work && terms.request.covers(cluster, terms.policy) {
                let present = assess::present_expiry(cluster, terms);
                self.actions.extend(present.ok().and_then(|present| notice::forget(cluster, present, terms)));
            }
            match assessment {
                Assessment::OutOfScope => {}
                // What keeps it comes back after this: it is no less open while its owner is told once more.
                Assessment::Left(why @ Why::NoticePeriod { .. }) => {
                    let present = assess::present_expiry(cluster, terms).ok().flatten();
                    let due = present.map(|at| (notice::told_by(at, terms.policy), None));
                    self.leave(cluster, why, due, terms);
                }
                Assessment::Left(why) => self.leave(cluster, why, None, terms),
                Assessment::Untold(at) => {
                    let known = blockers::known_relations(cluster, region);
                    match known.and_then(|()| notice::warn(cluster, at, &region.clusters, terms)) {
                        Ok(action) => self.actions.push(action),
                        Err(_) if at > terms.now => self.leave(cluster, Why::NotDue { at }, None, terms),
                        Err(why) => self.leave(cluster, why, Some((at, None)), terms),
                    }
                }
                Assessment::Due(at) => due.push((at, cluster)),
            }
        }
        // The quota goes to the oldest first, as the deadline does.
        due.sort_by(|(at, a), (bt, b)| (at, &a.id).cmp(&(bt, &b.id)));
        let mut snapshots_left = region.snapshot_quota.known().map_or(0, |Quota { used, max }| max - used);
        for (at, cluster) in due {
            let monthly = terms.policy.prices.as_ref().and_then(|it| it.monthly(cluster, region.instances.known()));
            match decide(cluster, at, region, snapshots_left, terms) {
                Ok(mut action) => {
                    action.set_monthly(monthly);
                    snapshots_left -=
                        i64::from(matches!(&action, Action::DeleteCluster(delete) if delete.keep.is_some()));
                    self.actions.push(action);
                }
                Err(why) => self.leave(cluster, why, Some((at, monthly)), terms),
            }
        }
    }

    /// Leaves `cluster` alone, which is due since `due` and costs so much a month if it is, and asks its owner if they are
    /// the one to do something.
    fn leave(&mut self, cluster: &Cluster, why: Why, due: Option<(Timestamp, Option<u64>)>, terms: Terms<'_>) {
        let (due, monthly) = due.map_or((None, None), |(at, monthly)| (Some(at), monthly));
        let left = Left { due, monthly, ..Left::cluster(cluster, terms.policy, why) };
        // Whoever did not mark it as ours to delete is not written to, and their cluster not written on; nor is a protected one.
        let policy = terms.policy;
        let is_protected = policy.protects_cluster(cluster).is_some();
        if terms.asked.is_none() && !is_protected && policy.missing_mark(&cluster.tags).is_none() {
            self.actions.extend(ask::ask(&left, &cluster.arn, &cluster.tags, terms));
        }
        self.left.push(left);
    }

    fn add_snapshots(&mut self, region: &Region, terms: Terms<'_>) {
        if let Read::Unknown { said, .. } = &region.snapshots {
            let why = Why::SnapshotsUnreadable { said: said.clone() };
            self.left.push(Left::of(&region.name, &region.name, None, why));
        }
        for snapshot in region.snapshots.known().into_iter().flatten() {
            match decide_snapshot(snapshot, region, terms) {
                None => {}
                Some(Ok(action)) => self.actions.push(action),
                Some(Err(why)) => {
                    let left = Left::snapshot(snapshot, terms.policy, why);
                    if terms.policy.protects_snapshot(snapshot).is_none() {
                        self.actions.extend(ask::ask(&left, &snapshot.arn, &snapshot.tags, terms));
                    }
                    self.left.push(left);
                }
            }
        }
    }

    /// Regions that could not be read, and clusters the event names that nothing is known of.
    fn add_unseen(&mut self, world: &World, terms: Terms<'_>) {
        for region in &world.unreadable {
            let why = Why::RegionUnreadable { said: region.said.clone(), fix: region.fix.clone(), bar: region.bar };
            self.left.push(Left::of(&region.name, &region.name, None, why));
        }
        if !world.unreadable.is_empty() {
            return;
        }
        let regions: Vec<_> = world.regions.iter().map(|region| region.name.as_str()).collect();
        for id in terms.request.clusters.iter().flatten() {
            let seen = world.regions.iter().any(|region| region.clusters.iter().any(|cluster| cluster.id == *id));
            if !seen {
                let why = Why::NotFound { regions: regions.join(", ") };
                self.left.push(Left::of(id, &regions.join(","), None, why));
            }
        }
    }
}

/// Whether a cluster is one this tool was told it may delete some day.
fn carries_marks(cluster: &Cluster, policy: &Policy) -> bool {
    cluster.tags.get(&policy.tag_key).is_some() && policy.missing_mark(&cluster.tags).is_none()
}

/// The clusters of a region whose pre-flight is worth a call.
pub fn due<'a>(clusters: &'a [Cluster], terms: Terms<'_>) -> Vec<&'a Cluster> {
    clusters.iter().filter(|cluster| matches!(assess(cluster, terms), Assessment::Due(_))).collect()
}

/// Whether anybody is to be told of a cluster that it goes: what stands in the way is worth a call then, too.
pub fn is_anybody_untold(clusters: &[Cluster], terms: Terms<'_>) -> bool {
    clusters.iter().any(|cluster| matches!(assess(cluster, terms), Assessment::Untold(_)))
}

/// Whether deciding about `cluster` takes what only its instances say: whether each can be deleted, how to build it again, and
/// whether a deletion already begun has reached them.
pub fn needs_instances(cluster: &Cluster, terms: Terms<'_>) -> bool {
    terms.policy.prices.is_some() || !cluster.members.is_empty()
}

/// Whether `cluster` is due, and deleting it takes a snapshot.
pub fn needs_snapshot(cluster: &Cluster, clusters: &[Cluster], terms: Terms<'_>) -> bool {
    matches!(assess(cluster, terms), Assessment::Due(at) if source::wants_snapshot(cluster, at, clusters, terms))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan for account {}: {} to do, {} left alone", self.account, self.actions.len(), self.left.len())?;
        for action in &self.actions {
            writeln!(f, "  {} in {}", action.id(), action.region())?;
            for step in action.steps() {
                writeln!(f, "    - {step}")?;
            }
        }
        for left in &self.left {
            writeln!(f, "  {} in {}: [{}] {}", left.id, left.region, left.why.code(), left.why.message())?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
