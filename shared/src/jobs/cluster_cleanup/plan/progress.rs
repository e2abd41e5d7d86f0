//! What earlier runs wrote on a cluster they were to delete, and how far they got.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domains::clusters::tags;
use crate::services::Read;
use crate::services::rds::{Cluster, Instance};

/// What an earlier run wrote on this very cluster: when deletion was asked for, and how many members it had then.
fn request(cluster: &Cluster) -> Option<(Timestamp, Option<usize>)> {
    let asked = cluster.tags.get(tags::DELETE_REQUESTED)?.parse().ok()?;
    let (resource_id, members) = cluster.tags.get(tags::DELETE_OF)?.split_once(' ')?;
    (resource_id == cluster.resource_id).then(|| (asked, members.parse().ok()))
}

fn has_fewer(cluster: &Cluster, members: Option<usize>) -> bool {
    members.is_some_and(|members| cluster.members.len() < members)
}

/// Whether any run asked for the deletion of this very cluster, whatever came of it.
pub(super) fn was_asked_to_go(cluster: &Cluster) -> bool {
    request(cluster).is_some()
}

/// Whether an earlier run asked for this very deletion: its owner had been told then.
pub(super) fn is_asked_for(cluster: &Cluster, at: Timestamp) -> bool {
    request(cluster).is_some_and(|(asked, _)| asked >= at)
}

/// Whether an earlier run took members of a cluster that is not to be deleted now, and when it was asked to.
pub(super) fn half_deleted(cluster: &Cluster) -> Option<Timestamp> {
    request(cluster).filter(|(_, members)| has_fewer(cluster, *members)).map(|(asked, _)| asked)
}

/// How far an earlier run got with this very cluster and this very expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nowhere.
    None,
    /// Asked for, and it still stands whole.
    AskedFor(Timestamp),
    /// Members are gone or going.
    Begun,
}

pub(super) fn progress(cluster: &Cluster, at: Timestamp, instances: &Read<BTreeMap<String, Instance>>) -> Progress {
    // A request older than the expiry was about an earlier one, which somebody has since moved.
    let Some((asked, members)) = request(cluster).filter(|(asked, _)| *asked >= at) else {
        return Progress::None;
    };
    let going = instances.known().is_some_and(|instances| {
        cluster.members.iter().any(|member| instances.get(&member.id).is_some_and(|found| found.status == "deleting"))
    });
    if has_fewer(cluster, members) || going { Progress::Begun } else { Progress::AskedFor(asked) }
}

/// What a request is about, as its tag has it: written once, so that members that go meanwhile are missed.
pub(super) fn delete_of(cluster: &Cluster, progress: &Progress) -> String {
    match (progress, cluster.tags.get(tags::DELETE_OF)) {
        (Progress::Begun, Some(before)) => before.to_owned(),
        _ => format!("{} {}", cluster.resource_id, cluster.members.len()),
    }
}
