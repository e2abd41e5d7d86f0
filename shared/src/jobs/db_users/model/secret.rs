//! What is known of a user's secret.

use crate::services::secrets::RotationFacts;
use crate::services::sql::Trial;

/// The secret of one user.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretFacts {
    /// As the event names it.
    pub name: String,
    /// Whether it is there.
    pub state: SecretState,
}

/// See [`SecretFacts`].
#[derive(Debug, Clone, PartialEq)]
pub enum SecretState {
    /// There is none of this name.
    Absent,
    /// There is one.
    Present(Box<Present>),
}

/// A secret that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// `ARN`.
    pub arn: String,
    /// It carries our tag, for this very user.
    pub ours: bool,
    /// It is in its deletion window.
    pub deleted: bool,
    /// What tells this deletion from another one.
    pub deletion: String,
    /// `OwningService`: another service writes it.
    pub managed_by: Option<String>,
    /// `KmsKeyId`; none is the account's default key.
    pub kms_key: Option<String>,
    /// How it is rotated.
    pub rotation: RotationFacts,
    /// What its tag says of that.
    pub strategy: Option<String>,
    /// What carries `AWSCURRENT`.
    pub current: Option<Version>,
    /// The current version carries `AWSPENDING`, too: a run or a rotation ended right before it would have gone.
    pub lingering: bool,
    /// What carries `AWSPENDING` and is not the current one.
    pub pending: Option<Version>,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `VersionId`.
    pub id: String,
    /// `username`, if it is JSON that has one.
    pub username: Option<String>,
    /// `host`.
    pub host: Option<String>,
    /// Whether anything stands in it: a rotation begins with a version that has nothing yet.
    pub has_value: bool,
    /// Whether there is a password in it.
    pub has_password: bool,
    /// Keys that are missing or say something else than this event.
    pub stale: Vec<String>,
    /// Whether one can log in with it.
    pub trial: Trial,
}
