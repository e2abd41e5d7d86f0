//! Statistics outlive the rows they are of, and whoever may read a table may read them. `ANALYZE` makes them anew, but passes over
//! what is empty and what has a target of nought. A type that is set anew throws those of its column away, and from version 18 on
//! an owner can throw away all but those that `CREATE STATISTICS` asked for. Where none of this is sure, the plan is refused; where
//! it is known only when the rows are gone, the step fails.

use super::decide::{Decided, Fate};
use super::method::method;
use super::model::{Blocker, Method};
use crate::domains::anonymise::codes;
use crate::domains::anonymise::schema::{Column, Derived, DerivedKind, Materialised, Name, Schema, Table};
use crate::services::sql::{Engine, ident, literal};
use crate::text::printable;

/// From here on an owner can throw single statistics away.
const CLEARS: u32 = 18;

/// Whether single statistics can be thrown away on this server.
fn clears(schema: &Schema) -> bool {
    schema.version >= CLEARS
}

/// Whether its type cannot be set anew, so that its statistics do not go with it.
fn is_held(column: &Column) -> bool {
    column.generated || column.partition_key || !column.used_by.is_empty()
}

/// What the statistics of hold values that go.
fn touched<'a>(one: &'a Decided<'_>) -> (Vec<&'a Column>, Vec<&'a Derived>) {
    let table = one.table;
    let all = matches!(one.fate, Fate::Empty) || one.loses_rows();
    let is_ruled = |column: &Column| one.ruled().iter().any(|ruled| ruled.column.name == column.name);
    let is_touched = |column: &&Column| all || table.follows(column, &is_ruled);
    let columns: Vec<_> = table.columns.iter().filter(is_touched).collect();
    let goes_by = |derived: &&Derived| {
        all || derived.columns.iter().any(|name| columns.iter().any(|column| column.name == *name))
    };
    let derived = table.derived.iter().filter(goes_by).collect();
    (columns, derived)
}

/// Whether a statement that sets types anew makes it anew, too, and so without statistics.
fn is_made_anew(derived: &Derived, one: &Decided<'_>) -> bool {
    let set = |name: &String| match one.fate {
        Fate::Empty => one.table.column(name).is_some_and(|column| can_be_set(one.table, column)),
        _ => method(one).0 == Method::Rewrite && one.ruled().iter().any(|ruled| ruled.column.name == *name),
    };
    derived.columns.iter().any(set)
}

fn stays(object: String, message: impl Into<String>) -> Blocker {
    Blocker::new(object, &codes::STATISTICS_STAY, message)
}

/// Whether nothing throws its statistics away but what makes it anew.
fn is_kept(derived: &Derived, schema: &Schema) -> bool {
    derived.kind == DerivedKind::Extended || !clears(schema)
}

fn of_derived(derived: &Derived, message: &str) -> Blocker {
    let name = &derived.name;
    let what = if derived.kind == DerivedKind::Extended { "STATISTICS" } else { "INDEX" };
    let shown = format!("{}.{}", ident(&name.schema), ident(&name.name));
    stays(name.to_string(), message).fix(format!("`DROP {what} {}` in the clone first", printable(&shown)))
}

/// What stays of one table whose rows go or change.
pub(super) fn of_table(one: &Decided<'_>, schema: &Schema) -> Vec<Blocker> {
    if schema.engine != Engine::Postgres {
        return Vec::new();
    }
    let table = one.table;
    let (columns, derived) = touched(one);
    let place = |column: &Column| format!("{}.{}", table.name, printable(&column.name));
    let derived: Vec<_> =
        derived.into_iter().filter(|one_of| is_kept(one_of, schema) && !is_made_anew(one_of, one)).collect();
    if matches!(one.fate, Fate::Empty) {
        let held = columns.iter().filter(|column| is_held(column) && !column.generated && !clears(schema));
        let held = held.map(|column| {
            let message = match column.used_by.first() {
                Some(by) => {
                    format!("its statistics outlive the rows, and {} keeps them from being thrown away", printable(by))
                }
                None => "its statistics outlive the rows, and partitions are told apart by it".to_owned(),
            };
            stays(place(column), message)
        });
        let derived =
            derived.iter().map(|one| of_derived(one, &format!("its statistics outlive the rows of {}", table.name)));
        return held.chain(derived).collect();
    }
    let is_set = |column: &Column| {
        method(one).0 == Method::Rewrite && one.ruled().iter().any(|ruled| ruled.column.name == column.name)
    };
    let off = columns.iter().filter(|column| column.statistics_off && !clears(schema) && !is_set(column));
    let off = off.map(|column| stays(place(column), "its statistics target is 0, so ANALYZE leaves what is there"));
    let derived_off = derived.iter().filter(|one| one.off);
    let derived_off =
        derived_off.map(|one| of_derived(one, "its statistics target is 0, so ANALYZE leaves what is there"));
    let mut blockers: Vec<_> = off.chain(derived_off).collect();
    let passed = if clears(schema) { !derived.is_empty() } else { columns.iter().any(|column| !is_set(column)) };
    if passed && let Some(first) = table.stale.first() {
        let what = if *first == table.name { "it".to_owned() } else { first.to_string() };
        let message = format!("{what} is empty, and ANALYZE passes over it: statistics of what was in it would stay");
        blockers.push(stays(table.name.to_string(), message).fix(
            "drop what goes by its columns in the clone first (views, policies, `CREATE STATISTICS`), or drop the table",
        ));
    }
    blockers
}

