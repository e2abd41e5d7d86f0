//! The second look: what was planned, held against what is there by now. It decides nothing anew that was not planned, and
//! what is not as it was planned for is left to the next run. Pure: what was found comes in.

use super::super::model::Region;
use super::super::plan::{self, Action, Assessment, DeleteCluster, DeleteSnapshot, MarkSnapshot, StartCluster, Terms};
use crate::report;
use crate::run::Done;
use crate::services::rds::{Cluster, Member, Snapshot};

/// The deletion as it is to be by now, if it costs what was planned.
pub(super) fn to_delete(
    planned: &DeleteCluster,
    found: Option<Cluster>,
    region: &Region,
    terms: Terms<'_>,
) -> Result<DeleteCluster, Box<Done>> {
    match cluster(found, &planned.resource_id, region, terms)? {
        Action::DeleteCluster(delete) if same_consequences(planned, &delete) => Ok(*delete),
        _ => Err(Box::new(Done::moved("its expiry, protection or final snapshot is no longer what was planned"))),
    }
}

/// The start as it is to be by now.
pub(super) fn to_start(
    planned: &StartCluster,
    found: Option<Cluster>,
    region: &Region,
    terms: Terms<'_>,
) -> Result<StartCluster, Box<Done>> {
    match cluster(found, &planned.resource_id, region, terms)? {
        Action::StartCluster(start) if start.expired_at == planned.expired_at => Ok(start),
        _ => Err(Box::new(Done::moved("it is no longer stopped, or its expiry is no longer what was planned"))),
    }
}

/// The purge, if it is due since the date that was planned for.
pub(super) fn to_purge(
    planned: &DeleteSnapshot,
    found: Option<Snapshot>,
    region: &Region,
    terms: Terms<'_>,
) -> Result<(), Box<Done>> {
    match snapshot(found, &planned.arn, region, terms)? {
        Action::DeleteSnapshot(again) if again.purge_after == planned.purge_after => Ok(()),
        _ => Err(Box::new(Done::moved("it is no longer one to delete"))),
    }
}

/// The marks as they are to be by now.
pub(super) fn to_mark(
    planned: &MarkSnapshot,
    found: Option<Snapshot>,
    region: &Region,
    terms: Terms<'_>,
) -> Result<MarkSnapshot, Box<Done>> {
    match snapshot(found, &planned.arn, region, terms)? {
        Action::MarkSnapshot(again) => Ok(again),
        _ => Err(Box::new(Done::moved("it carries its marks by now"))),
    }
}

/// A clone goes without a snapshot because its `source` holds the data: so that is looked at again, too.
pub(super) fn source_stands(source: &Cluster, found: Option<&Cluster>, terms: Terms<'_>) -> Result<(), Box<Done>> {
    match found {
        Some(found) if found.resource_id == source.resource_id && plan::holds_data(found, terms) => Ok(()),
        _ => Err(Box::new(Done::moved("its source, which was to hold the data, is gone or going"))),
    }
}

/// What a cluster is whose deletion was refused, or nobody knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is gone or going, or is another one.
    Over,
    /// It is not to go any more.
    Moved,
    /// It is as it was, but for these members, who came since.
    Stands(Vec<Member>),
}

/// See [`Refused`].
pub(super) fn refused(delete: &DeleteCluster, found: Option<Cluster>, terms: Terms<'_>) -> Refused {
    let Some(found) = found else { return Refused::Over };
    if found.resource_id != delete.resource_id || found.status == "deleting" {
        return Refused::Over;
    }
    match plan::assess(&found, terms) {
        Assessment::Due(at) if at == delete.expired_at => {
            Refused::Stands(found.members.into_iter().filter(|member| !delete.members.contains(member)).collect())
        }
        _ => Refused::Moved,
    }
}

/// What the plan would say of the cluster as it is now.
fn cluster(found: Option<Cluster>, resource_id: &str, region: &Region, terms: Terms<'_>) -> Result<Action, Box<Done>> {
    let fresh = found.ok_or_else(|| Box::new(gone()))?;
    if fresh.resource_id != resource_id {
        return Err(Box::new(Done::moved("another cluster has its name now")));
    }
    let at = match plan::assess(&fresh, terms) {
        Assessment::Due(at) => at,
        Assessment::Left(why) => return Err(Box::new(Done::left(why.outcome(), why.reason()))),
        Assessment::Untold(_) => return Err(Box::new(Done::moved("its owner has not been told of this expiry"))),
        Assessment::OutOfScope => return Err(Box::new(Done::moved("its tags no longer put it in scope"))),
    };
    // The quota was shared out by the plan; AWS has the last word on it.
    plan::decide(&fresh, at, region, i64::MAX, terms).map_err(|why| Box::new(Done::left(why.outcome(), why.reason())))
}

/// What the plan would say of the snapshot as it is now.
fn snapshot(found: Option<Snapshot>, arn: &str, region: &Region, terms: Terms<'_>) -> Result<Action, Box<Done>> {
    let fresh = found.ok_or_else(|| Box::new(gone()))?;
    match plan::decide_snapshot(&fresh, region, terms) {
        Some(Ok(action)) if fresh.arn == arn => Ok(action),
        Some(Err(why)) => Err(Box::new(Done::left(why.outcome(), why.reason()))),
        _ => Err(Box::new(Done::moved("it is no longer one of ours"))),
    }
}

/// Members may come and go between plan and apply; what deleting the cluster costs may not.
fn same_consequences(planned: &DeleteCluster, now: &DeleteCluster) -> bool {
    let name = |delete: &DeleteCluster| delete.keep.as_ref().map(|keep| keep.name.clone());
    planned.expired_at == now.expired_at && planned.lift_protection == now.lift_protection && name(planned) == name(now)
}

fn gone() -> Done {
    Done::already(&report::codes::GONE, "it is gone already", Vec::new())
}

#[cfg(test)]
mod tests;
