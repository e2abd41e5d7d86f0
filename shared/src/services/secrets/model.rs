//! Secrets and their versions as Secrets Manager describes them. No value is ever part of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::services::tags::Tags;

/// The label of the value that is handed out.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of a value that was stored and is not handed out yet.
pub const PENDING: &str = "AWSPENDING";

/// What `DescribeSecret` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// `ARN`.
    pub arn: String,
    /// It has a `DeletedDate`: it is on its way out and has to be restored first.
    pub deleted: bool,
    /// `DeletedDate`, to the nanosecond: one deletion is not another.
    pub deletion: Option<String>,
    /// `OwningService`.
    pub managed_by: Option<String>,
    /// `KmsKeyId`.
    pub kms_key: Option<String>,
    /// `PrimaryRegion`: where it is kept, if it is kept in more than one.
    pub primary_region: Option<String>,
    /// How it is rotated.
    pub rotation: RotationFacts,
    /// The versions that carry a label, by id. This call shows no dates of theirs.
    pub labelled: Vec<Version>,
    /// `Tags`.
    pub tags: Tags,
}

impl Described {
    /// The id of the version with `label`; the first by id, should several carry it.
    pub fn with(&self, label: &str) -> Option<&str> {
        self.labelled.iter().find(|version| version.has(label)).map(|version| version.id.as_str())
    }
}

/// What `ListSecrets` says of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `Name`.
    pub name: String,
    /// `ARN`.
    pub arn: String,
    /// `Description`.
    pub description: Option<String>,
    /// `CreatedDate`.
    pub created_at: Option<Timestamp>,
    /// `LastChangedDate`: its value, or anything else about it.
    pub changed_at: Option<Timestamp>,
    /// `LastRotatedDate`.
    pub rotated_at: Option<Timestamp>,
    /// `NextRotationDate`.
    pub rotates_at: Option<Timestamp>,
    /// `LastAccessedDate`: the day somebody last read it.
    pub accessed_at: Option<Timestamp>,
    /// `DeletedDate`: when it goes, where it is on its way out.
    pub deletion_at: Option<Timestamp>,
    /// `OwningService`.
    pub managed_by: Option<String>,
    /// `KmsKeyId`.
    pub kms_key: Option<String>,
    /// How it is rotated.
    pub rotation: RotationFacts,
    /// The versions that carry a label, by id.
    pub labelled: Vec<Version>,
    /// `Tags`.
    pub tags: Tags,
}

/// `RotationEnabled` and what belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RotationFacts {
    /// Whether it is on.
    pub enabled: bool,
    /// `RotationLambdaARN`.
    pub function: Option<String>,
    /// `ScheduleExpression`, or `AutomaticallyAfterDays` as a rate.
    pub schedule: Option<String>,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `VersionId`.
    pub id: String,
    /// `VersionStages`.
    pub labels: BTreeSet<String>,
    /// `CreatedDate`; not every call says it.
    pub created_at: Option<Timestamp>,
    /// The day somebody last read it.
    pub last_accessed: Option<Timestamp>,
}

impl Version {
    /// Whether it carries `label`.
    pub fn has(&self, label: &str) -> bool {
        self.labels.contains(label)
    }
}
