//! What is looked for when a plan was carried out: samples of what was there before, kept as keyed hashes alone, and a needle that was
//! planted; in every column of every table, in what the server keeps of columns and of statements, and in the catalog's own texts. All of
//! it is SQL: no original leaves the database.

mod catalog;
mod mysql;
mod postgres;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::begun::Kept;
use super::plan::{MaskedPart, Work, Worked};
use super::schema::{Column, Name, Schema, Table, TableKind, TriggerState, TypeClass};
use crate::services::sql::Engine;

/// A value is looked for only if it is at least so long: a shorter one is met by chance.
const SHORTEST: usize = 8;
/// Nor one that is longer.
const LONGEST: usize = 400;
/// Of so many rows.
const ROWS: usize = 2_000;
/// At most so many values of a column.
const VALUES: usize = 200;
/// What is planted is no longer than this, as a mail address.
const PLANTED: u32 = 30;
/// Rules by which a value can become what another one was: values stay, or come from short lists.
const BY_CHANCE: [&str; 8] =
    ["shuffle", "round", "fake name", "fake first-name", "fake last-name", "fake city", "fake company", "fake address"];

/// One check, as a run says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked for, and where.
    pub check: String,
    /// How much was looked at.
    pub looked_at: String,
    /// What was found. Anything fails the run.
    pub found: Vec<String>,
}

/// A script for one table, before the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampling {
    /// The table.
    pub table: String,
    /// What its line of progress says.
    pub line: String,
    /// Statements that commit by themselves, before the others.
    pub before: Vec<String>,
    /// One transaction that keeps samples and plants the needle.
    pub whole: String,
    /// The same without planting, for a table that refuses it. Both are one where nothing is planted.
    pub plain: String,
}

/// A question about what is there when all is done. Each row of its answer is a finding: what, where, how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub about: String,
    /// How much of it is looked at.
    pub looks_at: String,
    /// What is sent.
    pub script: String,
    /// Whether it counts where it is refused: what it cannot look at, the run does not vouch for.
    pub needed: bool,
}

/// A column that a plan changes, and how.
#[derive(Debug)]
struct Ruled<'a> {
    column: &'a Column,
    rule: &'a str,
    /// What becomes of values inside of it.
    parts: &'a [MaskedPart],
    /// Whether another column is put together with it by its values.
    is_joined: bool,
}

/// The samples of every table that `kept` changes.
pub fn samplings(schema: &Schema, kept: &Kept) -> Vec<Sampling> {
    let sampling = |(table, ruled): (&Table, Vec<Ruled<'_>>)| match schema.engine {
        Engine::Postgres => postgres::sampling(table, &ruled, schema),
        Engine::Mysql | Engine::Mariadb => mysql::sampling(table, &ruled, schema),
    };
    changed(schema, kept).into_iter().map(sampling).collect()
}

/// What is asked when all but the last step is done. `statements` are the schemas that `pg_stat_statements` is in, and `accepted` the
/// objects of the catalog whose texts somebody has read.
pub fn questions(schema: &Schema, kept: &Kept, statements: &[String], accepted: &BTreeSet<String>) -> Vec<Question> {
    let emptied: Vec<_> = kept
        .steps
        .iter()
        .filter(|step| step.work == Work::Empty)
        .flat_map(|step| step.tables.iter().map(|table| table.table.as_str()))
        .collect();
    let ruled = changed(schema, kept);
    let of = |table: &Table| {
        let name = table.name.to_string();
        let ruled = ruled.iter().find(|(other, _)| other.name == table.name);
        (emptied.contains(&name.as_str()), ruled.map(|(_, ruled)| ruled.as_slice()).unwrap_or_default())
    };
    let tables = schema.tables.iter().filter(|table| table.kind != TableKind::Foreign);
    let tables = tables.map(|table| match (schema.engine, of(table)) {
        (Engine::Postgres, (emptied, _)) => postgres::question(table, emptied),
        (engine, (emptied, ruled)) => mysql::question(table, emptied, ruled, engine),
    });
    let rest = match schema.engine {
        Engine::Postgres => postgres::others(schema, statements),
        Engine::Mysql | Engine::Mariadb => mysql::others(schema.engine),
    };
    tables.chain(rest).chain([catalog::question(schema, accepted)]).collect()
}

