//! A plan to anonymise: steps that are data, each with the SQL it comes to, and what stands in their way. It holds no key and no
//! value of the database.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::anonymise::schema::Table;
use crate::report::{Code, PlanDigest};
use crate::services::sql::{Engine, literal, mysql_literal};

/// Where the steps keep what they need, and how far they are.
pub const HELPER: &str = "nightshift_anon";
/// What the server keeps with the table of progress: a table that says nothing of the kind is somebody else's.
pub const COMMENT: &str = "nightshift: how far an anonymisation is";
/// The first line of progress, which has the whole run in it.
pub const BEGUN: &str = "begun";

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Plan {
    /// A field is only ever added.
    pub schema: u32,
    /// What the server speaks.
    #[schemars(with = "String")]
    pub engine: Engine,
    /// Its major version.
    pub version: u32,
    /// The database.
    pub database: String,
    /// Of its schema: what rules can name, so that they hold for no other.
    pub fingerprint: String,
    /// Of the steps.
    pub digest: PlanDigest,
    /// What stands in the way; with one of these, nothing is carried out.
    pub blockers: Vec<Blocker>,
    /// The joins there are, each with a key of its own, in the order of their numbers.
    pub joins: Vec<String>,
    /// In order. Those of tables that something stands in the way of are not among them.
    pub steps: Vec<Step>,
    /// Tables of which every column is kept.
    pub kept: Vec<String>,
    /// What can still refuse a value while a step runs, and then undoes it.
    pub watched: Vec<String>,
    /// What still holds originals when all is done, and why nobody reads it.
    pub remains: Vec<Remains>,
}

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blocker {
    /// The table, column or whatever it is.
    pub object: String,
    /// Why, for machines.
    #[schemars(with = "String")]
    pub code: &'static Code,
    /// Why, in words.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

/// One thing that is done, whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What its line of progress says.
    pub id: String,
    /// See [`Work`].
    pub work: Work,
    /// As which role; whoever logged in, where there is none.
    pub role: Option<String>,
    /// Each table it works on, how and why.
    pub tables: Vec<Worked>,
    /// What is sent, one message after the other.
    pub batches: Vec<Batch>,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A schema with functions and a table of progress.
    Prepare,
    /// Rows go.
    Empty,
    /// Values are replaced.
    Mask,
    /// Views that keep what they showed are filled anew.
    Refresh,
    /// Statistics are made anew.
    Analyse,
    /// The schema goes again.
    Finish,
}

/// One table in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Worked {
    /// Its name.
    pub table: String,
    /// About how many rows it has.
    pub rows: u64,
    /// How.
    pub method: Method,
    /// Why so.
    pub why: String,
    /// What becomes of each column that is not kept.
    pub columns: Vec<Masked>,
}

impl Worked {
    /// A table whose rows go.
    pub(super) fn emptied(table: &Table) -> Self {
        Self {
            table: table.name.to_string(),
            rows: table.rows,
            method: Method::Truncate,
            why: "the rules empty it".to_owned(),
            columns: Vec::new(),
        }
    }
}

/// How values get into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One `ALTER TABLE` writes the table and its indexes anew, and fires no trigger.
    Rewrite,
    /// An `UPDATE`, and then the table is built anew, since old rows lie in it.
    Update,
    /// Its rows go at once.
    Truncate,
    /// It is only read.
    Read,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Masked {
    /// Its name.
    pub column: String,
    /// The rule, in words.
    pub rule: String,
    /// Columns of one join have the same pseudonym for the same value.
    pub join: Option<String>,
    /// What becomes of values inside of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<MaskedPart>,
}

/// What becomes of a value inside of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaskedPart {
    /// Its path, or `[*]` for each element of an array.
    pub path: String,
    /// The rule, in words.
    pub rule: String,
    /// As that of a column.
    pub join: Option<String>,
}

/// What is sent in one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Batch {
    /// All of it or nothing, with the line of progress in the same transaction. Otherwise each statement is sent by itself, and can
    /// be sent again.
    pub atomic: bool,
    /// In order.
    pub statements: Vec<String>,
    /// What has to hold for its line of progress, and so for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// What still holds originals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Remains {
    /// Where.
    pub place: String,
    /// Why it is there, and why nobody reads it.
    pub why: String,
}

impl Blocker {
    /// With what the table of codes has to say about it.
    pub(super) fn new(object: impl Into<String>, code: &'static Code, message: impl Into<String>) -> Self {
        let fix = code.fix.unwrap_or_default().to_owned();
        Self { object: object.into(), code, message: message.into(), fix }
    }

    /// With a next step of its own.
    #[must_use]
    pub(super) fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}

impl Plan {
    /// The steps, if nothing stands in their way.
    pub fn ready(&self) -> Result<&[Step], &[Blocker]> {
        if self.blockers.is_empty() { Ok(&self.steps) } else { Err(&self.blockers) }
    }

    /// Every statement, as it is sent.
    pub fn sql(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let _ = writeln!(text, "-- {}", step.id);
            for message in step.messages(self.engine) {
                let _ = writeln!(text, "{message}");
            }
            text.push('\n');
        }
        text
    }
}

impl Step {
    /// What is sent, message by message.
    pub fn messages(&self, engine: Engine) -> Vec<String> {
        self.batches.iter().flat_map(|batch| self.of_batch(batch, engine)).collect()
    }

    /// The messages of one of its batches.
    pub fn of_batch(&self, batch: &Batch, engine: Engine) -> Vec<String> {
        if batch.atomic {
            return vec![whole(engine, batch, &self.id)];
        }
        batch.statements.iter().map(|statement| format!("{statement};")).collect()
    }
}

/// What the session was told under `name`. A session that was not told leaves no line of progress.
pub(super) fn told(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Postgres => format!("current_setting('{HELPER}.{name}')"),
        Engine::Mysql | Engine::Mariadb => format!("@{HELPER}_{name}"),
    }
}

/// The digest of these steps in this database, with the joins by whose keys they go.
pub fn digest(engine: Engine, database: &str, joins: &[String], steps: &[Step]) -> PlanDigest {
    let sent: Vec<_> = steps.iter().map(|step| step.messages(engine)).collect();
    PlanDigest::of("anonymise", database, &(joins, sent))
}

/// One message, so that a server goes on with it to its end even where nobody waits for the answer any more.
fn whole(engine: Engine, batch: &Batch, id: &str) -> String {
    let (begin, id): (&[&str], _) = match engine {
        // Names are the server's own, wherever the message is sent from.
        Engine::Postgres => (&["BEGIN", "SET LOCAL search_path = pg_catalog, pg_temp"], literal(id)),
        Engine::Mysql | Engine::Mariadb => (&["START TRANSACTION"], mysql_literal(id)),
    };
    let id = batch.condition.as_ref().map_or_else(|| id.clone(), |holds| format!("CASE WHEN {holds} THEN {id} END"));
    let begin = begin.iter().map(|&statement| statement.to_owned());
    let progress = format!("INSERT INTO {HELPER}.progress (step, run) VALUES ({id}, {})", told(engine, "run"));
    let all = begin.chain(batch.statements.iter().cloned()).chain([progress, "COMMIT".to_owned()]);
    all.map(|statement| format!("{statement};")).collect::<Vec<_>>().join("\n")
}
