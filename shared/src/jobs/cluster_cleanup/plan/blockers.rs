//! The whole pre-flight of one due cluster, before the first call that destroys anything: nothing of a deletion can be
//! undone, so everything that would stop it half-way has to stop it here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::action::{self, Action, DeleteCluster, KeepSnapshot, StartCluster};
use super::progress::{Progress, delete_of, progress};
use super::{Terms, Why, source};
use crate::domains::clusters::facts::Facts;
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::model::Region;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::services::Read;
use crate::services::rds::{Cluster, Instance, Member};
use crate::services::tags::Tags;

/// What to do about `cluster`, due since `at`, or what stands in the way. `snapshots_left` is what remains of the
/// region's quota.
pub fn decide(
    cluster: &Cluster,
    at: Timestamp,
    region: &Region,
    snapshots_left: i64,
    terms: Terms<'_>,
) -> Result<Action, Why> {
    let Terms { policy, .. } = terms;
    relations(cluster, region)?;
    if cluster.status == "stopped" && policy.start_stopped {
        protection(cluster, policy)?;
        return Ok(Action::StartCluster(StartCluster {
            region: cluster.region.clone(),
            id: cluster.id.clone(),
            resource_id: cluster.resource_id.clone(),
            owner: policy.owner(&cluster.tags),
            expired_at: at,
        }));
    }
    status(cluster)?;
    let lift_protection = protection(cluster, policy)?;
    members(cluster, &region.instances)?;
    let progress = progress(cluster, at, &region.instances);
    let facts = facts(cluster, region, &progress, terms)?;
    let keep = facts
        .as_ref()
        .map(|pieces| keep(cluster, at, region, pieces, snapshots_left, &progress, policy))
        .transpose()?;

    let mut marks = facts.unwrap_or_default();
    marks.set(tags::DELETE_OF, delete_of(cluster, &progress));
    let mut all_marks = marks.clone();
    all_marks.set(tags::DELETE_REQUESTED, "");
    let needed = cluster.tags.len_with(&all_marks);
    if needed > Tags::LIMIT {
        return Err(Why::TagLimit { has: cluster.tags.len(), needs: needed - cluster.tags.len() });
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
        begun: matches!(progress, Progress::Begun),
        asked_before: if let Progress::AskedFor(asked) = progress { Some(asked) } else { None },
    })))
}

/// What the list alone shows to stand in the way until a person removes it.
pub(super) fn lasting(cluster: &Cluster, policy: &Policy) -> Result<(), Why> {
    ties(cluster)?;
    protection(cluster, policy).map(|_| ())
}

