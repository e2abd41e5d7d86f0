//! Users, their access keys and the secret the values are kept in, as this domain sees them: what a decision needs, and
//! nothing of the SDK. No secret value is ever part of it.

use jiff::Timestamp;

use crate::services::Read;
use crate::services::iam::{self, Key};
use crate::services::secrets::Version;
use crate::services::tags::Tags;

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

/// One IAM user, its keys and its secret.
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

impl From<iam::User> for User {
    fn from(user: iam::User) -> Self {
        let iam::User { name, id, arn, path, created_at, groups, tags } = user;
        Self { name, id, arn, path, created_at, groups, tags, keys: Read::NotAsked, secret: Read::NotAsked }
    }
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
