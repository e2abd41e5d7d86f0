//! Why something is left alone: a closed list. Each reason has a code for machines, and in `words` a sentence for people
//! and the next step. The list in `docs/cluster-cleanup.md` is checked against this one.

use jiff::Timestamp;

use super::by_hand;
use crate::domains::clusters::deletion::HalfDeleted;
use crate::jobs::cluster_cleanup::codes;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::report::{self, Code, Outcome, Reason, Whose};
use crate::services::aws::Bar;
use crate::services::rds::{Cluster, Snapshot};

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
    /// Since when it should be gone, where it should.
    pub due: Option<Timestamp>,
    /// What it costs a month, in hundredths, where that is known.
    pub monthly: Option<u64>,
}

impl Left {
    pub(super) fn of(id: &str, region: &str, owner: Option<String>, why: Why) -> Self {
        let due = match &why {
            Why::SnapshotStatus { at, .. } => Some(*at),
            _ => None,
        };
        Self { id: id.to_owned(), region: region.to_owned(), owner, why, due, monthly: None }
    }

    pub(super) fn cluster(cluster: &Cluster, policy: &Policy, why: Why) -> Self {
        Self::of(&cluster.id, &cluster.region, policy.owner(&cluster.tags), why)
    }

    /// Whether it has been due for some nights and nobody was told of it, because what stopped it seemed to pass.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|at| at.checked_add(super::OVERDUE).is_ok_and(|overdue| overdue <= now))
    }

    pub(super) fn snapshot(snapshot: &Snapshot, policy: &Policy, why: Why) -> Self {
        Self::of(&snapshot.id, &snapshot.region, policy.owner(&snapshot.tags), why)
    }

    /// Whether it costs what a cluster costs and should be gone.
    pub fn costs(&self) -> bool {
        self.due.is_some() && !matches!(self.why, Why::SnapshotStatus { .. } | Why::NoticePeriod { .. })
    }
}

