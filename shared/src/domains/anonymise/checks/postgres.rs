//! The checks on `PostgreSQL`: each as the role that owns the table, so that nobody's code runs as the master, and in a transaction that
//! is taken back, in which that role may read the samples and policies hide no row.

use std::fmt::Write as _;

use super::words::words;
use super::{
    LONGEST, Question, ROWS, Ruled, SHORTEST, Sampling, Source, VALUES, is_planted, is_quiet, line, place, sources,
};
use crate::domains::anonymise::plan::HELPER;
use crate::domains::anonymise::schema::{Column, Name, Reach, Schema, Table, TypeClass};
use crate::services::sql::{ident, literal};

const BEGIN: &str = "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp;";

pub(super) fn sampling(table: &Table, ruled: &[Ruled<'_>], schema: &Schema) -> Sampling {
    let name = qualified(&table.name);
    let line = line(&table.name);
    let planted: Vec<_> = ruled.iter().filter(|ruled| is_quiet(table) && is_planted(ruled, table, schema)).collect();
    let set: Vec<_> = planted
        .iter()
        .enumerate()
        .map(|(number, ruled)| {
            let mail = if ruled.rule == "fake mail" { "@example.org" } else { "" };
            format!(
                "{} = (current_setting('{HELPER}.needle') || '-{}{mail}')::{}",
                ident(&ruled.column.name),
                number + 1,
                ruled.column.ty
            )
        })
        .collect();
    let script = |plants: bool| {
        let mut script = format!(
            "{BEGIN} CREATE TABLE IF NOT EXISTS {HELPER}.sample (place text NOT NULL, hash bytea NOT NULL); {}",
            as_owner(table)
        );
        let all = ruled.iter().flat_map(|ruled| sources(ruled).into_iter().map(move |source| (ruled, source)));
        for (ruled, source) in all {
            let values = values(&name, ruled, source);
            let _ = write!(
                script,
                "INSERT INTO {HELPER}.sample SELECT {}, {HELPER}.keyed('c', w.v) FROM (SELECT s.v FROM (SELECT a.v FROM \
                 ({values} LIMIT {ROWS}) AS a WHERE length(a.v) BETWEEN {SHORTEST} AND {LONGEST} \
                 AND (a.v ~ '[0-9@]' OR a.v ~ '\\s\\S+\\s') GROUP BY a.v HAVING count(*) = 1 LIMIT {VALUES}) AS s \
                 JOIN ({values}) AS u ON u.v = s.v GROUP BY s.v HAVING count(*) = 1) AS w; ",
                literal(&place(table, ruled, source))
            );
        }
        if plants && !set.is_empty() {
            let _ = write!(
                script,
                "UPDATE {name} AS t SET {} WHERE (t.tableoid, t.ctid) = (SELECT o.tableoid, o.ctid FROM {name} AS o LIMIT 1); ",
                set.join(", ")
            );
        }
        let _ = write!(
            script,
            "{} SET LOCAL ROLE NONE; INSERT INTO {HELPER}.progress (step, run) VALUES ({}, current_setting('{HELPER}.run')); COMMIT;",
            as_it_was(table),
            literal(&line)
        );
        script
    };
    Sampling { table: table.name.to_string(), before: Vec::new(), whole: script(true), plain: script(false), line }
}

/// A value as its type writes it, and nothing where it is null. A cast could be somebody's own code, and a collation of theirs may take no
/// pattern.
fn written(value: &str) -> String {
    format!("(concat({value}) COLLATE \"C\")")
}

/// Each value of `source` as the text `v`.
fn values(table: &str, ruled: &Ruled<'_>, source: Source<'_>) -> String {
    let column = ident(&ruled.column.name);
    match source {
        Source::Column => format!("SELECT {} AS v FROM {table} AS t", written(&format!("t.{column}"))),
        Source::Elements => format!("SELECT {} AS v FROM {table} AS t, unnest(t.{column}) AS e(v)", written("e.v")),
        Source::Path(path) => format!(
            "SELECT (q #>> '{{}}') COLLATE \"C\" AS v FROM {table} AS t, jsonb_path_query(nullif(t.{column}::text, '')::jsonb, {}) AS q \
             WHERE jsonb_typeof(q) = 'string'",
            literal(&format!("lax {path}"))
        ),
    }
}

/// Every column of a table, and what the server keeps of it and of its indexes.
pub(super) fn question(table: &Table, emptied: bool) -> Question {
    let mut script = asked(table, &table.columns);
    let names = std::iter::once(&table.name)
        .chain(&table.parts)
        .map(|name| format!("({}, {})", literal(&name.schema), literal(&name.name)));
    let names = names.collect::<Vec<_>>().join(", ");
    let of = format!(
        "(SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) IN ({names}) \
         UNION SELECT n.nspname, i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) IN ({names}))"
    );
    let _ = write!(
        script,
        "SELECT 'statistics', s.tablename || '.' || s.attname, count(*) FROM pg_stats s, LATERAL (\
         SELECT unnest(s.most_common_vals::text::text[]) AS v UNION ALL SELECT unnest(s.histogram_bounds::text::text[]) \
         UNION ALL SELECT unnest(s.most_common_elems::text::text[])) AS w WHERE (s.schemaname, s.tablename) IN {of} \
         AND ({emptied} OR strpos(w.v, current_setting('{HELPER}.needle')) > 0 \
         OR length(w.v) >= {SHORTEST} AND EXISTS (SELECT 1 FROM {HELPER}.sample p WHERE p.hash = {HELPER}.keyed('c', w.v))) GROUP BY 1, 2; \
         SELECT 'statistics', s.statistics_name::text, count(*) FROM pg_stats_ext s, LATERAL unnest(s.most_common_vals) AS w(v) \
         WHERE (s.schemaname, s.tablename) IN {of} AND ({emptied} OR strpos(w.v, current_setting('{HELPER}.needle')) > 0 \
         OR length(w.v) >= {SHORTEST} AND EXISTS (SELECT 1 FROM {HELPER}.sample p WHERE p.hash = {HELPER}.keyed('c', w.v))) GROUP BY 1, 2; \
         ROLLBACK;"
    );
    Question {
        about: table.name.to_string(),
        looks_at: "every column, and its statistics".to_owned(),
        script,
        needed: true,
    }
}

/// Materialised views as tables, and statements, where they can be read.
pub(super) fn others(schema: &Schema, statements: &[String]) -> Vec<Question> {
    let views = schema.materialised.iter().map(|view| {
        let table = Table { name: view.name.clone(), owner: Some(view.owner.clone()), ..Table::default() };
        let name = qualified(&view.name);
        // Its columns are not read with the schema, so it is taken row by row.
        let script = format!(
            "{BEGIN} {} SELECT 'original of ' || p.place, 'a row', count(*) FROM {name} AS t, LATERAL {} AS x \
             JOIN {HELPER}.sample p ON p.hash = {HELPER}.keyed('c', x.word) GROUP BY 1, 2; \
             SELECT 'planted', 'a row', count(*) FROM {name} AS t WHERE strpos({}, current_setting('{HELPER}.needle')) > 0 \
             HAVING count(*) > 0; ROLLBACK;",
            as_owner(&table),
            words(&written("t"), SHORTEST),
            written("t")
        );
        Question { about: view.name.to_string(), looks_at: "every row".to_owned(), script, needed: true }
    });
    let query = format!(
        "{BEGIN} SELECT 'statement', 'pg_stat_statements', count(*) FROM {{place}}.pg_stat_statements AS t \
         WHERE strpos(t.query, current_setting('{HELPER}.needle')) > 0 OR EXISTS (SELECT 1 FROM {} AS x \
         JOIN {HELPER}.sample p ON p.hash = {HELPER}.keyed('c', x.word)) HAVING count(*) > 0; ROLLBACK;",
        words("t.query", SHORTEST)
    );
    let statements = statements.iter().map(|place| Question {
        about: "pg_stat_statements".to_owned(),
        looks_at: "every statement".to_owned(),
        script: query.replace("{place}", &ident(place)),
        needed: false,
    });
    views.chain(statements).collect()
}

fn asked(table: &Table, columns: &[Column]) -> String {
    let name = qualified(&table.name);
    let looks = |column: &&Column| !matches!(column.class, TypeClass::Bool | TypeClass::Date | TypeClass::Timestamp);
    let values: Vec<_> = columns
        .iter()
        .filter(looks)
        .map(|column| {
            let read = format!("t.{}", ident(&column.name));
            let read =
                if column.class == TypeClass::Bytes { format!("encode({read}, 'escape')") } else { written(&read) };
            format!("({}, {read})", literal(&column.name))
        })
        .collect();
    let mut script = format!("{BEGIN} {}", as_owner(table));
    if !values.is_empty() {
        let values = values.join(", ");
        let _ = write!(
            script,
            "SELECT CASE WHEN p.place IS NULL THEN 'planted' ELSE 'original of ' || p.place END, c.n, count(*) FROM {name} AS t, \
             LATERAL (VALUES {values}) AS c(n, v), LATERAL {} AS x \
             LEFT JOIN {HELPER}.sample p ON p.hash = {HELPER}.keyed('c', x.word) \
             WHERE p.place IS NOT NULL OR strpos(x.word, current_setting('{HELPER}.needle')) > 0 GROUP BY 1, 2; ",
            words("c.v", SHORTEST)
        );
    }
    script
}

/// From here on as the owner, who may read the samples, and sees all rows.
fn as_owner(table: &Table) -> String {
    let owner = table.owner.as_ref().filter(|owner| matches!(owner.reach, Reach::Oneself | Reach::Member));
    let Some(owner) = owner else { return String::new() };
    let role = ident(&owner.name);
    let force = if table.forces_row_security {
        format!("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY; ", qualified(&table.name))
    } else {
        String::new()
    };
    format!(
        "GRANT USAGE ON SCHEMA {HELPER} TO {role}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {HELPER} TO {role}; \
         GRANT SELECT, INSERT ON {HELPER}.sample TO {role}; SET LOCAL ROLE {role}; SET LOCAL row_security = off; {force}"
    )
}

fn as_it_was(table: &Table) -> String {
    if !table.forces_row_security {
        return String::new();
    }
    format!("ALTER TABLE {} FORCE ROW LEVEL SECURITY;", qualified(&table.name))
}

fn qualified(name: &Name) -> String {
    format!("{}.{}", ident(&name.schema), ident(&name.name))
}
