//! The whole pre-flight of one due cluster, before the first call that destroys anything: nothing of a deletion can be
//! undone, so everything that would stop it half-way has to stop it here.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::action::{self, Action, DeleteCluster, KeepSnapshot, StartCluster};
use super::known::{answer, not_asked};
use super::progress::{Progress, delete_of, progress};
use super::why::Obstacle;
use super::{Terms, Why, by_hand, members, source};
use crate::domains::clusters::facts::Facts;
use crate::domains::clusters::{deletion, tags};
use crate::jobs::cluster_cleanup::model::Region;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::services::Read;
use crate::services::rds::{Cluster, Instance, Member};
use crate::services::tags::Tags;

/// How often a stopped cluster is started for its deletion. Whatever stops it again before the next run would do so for ever.
const MOST_STARTS: usize = 3;

/// What to do about `cluster`, due since `at`, or what stands in the way. `snapshots_left` is what remains of the
/// region's quota.
pub fn decide(
    cluster: &Cluster,
    at: Timestamp,
    region: &Region,
    snapshots_left: i64,
    terms: Terms<'_>,
) -> Result<Action, Why> {
    let progress = progress(cluster, at, &region.instances);
    preflight(cluster, at, region, snapshots_left, &progress, terms).map_err(|why| match progress {
        Progress::Begun(_) => half_way(cluster, why),
        Progress::None | Progress::AskedFor(_) => why,
    })
}

fn preflight(
    cluster: &Cluster,
    at: Timestamp,
    region: &Region,
    snapshots_left: i64,
    progress: &Progress,
    terms: Terms<'_>,
) -> Result<Action, Why> {
    let Terms { policy, .. } = terms;
    relations(cluster, region, policy)?;
    let is_stopped = match status(cluster, policy) {
        Err(Why::Stopped { restarts }) if terms.asked.is_some() => return Err(by_hand::stopped(cluster, restarts)),
        rest => rest? == Rest::Stopped,
    };
    let lift_protection = protection(cluster, policy)?;
    members::check(cluster, &region.instances, progress)?;
    let facts = facts(cluster, at, region, progress, terms)?;
    let keep =
        facts.as_ref().map(|pieces| keep(cluster, at, region, pieces, snapshots_left, progress, policy)).transpose()?;

    let mut marks = facts.unwrap_or_default();
    if let Some(asked) = terms.asked {
        marks =
            marks.with(by_hand::marks(cluster, at, asked, &source::parties(cluster, &region.clusters, terms), policy));
    }
    marks.set(tags::DELETE_OF, delete_of(cluster, progress));
    let mut all_marks = marks.clone();
    all_marks.set(tags::DELETE_REQUESTED, "");
    if is_stopped {
        all_marks.set(tags::STARTED, "");
    }
    let needed = cluster.tags.counted_with(&all_marks);
    if needed > Tags::LIMIT {
        let has = cluster.tags.counted();
        return Err(Why::TagLimit { has, needs: needed - has });
    }
    if is_stopped {
        let mut start = start(cluster, at, policy)?;
        if let Some(asked) = terms.asked {
            // What finds it running goes on: the same command, or the night.
            let parties = source::parties(cluster, &region.clusters, terms);
            start.marks = start.marks.with(by_hand::marks(cluster, at, asked, &parties, policy));
        }
        return Ok(Action::StartCluster(start));
    }
    Ok(Action::DeleteCluster(Box::new(DeleteCluster {
        region: cluster.region.clone(),
        id: cluster.id.clone(),
        arn: cluster.arn.clone(),
        resource_id: cluster.resource_id.clone(),
        owner: policy.owner(&cluster.tags),
        expired_at: at,
        lift_protection,
        members: readers_then_writer(&cluster.members),
        marks,
        keep,
        begun: matches!(progress, Progress::Begun(_)),
        asked_before: if let Progress::AskedFor(asked) = progress { Some(*asked) } else { None },
        monthly: None,
    })))
}

/// Starting a cluster of which everything but its rest says that it can go.
fn start(cluster: &Cluster, at: Timestamp, policy: &Policy) -> Result<StartCluster, Why> {
    let of = format!("{} {at} ", cluster.resource_id);
    let before = cluster.tags.get(tags::STARTED).and_then(|value| value.strip_prefix(&of)?.parse().ok());
    let times: usize = before.unwrap_or(0);
    if times >= MOST_STARTS {
        return Err(Why::StartedInVain { times });
    }
    Ok(StartCluster {
        region: cluster.region.clone(),
        id: cluster.id.clone(),
        arn: cluster.arn.clone(),
        resource_id: cluster.resource_id.clone(),
        owner: policy.owner(&cluster.tags),
        expired_at: at,
        marks: [(tags::STARTED, format!("{of}{}", times + 1))].into_iter().collect(),
        monthly: None,
    })
}