/// What stays of a view that keeps what it showed.
pub(super) fn of_view(view: &Materialised, all: &[Decided<'_>], schema: &Schema) -> Vec<Blocker> {
    let is_emptied = |name: &Name| all.iter().any(|one| one.table.name == *name && matches!(one.fate, Fate::Empty));
    let comes_out_empty = !view.sources.is_empty() && view.sources.iter().all(is_emptied);
    let name = view.name.to_string();
    let passed =
        "it is empty when it is filled anew, and ANALYZE passes over it: statistics of what it showed would stay";
    let fix = "drop it in the clone first";
    if clears(schema) {
        let derived = view.derived.iter().filter(|one| is_kept(one, schema));
        let off = "ANALYZE leaves its statistics as they are";
        return derived
            .filter(|one| one.off || view.is_stale || comes_out_empty)
            .map(|one| of_derived(one, if one.off { off } else { passed }))
            .collect();
    }
    let off = view.statistics_off.iter().map(|column| {
        let message = format!("the statistics target of {} is 0, so ANALYZE leaves what is there", printable(column));
        stays(name.clone(), message).fix(fix)
    });
    let derived = view.derived.iter().filter(|one| one.off);
    let derived = derived.map(|one| of_derived(one, "its statistics target is 0, so ANALYZE leaves what is there"));
    let empty = (view.is_stale || comes_out_empty).then(|| stays(name.clone(), passed).fix(fix));
    off.chain(derived).chain(empty).collect()
}

/// Where only the step itself can know whether rows are left.
pub(super) fn watched(all: &[Decided<'_>], schema: &Schema) -> Vec<String> {
    if schema.engine != Engine::Postgres {
        return Vec::new();
    }
    let tables = all.iter().filter(|one| one.loses_rows() && is_in_doubt(&one.table.derived, schema));
    let views = schema.materialised.iter().filter(|view| view.is_filled && is_in_doubt(&view.derived, schema));
    let names = tables.map(|one| &one.table.name).chain(views.map(|view| &view.name));
    names.map(|name| format!("{name}: if no row is left in it, its statistics would stay")).collect()
}

fn is_in_doubt(derived: &[Derived], schema: &Schema) -> bool {
    !clears(schema) || derived.iter().any(|one| one.kind == DerivedKind::Extended)
}

/// Throws away those of a column of each of these relations.
fn cleared<'a>(relations: impl Iterator<Item = &'a Name>, column: &str) -> Vec<String> {
    let clear = |name: &Name, inherited: bool| {
        format!(
            "SELECT pg_clear_attribute_stats({}, {}, {}, {inherited})",
            literal(&name.schema),
            literal(&name.name),
            literal(column)
        )
    };
    relations.flat_map(|name| [clear(name, false), clear(name, true)]).collect()
}

/// The same of the expressions of indexes.
fn cleared_of_indexes(derived: &[&Derived]) -> Vec<String> {
    let indexes = derived.iter().filter(|one| one.kind == DerivedKind::Index);
    indexes
        .flat_map(|index| {
            index.expressions.iter().map(|expression| {
                format!(
                    "SELECT pg_clear_attribute_stats({}, {}, {}, false)",
                    literal(&index.name.schema),
                    literal(&index.name.name),
                    literal(expression)
                )
            })
        })
        .collect()
}

/// Fails, by name, where one of these is empty and has statistics of these columns all the same.
fn checked<'a>(relations: impl Iterator<Item = &'a Name>, columns: &[&str]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| literal(column)).collect();
    let rows: Vec<_> = relations.map(|name| format!("({}, {})", literal(&name.schema), literal(&name.name))).collect();
    format!(
        "SELECT (SELECT min(s.n || '.' || s.t || ' is empty, and its statistics outlive what was in it') FROM (\
         SELECT schemaname::text AS n, tablename::text AS t FROM pg_stats \
         WHERE attname IN ({}) UNION SELECT schemaname, tablename FROM pg_stats_ext \
         WHERE most_common_vals IS NOT NULL UNION SELECT schemaname, tablename FROM pg_stats_ext_exprs \
         WHERE most_common_vals IS NOT NULL OR histogram_bounds IS NOT NULL) AS s, \
         LATERAL (SELECT (quote_ident(s.n) || '.' || quote_ident(s.t))::regclass AS oid OFFSET 0) AS r \
         WHERE (s.n, s.t) IN ({}) AND coalesce((SELECT sum(pg_relation_size(p.relid)) FROM pg_partition_tree(r.oid) AS p), \
         pg_relation_size(r.oid)) = 0)::int4",
        columns.join(", "),
        rows.join(", ")
    )
}

