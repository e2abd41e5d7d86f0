//! What a database looks like, as far as rules and their plan go by it: read from a server's catalog, never from its rows.

mod column;

use serde::Serialize;

use crate::report::fingerprint;
use crate::services::sql::Engine;

pub use column::{Column, Computed, Equality, TypeClass};

/// One database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// What its server speaks.
    pub engine: Engine,
    /// The major version of the server.
    pub version: u32,
    /// The database's name.
    pub database: String,
    /// Who asked, and would carry the plan out.
    pub user: String,
    /// Whether they may make a schema of their own here.
    pub may_create: bool,
    /// Whose the schema is that the plan would make, where it is there already.
    pub helper_owner: Option<String>,
    /// All tables, partitions with their root.
    pub tables: Vec<Table>,
    /// In the order in which they can be refreshed.
    pub materialised: Vec<Materialised>,
    /// What leads out of the database, or brings something in.
    pub roads: Vec<Road>,
    /// Triggers on statements of the whole database, without those of extensions.
    pub event_triggers: Vec<String>,
    /// How many large objects there are.
    pub large_objects: u64,
    /// What whoever asked does not get to see of it, so that nothing here says anything about it.
    pub unseen: Vec<String>,
    /// What is of a kind that nobody has thought of.
    pub strange: Vec<Strange>,
}

/// Something of a kind that nobody has thought of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strange {
    /// What it is.
    pub what: String,
    /// What is strange about it.
    pub why: String,
}

/// A name in a schema, or in a database of `MySQL`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Name {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

/// One table, with all its partitions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Whose it is; nobody's on `MySQL` and `MariaDB`.
    pub owner: Option<Owner>,
    /// See [`TableKind`].
    pub kind: TableKind,
    /// About how many rows, as the server reckons.
    pub rows: u64,
    /// What it takes with its indexes.
    pub bytes: u64,
    /// Its partitions, and theirs.
    pub parts: Vec<Name>,
    /// What it inherits from, without being a partition.
    pub parents: Vec<Name>,
    /// In their order.
    pub columns: Vec<Column>,
    /// Unique and exclusive indexes.
    pub uniques: Vec<Unique>,
    /// What it refers to.
    pub foreign_keys: Vec<ForeignKey>,
    /// Code of the database that a rewrite or an update would run.
    pub code: Vec<Code>,
    /// Of users, on the table and its partitions.
    pub triggers: Vec<Trigger>,
    /// Whether rules rewrite what is done to it.
    pub has_rewrite_rules: bool,
    /// Whether policies say who sees which rows.
    pub row_security: bool,
    /// Whether its owner, too, sees only what policies let them.
    pub forces_row_security: bool,
    /// Whether a partition belongs to somebody else.
    pub mixed_owners: bool,
    /// Whether it keeps what rows were.
    pub versioned: bool,
    /// Columns the server keeps histograms of.
    pub histograms: Vec<String>,
    /// Constraints that are checked, and touch these columns.
    pub checks: Vec<Check>,
    /// What has statistics of its own.
    pub derived: Vec<Derived>,
    /// It or its partitions, where they are empty and the server may have statistics of what was in them.
    pub stale: Vec<Name>,
}

/// What has statistics besides columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Derived {
    /// Its name.
    pub name: Name,
    /// Which of them.
    pub kind: DerivedKind,
    /// Every column of the table that it goes by.
    pub columns: Vec<String>,
    /// The names of those expressions that have statistics, of an index.
    pub expressions: Vec<String>,
    /// Whether its statistics are kept from being made anew.
    pub off: bool,
}

/// What has statistics besides columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DerivedKind {
    /// An index by an expression.
    #[default]
    Index,
    /// What `CREATE STATISTICS` made.
    Extended,
}

/// What sort of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableKind {
    /// One of its own.
    #[default]
    Ordinary,
    /// The root of partitions.
    Partitioned,
    /// Its rows are elsewhere.
    Foreign,
    /// It inherits, or is inherited from, without being a partition.
    Inheriting,
    /// What is done to it is done at once, and cannot be undone with the rest.
    Untransacted,
    /// Nobody knows what a statement does to it.
    Unknown,
}

/// Whose a table is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The role.
    pub name: String,
    /// Whether whoever asked can act as this role.
    pub reach: Reach,
}

/// Whether a role can be acted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// It is whoever asked.
    Oneself,
    /// They are a member who may.
    #[default]
    Member,
    /// They are not.
    Out,
    /// It may do anything, so nothing is to run as it.
    Superuser,
}

