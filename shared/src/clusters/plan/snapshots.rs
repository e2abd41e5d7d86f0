//! What becomes of our own final snapshots. Ours is what bears the name we give and was taken of the very cluster the
//! name says; everything else is somebody's backup and not thought about.

use jiff::tz::TimeZone;

use super::action::{self, Action, DeleteSnapshot, MarkSnapshot};
use super::{Terms, Why, blockers};
use crate::clusters::expiry::{self, Expiry};
use crate::clusters::model::{Region, Snapshot};
use crate::clusters::tags::{self, RESTORE_PREFIX, Tags};

/// What to do about `snapshot`, why it is left alone, or `None` if it is not ours to think about.
pub fn decide_snapshot(snapshot: &Snapshot, region: &Region, terms: Terms<'_>) -> Option<Result<Action, Why>> {
    let Terms { policy, request, now } = terms;
    if snapshot.kind != "manual" || !request.covers_snapshot(snapshot, policy) {
        return None;
    }
    let ours = action::is_ours(snapshot);
    // The mark of a deletion on a snapshot is inherited with all the cluster's tags, a purge tag among them for all we
    // know: such a snapshot is not marked yet.
    let inherited = snapshot.tags.get(tags::DELETE_REQUESTED).is_some();
    let purge = snapshot.tags.get(tags::PURGE_AFTER).filter(|_| !(ours && inherited));
    match (ours, purge) {
        (false, None) => None,
        (false, Some(_)) => Some(Err(Why::NotOurSnapshot)),
        (true, None) => Some(Ok(mark(snapshot, region, terms))),
        (true, Some(value)) => Some(match expiry::read(value, &TimeZone::UTC) {
            Ok(Expiry::Never) => Err(Why::SnapshotKept),
            Ok(Expiry::At(at)) if at > now => Err(Why::SnapshotNotDue { at }),
            Ok(Expiry::At(at)) => purge_now(snapshot, at, terms),
            Err(_) => Err(Why::MalformedPurge { value: value.to_owned() }),
        }),
    }
}

fn purge_now(snapshot: &Snapshot, at: jiff::Timestamp, Terms { policy, .. }: Terms<'_>) -> Result<Action, Why> {
    if let Some(pattern) = policy.protected.find(&snapshot.id, &snapshot.arn, &snapshot.tags) {
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

/// An interrupted run left it without its marks. Where the cluster can still be seen going, its tags say the rest.
fn mark(snapshot: &Snapshot, region: &Region, Terms { policy, .. }: Terms<'_>) -> Action {
    let source = region.clusters.iter().find(|cluster| cluster.resource_id == snapshot.resource_id);
    let tags = source.map_or_else(Tags::default, |cluster| {
        let pieces = cluster.tags.iter().filter(|(key, _)| key.starts_with(RESTORE_PREFIX)).collect();
        blockers::snapshot_tags(&cluster.tags, &pieces, policy)
    });
    let strip = blockers::inherited(policy).into_iter().filter(|key| snapshot.tags.get(key).is_some()).collect();
    Action::MarkSnapshot(MarkSnapshot {
        region: snapshot.region.clone(),
        id: snapshot.id.clone(),
        owner: policy.owner(&snapshot.tags).or_else(|| policy.owner(&tags)),
        arn: snapshot.arn.clone(),
        keep_days: policy.snapshot_keep_days,
        tags,
        strip,
    })
}
