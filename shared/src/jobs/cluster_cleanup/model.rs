//! Clusters, members and snapshots as this domain sees them: what a decision needs, and nothing of the SDK.

use std::collections::{BTreeMap, BTreeSet};

use crate::services::Read;
use crate::services::aws::Bar;
use crate::services::rds::{Cluster, Instance, Quota, Snapshot};

/// One region as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Every Aurora cluster.
    pub clusters: Vec<Cluster>,
    /// Every manual snapshot of any cluster.
    pub snapshots: Read<Vec<Snapshot>>,
    /// ARNs that take part in a blue/green deployment.
    pub blue_green: Read<BTreeSet<String>>,
    /// ARNs that are the source of a zero-ETL integration.
    pub integrations: Read<BTreeSet<String>>,
    /// The quota of manual cluster snapshots.
    pub snapshot_quota: Read<Quota>,
    /// Members of the clusters due here, by instance id.
    pub instances: Read<BTreeMap<String, Instance>>,
}

/// All that was read in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Twelve digits.
    pub account: String,
    /// The regions that could be read.
    pub regions: Vec<Region>,
    /// Those that could not, with what AWS said.
    pub unreadable: Vec<UnreadableRegion>,
}

/// A region whose clusters could not be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRegion {
    /// Its name.
    pub name: String,
    /// What AWS, or the way to it, said.
    pub said: String,
    /// The next step.
    pub fix: String,
    /// What bars the way there, whatever the role allows.
    pub bar: Option<Bar>,
}
