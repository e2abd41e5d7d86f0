//! What becomes of our own final snapshots. Ours is what bears the name we give and was taken of the very cluster the
//! name says; everything else is somebody's backup and not thought about.

use jiff::tz::TimeZone;

use super::action::{self, Action, DeleteSnapshot, MarkSnapshot, TellDeleted};
use super::{Terms, Why, blockers};
use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::facts::Facts;
use crate::domains::clusters::tags::{self, RESTORE_PREFIX};
use crate::jobs::cluster_cleanup::model::Region;
use crate::services::rds::Snapshot;

/// The statuses of a snapshot that holds the data, or will. In any other there is nothing to restore from.
const HOLDS: [&str; 5] = ["available", "copying", "creating", "deleting", "modifying"];

/// How long after it was taken a snapshot without marks is still put down to an interrupted run: some missed nights.
const ADOPTION_HOURS: i64 = 7 * 24;

/// What to do about `snapshot`, why it is left alone, or `None` if it is not ours to think about.
pub fn decide_snapshot(snapshot: &Snapshot, region: &Region, terms: Terms<'_>) -> Option<Result<Action, Why>> {
    let Terms { policy, request, now, announces, .. } = terms;
    if snapshot.kind != "manual" || !request.covers_snapshot(snapshot, policy) {
        return None;
    }
    let purge = snapshot.tags.get(tags::PURGE_AFTER);
    if !action::is_ours(snapshot) {
        return purge.map(|_| Err(Why::NotOurSnapshot));
    }
    if let Some(original) = &snapshot.copy_of {
        return purge.map(|_| Err(Why::SnapshotCopy { original: original.clone() }));
    }
    if !HOLDS.contains(&snapshot.status.as_str()) {
        return Some(Err(Why::SnapshotFailed {
            cluster: snapshot.cluster_id.clone(),
            status: snapshot.status.clone(),
        }));
    }
    let until = purge.map(|value| (value, expiry::read(value, &TimeZone::UTC)));
    if matches!(until, Some((_, Ok(Expiry::Never)))) {
        return Some(Err(Why::SnapshotKept));
    }
    // The mark of a deletion on a snapshot is inherited with all the cluster's tags, a purge date among them for all we
    // know: such a snapshot is not marked yet.
    let inherited = snapshot.tags.get(tags::DELETE_REQUESTED).is_some();
    Some(match until.filter(|_| !inherited) {
        None if was_marked(snapshot, inherited) => Err(Why::SnapshotUnmarked),
        None => mark(snapshot, region, terms),
        Some((_, Ok(Expiry::At(at)))) if announces && snapshot.tags.get(tags::UNTOLD).is_some() => {
            Ok(Action::TellDeleted(TellDeleted {
                region: snapshot.region.clone(),
                id: snapshot.id.clone(),
                owner: policy.owner(&snapshot.tags),
                arn: snapshot.arn.clone(),
                cluster_id: snapshot.cluster_id.clone(),
                purge_after: at,
            }))
        }
        Some((_, Ok(Expiry::At(at)))) if at > now => Err(match Facts::from_tags(&snapshot.tags) {
            Ok(Some(_)) => Why::SnapshotNotDue { at },
            Ok(None) | Err(_) => Why::SnapshotWithoutFacts { cluster: snapshot.cluster_id.clone(), at },
        }),
        Some((_, Ok(Expiry::At(at)))) => purge_now(snapshot, at, terms),
        Some((value, _)) => Err(Why::MalformedPurge { value: value.to_owned() }),
    })
}

/// Whether it was given all its tags once: a purge date that is missing then was taken off by somebody. With what a snapshot
/// inherits come facts, too, until the inherited mark is gone.
fn was_marked(snapshot: &Snapshot, inherited: bool) -> bool {
    let has_facts = || snapshot.tags.iter().any(|(key, _)| key.starts_with(RESTORE_PREFIX));
    !inherited && (snapshot.tags.get(tags::FINAL_OF).is_some() || has_facts())
}

/// What a cluster has to pass, its snapshot has to pass as well.
fn purge_now(snapshot: &Snapshot, at: jiff::Timestamp, Terms { policy, .. }: Terms<'_>) -> Result<Action, Why> {
    if let Some(pattern) = policy.protects_snapshot(snapshot) {
        return Err(Why::Protected { pattern: pattern.to_owned() });
    }
    if let Some((key, wanted)) = policy.missing_mark(&snapshot.tags) {
        return Err(Why::SnapshotMissingMark {
            key: key.clone(),
            wanted: wanted.clone(),
            found: snapshot.tags.get(key).map(str::to_owned),
        });
    }
    if snapshot.status != "available" {
        return Err(Why::SnapshotStatus { status: snapshot.status.clone(), at });
    }
    Ok(Action::DeleteSnapshot(DeleteSnapshot {
        region: snapshot.region.clone(),
        id: snapshot.id.clone(),
        owner: policy.owner(&snapshot.tags),
        arn: snapshot.arn.clone(),
        cluster_id: snapshot.cluster_id.clone(),
        purge_after: at,
    }))
}

/// An interrupted run left it without its marks. Where the cluster can still be seen going, its tags say the rest. Long
/// after, a missing mark is more likely a person's wish to keep it than a run's death.
fn mark(snapshot: &Snapshot, region: &Region, Terms { policy, now, .. }: Terms<'_>) -> Result<Action, Why> {
    let source = region.clusters.iter().find(|cluster| action::is_of(snapshot, cluster));
    let fresh = snapshot.created_at.is_some_and(|at| at.duration_since(now).as_hours() > -ADOPTION_HOURS);
    if source.is_none() && !fresh {
        return Err(Why::SnapshotUnmarked);
    }
    let of = source.map_or(snapshot.resource_id.as_deref(), |cluster| Some(&cluster.resource_id)).unwrap_or("unknown");
    let (carried, pieces) = source.map_or_else(Default::default, |cluster| {
        let pieces = cluster.tags.iter().filter(|(key, _)| key.starts_with(RESTORE_PREFIX)).collect();
        (cluster.tags.clone(), pieces)
    });
    let tags = blockers::snapshot_tags(&carried, &pieces, of, policy);
    let has_facts = matches!(Facts::from_tags(&snapshot.tags.clone().with(tags.clone())), Ok(Some(_)));
    let strip = blockers::inherited(policy).into_iter().filter(|key| snapshot.tags.get(key).is_some()).collect();
    Ok(Action::MarkSnapshot(MarkSnapshot {
        region: snapshot.region.clone(),
        id: snapshot.id.clone(),
        owner: policy.owner(&snapshot.tags).or_else(|| policy.owner(&tags)),
        arn: snapshot.arn.clone(),
        cluster_id: snapshot.cluster_id.clone(),
        keep_days: policy.snapshot_keep_days,
        tags,
        strip,
        has_facts,
    }))
}
