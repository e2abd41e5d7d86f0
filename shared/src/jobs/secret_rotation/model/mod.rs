//! The world as this job sees it: a secret, what its versions say, and what came of logging in with each. Never a password.

mod accounts;
mod pair;

pub use accounts::{Account, Accounts, Right};
pub use pair::{Rights, Role, Roles};

use crate::domains::databases::Login;
use crate::report::Reason;
use crate::services::Read;
use crate::services::secrets::Described;
use crate::services::sql::{Engine, SqlError};

/// What was read for one step.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Twelve digits.
    pub account: String,
    /// The secret, if there is one.
    pub secret: Option<Described>,
    /// What stands in the version with `AWSCURRENT`, where it was read.
    pub current: Option<Stored>,
    /// The same of the version this rotation makes.
    pub pending: Option<Stored>,
    /// The coming version does not follow the current one, since somebody wrote that anew meanwhile: it follows one of before. Of a
    /// version that is handed out already, the same of what somebody had written into the one before.
    pub edited: bool,
    /// The same of the version with `AWSPREVIOUS`.
    pub previous: Option<Stored>,
    /// Versions without a label that were made after the current one, newest first: what rotations left that never ended.
    pub left_over: Vec<Stored>,
    /// The proxies that log in by it, where that matters.
    pub proxies: Read<Vec<String>>,
    /// Whether the login may keep a second password, where that matters.
    pub second: Option<Second>,
    /// What the server says it is, of those whose protocol leaves that open (`MySQL`, `MariaDB`): one would take a password of the
    /// other's making for something else.
    pub speaks: Option<Result<Engine, SqlError>>,
    /// The pair as the master sees it, or why the master could not look.
    pub pair: Option<Result<Pair, Reason>>,
    /// What the coming login and the other one may do.
    pub rights: Option<Result<Rights, Reason>>,
}

/// A pair of logins, which each kind of server has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pair {
    /// Of `PostgreSQL`.
    Roles(Roles),
    /// Of `MySQL` and `MariaDB`.
    Accounts(Box<Accounts>),
}

impl Pair {
    /// Who was logged in.
    pub fn master(&self) -> &str {
        match self {
            Self::Roles(roles) => &roles.master,
            Self::Accounts(accounts) => &accounts.master,
        }
    }

    /// What one of the two has and the other has not, as the master sees it.
    pub fn compared(&self) -> Rights {
        match self {
            Self::Roles(_) => Rights::default(),
            Self::Accounts(accounts) => accounts.compared(),
        }
    }
}

/// A second password of one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Second {
    /// The server has them, and the login may keep one.
    pub allowed: bool,
    /// A rotation was left half-way: what is handed out may be the second password by now, and the next would take its place.
    pub half_way: bool,
}

/// One version that has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its id.
    pub version: String,
    /// The login it is, or what is wrong with it.
    pub login: Result<Login, String>,
    /// What came of it.
    pub tried: Tried,
}

/// What came of logging in.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    /// Nobody tried: it was not needed, or not to be sent there.
    Not,
    /// The server takes it.
    Works,
    /// The server refuses it.
    Refused,
    /// It could not be found out.
    Failed(SqlError),
}
