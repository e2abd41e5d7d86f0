//! What becomes of our own final snapshots. Ours is what bears the name we give and was taken of the very cluster the
//! name says; everything else is somebody's backup and not thought about.

use jiff::tz::TimeZone;

use super::action::{self, Action, DeleteSnapshot, MarkSnapshot, TellDeleted};
use super::{Terms, Why, blockers};
use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::tags::{self, RESTORE_PREFIX};
use crate::jobs::cluster_cleanup::model::Region;
use crate::services::rds::Snapshot;
use crate::services::tags::Tags;

/// How long after it was taken a snapshot without marks is still put down to an interrupted run: some missed nights.
const ADOPTION_HOURS: i64 = 7 * 24;

/// What to do about `snapshot`, why it is left alone, or `None` if it is not ours to think about.
pub fn decide_snapshot(snapshot: &Snapshot, region: &Region, terms: Terms<'_>) -> Option<Result<Action, Why>> {
    let Terms { policy, request, now, announces } = terms;
    if snapshot.kind != "manual" || !request.covers_snapshot(snapshot, policy) {
        return None;
    }
    let purge = snapshot.tags.get(tags::PURGE_AFTER);
    if !action::is_ours(snapshot) {
        return purge.map(|_| Err(Why::NotOurSnapshot));
    }
    let until = purge.map(|value| (value, expiry::read(value, &TimeZone::UTC)));
    if matches!(until, Some((_, Ok(Expiry::Never)))) {
        return Some(Err(Why::SnapshotKept));
    }
    // The mark of a deletion on a snapshot is inherited with all the cluster's tags, a purge date among them for all we
    // know: such a snapshot is not marked yet.
    let inherited = snapshot.tags.get(tags::DELETE_REQUESTED).is_some();
    Some(match until.filter(|_| !inherited) {
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
        Some((_, Ok(Expiry::At(at)))) if at > now => Err(Why::SnapshotNotDue { at }),
        Some((_, Ok(Expiry::At(at)))) => purge_now(snapshot, at, terms),
        Some((value, _)) => Err(Why::MalformedPurge { value: value.to_owned() }),
    })
}

fn purge_now(snapshot: &Snapshot, at: jiff::Timestamp, Terms { policy, .. }: Terms<'_>) -> Result<Action, Why> {
    let protected = [&snapshot.id, &snapshot.cluster_id];
    if let Some(pattern) = protected.iter().find_map(|id| policy.protects(id, &snapshot.arn, &snapshot.tags)) {
        return Err(Why::Protected { pattern: pattern.to_owned() });
    }
    if snapshot.status != "available" {
        return Err(Why::SnapshotStatus { status: snapshot.status.clone() });
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
    let source = region.clusters.iter().find(|cluster| cluster.resource_id == snapshot.resource_id);
    let fresh = snapshot.created_at.is_some_and(|at| at.duration_since(now).as_hours() > -ADOPTION_HOURS);
    if source.is_none() && !fresh {
        return Err(Why::SnapshotUnmarked);
    }
    let tags = source.map_or_else(Tags::default, |cluster| {
        let pieces = cluster.tags.iter().filter(|(key, _)| key.starts_with(RESTORE_PREFIX)).collect();
        blockers::snapshot_tags(&cluster.tags, &pieces, policy)
    });
    let strip = blockers::inherited(policy).into_iter().filter(|key| snapshot.tags.get(key).is_some()).collect();
    Ok(Action::MarkSnapshot(MarkSnapshot {
        region: snapshot.region.clone(),
        id: snapshot.id.clone(),
        owner: policy.owner(&snapshot.tags).or_else(|| policy.owner(&tags)),
        arn: snapshot.arn.clone(),
        keep_days: policy.snapshot_keep_days,
        tags,
        strip,
    }))
}
