//! Where the data of a clone is once the clone has gone without a snapshot: in the cluster it was cloned from, if that one
//! stays and can be read.

use jiff::{SignedDuration, Timestamp};

use super::Terms;
use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::notice::{self, Fate, Parties};
use crate::domains::clusters::{deletion, tags};
use crate::jobs::cluster_cleanup::policy::FinalSnapshot;
use crate::services::rds::Cluster;

/// The statuses in which a cluster has its data and will have it. Those AWS calls failed, those without their key, those
/// not finished and those nobody knows yet are not among them (Amazon Aurora User Guide, "Viewing DB cluster status").
const READABLE: [&str; 14] = [
    "available",
    "backing-up",
    "failing-over",
    "maintenance",
    "modifying",
    "promoting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopped",
    "stopping",
    "storage-optimization",
    "update-iam-db-auth",
    "upgrading",
];

/// Whether the data of `cluster`, which expired at `at`, has to be kept. It need not where the cluster it was cloned from holds it, but
/// for an owner who was told at night that it will be: the source may have come back since, or the policy may have changed.
pub(super) fn wants_snapshot(cluster: &Cluster, at: Timestamp, clusters: &[Cluster], terms: Terms<'_>) -> bool {
    match parties(cluster, clusters, terms).fate {
        Fate::Copy => true,
        Fate::Lost => false,
        Fate::InSource => {
            terms.asked.is_none() && notice::promised_copy(cluster, at, &terms.policy.parties(&cluster.tags))
        }
    }
}

/// Between whom something is said of `cluster`, and what is said of its data.
pub(super) fn parties(cluster: &Cluster, clusters: &[Cluster], terms: Terms<'_>) -> Parties {
    let parties = terms.policy.parties(&cluster.tags);
    if relied_on(cluster, clusters, terms).is_some() { Parties { fate: Fate::InSource, ..parties } } else { parties }
}

/// The cluster that holds the data of `cluster` in the place of a snapshot, where the policy lets one.
pub(in crate::jobs::cluster_cleanup) fn relied_on<'a>(
    cluster: &Cluster,
    clusters: &'a [Cluster],
    terms: Terms<'_>,
) -> Option<&'a Cluster> {
    (terms.policy.keeps(&cluster.tags) == FinalSnapshot::UnlessClone)
        .then(|| source_of(cluster, clusters, terms))
        .flatten()
}

/// The cluster that `cluster` is a clone of and that holds its data, if there is one: named by the source tag, of this
/// account and region, in the same clone group, and older. The group alone proves nothing: the source carries it too, and
/// with a tag on each the two could name each other.
pub(in crate::jobs::cluster_cleanup) fn source_of<'a>(
    cluster: &Cluster,
    clusters: &'a [Cluster],
    terms: Terms<'_>,
) -> Option<&'a Cluster> {
    let (named, group) = (cluster.tags.get(&terms.policy.source_tag)?, cluster.clone_group.as_ref()?);
    clusters.iter().find(|source| {
        (source.id == named || source.arn == named)
            && source.clone_group.as_ref() == Some(group)
            && source.created_at.is_some_and(|made| cluster.created_at.is_some_and(|cloned| made < cloned))
            && holds_data(source, terms)
    })
}

/// Whether `source` may be relied on to hold what was cloned from it. A clone may not: it could go without a snapshot
/// itself, some night when whoever relied on it has long gone.
pub(in crate::jobs::cluster_cleanup) fn holds_data(source: &Cluster, terms: Terms<'_>) -> bool {
    READABLE.contains(&source.status.as_str())
        && source.tags.get(&terms.policy.source_tag).is_none()
        && !is_announced(source)
        && stays(source, terms)
}

/// Whether any deployment of this tool, whatever its policy, has said of it that it goes.
fn is_announced(source: &Cluster) -> bool {
    let told = source.tags.get(tags::NOTIFIED).is_some_and(|value| value != tags::VOID);
    told || deletion::asked(source).is_some()
}

/// Whether it stays long enough, by its expiry alone. What this run is narrowed to makes no difference to that, nor does
/// what stands in the way tonight: a protection of ours or a mark that it lacks binds no other deployment. One that bears
/// all our marks leaves a snapshot of its own when it goes; one that does not may go by a policy that keeps nothing.
fn stays(source: &Cluster, terms: Terms<'_>) -> bool {
    let Terms { policy, now, .. } = terms;
    let keys = source.tags.look_alikes(&policy.tag_key);
    keys.into_iter().filter_map(|key| source.tags.get(key)).all(|value| match expiry::read(value, &policy.time_zone) {
        Ok(Expiry::At(at)) if policy.missing_mark(&source.tags).is_none() => at > now,
        Ok(Expiry::At(at)) => at >= end_of_keeping(terms),
        Ok(Expiry::Never) | Err(_) => true,
    })
}

/// When a snapshot that was made now would go.
fn end_of_keeping(terms: Terms<'_>) -> Timestamp {
    let days = SignedDuration::from_hours(24 * i64::from(terms.policy.snapshot_keep_days));
    terms.now.checked_add(days).unwrap_or(Timestamp::MAX)
}
