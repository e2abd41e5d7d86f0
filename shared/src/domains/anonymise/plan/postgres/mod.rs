//! The steps on `PostgreSQL`. A table is written anew by one `ALTER TABLE`, which fires no trigger and leaves no old row; where
//! something depends on the type of a column that changes, by an `UPDATE` with the triggers asleep, and then built anew. Tables that
//! refer to one another by columns that change are one step, so that a foreign key is never missing between two.

mod expression;
mod functions;
mod inside;
mod rows;

use std::collections::BTreeSet;

use super::decide::{Decided, Fate, Ruled};
use super::group::{groups, id, moves};
use super::joins::Joins;
use super::method::method;
use super::model::{Batch, HELPER, Method, Remains, Step, Work, Worked};
use super::statistics;
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::{Name, Schema, Table, TableKind, Trigger, TriggerState};
use crate::services::sql::{ident, literal};
use expression::{altered, value};
use rows::shuffled;

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
    let own: Vec<_> =
        changed.iter().flat_map(|one| one.ruled()).filter_map(|ruled| inside::function(ruled, &joins)).collect();
    let mut steps = vec![Step {
        id: "prepare".to_owned(),
        work: Work::Prepare,
        role: None,
        tables: Vec::new(),
        batches: vec![whole(functions::prepare(&owners.into_iter().collect::<Vec<_>>(), &own))],
    }];
    steps.extend(groups(&emptied, |_, _| true).iter().map(|group| emptying(group, schema)));
    let mut masks = groups(&changed, |one, key| moves(one, key, &changed));
    masks.sort_by_key(|group| std::cmp::Reverse(group.iter().map(|one| one.table.bytes).sum::<u64>()));
    steps.extend(masks.iter().map(|group| masking(group, &changed, &joins)));
    steps.extend(schema.materialised.iter().filter_map(|view| {
        let filled = format!("REFRESH MATERIALIZED VIEW {}", qualified(&view.name));
        let statements = statistics::renewed_of_view(view, filled, schema);
        if statements.is_empty() {
            return None;
        }
        let batches = vec![by_itself(Some(&view.owner.name), statements)];
        let why = "it keeps what it showed before".to_owned();
        let table = Worked { table: view.name.to_string(), rows: 0, method: Method::Read, why, columns: Vec::new() };
        Some(step(format!("refresh {}", view.name.path()), Work::Refresh, Some(&view.owner.name), vec![table], batches))
    }));
    steps.extend(changed.iter().map(|one| analysing(one, schema)));
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

fn emptying(group: &[&Decided<'_>], schema: &Schema) -> Step {
    let role = group.first().and_then(|one| owner(one.table));
    let mut statements: Vec<_> = role.map(as_role).into_iter().collect();
    statements.extend(group.iter().flat_map(|one| triggers(one.table, false)));
    let all: Vec<_> = group.iter().map(|one| alone(one.table)).collect();
    statements.push(format!("TRUNCATE {}", all.join(", ")));
    statements.extend(group.iter().flat_map(|one| statistics::gone(one, |column| altered(column, None), schema)));
    statements.extend(group.iter().flat_map(|one| triggers(one.table, true)));
    statements.push(NOBODY.to_owned());
    let tables = group.iter().map(|one| Worked::emptied(one.table)).collect();
    step(id("empty", group), Work::Empty, role, tables, vec![whole(statements)])
}

fn masking(group: &[&Decided<'_>], changed: &[&Decided<'_>], joins: &Joins) -> Step {
    let keys: Vec<_> = group
        .iter()
        .flat_map(|one| {
            one.table.foreign_keys.iter().filter(|key| moves(one, key, changed)).map(|key| (one.table, key))
        })
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

fn masked(one: &Decided<'_>, method: Method, joins: &Joins) -> Vec<String> {
    let table = one.table;
    let (name, alone) = (qualified(&table.name), alone(table));
    let only = match &one.fate {
        Fate::Rows { only, .. } => *only,
        _ => None,
    };
    let sleeps = method == Method::Update || one.loses_rows();
    let mut statements = Vec::new();
    if sleeps {
        statements.extend(triggers(table, false));
        statements.extend(table.forces_row_security.then(|| format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")));
    }
    statements.extend(only.map(|only| format!("DELETE FROM {alone} WHERE ({only}) IS NOT TRUE")));
    if method == Method::Update && !one.ruled().is_empty() {
        let plain = one.ruled().iter().filter(|ruled| ruled.rule != Rule::Shuffle);
        let set = plain.map(|ruled| format!("{} = {}", ident(&ruled.column.name), new(ruled, joins)));
        let moved: Vec<_> = one.ruled().iter().filter(|ruled| ruled.rule == Rule::Shuffle).collect();
        statements.push(shuffled(&alone, set.collect(), &moved));
    }
    if sleeps {
        statements.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
    }
    if method == Method::Rewrite {
        let parts = one.ruled().iter().flat_map(|ruled| altered(ruled.column, Some(&new(ruled, joins))));
        statements.push(format!("ALTER TABLE {name} {}", parts.collect::<Vec<_>>().join(", ")));
    }
    if sleeps {
        statements.extend(table.forces_row_security.then(|| format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")));
        statements.extend(triggers(table, true));
    }
    statements
}

/// The new value of a column.
fn new(ruled: &Ruled<'_>, joins: &Joins) -> String {
    if ruled.rule.parts().is_empty() { value(ruled, joins) } else { inside::call(ruled) }
}

fn analysing(one: &Decided<'_>, schema: &Schema) -> Step {
    let table = one.table;
    let statements = statistics::renewed(one, schema);
    let worked = worked(one, Method::Read, "its statistics are of what it held before".to_owned());
    let worked = Worked { columns: Vec::new(), ..worked };
    let batches = vec![by_itself(owner(table), statements)];
    step(format!("analyse {}", table.name.path()), Work::Analyse, owner(table), vec![worked], batches)
}

fn worked(one: &Decided<'_>, method: Method, why: String) -> Worked {
    let columns = one.ruled().iter().map(Ruled::masked);
    Worked { table: one.table.name.to_string(), rows: one.table.rows, method, why, columns: columns.collect() }
}

/// Puts the triggers of users to sleep, or back to how they were.
fn triggers(table: &Table, wakes: bool) -> Vec<String> {
    let of = |Trigger { on, name, state, .. }: &Trigger| {
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

/// Without what inherits from it. Partitions are the table.
fn alone(table: &Table) -> String {
    let only = if table.kind == TableKind::Partitioned { "" } else { "ONLY " };
    format!("{only}{}", qualified(&table.name))
}

fn qualified(name: &Name) -> String {
    format!("{}.{}", ident(&name.schema), ident(&name.name))
}
