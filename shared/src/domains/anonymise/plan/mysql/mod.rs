//! The steps on `MySQL` and `MariaDB`. Rows go, values change places and are replaced in one transaction with its line of progress; then the
//! table is built anew, since old rows, indexes and words of full-text indexes lie in it. Triggers cannot be put to sleep there, so a
//! table with one that an update fires is refused before it gets here. Nobody owns a table there: steps have no role.

mod expression;
mod format;
mod inside;
#[cfg(test)]
mod tests;

use super::decide::{Decided, Fate, Ruled};
use super::group::{groups, id, moves};
use super::joins::Joins;
use super::model::{BEGUN, Batch, COMMENT, HELPER, Method, Remains, Step, Work, Worked, told};
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::{Name, Schema, Table};
use crate::services::sql::{Engine, mysql_ident};
use expression::value;

/// Nothing is cut to fit, rows that refer to one another may change one after the other, a year begins when it does in UTC, and a text
/// that is put together may be as long as one can be.
const STRICT: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES', foreign_key_checks = 0, time_zone = '+00:00', \
                      group_concat_max_len = 4294967295, sql_safe_updates = 0";
const BACK: &str = "SET SESSION sql_mode = '', foreign_key_checks = 1, time_zone = DEFAULT, group_concat_max_len = DEFAULT, sql_safe_updates = DEFAULT";

