//! Aurora clusters, their members and snapshots as RDS describes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::services::tags::Tags;

/// The engines this project may touch. `DescribeDBClusters` also returns Neptune, `DocumentDB` and Multi-AZ DB clusters
/// (`mysql`, `postgres`); everything not named here is out of reach. `aurora`, the name of Aurora `MySQL` 5.6, is not among
/// them: no such cluster runs any more, and a filter that names it is refused ("Unrecognized engine name").
pub const AURORA_ENGINES: [&str; 2] = ["aurora-mysql", "aurora-postgresql"];

/// One DB cluster as `DescribeDBClusters` shows it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(Default))]
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
    /// `EngineVersion`.
    pub engine_version: Option<String>,
    /// `Status`.
    pub status: String,
    /// `ClusterCreateTime`.
    pub created_at: Option<Timestamp>,
    /// `TagList`.
    pub tags: Tags,
    /// `DeletionProtection`; `None` where AWS does not say.
    pub deletion_protection: Option<bool>,
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
    /// `AutomaticRestartTime`: when AWS starts it by itself, where it is stopped.
    pub restarts_at: Option<Timestamp>,
    /// `EarliestRestorableTime` and `LatestRestorableTime`: what a copy of a moment can be made of.
    pub restorable: (Option<Timestamp>, Option<Timestamp>),
    /// What it takes to build it again.
    pub settings: Settings,
    /// What it takes to use it.
    pub access: Access,
    /// `KmsKeyId`, where its storage is encrypted.
    pub kms_key: Option<String>,
}

/// What it takes to use a cluster. No password is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// `Endpoint`: the writer's.
    pub endpoint: Option<String>,
    /// `ReaderEndpoint`.
    pub reader_endpoint: Option<String>,
    /// `MasterUsername`.
    pub master_user: Option<String>,
    /// `SecretArn` of `MasterUserSecret`: where RDS keeps the password it made itself.
    pub master_secret: Option<String>,
    /// `SecretStatus` of the same: `creating`, `active`, `rotating` or `impaired`.
    pub secret_status: Option<String>,
    /// `DatabaseName`: the one made with the cluster.
    pub database: Option<String>,
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
    /// Of the same: seconds until an idle cluster is paused. Left out, a cluster that paused runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_pause: Option<i32>,
    /// `StorageType`, where it is not the default: `aurora-iopt1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// `EngineLifecycleSupport`. Left out, AWS enrols the restored cluster in paid Extended Support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle_support: Option<String>,
    /// `NetworkType`, where it is not IPv4 alone: `DUAL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_type: Option<String>,
    /// `VPCNetworkingEnabled`, where it is not: a cluster outside any VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_networking: Option<bool>,
    /// `InternetAccessGatewayEnabled`, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internet_gateway: Option<bool>,
    /// `AssociatedRoles`, those that work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AssociatedRole>,
    /// `BacktrackWindow` in seconds, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtrack: Option<i64>,
    /// `BackupRetentionPeriod` in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_days: Option<i32>,
    /// `PreferredBackupWindow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_window: Option<String>,
    /// Of `DomainMemberships`: the directory, and the role the cluster uses to reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<(String, Option<String>)>,
}

/// An IAM role a cluster uses, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AssociatedRole {
    /// `RoleArn`.
    pub arn: String,
    /// `FeatureName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
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
    /// `AutoMinorVersionUpgrade`, where it is off: AWS turns it on in what it makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor_upgrades: Option<bool>,
    /// `CACertificateIdentifier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// `PreferredMaintenanceWindow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_window: Option<String>,
    /// `DBInstanceStatus` when it was read.
    #[serde(skip)]
    pub status: String,
    /// `VpcId` of its `DBSubnetGroup`: a cluster names the group alone.
    #[serde(skip)]
    pub vpc: Option<String>,
    /// Whether it was the writer.
    #[serde(skip_serializing_if = "is_false")]
    pub writer: bool,
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
    /// `DbClusterResourceId` of that cluster, which AWS leaves out of some snapshots, and of all copies.
    pub resource_id: Option<String>,
    /// `SourceDBClusterSnapshotArn`: this is a copy that somebody made.
    pub copy_of: Option<String>,
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

/// A quota of the account in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// In use.
    pub used: i64,
    /// Allowed.
    pub max: i64,
}

/// A cluster to make.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestoreCluster {
    /// Where.
    pub region: String,
    /// Its identifier.
    pub id: String,
    /// The snapshot's ARN.
    pub snapshot: String,
    /// Its engine.
    pub engine: String,
    /// Its version: left out, AWS takes the Region's default, which may be an upgrade.
    pub engine_version: Option<String>,
    /// As it was.
    pub settings: Settings,
    /// As they were, but for the expiry.
    pub tags: Tags,
}

/// A clone to make.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CloneCluster {
    /// Where: a clone is always where its source is.
    pub region: String,
    /// Its identifier.
    pub id: String,
    /// The ARN of the cluster it is made of.
    pub source: String,
    /// The source's engine, which AWS gives the clone and which its members have to be of.
    pub engine: String,
    /// The moment whose data a full copy has; none for the present data, shared with the source until written to.
    pub copy_of: Option<Timestamp>,
    /// Taken over, or as the policy has them.
    pub settings: Settings,
    /// All it will ever be known by.
    pub tags: Tags,
}

/// A member to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreMember {
    /// As it was.
    pub instance: Instance,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}
