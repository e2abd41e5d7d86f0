//! Why something is left alone: a closed list. Each reason has a code for machines, a sentence for people and the next
//! step. The list in `docs/cluster-cleanup.md` is checked against this one.

use jiff::Timestamp;

use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::report::{Outcome, Reason};
use crate::services::rds::{Cluster, Snapshot};
use crate::services::tags::Tags;
use crate::text::printable;

/// One thing left alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// What AWS calls it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// Why.
    pub why: Why,
}

impl Left {
    pub(super) fn cluster(cluster: &Cluster, policy: &Policy, why: Why) -> Self {
        Self { id: cluster.id.clone(), region: cluster.region.clone(), owner: policy.owner(&cluster.tags), why }
    }

    pub(super) fn snapshot(snapshot: &Snapshot, policy: &Policy, why: Why) -> Self {
        Self { id: snapshot.id.clone(), region: snapshot.region.clone(), owner: policy.owner(&snapshot.tags), why }
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Why {
    NoExpiryTag { key: String },
    NotFound { regions: String },
    Deleting,
    LookAlikeTags { keys: Vec<String> },
    MalformedExpiry { value: String },
    BareNumber { value: String },
    BeforeCreation { value: String, created_at: Option<Timestamp> },
    TooFarAhead { value: String },
    CreationUnknown,
    KeptForever,
    MissingMark { key: String, wanted: String, found: Option<String> },
    Protected { pattern: String },
    NotDue { at: Timestamp },
    NoticePeriod { told: Timestamp, from: Timestamp },
    GlobalClusterMember { global: String },
    Replica { source: String },
    ReplicationSource { replicas: Vec<String> },
    Limitless,
    BlueGreen,
    Integration,
    PreflightUnknown { call: &'static str, said: String },
    Stopped,
    MemberStatus { member: String, status: String },
    HalfDeleted { asked: Timestamp, until: String },
    KeyLost { status: String },
    Status { status: String },
    DeletionProtection,
    SnapshotNameTaken { name: String },
    SnapshotQuota { max: i64 },
    TagLimit { has: usize, needs: usize },
    NotOurSnapshot,
    SnapshotKept,
    SnapshotUnmarked,
    SnapshotNotDue { at: Timestamp },
    SnapshotStatus { status: String },
    MalformedPurge { value: String },
    RegionUnreadable { said: String, fix: String },
    SnapshotsUnreadable { said: String },
}

impl Why {
    /// How the report counts it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Deleting => Outcome::AlreadyRight,
            Self::RegionUnreadable { .. } | Self::SnapshotsUnreadable { .. } => Outcome::Failed,
            _ => Outcome::Skipped,
        }
    }

    /// Whether a person has to mend a tag before this can ever be right: counted in the `MalformedTags` metric.
    pub fn is_a_bad_tag(&self) -> bool {
        matches!(
            self,
            Self::LookAlikeTags { .. }
                | Self::MalformedExpiry { .. }
                | Self::BareNumber { .. }
                | Self::BeforeCreation { .. }
                | Self::TooFarAhead { .. }
                | Self::MalformedPurge { .. }
        )
    }

    /// Whether it is due and something stands in the way that does not pass by itself, as a status does: counted in the
    /// `Blocked` metric.
    pub fn is_a_blocker(&self) -> bool {
        matches!(
            self,
            Self::GlobalClusterMember { .. }
                | Self::Replica { .. }
                | Self::ReplicationSource { .. }
                | Self::Limitless
                | Self::BlueGreen
                | Self::Integration
                | Self::PreflightUnknown { .. }
                | Self::Stopped
                | Self::KeyLost { .. }
                | Self::DeletionProtection
                | Self::SnapshotNameTaken { .. }
                | Self::SnapshotQuota { .. }
                | Self::TagLimit { .. }
                | Self::CreationUnknown
        )
    }

    /// Whether its owner is the one to do something about it.
    pub fn is_for_its_owner(&self) -> bool {
        match self {
            Self::GlobalClusterMember { .. }
            | Self::Replica { .. }
            | Self::ReplicationSource { .. }
            | Self::Limitless
            | Self::BlueGreen
            | Self::Integration
            | Self::Stopped
            | Self::HalfDeleted { .. }
            | Self::KeyLost { .. }
            | Self::DeletionProtection
            | Self::TagLimit { .. } => true,
            other => other.is_a_bad_tag(),
        }
    }

    /// The reason as a report has it.
    pub fn reason(&self) -> Reason {
        Reason::new(self.code(), self.message(), self.fix())
    }

    /// For machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoExpiryTag { .. } => "no-expiry-tag",
            Self::NotFound { .. } => "not-found",
            Self::Deleting => "deleting",
            Self::LookAlikeTags { .. } => "look-alike-tags",
            Self::MalformedExpiry { .. } => "malformed-expiry",
            Self::BareNumber { .. } => "bare-number",
            Self::BeforeCreation { .. } => "expiry-before-creation",
            Self::TooFarAhead { .. } => "expiry-too-far",
            Self::CreationUnknown => "creation-unknown",
            Self::KeptForever => "never",
            Self::MissingMark { .. } => "missing-mark",
            Self::Protected { .. } => "protected",
            Self::NotDue { .. } => "not-due",
            Self::NoticePeriod { .. } => "notice-period",
            Self::GlobalClusterMember { .. } => "global-cluster-member",
            Self::Replica { .. } => "cross-region-replica",
            Self::ReplicationSource { .. } => "replication-source",
            Self::Limitless => "limitless",
            Self::BlueGreen => "blue-green-deployment",
            Self::Integration => "zero-etl-integration",
            Self::PreflightUnknown { .. } => "preflight-unknown",
            Self::Stopped => "stopped",
            Self::KeyLost { .. } => "encryption-key-lost",
            Self::Status { .. } => "status",
            Self::DeletionProtection => "deletion-protection",
            Self::SnapshotNameTaken { .. } => "snapshot-name-taken",
            Self::SnapshotQuota { .. } => "snapshot-quota",
            Self::TagLimit { .. } => "tag-limit",
            Self::NotOurSnapshot => "not-our-snapshot",
            Self::SnapshotKept => "snapshot-kept",
            Self::SnapshotUnmarked => "snapshot-unmarked",
            Self::MemberStatus { .. } => "member-status",
            Self::HalfDeleted { .. } => "half-deleted",
            Self::SnapshotNotDue { .. } => "snapshot-not-due",
            Self::SnapshotStatus { .. } => "snapshot-status",
            Self::MalformedPurge { .. } => "malformed-purge-after",
            Self::RegionUnreadable { .. } => "region-unreadable",
            Self::SnapshotsUnreadable { .. } => "snapshots-unreadable",
        }
    }

    /// For people: what is the case.
    pub fn message(&self) -> String {
        match self {
            Self::NoExpiryTag { key } => format!("the event names it, but it has no tag '{key}'"),
            Self::NotFound { regions } => {
                format!("the event names it, but there is no Aurora cluster of that name in {regions}")
            }
            Self::Deleting => "AWS is deleting it".to_owned(),
            Self::LookAlikeTags { keys } => {
                format!("it has more than one expiry tag: '{}'", printable(&keys.join("', '")))
            }
            Self::MalformedExpiry { value } => {
                format!("its expiry '{}' is not a time this tool reads", printable(value))
            }
            Self::BareNumber { value } => format!("its expiry '{value}' is a bare number, and nobody can tell of what"),
            Self::BeforeCreation { value, created_at } => {
                let created = created_at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
                format!(
                    "its expiry {} is before it was created ({created}), so it cannot have been meant for it",
                    printable(value)
                )
            }
            Self::TooFarAhead { value } => {
                format!("its expiry {} is more than {FARTHEST_YEARS} years ahead", printable(value))
            }
            Self::CreationUnknown => {
                "AWS does not say when it was created, so its expiry cannot be checked against that".to_owned()
            }
            Self::KeptForever => "its expiry is 'never'".to_owned(),
            Self::MissingMark { key, wanted, found: Some(found) } => {
                format!("its tag {}={} is not the required {wanted}", printable(key), printable(found))
            }
            Self::MissingMark { key, wanted, found: None } => {
                format!("it lacks the required tag {}={}", printable(key), printable(wanted))
            }
            Self::Protected { pattern } => format!("NIGHTSHIFT_PROTECTED protects it by '{}'", printable(pattern)),
            Self::NotDue { at } => format!("it expires at {at}"),
            Self::NoticePeriod { told, from } => {
                format!("it has expired; its owner was told at {told}, so it can go from {from} on")
            }
            Self::GlobalClusterMember { global } => format!("it belongs to the global cluster {}", printable(global)),
            Self::Replica { source } => format!("it is a replica of {}", printable(source)),
            Self::ReplicationSource { replicas } => {
                format!("other clusters replicate from it: {}", printable(&replicas.join(", ")))
            }
            Self::Limitless => {
                "it is an Aurora Limitless Database, whose shard group is deleted by another call".to_owned()
            }
            Self::BlueGreen => "it takes part in a blue/green deployment".to_owned(),
            Self::Integration => "it is the source of a zero-ETL integration".to_owned(),
            Self::PreflightUnknown { call, said } => {
                format!("it is due, but what must be known first is not: {call}: {}", printable(said))
            }
            Self::Stopped => "it is due but stopped, and AWS deletes no stopped cluster".to_owned(),
            Self::KeyLost { status } => format!("its encryption key is not accessible ({status})"),
            Self::Status { status } => format!("it is due, but its status is '{}'", printable(status)),
            Self::DeletionProtection => "it is due, but its deletion protection is on".to_owned(),
            Self::SnapshotNameTaken { name } => {
                format!("a snapshot with the name of its final snapshot exists: {name}")
            }
            Self::SnapshotQuota { max } => format!("the account's quota of {max} manual cluster snapshots is used up"),
            Self::TagLimit { has, needs } => {
                format!("it has {has} tags and deleting it takes {needs} more; AWS allows {}", Tags::LIMIT)
            }
            Self::NotOurSnapshot => {
                "it carries this tool's purge tag but not the name this tool gives a final snapshot".to_owned()
            }
            Self::SnapshotKept => "its purge tag is 'never'".to_owned(),
            Self::SnapshotUnmarked => "it bears this tool's name, but nobody says any more when it may go".to_owned(),
            Self::MemberStatus { member, status } => {
                format!("it is due, but the status of its member {} is '{}'", printable(member), printable(status))
            }
            Self::HalfDeleted { asked, until } => {
                format!(
                    "it is to live (until {until}), but a deletion begun at {asked} had already taken members of it"
                )
            }
            Self::SnapshotNotDue { at } => format!("it is kept until {at}"),
            Self::SnapshotStatus { status } => format!("it may go, but its status is '{}'", printable(status)),
            Self::MalformedPurge { value } => {
                format!("its purge tag '{}' is not a time this tool reads", printable(value))
            }
            Self::RegionUnreadable { said, .. } => format!("its clusters could not be listed: {}", printable(said)),
            Self::SnapshotsUnreadable { said } => format!("its snapshots could not be listed: {}", printable(said)),
        }
    }

    /// For people: the next step.
    pub fn fix(&self) -> String {
        match self {
            Self::NoExpiryTag { key } => return format!("add the tag '{key}' if it is to be deleted some day"),
            Self::NotFound { .. } => "nothing to do if it is gone already; otherwise check the name and the regions",
            Self::Deleting => "nothing to do",
            Self::LookAlikeTags { .. } => "remove all but the one that is meant",
            Self::MalformedExpiry { .. } | Self::BareNumber { .. } | Self::BeforeCreation { .. } | Self::TooFarAhead { .. } => {
                "write the time as 2026-03-31T12:00:00Z, the day as 2026-03-31, or 'never'; it is not deleted until then"
            }
            Self::SnapshotUnmarked => {
                return format!("set {} to a time, or to 'never' to be asked no more", crate::domains::clusters::tags::PURGE_AFTER);
            }
            Self::HalfDeleted { .. } => {
                return format!(
                    "create its members again (aws rds create-db-instance), then remove the tag {}",
                    crate::domains::clusters::tags::DELETE_REQUESTED
                );
            }
            Self::KeptForever | Self::NotDue { .. } | Self::NoticePeriod { .. } => {
                "nothing to do; change the tag to change the time"
            }
            Self::MissingMark { .. } => "if it may be deleted, give it the required tags; otherwise remove its expiry tag",
            Self::Protected { .. } => "remove its expiry tag, or the protection if it may be deleted",
            Self::GlobalClusterMember { .. } => "remove it from the global cluster first (aws rds remove-from-global-cluster)",
            Self::Replica { .. } => "promote it first (aws rds promote-read-replica-db-cluster)",
            Self::ReplicationSource { .. } => "delete or promote the replicas first",
            Self::Limitless => "delete its shard group and the cluster by hand",
            Self::BlueGreen => "delete the blue/green deployment first (aws rds delete-blue-green-deployment)",
            Self::Integration => "delete the integration first (aws rds delete-integration)",
            Self::PreflightUnknown { call, .. } => return format!("allow {call} in the function's role, or wait for the next run"),
            Self::Stopped => "start it, or set NIGHTSHIFT_STOPPED_CLUSTERS=start; a later run deletes it",
            Self::KeyLost { .. } => "restore access to the key, or delete the cluster by hand: no snapshot can be taken without it",
            Self::CreationUnknown
            | Self::Status { .. }
            | Self::MemberStatus { .. }
            | Self::SnapshotStatus { .. } => "the next run looks again",
            Self::DeletionProtection => "turn it off, or set NIGHTSHIFT_DELETION_PROTECTION=override",
            Self::SnapshotNameTaken { .. } => "check that snapshot; delete it, or move the cluster's expiry by a second to get another name",
            Self::SnapshotQuota { .. } => "delete snapshots no longer needed, or raise the quota; its data is never dropped instead",
            Self::TagLimit { .. } => "remove tags it does not need",
            Self::NotOurSnapshot => "remove the tag; this tool never deletes a snapshot it did not take",
            Self::SnapshotKept | Self::SnapshotNotDue { .. } => return format!(
                "nothing to do; set {} to another time or to 'never' to keep it longer",
                crate::domains::clusters::tags::PURGE_AFTER
            ),
            Self::MalformedPurge { .. } => "write the time as 2026-03-31T12:00:00Z or 'never'; it is not deleted until then",
            Self::RegionUnreadable { fix, .. } => return fix.clone(),
            Self::SnapshotsUnreadable { .. } => {
                "allow rds:DescribeDBClusterSnapshots in the function's role, or wait for the next run"
            }
        }
        .to_owned()
    }
}