/// The steps of these tables, and the joins in them.
pub(super) fn steps(decided: &[&Decided<'_>], schema: &Schema) -> (Vec<Step>, Vec<String>) {
    let joins = Joins::of(decided);
    let emptied: Vec<_> = decided.iter().copied().filter(|one| matches!(one.fate, Fate::Empty)).collect();
    let changed: Vec<_> = decided.iter().copied().filter(|one| one.loses_rows() || !one.ruled().is_empty()).collect();
    if emptied.is_empty() && changed.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let prepare = [
        format!("CREATE DATABASE IF NOT EXISTS {HELPER} CHARACTER SET utf8mb4"),
        format!(
            "CREATE TABLE IF NOT EXISTS {HELPER}.progress (step VARCHAR(512) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, \
             run VARCHAR(80) NOT NULL, about LONGTEXT, done_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) \
             ENGINE = InnoDB COMMENT = '{COMMENT}'"
        ),
        format!(
            "INSERT INTO {HELPER}.progress (step, run, about) VALUES ('{BEGUN}', {}, {}) ON DUPLICATE KEY UPDATE step = step",
            told(schema.engine, "run"),
            told(schema.engine, "plan")
        ),
    ];
    let mut steps = vec![step("prepare".to_owned(), Work::Prepare, Vec::new(), vec![by_itself(prepare.into())])];
    steps.extend(groups(&emptied, |_, _| true).iter().map(|group| emptying(group, schema.engine)));
    let mut masks = groups(&changed, |one, key| moves(one, key, &changed));
    masks.sort_by_key(|group| std::cmp::Reverse(group.iter().map(|one| one.table.bytes).sum::<u64>()));
    steps.extend(masks.iter().map(|group| masking(group, &joins)));
    steps.extend(changed.iter().map(|one| analysing(one.table, schema.engine)));
    steps.push(step(
        "finish".to_owned(),
        Work::Finish,
        Vec::new(),
        vec![by_itself(vec![format!("DROP DATABASE IF EXISTS {HELPER}")])],
    ));
    (steps, joins.names)
}

/// What still holds originals when all of it is done.
pub(super) fn remains() -> Vec<Remains> {
    [
        ("undo and redo logs", "they hold the old rows until their pages are used again; no statement reads them"),
        ("the binary log, where it is on", "it has every row as it was; it belongs off in the parameter group of the clone"),
        ("restore to a point in time", "this database's own backups go back before the step: what is handed over is a clone of it, and it is deleted with its backups"),
        ("kept columns", "what is kept is as it was: a kept id leads back to a person for whoever may read production"),
    ]
    .map(|(place, why)| Remains { place: place.to_owned(), why: why.to_owned() })
    .into()
}

fn emptying(group: &[&Decided<'_>], engine: Engine) -> Step {
    let mut statements = vec![STRICT.to_owned()];
    for one in group {
        let name = qualified(&one.table.name);
        // What it keeps of the past outlives a DELETE, and TRUNCATE is refused there.
        if one.table.versioned {
            statements.push(format!("DELETE FROM {name}"));
            statements.extend(built(one.table));
        } else {
            statements.push(format!("TRUNCATE TABLE {name}"));
        }
        statements.extend(analysed(one.table, engine));
    }
    statements.push(BACK.to_owned());
    let tables = group.iter().map(|one| Worked::emptied(one.table)).collect();
    step(id("empty", group), Work::Empty, tables, vec![by_itself(statements)])
}

fn masking(group: &[&Decided<'_>], joins: &Joins) -> Step {
    let mut statements = vec![STRICT.to_owned()];
    for one in group {
        statements.extend(deleted(one));
        // An expression of somebody's own may read any other column, as it was.
        let (own, others): (Vec<_>, Vec<_>) = one.ruled().iter().partition(|ruled| matches!(ruled.rule, Rule::Sql(_)));
        statements.extend(updated(one, &own, joins));
        statements.extend(shuffled(one));
        statements.extend(updated(one, &others, joins));
    }
    statements.push(BACK.to_owned());
    // A session without its keys would make everything null: it gets no line of progress, and so nothing of it stays.
    let keys = group.iter().flat_map(|one| one.ruled()).flat_map(Ruled::keyed);
    let keys = keys.map(|(_, join, _)| format!("CHAR_LENGTH(@nightshift_anon_o{0}) = 128", joins.number(Some(join))));
    let keys: std::collections::BTreeSet<_> = keys.collect();
    let condition = (!keys.is_empty()).then(|| keys.into_iter().collect::<Vec<_>>().join(" AND "));
    let after = group.iter().flat_map(|one| built(one.table)).collect();
    let tables = group.iter().map(|one| worked(one)).collect();
    let whole = Batch { atomic: true, statements, condition };
    step(id("mask", group), Work::Mask, tables, vec![whole, by_itself(after)])
}

/// A limit that keeps the server from putting the chance of each row into the window, where it refuses one.
const ALL: u64 = u64::MAX;

/// Rows for which the rules' condition does not hold.
fn deleted(one: &Decided<'_>) -> Option<String> {
    let Fate::Rows { only: Some(only), .. } = one.fate else { return None };
    Some(format!("DELETE FROM {} WHERE ({only}) IS NOT TRUE", qualified(&one.table.name)))
}

/// The values of each such column change places by themselves. A row is known by its primary key.
fn shuffled(one: &Decided<'_>) -> Option<String> {
    let moved: Vec<_> = one.ruled().iter().filter(|ruled| ruled.rule == Rule::Shuffle).collect();
    let key: Vec<_> = one.table.primary_key()?.iter().map(|column| mysql_ident(column)).collect();
    if moved.is_empty() {
        return None;
    }
    let name = qualified(&one.table.name);
    let same = key.iter().map(|column| format!("t.{column} = r.{column}")).collect::<Vec<_>>().join(" AND ");
    let values = moved.iter().enumerate().map(|(at, ruled)| {
        let column = mysql_ident(&ruled.column.name);
        format!(
            "JOIN (SELECT s.v, ROW_NUMBER() OVER (ORDER BY s.o) AS n FROM (SELECT {column} AS v, RAND() AS o FROM {name} LIMIT {ALL}) AS s) \
             AS v{at} ON v{at}.n = r.n"
        )
    });
    let set = moved.iter().enumerate().map(|(at, ruled)| format!("t.{} = v{at}.v", mysql_ident(&ruled.column.name)));
    let still = untouched(one).map(|column| format!("t.{column} = t.{column}"));
    Some(format!(
        "UPDATE {name} AS t JOIN (SELECT {}, ROW_NUMBER() OVER () AS n FROM {name}) AS r ON {same} {} SET {}",
        key.join(", "),
        values.collect::<Vec<_>>().join(" "),
        set.chain(still).collect::<Vec<_>>().join(", ")
    ))
}

/// Columns that an update would set by itself.
fn untouched<'a>(one: &'a Decided<'_>) -> impl Iterator<Item = String> + use<'a> {
    let is_ruled = |name: &str| one.ruled().iter().any(|ruled| ruled.column.name == name);
    let still = one.table.columns.iter().filter(move |column| column.on_update && !is_ruled(&column.name));
    still.map(|column| mysql_ident(&column.name))
}

fn updated(one: &Decided<'_>, ruled: &[&Ruled<'_>], joins: &Joins) -> Option<String> {
    let set: Vec<_> = ruled.iter().filter(|ruled| ruled.rule != Rule::Shuffle).collect();
    if set.is_empty() {
        return None;
    }
    let set = set.into_iter().map(|ruled| format!("{} = {}", mysql_ident(&ruled.column.name), new(ruled, joins)));
    let still = untouched(one).map(|column| format!("{column} = {column}"));
    let set = set.chain(still).collect::<Vec<_>>().join(", ");
    Some(format!("UPDATE {} SET {set}", qualified(&one.table.name)))
}

/// The new value of a column.
fn new(ruled: &Ruled<'_>, joins: &Joins) -> String {
    match &ruled.rule {
        Rule::Json(document) => inside::value(ruled, document, joins),
        _ => value(ruled, joins),
    }
}

/// Builds it without what is gone.
fn built(table: &Table) -> Vec<String> {
    let name = qualified(&table.name);
    let mut statements = Vec::new();
    if table.versioned {
        statements.push("SET SESSION sql_safe_updates = 0, system_versioning_alter_history = KEEP".to_owned());
        statements.push(format!("DELETE HISTORY FROM {name}"));
    }
    statements.push(format!("ALTER TABLE {name} FORCE"));
    statements
}

fn analysing(table: &Table, engine: Engine) -> Step {
    let worked = Worked {
        table: table.name.to_string(),
        rows: table.rows,
        method: Method::Read,
        why: "its statistics are of what it held before".to_owned(),
        columns: Vec::new(),
    };
    step(
        format!("analyse {}", table.name.path()),
        Work::Analyse,
        vec![worked],
        vec![by_itself(analysed(table, engine))],
    )
}

fn analysed(table: &Table, engine: Engine) -> Vec<String> {
    let name = qualified(&table.name);
    if engine == Engine::Mariadb {
        return vec![format!("ANALYZE TABLE {name} PERSISTENT FOR ALL")];
    }
    let columns: Vec<_> = table.histograms.iter().map(|column| mysql_ident(column)).collect();
    let dropped =
        (!columns.is_empty()).then(|| format!("ANALYZE TABLE {name} DROP HISTOGRAM ON {}", columns.join(", ")));
    dropped.into_iter().chain([format!("ANALYZE TABLE {name}")]).collect()
}

fn worked(one: &Decided<'_>) -> Worked {
    let columns = one.ruled().iter().map(Ruled::masked);
    Worked {
        table: one.table.name.to_string(),
        rows: one.table.rows,
        method: Method::Update,
        why: if one.ruled().is_empty() {
            "rows go, and the table is built without them".to_owned()
        } else {
            "no statement there sets values while it builds".to_owned()
        },
        columns: columns.collect(),
    }
}

fn step(id: String, work: Work, tables: Vec<Worked>, batches: Vec<Batch>) -> Step {
    Step { id, work, role: None, tables, batches }
}

fn by_itself(statements: Vec<String>) -> Batch {
    Batch { atomic: false, statements, condition: None }
}

fn qualified(name: &Name) -> String {
    format!("{}.{}", mysql_ident(&name.schema), mysql_ident(&name.name))
}