/// Makes those of a table anew, and leaves none of what is gone.
pub(super) fn renewed(one: &Decided<'_>, schema: &Schema) -> Vec<String> {
    let table = one.table;
    let (columns, derived) = touched(one);
    let mut statements = Vec::new();
    if clears(schema) {
        statements.extend(columns.iter().flat_map(|column| cleared(table.relations(), &column.name)));
        statements.extend(cleared_of_indexes(&derived));
    }
    statements.push(format!("ANALYZE {}.{}", ident(&table.name.schema), ident(&table.name.name)));
    let all_set = method(one).0 == Method::Rewrite && !one.loses_rows();
    if !all_set && is_in_doubt(&table.derived, schema) {
        let columns: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        statements.push(checked(table.relations(), &columns));
    }
    statements
}

/// The same of a view that keeps what it showed; `filled` fills it.
pub(super) fn renewed_of_view(view: &Materialised, filled: String, schema: &Schema) -> Vec<String> {
    let name = || std::iter::once(&view.name);
    let mut statements = Vec::new();
    if clears(schema) {
        statements.extend(view.columns.iter().flat_map(|column| cleared(name(), column)));
        statements.extend(cleared_of_indexes(&view.derived.iter().collect::<Vec<_>>()));
    }
    if view.is_filled {
        statements.push(filled);
        statements.push(format!("ANALYZE {}.{}", ident(&view.name.schema), ident(&view.name.name)));
        if is_in_doubt(&view.derived, schema) {
            let columns: Vec<_> = view.columns.iter().map(String::as_str).collect();
            statements.push(checked(name(), &columns));
        }
    }
    statements
}

/// Throws away those of a table whose rows are gone: by setting its types anew, or one by one.
pub(super) fn gone(one: &Decided<'_>, altered: impl Fn(&Column) -> Vec<String>, schema: &Schema) -> Vec<String> {
    let table = one.table;
    let parts: Vec<_> = table.columns.iter().filter(|column| can_be_set(table, column)).flat_map(altered).collect();
    let mut statements = Vec::new();
    if !parts.is_empty() {
        let name = format!("{}.{}", ident(&table.name.schema), ident(&table.name.name));
        statements.push(format!("ALTER TABLE {name} {}", parts.join(", ")));
    }
    if clears(schema) {
        // What it has from what it inherits from goes with that, but not where that is held.
        let held = table.columns.iter().filter(|column| !can_be_set(table, column));
        statements.extend(held.flat_map(|column| cleared(table.relations(), &column.name)));
        let left: Vec<_> = table.derived.iter().filter(|derived| !is_made_anew(derived, one)).collect();
        statements.extend(cleared_of_indexes(&left));
    }
    statements
}

/// Whether its type can be set anew here, and is not with that of what its table inherits from.
fn can_be_set(table: &Table, column: &Column) -> bool {
    !is_held(column) && (table.parents.is_empty() || !column.inherited)
}
