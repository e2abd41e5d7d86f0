//! What the catalogs of `PostgreSQL` say about the database of an event, its users, and what they may do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::acl::{Grant, Privileges};

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
    /// What is known of the extensions the event wants.
    pub wanted_extensions: BTreeMap<String, Extension>,
    /// Schemas in which somebody else than the server and the master owns, or may make, what a script could come upon.
    pub shared_schemas: BTreeSet<String>,
    /// What a user to be dropped, or the group of a preset, still holds, by user.
    pub held: BTreeMap<String, Vec<Held>>,
    /// `createrole_self_grant`: what of a role it makes the master gives itself, as inheriting and as becoming it.
    pub self_grant: (bool, bool),
}

/// An extension as the server has it at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extension {
    /// The schema it goes to, where it says so itself.
    pub schema: Option<String>,
    /// Where the extensions are that it needs: its script may look there, too.
    pub leans_on: BTreeSet<String>,
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
    /// `rolcreatedb`.
    pub creates_databases: bool,
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
    pub schema: Arc<str>,
    /// Its name as SQL has it behind the schema, quoted, with the arguments of a routine.
    pub sql_name: String,
    /// Its owner.
    pub owner: Arc<str>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Held {
    /// The database; `None` is what all share.
    pub database: Option<String>,
    /// How many objects it owns there. What it gives by default to others is none.
    pub owns: i64,
    /// How many privileges, policies and the like name it there.
    pub named: i64,
    /// What it owns there and what names it, by name; what nobody looked up is not there.
    #[serde(skip)]
    pub things: Vec<Thing>,
    /// The schemas of those, by name.
    #[serde(skip)]
    pub places: BTreeMap<String, Place>,
    /// How many temporary things it owns there: they go with their session, and are not among the others.
    #[serde(skip)]
    pub fleeting: i64,
    /// What it owns there and its heir could not, as the server says.
    #[serde(skip)]
    pub not_for_heir: Vec<NotForHeir>,
    /// Why nobody could look there.
    #[serde(skip)]
    pub closed: Option<String>,
}

/// Something that an heir could not own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotForHeir {
    /// What it is, in words.
    pub what: String,
    /// All it takes is that the heir may make things in the database.
    pub takes_create: bool,
}

/// A schema as somebody who is to own something in it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its owner; where that is whoever owns the database, that role.
    pub owner: String,
    /// Who may make things in it.
    pub makers: BTreeSet<String>,
}

/// Something that a role owns, or that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub what: ThingKind,
    /// Its name as SQL has it, quoted; of a default, the schema it is for, or nothing.
    pub sql_name: String,
    /// The schema it is in, as it is.
    pub schema: Option<String>,
    /// Whose it is.
    pub owner: String,
    /// The column that is meant, quoted, where it is one of a table.
    pub column: Option<String>,
    /// Whether it is a sequence of a table's column, which has the owner of its table.
    pub goes_with_table: bool,
    /// What is granted on it, as far as the role gave it or got it.
    pub grants: Vec<Grant>,
    /// Whom a policy is for.
    pub roles: Vec<String>,
}

/// See [`Thing::what`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThingKind {
    /// What GRANT calls by this word.
    Grantable(&'static str),
    /// What somebody gives by default, on what GRANT calls by this word.
    Default(&'static str),
    /// A policy on a table, which the name has behind it.
    Policy,
    /// A login at another server.
    UserMapping,
    /// Anything else.
    Other,
}

impl Thing {
    /// Whether it goes with the session that made it.
    pub fn is_temporary(&self) -> bool {
        self.schema.as_deref().is_some_and(|schema| schema.starts_with("pg_temp_"))
    }

    /// Whether the role `user` owns it.
    pub fn is_of(&self, user: &str) -> bool {
        self.owner == user && matches!(self.what, ThingKind::Grantable(_) | ThingKind::Other)
    }

    /// Who, other than its owner, gave `user` something on it.
    pub fn other_grantors<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.grants.iter().filter(move |grant| &*grant.grantee == user && *grant.grantor != *self.owner);
        own.map(|grant| &*grant.grantor)
    }

    /// To whom `user` passed on what it has on it.
    pub fn passed_on<'a>(&'a self, user: &'a str) -> impl Iterator<Item = (&'a str, Privileges)> {
        let passed = self.grants.iter().filter(move |grant| &*grant.grantor == user && self.owner != user);
        passed.map(|grant| (&*grant.grantee, grant.privileges))
    }
}
