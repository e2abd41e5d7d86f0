//! What an event may narrow a run of `cluster-cleanup` to. It can only ever take things out of the policy's reach.

use std::collections::BTreeSet;

use super::policy::Policy;
use crate::run::event::Fields;
use crate::services::rds::{Cluster, Snapshot};
use crate::services::tags::Tags;
use crate::text::printable;

/// The narrowing; `None` is all that the policy reaches, an empty set is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Regions, of those of the policy.
    pub regions: Option<BTreeSet<String>>,
    /// Cluster identifiers.
    pub clusters: Option<BTreeSet<String>>,
    /// Values of the owner tag.
    pub owners: Option<BTreeSet<String>>,
}

impl Request {
    /// Reads the event's keys.
    pub fn read(fields: &mut Fields, policy: &Policy) -> Self {
        let regions = fields.names("regions");
        for region in regions.iter().flatten().filter(|region| !policy.regions.contains(region)) {
            fields.fault::<()>(format!(
                "region '{}' is not one this function works in ({}); an event may narrow a run, not widen it",
                printable(region),
                policy.regions.join(", ")
            ));
        }
        Self { regions, clusters: fields.names("clusters"), owners: fields.names("owners") }
    }

    /// The regions of `policy` this run looks at.
    pub fn regions<'a>(&self, policy: &'a Policy) -> Vec<&'a str> {
        let wanted = |region: &&String| self.regions.as_ref().is_none_or(|regions| regions.contains(*region));
        policy.regions.iter().filter(wanted).map(String::as_str).collect()
    }

    /// Whether `cluster` is within this run.
    pub fn covers(&self, cluster: &Cluster, policy: &Policy) -> bool {
        self.allows(&cluster.id, &cluster.tags, policy)
    }

    /// Whether `snapshot` is: it goes with the cluster it was taken of.
    pub fn covers_snapshot(&self, snapshot: &Snapshot, policy: &Policy) -> bool {
        self.allows(&snapshot.cluster_id, &snapshot.tags, policy)
    }

    fn allows(&self, cluster_id: &str, tags: &Tags, policy: &Policy) -> bool {
        let owner = policy.owner(tags);
        self.clusters.as_ref().is_none_or(|ids| ids.contains(cluster_id))
            && self.owners.as_ref().is_none_or(|owners| owner.is_some_and(|owner| owners.contains(&owner)))
    }
}
