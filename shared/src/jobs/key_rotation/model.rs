//! Users, their access keys and the secret the values are kept in, as this domain sees them: what a decision needs, and
//! nothing of the SDK. No secret value is ever part of it.

use jiff::Timestamp;

use crate::domains::keys::signs::QUARANTINE;
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
    /// It was called compromised, and not only suspected.
    pub compromised: bool,
}

/// A key that leaked, or may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compromised {
    /// Whose, if anybody says so.
    pub user: Option<String>,
    /// AWS itself says whose it is.
    pub known: bool,
    /// Its id; [`EVERY_KEY`] where a sign is about a user and names none.
    pub key: String,
}

impl Compromised {
    /// The id of a key as AWS writes it: in capitals, with nothing around it.
    pub fn id(text: &str) -> String {
        text.trim().to_ascii_uppercase()
    }
}

/// In the place of a key's id: whatever the user has.
pub const EVERY_KEY: &str = "every-key";

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
    /// The names of the managed policies attached to it.
    pub policies: Vec<String>,
    /// Its access keys.
    pub keys: Read<Vec<Key>>,
    /// The secret its keys are kept in, `None` if there is none of that name.
    pub secret: Read<Option<KeySecret>>,
}

impl From<iam::User> for User {
    fn from(user: iam::User) -> Self {
        let iam::User { name, id, arn, path, created_at, groups, tags, policies } = user;
        let (keys, secret) = (Read::NotAsked, Read::NotAsked);
        Self { name, id, arn, path, created_at, groups, tags, policies, keys, secret }
    }
}

impl User {
    /// Somebody of whom nothing is known but that a key of this name's leaked.
    pub fn known_by_name(name: &str) -> Self {
        let (name, id, arn) = (name.to_owned(), String::new(), String::new());
        let (path, groups, policies) = (String::new(), Vec::new(), Vec::new());
        let (tags, keys, secret) = (Tags::in_any_case([("", ""); 0]), Read::NotAsked, Read::NotAsked);
        Self { name, id, arn, path, created_at: None, groups, tags, policies, keys, secret }
    }

    /// The policy AWS put it under quarantine with, if it is.
    pub fn quarantine(&self) -> Option<&str> {
        self.policies.iter().map(String::as_str).find(|name| name.starts_with(QUARANTINE))
    }
}

/// Who else decides what a secret holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruler {
    /// A rotation function: its ARN, where it is known.
    Rotation(String),
    /// A service of AWS.
    Service(String),
    /// It is a copy; this is the Region of the one that is written.
    Primary(String),
}

/// The secret of one user, as its description shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySecret {
    /// What it is called: not always as its user is called now.
    pub name: String,
    /// Who rules it beside this tool: then it is left alone.
    pub ruled_by: Option<Ruler>,
    /// Whose it is: the tag that binds it to one user id, if it has one.
    pub user_id: Option<String>,
    /// Whether it is on its way out and has to be restored first.
    pub deleted: bool,
    /// The versions, with and without labels.
    pub versions: Vec<Version>,
}