/// A deletion that has taken members and cannot go on is another matter than one that has not begun, unless it only waits
/// for what passes by itself.
fn half_way(cluster: &Cluster, why: Why) -> Why {
    match (why, deletion::half_deleted(cluster)) {
        (why @ (Why::Status { .. } | Why::MemberStatus { .. }), _) | (why, None) => why,
        (why, Some(half)) => Why::HalfDeletedBlocked { half, stop: Obstacle::Why(Box::new(why)) },
    }
}

/// What the list alone shows to stand in the way of deleting `cluster`, due since `at`, until a person removes it.
pub(super) fn lasting(cluster: &Cluster, at: Timestamp, policy: &Policy) -> Result<(), Why> {
    let found = ties(cluster)
        .and_then(|()| managed(cluster, policy))
        .and_then(|()| match status(cluster, policy) {
            Ok(Rest::Stopped) => start(cluster, at, policy).map(|_| ()),
            Ok(Rest::None) | Err(Why::Status { .. }) => Ok(()),
            Err(why) => Err(why),
        })
        .and_then(|()| protection(cluster, policy).map(|_| ()));
    found.map_err(|why| half_way(cluster, why))
}

/// What else hangs on this cluster, as far as it was read: for saying that it will be deleted, which destroys nothing.
pub(super) fn known_relations(cluster: &Cluster, region: &Region) -> Result<(), Why> {
    let is_among = |arns: &Read<BTreeSet<String>>| arns.known().is_some_and(|arns| arns.contains(&cluster.arn));
    if is_among(&region.blue_green) {
        return Err(Why::BlueGreen);
    }
    if is_among(&region.integrations) { Err(Why::Integration) } else { Ok(()) }
}

/// What else hangs on this cluster.
fn relations(cluster: &Cluster, region: &Region, policy: &Policy) -> Result<(), Why> {
    ties(cluster)?;
    managed(cluster, policy)?;
    if among(cluster, &region.blue_green, "rds:DescribeBlueGreenDeployments")? {
        return Err(Why::BlueGreen);
    }
    if among(cluster, &region.integrations, "rds:DescribeIntegrations")? {
        return Err(Why::Integration);
    }
    Ok(())
}

fn ties(cluster: &Cluster) -> Result<(), Why> {
    if let Some(global) = &cluster.global_cluster {
        return Err(Why::GlobalClusterMember { global: global.clone() });
    }
    if let Some(source) = &cluster.replication_source {
        return Err(Why::Replica { source: source.clone() });
    }
    if !cluster.read_replicas.is_empty() {
        return Err(Why::ReplicationSource { replicas: cluster.read_replicas.clone() });
    }
    if cluster.limitless {
        return Err(Why::Limitless);
    }
    Ok(())
}

/// What another tool made goes by that tool: it would make it again, or stumble over its absence.
fn managed(cluster: &Cluster, policy: &Policy) -> Result<(), Why> {
    match policy.managed_by(&cluster.tags) {
        Some((key, value)) if !policy.delete_managed => Err(Why::Managed { key, value }),
        _ => Ok(()),
    }
}

fn among(cluster: &Cluster, arns: &Read<BTreeSet<String>>, call: &'static str) -> Result<bool, Why> {
    Ok(answer(arns, call)?.is_some_and(|arns| arns.contains(&cluster.arn)))
}

/// Whether a cluster that can go has to be started first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    None,
    Stopped,
}

/// A list of what is known (Amazon Aurora User Guide, "Viewing DB cluster status"): what is not on it does not pass by itself,
/// for all anybody knows.
fn status(cluster: &Cluster, policy: &Policy) -> Result<Rest, Why> {
    let status = cluster.status.clone();
    match status.as_str() {
        "available" => Ok(Rest::None),
        "stopped" if policy.start_stopped => Ok(Rest::Stopped),
        "stopped" => Err(Why::Stopped { restarts: cluster.restarts_at }),
        "inaccessible-encryption-credentials" | "inaccessible-encryption-credentials-recoverable" => {
            Err(Why::KeyLost { status })
        }
        "cloning-failed" | "migration-failed" => Err(Why::StatusFailed { status }),
        passing if PASSING.contains(&passing) => Err(Why::Status { status }),
        _ => Err(Why::StatusUnknown { status }),
    }
}

/// Statuses that end by themselves.
const PASSING: [&str; 21] = [
    "backing-up",
    "backtracking",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "creating",
    "failing-over",
    "maintenance",
    "migrating",
    "modifying",
    "preparing-data-migration",
    "promoting",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "scaling-compute",
    "starting",
    "stopping",
    "storage-optimization",
    "update-iam-db-auth",
    "upgrading",
];

