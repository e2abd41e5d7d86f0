//! Clusters, members and snapshots as this domain sees them: what a decision needs, and nothing of the SDK.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tags::Tags;

/// The engines this project may touch. `DescribeDBClusters` also returns Neptune, `DocumentDB` and Multi-AZ DB clusters
/// (`mysql`, `postgres`); everything not named here is out of reach. `aurora`, the name of Aurora `MySQL` 5.6, is not among
/// them: no such cluster runs any more, and a filter that names it is refused ("Unrecognized engine name").
pub const AURORA_ENGINES: [&str; 2] = ["aurora-mysql", "aurora-postgresql"];

/// One DB cluster as `DescribeDBClusters` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// `DBClusterIdentifier`: can be given to another cluster once this one is gone.
    pub id: String,
    /// `DBClusterArn`.
    pub arn: String,
    /// The region it was read in.
    pub region: String,
    /// `DbClusterResourceId`: this cluster and never another.
    pub resource_id: String,
    /// `Engine`.
    pub engine: String,
    /// `Status`.
    pub status: String,
    /// `ClusterCreateTime`.
    pub created_at: Option<Timestamp>,
    /// `TagList`.
    pub tags: Tags,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `DBClusterMembers`: readers and the writer.
    pub members: Vec<Member>,
    /// `GlobalClusterIdentifier`.
    pub global_cluster: Option<String>,
    /// `ReplicationSourceIdentifier`: this is a replica of another region's cluster.
    pub replication_source: Option<String>,
    /// `ReadReplicaIdentifiers`: other regions' clusters replicate from this.
    pub read_replicas: Vec<String>,
    /// `ClusterScalabilityType` is `limitless`.
    pub limitless: bool,
    /// `CloneGroupId`: shared by a source and all its copy-on-write clones, the source itself included.
    pub clone_group: Option<String>,
    /// `CopyTagsToSnapshot`.
    pub copies_tags: bool,
    /// What it takes to build it again.
    pub settings: Settings,
}

/// One entry of `DBClusterMembers`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Member {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// `IsClusterWriter`.
    pub writer: bool,
}

/// What a snapshot does not keep of its cluster.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `DBSubnetGroup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_group: Option<String>,
    /// Ids of `VpcSecurityGroups`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// `DBClusterParameterGroup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter_group: Option<String>,
    /// `Port`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// `IAMDatabaseAuthenticationEnabled`.
    #[serde(skip_serializing_if = "is_false")]
    pub iam_auth: bool,
    /// `DeletionProtection`, so that a protected cluster comes back protected.
    #[serde(skip_serializing_if = "is_false")]
    pub deletion_protection: bool,
    /// `CopyTagsToSnapshot`.
    #[serde(skip_serializing_if = "is_false")]
    pub copies_tags: bool,
    /// `EnabledCloudwatchLogsExports`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_exports: Vec<String>,
    /// `ServerlessV2ScalingConfiguration`: least and most capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serverless_v2: Option<(f64, f64)>,
    /// `StorageType`, where it is not the default: `aurora-iopt1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
}

/// A member instance, as needed to build it again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Instance {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// `DBInstanceClass`.
    pub class: String,
    /// `PromotionTier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_tier: Option<i32>,
    /// `PubliclyAccessible`.
    #[serde(skip_serializing_if = "is_false")]
    pub public: bool,
    /// The one of `DBParameterGroups`, where it is not a default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter_group: Option<String>,
    /// `DBInstanceStatus` when it was read.
    #[serde(skip)]
    pub status: String,
    /// Whether it was the writer.
    #[serde(skip_serializing_if = "is_false")]
    pub writer: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// One manual DB cluster snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// `DBClusterSnapshotIdentifier`.
    pub id: String,
    /// `DBClusterSnapshotArn`.
    pub arn: String,
    /// The region it was read in.
    pub region: String,
    /// `DBClusterIdentifier` of the cluster it was taken of.
    pub cluster_id: String,
    /// `DbClusterResourceId` of that cluster.
    pub resource_id: String,
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub engine_version: Option<String>,
    /// `Status`.
    pub status: String,
    /// `SnapshotCreateTime`.
    pub created_at: Option<Timestamp>,
    /// `SnapshotType`.
    pub kind: String,
    /// `TagList`.
    pub tags: Tags,
}

/// Something read from AWS, or why it could not be. Unknown is never treated as none.
#[derive(Debug, Clone, PartialEq)]
pub enum Read<T> {
    /// This is what is there.
    Known(T),
    /// The service does not know the call here, so the thing cannot exist: a logged gap.
    NotOffered,
    /// It could not be read: this is what AWS, or the way to it, said.
    Unknown(String),
    /// Nobody needed it, so nobody asked.
    NotAsked,
}

impl<T> Read<T> {
    /// What is there, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// A quota of the account in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// In use.
    pub used: i64,
    /// Allowed.
    pub max: i64,
}

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
}