/// What else hangs on this cluster.
fn relations(cluster: &Cluster, region: &Region) -> Result<(), Why> {
    ties(cluster)?;
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

fn among(cluster: &Cluster, arns: &Read<BTreeSet<String>>, call: &'static str) -> Result<bool, Why> {
    Ok(answer(arns, call)?.is_some_and(|arns| arns.contains(&cluster.arn)))
}

/// What was read: `None` where the service does not offer the thing. Unknown blocks, and so does what nobody asked.
fn answer<'a, T>(read: &'a Read<T>, call: &'static str) -> Result<Option<&'a T>, Why> {
    match read {
        Read::Known(value) => Ok(Some(value)),
        Read::NotOffered => Ok(None),
        Read::Unknown { said, .. } => Err(Why::PreflightUnknown { call, said: said.clone() }),
        Read::NotAsked => Err(not_asked(call)),
    }
}

fn not_asked(call: &'static str) -> Why {
    Why::PreflightUnknown { call, said: "it was not asked in this run".to_owned() }
}

fn status(cluster: &Cluster) -> Result<(), Why> {
    match cluster.status.as_str() {
        "available" => Ok(()),
        "stopped" => Err(Why::Stopped),
        status if status.starts_with("inaccessible-encryption-credentials") => {
            Err(Why::KeyLost { status: status.to_owned() })
        }
        status => Err(Why::Status { status: status.to_owned() }),
    }
}

/// Whether protection is to be lifted. RDS lets members be deleted while it is on and refuses only the cluster, so this
/// has to be known before the first of them.
fn protection(cluster: &Cluster, policy: &Policy) -> Result<bool, Why> {
    if cluster.deletion_protection && !policy.override_protection {
        return Err(Why::DeletionProtection);
    }
    Ok(cluster.deletion_protection)
}

/// Members in the middle of a change refuse to be deleted, when others may be gone already.
fn members(cluster: &Cluster, instances: &Read<BTreeMap<String, Instance>>) -> Result<(), Why> {
    const BUSY: [&str; 9] = [
        "creating",
        "maintenance",
        "modifying",
        "rebooting",
        "renaming",
        "resetting-master-credentials",
        "starting",
        "stopping",
        "upgrading",
    ];
    let found = cluster.members.iter().filter_map(|member| instances.known()?.get(&member.id));
    match found.into_iter().find(|instance| BUSY.contains(&instance.status.as_str())) {
        Some(Instance { id, status, .. }) => Err(Why::MemberStatus { member: id.clone(), status: status.clone() }),
        None => Ok(()),
    }
}

/// How to build the cluster again, as tags; `None` where no snapshot is wanted.
fn facts(cluster: &Cluster, region: &Region, progress: &Progress, terms: Terms<'_>) -> Result<Option<Tags>, Why> {
    if !source::wants_snapshot(cluster, &region.clusters, terms) {
        return Ok(None);
    }
    if matches!(progress, Progress::Begun) {
        // Members are missing by now; what the first run wrote down knows them all.
        if let Ok(Some(facts)) = Facts::from_tags(&cluster.tags) {
            return Ok(Some(facts.to_tags()));
        }
    }
    let call = "rds:DescribeDBInstances";
    let instances = answer(&region.instances, call)?.ok_or_else(|| not_asked(call))?;
    let mut members = Vec::new();
    for member in &cluster.members {
        let Some(instance) = instances.get(&member.id) else {
            return Err(Why::PreflightUnknown { call, said: format!("it does not show member {}", member.id) });
        };
        members.push(Instance { writer: member.writer, ..instance.clone() });
    }
    members.sort_by(|a, b| (!a.writer, &a.id).cmp(&(!b.writer, &b.id)));
    Ok(Some(Facts::of(cluster.settings.clone(), members).to_tags()))
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
    if let Some(quota) = quota.filter(|_| snapshots_left <= 0 && !matches!(progress, Progress::Begun)) {
        return Err(Why::SnapshotQuota { max: quota.max });
    }
    let tags = snapshot_tags(&cluster.tags, facts, policy);
    // Beside these: when it may go, and that its owner does not know yet.
    if tags.len() + 2 > Tags::LIMIT {
        return Err(Why::TagLimit { has: cluster.tags.len(), needs: facts.len() + 2 });
    }
    Ok(KeepSnapshot {
        arn: cluster.arn.replacen(&format!(":cluster:{}", cluster.id), &format!(":cluster-snapshot:{name}"), 1),
        name,
        keep_days: policy.snapshot_keep_days,
        tags,
        strip: if cluster.copies_tags { inherited(policy) } else { Vec::new() },
    })
}

/// What a final snapshot carries: whose it was and how to build it again, never an expiry.
pub(super) fn snapshot_tags(cluster: &Tags, facts: &Tags, policy: &Policy) -> Tags {
    cluster.of_others().without(&policy.tag_key).with(facts.clone())
}

/// What a snapshot may inherit by `CopyTagsToSnapshot` and must not keep.
pub(super) fn inherited(policy: &Policy) -> Vec<String> {
    let ours = [tags::DELETE_REQUESTED, tags::DELETE_OF, tags::NOTIFIED, tags::PURGE_AFTER];
    ours.into_iter().map(str::to_owned).chain([policy.tag_key.clone()]).collect()
}

/// Deleting the writer first would only make RDS fail over to a reader that goes next.
fn readers_then_writer(members: &[Member]) -> Vec<Member> {
    let mut members = members.to_vec();
    members.sort_by(|a, b| (a.writer, &a.id).cmp(&(b.writer, &b.id)));
    members
}