/// Whether protection is to be lifted. RDS lets members be deleted while it is on and refuses only the cluster, so this
/// has to be known before the first of them.
fn protection(cluster: &Cluster, policy: &Policy) -> Result<bool, Why> {
    match cluster.deletion_protection {
        Some(true) if !policy.override_protection => Err(Why::DeletionProtection),
        Some(on) => Ok(on),
        None => Err(Why::ProtectionUnknown),
    }
}

/// How to build the cluster again, as tags; `None` where no snapshot is wanted.
fn facts(
    cluster: &Cluster,
    at: Timestamp,
    region: &Region,
    progress: &Progress,
    terms: Terms<'_>,
) -> Result<Option<Tags>, Why> {
    if !source::wants_snapshot(cluster, at, &region.clusters, terms) {
        return Ok(None);
    }
    if matches!(progress, Progress::Begun(_)) || deletion::half_deleted(cluster).is_some() {
        // Members are missing by now; what the first run wrote down knows them all.
        if let Ok(Some(facts)) = Facts::from_tags(&cluster.tags) {
            return Ok(Some(facts.to_tags()));
        }
    }
    let mut found = Vec::new();
    if !cluster.members.is_empty() {
        let instances = answer(&region.instances, members::CALL)?.ok_or_else(|| not_asked(members::CALL))?;
        for member in &cluster.members {
            let instance = instances.get(&member.id).ok_or_else(|| members::not_shown(member))?;
            found.push(Instance { writer: member.writer, ..instance.clone() });
        }
    }
    found.sort_by(|a, b| (!a.writer, &a.id).cmp(&(!b.writer, &b.id)));
    let mut settings = cluster.settings.clone();
    settings.deletion_protection |= was_protected(cluster);
    Ok(Some(Facts::of(settings, found).to_tags()))
}

/// Whether it was protected when its deletion was asked for before: that one lifted the protection and went no further.
fn was_protected(cluster: &Cluster) -> bool {
    let facts = deletion::was_asked(cluster).then(|| Facts::from_tags(&cluster.tags));
    matches!(facts, Some(Ok(Some(facts))) if facts.cluster.deletion_protection)
}

fn keep(
    cluster: &Cluster,
    at: Timestamp,
    region: &Region,
    facts: &Tags,
    snapshots_left: i64,
    progress: &Progress,
    policy: &Policy,
) -> Result<KeepSnapshot, Why> {
    let name = action::snapshot_name(&cluster.id, &cluster.resource_id, at);
    let call = "rds:DescribeDBClusterSnapshots";
    let snapshots = answer(&region.snapshots, call)?.ok_or_else(|| not_asked(call))?;
    if snapshots.iter().any(|snapshot| snapshot.id == name) {
        return Err(Why::SnapshotNameTaken { name });
    }
    // A deletion already begun must not be left half-way for a quota; AWS has the last word on it.
    let quota = answer(&region.snapshot_quota, "rds:DescribeAccountAttributes")?;
    if let Some(quota) = quota.filter(|_| snapshots_left <= 0 && !matches!(progress, Progress::Begun(_))) {
        return Err(Why::SnapshotQuota { max: quota.max });
    }
    // These, when it may go, and that its owner does not know yet: no more than the cluster itself carries by then, which has its
    // expiry and the two marks of its deletion instead.
    let tags = snapshot_tags(&cluster.tags, facts, &cluster.resource_id, policy);
    Ok(KeepSnapshot {
        arn: cluster.arn.replacen(&format!(":cluster:{}", cluster.id), &format!(":cluster-snapshot:{name}"), 1),
        name,
        keep_days: policy.snapshot_keep_days,
        tags,
        strip: if cluster.copies_tags { inherited(policy) } else { Vec::new() },
    })
}

/// What a final snapshot carries: whose it was and how to build it again, never an expiry.
pub(super) fn snapshot_tags(cluster: &Tags, facts: &Tags, resource_id: &str, policy: &Policy) -> Tags {
    let mut tags = cluster.of_others().without(&policy.tag_key).with(facts.clone());
    tags.set(tags::FINAL_OF, resource_id);
    tags
}

/// What a snapshot may inherit by `CopyTagsToSnapshot` and must not keep.
pub(super) fn inherited(policy: &Policy) -> Vec<String> {
    let ours = [tags::ASKED, tags::DELETE_OF, tags::DELETE_REQUESTED, tags::NOTIFIED, tags::PURGE_AFTER, tags::STARTED];
    ours.into_iter().map(str::to_owned).chain([policy.tag_key.clone()]).collect()
}

/// Deleting the writer first would only make RDS fail over to a reader that goes next.
fn readers_then_writer(members: &[Member]) -> Vec<Member> {
    let mut members = members.to_vec();
    members.sort_by(|a, b| (a.writer, &a.id).cmp(&(b.writer, &b.id)));
    members
}
