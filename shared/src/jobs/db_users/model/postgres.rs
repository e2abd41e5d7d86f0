//! What the catalogs of `PostgreSQL` say about the database of an event, its users, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// The catalogs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    /// Every role of the server.
    pub roles: BTreeMap<String, Role>,
    /// Who is a member of what.
    pub memberships: Vec<Membership>,
    /// The event's database; `None` if there is none of that name.
    pub database: Option<Database>,
    /// Every schema of it but the server's own.
    pub schemas: BTreeMap<String, Schema>,
    /// Tables, sequences and routines in the schemas that matter.
    pub objects: Vec<Object>,
    /// Default privileges that name one of the event's users.
    pub defaults: Vec<DefaultGrant>,
    /// Grants on single columns, by user: reported, never touched.
    pub column_grants: BTreeMap<String, usize>,
    /// Extensions of the database.
    pub extensions: BTreeSet<String>,
    /// Of the extensions the event wants, those that say themselves which schema they go to.
    pub placed_extensions: BTreeSet<String>,
    /// What a user to be dropped still holds, by user.
    pub held: BTreeMap<String, Vec<Held>>,
}

impl Catalog {
    /// Whether `member` is one of `role`, by whatever chain.
    pub fn is_member(&self, member: &str, role: &str) -> bool {
        self.reached(member, |_| true).contains(role)
    }

    /// The roles `member` is one of, by whatever chain of memberships that count; itself only in a circle.
    pub fn reached<'a>(&'a self, member: &str, counts: impl Fn(&Membership) -> bool) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let roles_of = |member: &str| -> Vec<&'a str> {
            let rows = self.memberships.iter().filter(|row| row.member == member && counts(row));
            rows.map(|row| row.role.as_str()).collect()
        };
        let mut todo = roles_of(member);
        while let Some(role) = todo.pop() {
            if reached.insert(role) {
                todo.extend(roles_of(role));
            }
        }
        reached
    }
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "as pg_roles has them")]
pub struct Role {
    /// `rolcanlogin`.
    pub login: bool,
    /// `rolsuper`.
    pub superuser: bool,
    /// `rolcreaterole`.
    pub creates_roles: bool,
    /// `rolreplication` or `rolbypassrls`.
    pub privileged: bool,
    /// What its `role` setting makes it become when it logs in.
    pub becomes: Option<String>,
}

/// A row of `pg_auth_members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The role.
    pub role: String,
    /// Who is a member of it.
    pub member: String,
    /// Who made it so.
    pub grantor: String,
    /// May make others members.
    pub admin: bool,
    /// Has the role's privileges. Before version 16, whether the member inherits at all.
    pub inherit: bool,
    /// May become the role. Always, before version 16.
    pub set: bool,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Database {
    /// Its owner.
    pub owner: String,
    /// What is granted on it.
    pub grants: Vec<Grant>,
}

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Its owner.
    pub owner: String,
    /// What is granted on it.
    pub grants: Vec<Grant>,
}

/// One privilege of one grantee.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// A user of the event, or `PUBLIC`.
    pub grantee: String,
    /// Who granted it.
    pub grantor: String,
    /// Its word.
    pub privilege: String,
}

/// What an object is, as far as privileges go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectKind {
    /// Tables, partitioned and foreign ones, views and materialised views.
    Table,
    /// Sequences.
    Sequence,
    /// Functions, procedures and aggregates.
    Routine,
}

impl ObjectKind {
    /// As GRANT names all of them in a schema, and default privileges the coming ones.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Table => "TABLES",
            Self::Sequence => "SEQUENCES",
            Self::Routine => "ROUTINES",
        }
    }

    /// As GRANT names one.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Table => "TABLE",
            Self::Sequence => "SEQUENCE",
            Self::Routine => "ROUTINE",
        }
    }
}

/// A table, sequence or routine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its schema.
    pub schema: String,
    /// Its name as SQL has it behind the schema, quoted, with the arguments of a routine.
    pub sql_name: String,
    /// Its owner.
    pub owner: String,
    /// It belongs to an extension, which looks after it.
    pub of_extension: bool,
    /// What is granted on it.
    pub grants: Vec<Grant>,
}

/// An entry of `pg_default_acl` for one of the event's users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultGrant {
    /// Whose objects of tomorrow.
    pub creator: String,
    /// In this schema, or in all.
    pub schema: Option<String>,
    /// What kind.
    pub kind: ObjectKind,
    /// Who gets it.
    pub grantee: String,
    /// What.
    pub privilege: String,
}

/// What a role holds in one database, or in what all databases share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The database; `None` is what all share.
    pub database: Option<String>,
    /// How many objects it owns there.
    pub owns: i64,
    /// How many privileges, policies and the like name it there.
    pub named: i64,
    /// Whose objects it has privileges on there: only those can take them back.
    #[serde(skip)]
    pub owners: Vec<String>,
}