fn changed<'a>(schema: &'a Schema, kept: &'a Kept) -> Vec<(&'a Table, Vec<Ruled<'a>>)> {
    let masked = || kept.steps.iter().filter(|step| step.work == Work::Mask).flat_map(|step| &step.tables);
    let mut joins = BTreeMap::<_, usize>::new();
    let columns = || masked().flat_map(|table| &table.columns);
    let inside = columns().flat_map(|column| &column.parts).filter_map(|part| part.join.as_ref());
    for join in columns().filter_map(|column| column.join.as_ref()).chain(inside) {
        *joins.entry(join).or_default() += 1;
    }
    let is_joined = |join: &Option<String>| join.as_ref().and_then(|join| joins.get(join)).is_some_and(|of| *of > 1);
    let of = |worked: &'a Worked| {
        let table = schema.table(&worked.table)?;
        let ruled = worked.columns.iter().filter_map(|masked| {
            let column = table.column(&masked.column)?;
            Some(Ruled { column, rule: &masked.rule, parts: &masked.parts, is_joined: is_joined(&masked.join) })
        });
        Some((table, ruled.collect()))
    };
    masked().filter_map(of).collect()
}

/// Where values that are sought come from: they are somebody's alone, and no rule makes them again by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    /// The column itself.
    Column,
    /// Each element of it.
    Elements,
    /// What this path leads to in it.
    Path(&'a str),
}

fn sources<'a>(ruled: &Ruled<'a>) -> Vec<Source<'a>> {
    let is_sought = |rule: &str| rule != "keep" && !BY_CHANCE.iter().any(|chance| rule.starts_with(chance));
    if !ruled.parts.is_empty() {
        let parts = ruled.parts.iter().filter(|part| is_sought(&part.rule));
        let source =
            |part: &'a MaskedPart| if part.path == "[*]" { Source::Elements } else { Source::Path(&part.path) };
        return parts.map(source).collect();
    }
    let texts = matches!(ruled.column.class, TypeClass::Text | TypeClass::Uuid);
    if texts && is_sought(ruled.rule) { vec![Source::Column] } else { Vec::new() }
}

/// What is said of where a value came from.
fn place(table: &Table, ruled: &Ruled<'_>, source: Source<'_>) -> String {
    let inside = match source {
        Source::Column => "",
        Source::Elements => "[*]",
        Source::Path(path) => path.trim_start_matches('$'),
    };
    format!("{}.{}{inside}", table.name, ruled.column.name)
}

/// Whether the needle is planted in this column: a value that goes anyway, and that nothing else goes by, neither by a foreign key nor by
/// a join of the rules. Its row would belong to nobody afterwards.
fn is_planted(ruled: &Ruled<'_>, table: &Table, schema: &Schema) -> bool {
    let fits = ruled.column.class == TypeClass::Text && ruled.column.length.is_none_or(|length| length >= PLANTED);
    let own = table.foreign_keys.iter().any(|key| key.columns.contains(&ruled.column.name));
    let others = schema.tables.iter().flat_map(|other| &other.foreign_keys);
    let mut others = others.filter(|key| key.references == table.name);
    let stays = ruled.rule == "shuffle" || ruled.rule == "sql" || !ruled.parts.is_empty();
    fits && !stays
        && !ruled.is_joined
        && !ruled.column.partition_key
        && !own
        && !others.any(|key| key.referenced.contains(&ruled.column.name))
}

/// Whether anything of somebody's would run if a row changed.
fn is_quiet(table: &Table) -> bool {
    !table.has_rewrite_rules && table.triggers.iter().all(|trigger| trigger.state == TriggerState::Disabled)
}

fn line(table: &Name) -> String {
    format!("sample {table}")
}
