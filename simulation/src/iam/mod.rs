//! AWS IAM in memory, as far as it is asked: users that are known by an id whatever they are called, their keys, tags and
//! groups, pages. A key is known everywhere some seconds after it was made; its last use is noted by the quarter of an hour.

mod read;
mod state;
mod write;

use jiff::{SignedDuration, Timestamp};

use crate::wire::{self, Answered, Refusal, Request};

pub use state::{Iam, Key, KeyFace, User, UserFace};
pub use write::with;

/// What a call did to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The user's id.
    pub user: String,
    /// What.
    pub deed: Deed,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a call of AWS's own")]
pub enum Deed {
    Minted { key: String },
    Switched { key: String, on: bool },
    Deleted { key: String },
    Tagged { set: Vec<(String, String)> },
    Untagged { keys: Vec<String> },
}

/// What a call showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A page of all users.
    Users(Vec<UserFace>),
    /// One user, by its name.
    User(UserFace),
    /// The keys of the user of this id: of each its id and whether it works.
    Keys(String, Vec<(String, bool)>),
}

/// An answer of this service.
pub type Outcome = wire::Outcome<Effect, Shown>;

impl Iam {
    /// Carries `request` out at `now`; what is read is as it was `lag` ago.
    pub fn answer(&mut self, request: &mut Request, now: Timestamp, lag: SignedDuration) -> Answered<Outcome> {
        let then = now.checked_sub(lag).unwrap_or(now);
        match request.action.as_str() {
            "iam:GetAccountAuthorizationDetails" => self.details(request, then),
            "iam:GetUser" => self.get_user(request, then),
            "iam:ListAccessKeys" => self.list_keys(request, then),
            "iam:GetAccessKeyLastUsed" => self.last_used(request, then),
            "iam:CreateAccessKey" => self.create_key(request, now),
            "iam:UpdateAccessKey" => self.update_key(request, now),
            "iam:DeleteAccessKey" => self.delete_key(request, now),
            "iam:TagUser" => self.tag_user(request, now),
            "iam:UntagUser" => self.untag_user(request, now),
            other => Err(Refusal::OfSimulation(format!("{other}, which the simulation does not know"))),
        }
    }
}

#[cfg(test)]
mod tests;
