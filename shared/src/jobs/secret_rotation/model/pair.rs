//! A pair of logins that take turns, as the catalogs of `PostgreSQL` have it: the base, and its clone, which acts as the base.

use std::collections::BTreeSet;

/// What was read as the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The server's major version.
    pub version: u32,
    /// Who was logged in.
    pub master: String,
    /// The first of the two.
    pub base: Option<Role>,
    /// The second.
    pub clone: Option<Role>,
    /// Whether the clone is a member of the base, and whether that is enough: it has the base's rights and may act as it.
    pub membership: Option<bool>,
    /// The base is this secret's: it is the current one, or the clone or a version of the secret shows it.
    pub known: bool,
    /// What the clone has besides the base, in words: things it owns, rights and memberships of its own.
    pub own: Vec<String>,
    /// As whom everybody's sessions act who say nothing else: in which database (empty for all).
    pub everybodys: BTreeSet<(String, String)>,
}

impl Roles {
    /// Whether the clone shows by itself that it is the second of `base`: it is a member, and its sessions act as the base, or as
    /// whom the base's own act. Nobody sets that but who may change both.
    pub fn is_shown_by_the_clone(&self, base: &str) -> bool {
        let acts = |role: &Option<Role>| {
            let all = role.iter().flat_map(|role| &role.settings);
            let mut of_all = all.filter(|(database, name, _)| database.is_empty() && name == "role");
            of_all.next().map(|(_, _, whom)| whom.clone())
        };
        let Some(whom) = acts(&self.clone).filter(|_| self.membership == Some(true)) else { return false };
        whom == base || Some(whom) == acts(&self.base)
    }
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Role {
    /// It may do more on the server than its grants say.
    pub privileged: bool,
    /// The master may change it, and make others its members.
    pub administered: bool,
    /// How many sessions it may have; -1 is any number.
    pub connections: i32,
    /// When its password runs out.
    pub until: Option<String>,
    /// What is set for its sessions: in which database (empty for all), what, to what.
    pub settings: BTreeSet<(String, String, String)>,
}

/// What the two may do, compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// What one of them has and the other has not, in words.
    pub differ: Vec<String>,
}