/// What stops a deletion that has taken members.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Obstacle {
    /// What was seen before anything was asked for.
    Why(Box<Why>),
    /// AWS's own words, and the next step for whoever runs this.
    Refused { said: String, fix: String },
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Why {
    NotByHand(by_hand::Refusal),
    NoExpiryTag { key: String },
    NotFound { regions: String },
    Deleting,
    StillDeleting { since: Timestamp },
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
    Stopped { restarts: Option<Timestamp> },
    StartedInVain { times: usize },
    MemberStatus { member: String, status: String },
    MemberStatusUnknown { member: String, status: String },
    HalfDeleted { half: HalfDeleted, until: Option<Timestamp> },
    HalfDeletedBlocked { half: HalfDeleted, stop: Obstacle },
    KeyLost { status: String },
    Status { status: String },
    StatusFailed { status: String },
    StatusUnknown { status: String },
    DeletionProtection,
    ProtectionUnknown,
    Managed { key: String, value: String },
    OwnersDiffer { keys: Vec<String> },
    NearMiss { found: String, wanted: String },
    SnapshotNameTaken { name: String },
    SnapshotQuota { max: i64 },
    TagLimit { has: usize, needs: usize },
    NotOurSnapshot,
    SnapshotCopy { original: String },
    SnapshotKept,
    SnapshotUnmarked,
    SnapshotWithoutFacts { cluster: String, at: Timestamp },
    SnapshotMissingMark { key: String, wanted: String, found: Option<String> },
    SnapshotNotDue { at: Timestamp },
    SnapshotStatus { status: String, at: Timestamp },
    SnapshotFailed { cluster: String, status: String },
    MalformedPurge { value: String },
    RegionUnreadable { said: String, fix: String, bar: Option<Bar> },
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
                | Self::Stopped { .. }
                | Self::StartedInVain { .. }
                | Self::HalfDeletedBlocked { .. }
                | Self::KeyLost { .. }
                | Self::StatusFailed { .. }
                | Self::StatusUnknown { .. }
                | Self::MemberStatusUnknown { .. }
                | Self::StillDeleting { .. }
                | Self::DeletionProtection
                | Self::ProtectionUnknown
                | Self::Managed { .. }
                | Self::OwnersDiffer { .. }
                | Self::SnapshotNameTaken { .. }
                | Self::SnapshotQuota { .. }
                | Self::TagLimit { .. }
                | Self::CreationUnknown
        )
    }

    /// Whether the operators are to look at it each night, whatever else is said of it.
    pub fn needs_attention(&self) -> bool {
        self.is_a_bad_tag()
            || self.is_a_blocker()
            || matches!(
                self,
                Self::NearMiss { .. }
                    | Self::SnapshotUnmarked
                    | Self::SnapshotFailed { .. }
                    | Self::SnapshotWithoutFacts { .. }
                    | Self::SnapshotMissingMark { .. }
            )
    }

    /// Whether a deletion stands half-way.
    pub fn is_half_way(&self) -> bool {
        matches!(self, Self::HalfDeleted { .. } | Self::HalfDeletedBlocked { .. })
    }

    /// Whether its owner is the one to do something about it.
    pub fn is_for_its_owner(&self) -> bool {
        self.code().whose == Whose::Owner
    }

    /// The reason as a report has it.
    pub fn reason(&self) -> Reason {
        Reason::of(self.code(), self.message(), self.fix())
    }

    /// For machines.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotByHand(refusal) => refusal.code(),
            Self::NoExpiryTag { .. } => &codes::NO_EXPIRY_TAG,
            Self::NotFound { .. } => &codes::NOT_FOUND,
            Self::Deleting => &codes::DELETING,
            Self::StillDeleting { .. } => &codes::STILL_DELETING,
            Self::LookAlikeTags { .. } => &codes::LOOK_ALIKE_TAGS,
            Self::MalformedExpiry { .. } => &codes::MALFORMED_EXPIRY,
            Self::BareNumber { .. } => &codes::BARE_NUMBER,
            Self::BeforeCreation { .. } => &codes::EXPIRY_BEFORE_CREATION,
            Self::TooFarAhead { .. } => &codes::EXPIRY_TOO_FAR,
            Self::CreationUnknown => &codes::CREATION_UNKNOWN,
            Self::KeptForever => &codes::NEVER,
            Self::MissingMark { .. } => &codes::MISSING_MARK,
            Self::Protected { .. } => &codes::PROTECTED,
            Self::NotDue { .. } => &codes::NOT_DUE,
            Self::NoticePeriod { .. } => &codes::NOTICE_PERIOD,
            Self::GlobalClusterMember { .. } => &codes::GLOBAL_CLUSTER_MEMBER,
            Self::Replica { .. } => &codes::CROSS_REGION_REPLICA,
            Self::ReplicationSource { .. } => &codes::REPLICATION_SOURCE,
            Self::Limitless => &codes::LIMITLESS,
            Self::BlueGreen => &codes::BLUE_GREEN_DEPLOYMENT,
            Self::Integration => &codes::ZERO_ETL_INTEGRATION,
            Self::PreflightUnknown { .. } => &codes::PREFLIGHT_UNKNOWN,
            Self::Stopped { .. } => &codes::STOPPED,
            Self::StartedInVain { .. } => &codes::STARTED_IN_VAIN,
            Self::KeyLost { .. } => &codes::ENCRYPTION_KEY_LOST,
            Self::Status { .. } => &codes::STATUS,
            Self::StatusFailed { .. } => &codes::STATUS_FAILED,
            Self::StatusUnknown { .. } => &codes::STATUS_UNKNOWN,
            Self::DeletionProtection => &codes::DELETION_PROTECTION,
            Self::ProtectionUnknown => &codes::PROTECTION_UNKNOWN,
            Self::Managed { .. } => &codes::MANAGED,
            Self::OwnersDiffer { .. } => &codes::OWNERS_DIFFER,
            Self::NearMiss { .. } => &codes::NEAR_MISS,
            Self::SnapshotNameTaken { .. } => &codes::SNAPSHOT_NAME_TAKEN,
            Self::SnapshotQuota { .. } => &codes::SNAPSHOT_QUOTA,
            Self::TagLimit { .. } => &codes::TAG_LIMIT,
            Self::NotOurSnapshot => &codes::NOT_OUR_SNAPSHOT,
            Self::SnapshotKept => &codes::SNAPSHOT_KEPT,
            Self::SnapshotCopy { .. } => &codes::SNAPSHOT_COPY,
            Self::SnapshotUnmarked => &codes::SNAPSHOT_UNMARKED,
            Self::SnapshotWithoutFacts { .. } => &codes::SNAPSHOT_WITHOUT_FACTS,
            Self::SnapshotMissingMark { .. } => &codes::SNAPSHOT_MISSING_MARK,
            Self::MemberStatus { .. } => &codes::MEMBER_STATUS,
            Self::MemberStatusUnknown { .. } => &codes::MEMBER_STATUS_UNKNOWN,
            Self::HalfDeleted { .. } => &codes::HALF_DELETED,
            Self::HalfDeletedBlocked { .. } => &codes::HALF_DELETED_BLOCKED,
            Self::SnapshotNotDue { .. } => &codes::SNAPSHOT_NOT_DUE,
            Self::SnapshotStatus { .. } => &codes::SNAPSHOT_STATUS,
            Self::SnapshotFailed { .. } => &codes::SNAPSHOT_FAILED,
            Self::MalformedPurge { .. } => &codes::MALFORMED_PURGE_AFTER,
            Self::RegionUnreadable { bar: Some(Bar::Organization), .. } => &report::codes::DENIED_BY_SCP,
            Self::RegionUnreadable { bar: Some(Bar::RegionOff), .. } => &report::codes::REGION_OFF,
            Self::RegionUnreadable { bar: None, .. } => &codes::REGION_UNREADABLE,
            Self::SnapshotsUnreadable { .. } => &codes::SNAPSHOTS_UNREADABLE,
        }
    }
}
