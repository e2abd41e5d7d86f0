//! IAM users and their access keys as IAM describes them.

use jiff::Timestamp;
use serde::Serialize;

use crate::services::tags::Tags;

/// One IAM user, without its keys.
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
    /// The names of the managed policies that are attached to it itself.
    pub policies: Vec<String>,
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

impl Key {
    /// Whether it may be used now.
    pub fn works(&self) -> bool {
        self.status == Status::Active
    }
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It works.
    Active,
    /// It does not, and can be made to work again. AWS keeps no date of the change.
    Inactive,
    /// It does not, since its time is over.
    Expired,
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
