//! What a run writes on a cluster before it deletes it, and what can be read there later: whether a deletion was asked
//! for, whether it took members, and whether it was called off.

use jiff::Timestamp;
use serde::Serialize;

use super::tags::{DELETE_OF, DELETE_REQUESTED, VOID};
use crate::services::rds::Cluster;
use crate::services::tags::Tags;

/// A deletion that some run asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// How many members the cluster had then, where the tag says.
    pub members: Option<usize>,
}

/// A cluster of which a deletion took members, and which is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HalfDeleted {
    /// When its deletion was asked for.
    pub asked: Timestamp,
    /// How many members it had then.
    pub had: usize,
    /// How many it has.
    pub has: usize,
}

impl HalfDeleted {
    /// For people, of the cluster that is `it`.
    pub fn message(&self) -> String {
        let Self { asked, had, has } = self;
        let left = if *has == 1 { "1 is left".to_owned() } else { format!("{has} are left") };
        format!(
            "a deletion that began at {asked} took {} of its {had} members, and {left}; its data is there",
            had - has
        )
    }
}

/// The deletion of this very cluster that some run asked for, unless it was called off.
pub fn asked(cluster: &Cluster) -> Option<Asked> {
    let at = cluster.tags.get(DELETE_REQUESTED)?.parse().ok()?;
    let (resource_id, members) = cluster.tags.get(DELETE_OF)?.split_once(' ')?;
    let stands = resource_id == cluster.resource_id && members != VOID;
    stands.then(|| Asked { at, members: members.parse().ok() })
}

/// Whether some run asked for the deletion of this very cluster, called off or not.
pub fn was_asked(cluster: &Cluster) -> bool {
    cluster.tags.get(DELETE_OF).and_then(|of| of.split_once(' ')).is_some_and(|(of, _)| of == cluster.resource_id)
}

/// Whether a run took members of `cluster`, which is not deleted all the same.
pub fn half_deleted(cluster: &Cluster) -> Option<HalfDeleted> {
    let Asked { at: asked, members } = self::asked(cluster)?;
    let (had, has) = (members?, cluster.members.len());
    (has < had && cluster.status != "deleting").then_some(HalfDeleted { asked, had, has })
}

/// What a deletion is about, as its tag has it.
pub fn of(cluster: &Cluster) -> String {
    format!("{} {}", cluster.resource_id, cluster.members.len())
}

/// What is written over a deletion that took nothing and is not to go on: a member that its owner removes later was not
/// taken by us.
pub fn called_off(cluster: &Cluster) -> Tags {
    [(DELETE_OF, format!("{} {VOID}", cluster.resource_id))].into_iter().collect()
}
