//! Users, their access keys and the secret the values are kept in, as this domain sees them: what a decision needs, and
//! nothing of the SDK. No secret value is ever part of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::tags::Tags;

/// All that was read in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Twelve digits.
    pub account: String,
    /// Every IAM user of the account. The root user is not one of them.
    pub users: Vec<User>,
    /// Access keys an event names that belong to none of them, with what AWS said.
    pub strays: Vec<Stray>,
}

/// A key that an event calls compromised and nobody is known to own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its id.
    pub key: String,
    /// What AWS said when it was asked.
    pub said: String,
}

/// One IAM user.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// `UserName`: can be given to another user once this one is gone.
    pub name: String,
    /// `UserId`, `AIDA…`: this user and never another.
    pub id: String,
    /// `Arn`.
    pub arn: String,
    /// `Path`.
    pub path: String,
    /// `CreateDate`. No key of the user is older.
    pub created_at: Option<Timestamp>,
    /// The groups it is in.
    pub groups: Vec<String>,
    /// Its tags.
    pub tags: Tags,
    /// Its access keys.
    pub keys: Read<Vec<Key>>,
    /// The secret its keys are kept in, `None` if there is none of that name.
    pub secret: Read<Option<Secret>>,
}

/// One access key, without its secret half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `AccessKeyId`.
    pub id: String,
    /// Whether it may be used.
    pub status: Status,
    /// `CreateDate`.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used: LastUsed,
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It works.
    Active,
    /// It does not, and can be made to work again. AWS keeps no date of the change.
    Inactive,
}

/// When a key was last used. AWS writes the first use of each quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastUsed {
    /// No decision needs it, so nobody asked.
    NotAsked,
    /// It could not be read: this is what AWS, or the way to it, said.
    Unknown(String),
    /// Not once since it was created.
    Never,
    /// Then, and for this.
    At(Use),
}

/// One use of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// `LastUsedDate`.
    pub at: Timestamp,
    /// `ServiceName`.
    pub service: String,
    /// `Region`; AWS says `N/A` for some services.
    pub region: String,
}

/// The secret of one user, as its description shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Whose it is: the tag that binds it to one user id, if it has one.
    pub user_id: Option<String>,
    /// Whether it is on its way out and has to be restored first.
    pub deleted: bool,
    /// The versions, with and without labels.
    pub versions: Vec<Version>,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `VersionId`: of ours, derived from account, user and key.
    pub id: String,
    /// `VersionStages`.
    pub labels: BTreeSet<String>,
    /// The day somebody last read it.
    pub last_accessed: Option<Timestamp>,
}

/// The label of the value that is handed out.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of a value that was stored and not yet proven.
pub const PENDING: &str = "AWSPENDING";

impl Version {
    /// Whether it carries `label`.
    pub fn has(&self, label: &str) -> bool {
        self.labels.contains(label)
    }
}

/// Something read from AWS, or why it could not be. Unknown is never treated as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read<T> {
    /// This is what is there.
    Known(T),
    /// It could not be read: the call, and what AWS, or the way to it, said.
    Unknown {
        /// As IAM names it.
        call: &'static str,
        /// What was said.
        said: String,
    },
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
