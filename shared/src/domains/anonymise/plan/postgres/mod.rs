//! The steps on `PostgreSQL`. A table is written anew by one `ALTER TABLE`, which fires no trigger and leaves no old row; where
//! something depends on the type of a column that changes, by an `UPDATE` with the triggers asleep, and then built anew. Tables that
//! refer to one another by columns that change are one step, so that a foreign key is never missing between two.

mod expression;
mod functions;
mod rows;

use std::collections::BTreeSet;

use super::decide::{Decided, Fate};
use super::group::{groups, id};
use super::joins::Joins;
use super::model::{Batch, HELPER, Masked, Method, Remains, Step, Work, Worked};
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::{ForeignKey, Name, Schema, Table, Trigger, TriggerState};
use crate::services::sql::{ident, literal};
use expression::{altered, value};
use rows::shuffled;

/// From here on an owner can throw single statistics away.
const CLEARS: u32 = 18;
const NOBODY: &str = "SET LOCAL ROLE NONE";

/// The steps of these tables, and the joins in them.
pub(super) fn steps(decided: &[&Decided<'_>], schema: &Schema) -> (Vec<Step>, Vec<String>) {
    let joins = Joins::of(decided);
    let emptied: Vec<_> = decided.iter().copied().filter(|one| matches!(one.fate, Fate::Empty)).collect();
    let changed: Vec<_> = decided.iter().copied().filter(|one| changes(one)).collect();
    if emptied.is_empty() && changed.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let owners: BTreeSet<_> = changed.iter().filter_map(|one| owner(one.table)).collect();
    let mut steps = vec![Step {
        id: "prepare".to_owned(),
        work: Work::Prepare,
        role: None,
        tables: Vec::new(),
        batches: vec![whole(functions::prepare(&owners.into_iter().collect::<Vec<_>>()))],
    }];
    steps.extend(groups(&emptied, |_, _| true).iter().map(|group| emptying(group, schema.version)));
    let mut masks = groups(&changed, moves);
    masks.sort_by_key(|group| std::cmp::Reverse(group.iter().map(|one| one.table.bytes).sum::<u64>()));
    steps.extend(masks.iter().map(|group| masking(group, &joins)));
    steps.extend(schema.materialised.iter().map(|view| {
        let name = qualified(&view.name);
        let statements = vec![format!("REFRESH MATERIALIZED VIEW {name}"), format!("ANALYZE {name}")];
        let batches = vec![by_itself(Some(&view.owner.name), statements)];
        let why = "it keeps what it showed before".to_owned();
        let table = Worked { table: view.name.to_string(), rows: 0, method: Method::Read, why, columns: Vec::new() };
        step(format!("refresh {}", view.name), Work::Refresh, Some(&view.owner.name), vec![table], batches)
    }));
    steps.extend(changed.iter().map(|one| analysing(one, schema.version)));
    let drop = by_itself(None, vec![format!("DROP SCHEMA IF EXISTS {HELPER} CASCADE")]);
    steps.push(step("finish".to_owned(), Work::Finish, None, Vec::new(), vec![drop]));
    (steps, joins.names)
}

/// What still holds originals when all of it is done.
pub(super) fn remains() -> Vec<Remains> {
    [
        ("the write-ahead log", "it holds the old pages until it is recycled; reading it takes a replication slot, and there is none. The clone that is handed over is made afterwards and has a log of its own"),
        ("dead rows of pg_statistic", "the statistics that went lie there until its pages are used again; reading a page takes a superuser, which RDS gives nobody"),
        ("restore to a point in time", "this database's own backups go back before the step: what is handed over is a clone of it, and it is deleted with its backups"),
        ("kept columns", "what is kept is as it was: a kept id leads back to a person for whoever may read production"),
    ]
    .map(|(place, why)| Remains { place: place.to_owned(), why: why.to_owned() })
    .into()
}

fn changes(one: &Decided<'_>) -> bool {
    matches!(&one.fate, Fate::Rows { only, ruled } if only.is_some() || !ruled.is_empty())
}

/// Whether a foreign key goes by columns that change, so that it cannot stand while they do.
fn moves(one: &Decided<'_>, key: &ForeignKey) -> bool {
    let ruled = |column: &String| one.ruled().iter().find(|ruled| ruled.column.name == *column);
    key.columns.iter().filter_map(ruled).any(|ruled| ruled.rule != Rule::Null)
}

fn emptying(group: &[&Decided<'_>], version: u32) -> Step {
    let role = group.first().and_then(|one| owner(one.table));
    let mut statements: Vec<_> = role.map(as_role).into_iter().collect();
    statements.extend(group.iter().flat_map(|one| triggers(one.table, false)));
    let all: Vec<_> = group.iter().map(|one| qualified(&one.table.name)).collect();
    statements.push(format!("TRUNCATE {}", all.join(", ")));
    // Statistics outlive the rows: a type that is set anew throws them away.
    for one in group {
        let table = one.table;
        let (free, held): (Vec<_>, Vec<_>) = table
            .columns
            .iter()
            .filter(|column| !column.generated)
            .partition(|column| column.used_by.is_empty() && !column.partition_key);
        let parts: Vec<_> = free.into_iter().flat_map(|column| altered(column, None)).collect();
        if !parts.is_empty() {
            statements.push(format!("ALTER TABLE {} {}", qualified(&table.name), parts.join(", ")));
        }
        let held = held.into_iter().filter(|_| version >= CLEARS);
        statements.extend(held.flat_map(|column| cleared(table, &column.name)));
    }
    statements.extend(group.iter().flat_map(|one| triggers(one.table, true)));
    statements.push(NOBODY.to_owned());
    let tables = group.iter().map(|one| Worked::emptied(one.table)).collect();
    step(id("empty", group), Work::Empty, role, tables, vec![whole(statements)])
}

fn cleared(table: &Table, column: &str) -> Vec<String> {
    let clear = |name: &Name, inherited: bool| {
        format!(
            "SELECT pg_clear_attribute_stats({}, {}, {}, {inherited})",
            literal(&name.schema),
            literal(&name.name),
            literal(column)
        )
    };
    let own = [clear(&table.name, false), clear(&table.name, true)];
    own.into_iter().chain(table.parts.iter().map(|part| clear(part, false))).collect()
}

fn masking(group: &[&Decided<'_>], joins: &Joins) -> Step {
    let keys: Vec<_> = group
        .iter()
        .flat_map(|one| one.table.foreign_keys.iter().filter(|key| moves(one, key)).map(|key| (one.table, key)))
        .collect();
    let mut statements = Vec::new();
    for (table, key) in &keys {
        statements.extend(owner(table).map(as_role));
        statements.push(format!("ALTER TABLE {} DROP CONSTRAINT {}", qualified(&key.on), ident(&key.name)));
    }
    let mut after = Vec::new();
    let mut tables = Vec::new();
    for one in group {
        statements.extend(owner(one.table).map(as_role));
        let (method, why) = method(one);
        statements.extend(masked(one, method, joins));
        if method == Method::Update {
            let built = format!("VACUUM (FULL, ANALYZE) {}", qualified(&one.table.name));
            after.push(by_itself(owner(one.table), vec![built]));
        }
        tables.push(worked(one, method, why));
    }
    for (table, key) in &keys {
        statements.extend(owner(table).map(as_role));
        let (on, name) = (qualified(&key.on), ident(&key.name));
        statements.push(format!("ALTER TABLE {on} ADD CONSTRAINT {name} {}", key.definition));
        let comment = key.comment.as_ref();
        statements.extend(comment.map(|text| format!("COMMENT ON CONSTRAINT {name} ON {on} IS {}", literal(text))));
    }
    statements.push(NOBODY.to_owned());
    // Who is that role already need not become it.
    let mut role_now = String::new();
    statements.retain(|statement| {
        let is_role = statement.starts_with("SET LOCAL ROLE ");
        let is_new = !is_role || *statement != role_now;
        if is_role {
            role_now.clone_from(statement);
        }
        is_new
    });
    let mut batches = vec![whole(statements)];
    batches.extend(after);
    let role = group.first().and_then(|one| owner(one.table));
    step(id("mask", group), Work::Mask, role, tables, batches)
}

/// How the values get in, and why so.
fn method(one: &Decided<'_>) -> (Method, String) {
    let ruled = one.ruled();
    if let Some(held) = ruled.iter().find(|ruled| !ruled.column.used_by.is_empty()) {
        let by = &held.column.used_by[0];
        return (Method::Update, format!("{by} goes by {}, whose type cannot be set anew", held.column.name));
    }
    if let Some(moved) = ruled.iter().find(|ruled| ruled.rule == Rule::Shuffle) {
        return (Method::Update, format!("the values of {} come from other rows", moved.column.name));
    }
    if ruled.is_empty() {
        return (Method::Update, "rows go, and the table is built without them".to_owned());
    }
    (Method::Rewrite, "nothing depends on the types of its columns".to_owned())
}

fn masked(one: &Decided<'_>, method: Method, joins: &Joins) -> Vec<String> {
    let table = one.table;
    let name = qualified(&table.name);
    let only = match &one.fate {
        Fate::Rows { only, .. } => *only,
        _ => None,
    };
    let sleeps = method == Method::Update || only.is_some();
    let mut statements = Vec::new();
    if sleeps {
        statements.extend(triggers(table, false));
        statements.extend(table.forces_row_security.then(|| format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")));
    }
    statements.extend(only.map(|only| format!("DELETE FROM {name} WHERE ({only}) IS NOT TRUE")));
    if method == Method::Update && !one.ruled().is_empty() {
        let plain = one.ruled().iter().filter(|ruled| ruled.rule != Rule::Shuffle);
        let set = plain.map(|ruled| format!("{} = {}", ident(&ruled.column.name), value(ruled, joins)));
        let moved: Vec<_> = one.ruled().iter().filter(|ruled| ruled.rule == Rule::Shuffle).collect();
        statements.push(shuffled(&name, set.collect(), &moved));
    }
    if sleeps {
        statements.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
    }
    if method == Method::Rewrite {
        let parts = one.ruled().iter().flat_map(|ruled| altered(ruled.column, Some(&value(ruled, joins))));
        statements.push(format!("ALTER TABLE {name} {}", parts.collect::<Vec<_>>().join(", ")));
    }
    if sleeps {
        statements.extend(table.forces_row_security.then(|| format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")));
        statements.extend(triggers(table, true));
    }
    statements
}

fn analysing(one: &Decided<'_>, version: u32) -> Step {
    let table = one.table;
    let ruled = one.ruled().iter().filter(|_| version >= CLEARS);
    let mut statements: Vec<_> = ruled.flat_map(|ruled| cleared(table, &ruled.column.name)).collect();
    statements.push(format!("ANALYZE {}", qualified(&table.name)));
    let worked = worked(one, Method::Read, "its statistics are of what it held before".to_owned());
    let worked = Worked { columns: Vec::new(), ..worked };
    let batches = vec![by_itself(owner(table), statements)];
    step(format!("analyse {}", table.name), Work::Analyse, owner(table), vec![worked], batches)
}

fn worked(one: &Decided<'_>, method: Method, why: String) -> Worked {
    let columns = one.ruled().iter().map(|ruled| Masked {
        column: ruled.column.name.clone(),
        rule: ruled.rule.to_string(),
        join: ruled.join.clone(),
    });
    Worked { table: one.table.name.to_string(), rows: one.table.rows, method, why, columns: columns.collect() }
}

/// Puts the triggers of users to sleep, or back to how they were.
fn triggers(table: &Table, wakes: bool) -> Vec<String> {
    let of = |Trigger { on, name, state }: &Trigger| {
        let how = match (wakes, state) {
            (_, TriggerState::Disabled) => return None,
            (false, _) => "DISABLE",
            (true, TriggerState::Enabled) => "ENABLE",
            (true, TriggerState::Replica) => "ENABLE REPLICA",
            (true, TriggerState::Always) => "ENABLE ALWAYS",
        };
        Some(format!("ALTER TABLE {} {how} TRIGGER {}", qualified(on), ident(name)))
    };
    table.triggers.iter().filter_map(of).collect()
}

fn step(id: String, work: Work, role: Option<&str>, tables: Vec<Worked>, batches: Vec<Batch>) -> Step {
    Step { id, work, role: role.map(str::to_owned), tables, batches }
}

fn whole(statements: Vec<String>) -> Batch {
    Batch { atomic: true, statements, condition: None }
}

/// Statements that take no transaction, as `role`.
fn by_itself(role: Option<&str>, statements: Vec<String>) -> Batch {
    let become_it = role.map(|role| format!("SET ROLE {}", ident(role)));
    let back = role.map(|_| "RESET ROLE".to_owned());
    let statements = become_it.into_iter().chain(statements).chain(back).collect();
    Batch { atomic: false, statements, condition: None }
}

fn owner(table: &Table) -> Option<&str> {
    table.owner.as_ref().map(|owner| owner.name.as_str())
}

fn as_role(role: &str) -> String {
    format!("SET LOCAL ROLE {}", ident(role))
}

fn qualified(name: &Name) -> String {
    format!("{}.{}", ident(&name.schema), ident(&name.name))
}