/// A unique index, or one that excludes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unique {
    /// Its name.
    pub name: String,
    /// Every column it goes by, also within expressions.
    pub columns: Vec<String>,
    /// What it goes by besides columns themselves.
    pub expression: Option<String>,
    /// Whether two nulls are two values.
    pub nulls_distinct: bool,
    /// For which rows it holds, where that is not for all.
    pub condition: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignKey {
    /// Its name.
    pub name: String,
    /// The table it is on: this one or a partition.
    pub on: Name,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it refers to, or the root of the partition it refers to.
    pub references: Name,
    /// The columns there.
    pub referenced: Vec<String>,
    /// As the server writes it.
    pub definition: String,
    /// What was said about it.
    pub comment: Option<String>,
    /// Whether it takes all of its columns null, or none.
    pub full: bool,
}

/// Code of the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    /// Where it stands, as `check positive`.
    pub place: String,
    /// The functions in it that are not the server's own.
    pub calls: Vec<String>,
}

/// A constraint with the columns it touches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What it goes by.
    pub columns: Vec<String>,
}

/// A trigger of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trigger {
    /// The table it is on: this one or a partition.
    pub on: Name,
    /// Its name.
    pub name: String,
    /// When it fires.
    pub state: TriggerState,
    /// What fires it, where it cannot be put to sleep.
    pub event: TriggerEvent,
}

/// What fires a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum TriggerEvent {
    Insert,
    #[default]
    Update,
    Delete,
    /// More than one, or one that nobody has thought of.
    Other,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TriggerState {
    /// As most.
    #[default]
    Enabled,
    /// Never.
    Disabled,
    /// On replicas alone.
    Replica,
    /// Everywhere.
    Always,
}

/// A view that keeps what it showed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Materialised {
    /// Its name.
    pub name: Name,
    /// Whose it is.
    pub owner: Owner,
    /// Code of the database that filling it runs.
    pub code: Vec<Code>,
    /// Whether it holds anything to be filled anew.
    pub is_filled: bool,
    /// In their order.
    pub columns: Vec<String>,
    /// What has statistics of its own.
    pub derived: Vec<Derived>,
    /// Columns whose statistics are kept from being made anew.
    pub statistics_off: Vec<String>,
    /// Whether it is empty and the server may have statistics of what was in it.
    pub is_stale: bool,
    /// The tables it shows.
    pub sources: Vec<Name>,
}

/// What leads out of the database, or brings something in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Road {
    /// What it is, and its name.
    pub what: String,
    /// How it is cut, in the clone.
    pub cut: String,
}

impl Name {
    /// From both parts.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }

    /// So that no other is written alike.
    pub fn path(&self) -> String {
        path(&[&self.schema, &self.name])
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// The one way to write a path of names: no two paths are written alike, whatever the names hold.
pub fn path(names: &[&str]) -> String {
    let one = |name: &&str| {
        let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-'));
        if is_plain { (*name).to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    };
    names.iter().map(one).collect::<Vec<_>>().join(".")
}

impl Schema {
    /// What rules were written for: it changes when a table, a column or a type does.
    pub fn fingerprint(&self) -> String {
        let columns = self.tables.iter().flat_map(|table| {
            let of = |column: &Column| (table.name.to_string(), column.name.clone(), column.ty.clone());
            table.columns.iter().map(of).collect::<Vec<_>>()
        });
        let mut columns: Vec<_> = columns.collect();
        columns.sort();
        fingerprint(&columns)
    }

    /// The table of this name, as rules name it.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.to_string() == name)
    }
}

impl Table {
    /// Its column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of its primary key, where the server is `MySQL` or `MariaDB`, which call it always the same.
    pub fn primary_key(&self) -> Option<&[String]> {
        self.uniques.iter().find(|unique| unique.name == "PRIMARY").map(|unique| unique.columns.as_slice())
    }

    /// It and its partitions.
    pub fn relations(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.name).chain(&self.parts)
    }

    /// Whether `column` is one of `changed`, or is computed from one, however far away.
    pub fn follows(&self, column: &Column, changed: &dyn Fn(&Column) -> bool) -> bool {
        let mut open = vec![column];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(column) = open.pop() {
            if changed(column) {
                return true;
            }
            if seen.insert(&column.name)
                && let Some(computed) = &column.computed
            {
                open.extend(computed.columns.iter().filter_map(|name| self.column(name)));
            }
        }
        false
    }
}
