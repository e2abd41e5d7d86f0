//! A pair of logins that take turns, as `MySQL` and `MariaDB` have it: two accounts with the same rights. Nobody owns anything
//! there, so that what either makes is both's as far as their rights go.

use std::collections::BTreeSet;

use super::Rights;
use crate::domains::databases::names::CLONE;
use crate::services::sql::Engine;

/// What was read as the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// The server's engine.
    pub engine: Engine,
    /// Who was logged in.
    pub master: String,
    /// The name of the first of the two; the second's is the same with an ending.
    pub name: String,
    /// From where both may log in.
    pub host: String,
    /// The first.
    pub base: Option<Account>,
    /// The second.
    pub clone: Option<Account>,
    /// The one that is not current is this secret's, or is not there yet.
    pub known: bool,
    /// What the server says it is.
    pub speaks: Engine,
    /// Other hosts from which the first may log in, by accounts of their own.
    pub elsewhere: BTreeSet<String>,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Nobody can log in as it.
    pub locked: bool,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// The roles it is a member of, as SQL names them, and whether it may make others members.
    pub roles: BTreeSet<(String, bool)>,
    /// The roles it has when it logs in.
    pub default_roles: BTreeSet<String>,
    /// Queries, updates and connections an hour, and connections at once; 0 is any number.
    pub limits: [u64; 4],
    /// How its password is kept, as the server calls it.
    pub plugin: String,
    /// What its roles let it do, and theirs.
    pub by_roles: BTreeSet<Right>,
    /// What TLS it has to come by, as the server's tables say it.
    pub tls: String,
    /// What another account cannot be given, in words.
    pub odd: Vec<String>,
}

/// One word of a grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// What it is on, as SQL names it.
    pub on: String,
    /// The word, with its column where it has one; `GRANT OPTION` is one.
    pub word: String,
}

impl Account {
    /// The limit that marks an account which is being made: nobody can log in as it, and nobody would set just this.
    pub const MARK: u64 = 4_011_985;

    /// Whether a rotation made it and got no further.
    pub fn is_half_made(&self) -> bool {
        self.locked && self.limits[0] == Self::MARK
    }
}

impl Accounts {
    /// The other of the two, if it is there.
    pub fn other_than(&self, user: &str) -> Option<&Account> {
        if user == self.name { self.clone.as_ref() } else { self.base.as_ref() }
    }

    /// What one of the two may do and the other not.
    pub fn compared(&self) -> Rights {
        let (Some(base), Some(clone)) = (&self.base, &self.clone) else { return Rights::default() };
        let clone_name = format!("{}{CLONE}", self.name);
        let said = |account: &Account| {
            let rights = account.rights.iter().map(|right| format!("{} on {}", right.word, right.on));
            let roles = account.roles.iter().map(|(role, passes)| {
                format!("membership in {role}{}", if *passes { " with admin option" } else { "" })
            });
            let defaults = account.default_roles.iter().map(|role| format!("{role} as a default role"));
            rights.chain(roles).chain(defaults).collect::<BTreeSet<_>>()
        };
        let (own, others) = (said(base), said(clone));
        let only = |name: &str, what: &String| format!("only {name} has {what}");
        let of_base = own.difference(&others).map(|what| only(&self.name, what));
        let of_clone = others.difference(&own).map(|what| only(&clone_name, what));
        Rights { differ: of_base.chain(of_clone).collect() }
    }
}
