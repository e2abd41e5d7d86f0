//! How far an earlier run got with a cluster that is to be deleted now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domains::clusters::{deletion, tags};
use crate::services::Read;
use crate::services::rds::{Cluster, Instance};

/// How far an earlier run got with this very cluster and this very expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nowhere.
    None,
    /// Asked for, and it still stands whole.
    AskedFor(Timestamp),
    /// Members are gone or going.
    Begun(Timestamp),
}

/// Whether members of `cluster` are gone by a deletion for its present expiry, by what the list shows alone.
pub(super) fn is_begun(cluster: &Cluster, at: Timestamp) -> bool {
    deletion::half_deleted(cluster).is_some_and(|half| half.asked >= at)
}

pub(super) fn progress(cluster: &Cluster, at: Timestamp, instances: &Read<BTreeMap<String, Instance>>) -> Progress {
    // A request older than the expiry was about an earlier one, which somebody has since moved.
    let Some(asked) = deletion::asked(cluster).filter(|asked| asked.at >= at) else {
        return Progress::None;
    };
    let going = instances.known().is_some_and(|instances| {
        cluster.members.iter().any(|member| instances.get(&member.id).is_some_and(|found| found.status == "deleting"))
    });
    if is_begun(cluster, at) || going { Progress::Begun(asked.at) } else { Progress::AskedFor(asked.at) }
}

/// What a request is about, as its tag has it: written once, so that members that go meanwhile are missed.
pub(super) fn delete_of(cluster: &Cluster, progress: &Progress) -> String {
    match (progress, cluster.tags.get(tags::DELETE_OF)) {
        (Progress::Begun(_), Some(before)) => before.to_owned(),
        _ => deletion::of(cluster),
    }
}
