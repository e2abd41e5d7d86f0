//! What the catalogs of `MySQL` and `MariaDB` say about the users of an event. There are no owners here, and no privileges on
//! what is yet to come but those on a whole database.

use std::collections::BTreeMap;

use super::Held;

/// The catalogs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    /// Whether the event's database is there.
    pub database: bool,
    /// The accounts of the event's names, by user and host.
    pub accounts: BTreeMap<(String, String), Account>,
    /// `partial_revokes` is on: in a grant, the name of a database is itself and no pattern.
    pub names_are_literal: bool,
    /// What they may do on databases.
    pub grants: Vec<SchemaGrant>,
    /// How many privileges on all databases each has: reported, never touched.
    pub global_grants: BTreeMap<String, usize>,
    /// What runs with the rights of a user to be dropped.
    pub held: BTreeMap<String, Vec<Held>>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Nobody can log in as it.
    pub locked: bool,
    /// How it proves who it is.
    pub plugin: String,
    /// It may administer users or the server.
    pub privileged: bool,
}

/// One privilege on one database, or on a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaGrant {
    /// `'user'@'host'`.
    pub grantee: String,
    /// The name as it stands in the grant, with its backslashes.
    pub database: String,
    /// The word.
    pub privilege: String,
}

impl Accounts {
    /// Whether some account of this user takes logins.
    pub fn can_log_in(&self, user: &str) -> bool {
        self.accounts.iter().any(|((name, _), account)| name == user && !account.locked)
    }
}
