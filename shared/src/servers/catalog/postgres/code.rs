//! Code of the database: where an expression of somebody's own stands that carrying a plan out would run, and what calls a function
//! of theirs that nobody has thought of.

use super::{TREE, TYPES, VIEWS, calls};
use crate::domains::anonymise::schema::{Code, Strange};
use crate::services::sql::{PgSession, Row, SqlError};

/// Whatever can call a function, and is either read where a plan runs it, or run by none: a default, a view that keeps nothing, a
/// trigger (it sleeps), a function within a function. Everything else is strange.
const KNOWN: &str = "'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_class'::regclass, 'pg_rewrite'::regclass, \
     'pg_policy'::regclass, 'pg_statistic_ext'::regclass, 'pg_trigger'::regclass, 'pg_event_trigger'::regclass, \
     'pg_operator'::regclass, 'pg_type'::regclass, 'pg_cast'::regclass, 'pg_proc'::regclass, 'pg_opclass'::regclass, \
     'pg_opfamily'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_publication_rel'::regclass";

/// What any relation of `tree` has: constraints, generated columns, keys of partitions, indexes, statistics and types.
fn places() -> String {
    let of = |place: &str, class: &str, object: &str, from: &str| {
        format!(
            "SELECT t.root, {place} AS place, {} AS calls FROM tree t {from}",
            calls(&format!("'{class}'::regclass"), object)
        )
    };
    [
        of(
            "'the ' || CASE o.contype WHEN 'c' THEN 'check' ELSE 'constraint' END || ' ' || o.conname",
            "pg_constraint",
            "o.oid",
            "JOIN pg_catalog.pg_constraint o ON o.conrelid = t.rel",
        ),
        of(
            "'the generated column ' || a.attname",
            "pg_attrdef",
            "f.oid",
            "JOIN pg_catalog.pg_attribute a ON a.attrelid = t.rel AND a.attgenerated <> '' \
             JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum",
        ),
        // Before version 15 a generated column calls by itself what its expression does.
        of("'a column or the key of partitions'", "pg_class", "t.rel", ""),
        of(
            "'the index ' || c.relname",
            "pg_class",
            "c.oid",
            "JOIN pg_catalog.pg_index i ON i.indrelid = t.rel JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid",
        ),
        of(
            "'the statistics ' || e.stxname",
            "pg_statistic_ext",
            "e.oid",
            "JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = t.rel",
        ),
        "SELECT t.root, 'the ' || CASE y.typtype WHEN 'd' THEN 'domain' ELSE 'type' END || ' ' || y.typname, \
         ARRAY(SELECT x.called FROM types x WHERE x.type = y.oid ORDER BY 1) FROM tree t \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = t.rel AND a.attnum > 0 AND NOT a.attisdropped \
         JOIN pg_catalog.pg_type y ON y.oid = a.atttypid"
            .to_owned(),
    ]
    .join(" UNION ALL ")
}

fn code(row: &Row) -> (u32, Code) {
    (row.get(0), Code { place: row.get(1), calls: row.get(2) })
}

/// Of tables, with their partitions.
pub(super) async fn of_tables(session: &PgSession) -> Result<Vec<(u32, Code)>, SqlError> {
    let query = format!(
        "WITH {TREE}, {TYPES}, code AS ({}) SELECT DISTINCT root, place, calls FROM code WHERE cardinality(calls) > 0 ORDER BY 1, 2",
        places()
    );
    let rows = session.read("code of tables", &query, &[]).await?;
    Ok(rows.iter().map(code).collect())
}

/// Of views that keep what they showed: that of every view under them, of policies on what they read, and their own.
pub(super) async fn of_views(session: &PgSession) -> Result<Vec<(u32, Code)>, SqlError> {
    let query = format!(
        "WITH {VIEWS}, {TYPES}, {UNDER}, code AS ({} UNION ALL SELECT u.view, 'its query', {} FROM under u \
         JOIN pg_catalog.pg_rewrite w ON w.ev_class = u.source \
         UNION ALL SELECT u.view, 'the policy ' || p.polname || ' on ' || p.polrelid::regclass, {} FROM under u \
         JOIN pg_catalog.pg_policy p ON p.polrelid = u.source) \
         SELECT DISTINCT root, place, calls FROM code WHERE cardinality(calls) > 0 ORDER BY 1, 2",
        places(),
        calls("'pg_rewrite'::regclass", "w.oid"),
        calls("'pg_policy'::regclass", "p.oid"),
    );
    let rows = session.read("code of materialised views", &query, &[]).await?;
    Ok(rows.iter().map(code).collect())
}

/// What a view that keeps what it showed reads, however far away, partitions and heirs among it: `view`, `source`.
pub(super) const UNDER: &str = "under AS (WITH RECURSIVE edge AS (SELECT w.ev_class AS view, d.refobjid AS source FROM pg_catalog.pg_rewrite w \
     JOIN pg_catalog.pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid \
     AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class \
     UNION ALL SELECT i.inhparent, i.inhrelid FROM pg_catalog.pg_inherits i), \
     up AS (SELECT c.oid AS view, c.oid AS source FROM pg_catalog.pg_class c WHERE c.relkind = 'm' \
     UNION SELECT up.view, edge.source FROM up JOIN edge ON edge.view = up.source) SELECT up.view, up.source FROM up)";

/// What nobody has thought of: another kind of relation, or another caller of a function of somebody's own.
pub(super) async fn strange(session: &PgSession) -> Result<Vec<Strange>, SqlError> {
    let query = format!(
        "SELECT c.oid::regclass::text, 'it is a relation of the kind ' || c.relkind::text FROM pg_catalog.pg_class c \
         WHERE c.relkind NOT IN ('r', 'p', 'f', 'v', 'm', 'i', 'I', 'S', 't', 'c') \
         UNION SELECT pg_describe_object(d.classid, d.objid, d.objsubid), 'it calls ' || p.oid::regprocedure::text \
         FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid \
         WHERE p.oid >= 16384 AND d.deptype <> 'e' AND d.classid NOT IN ({KNOWN}) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e \
         WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e') ORDER BY 1, 2"
    );
    let rows = session.read("what calls functions", &query, &[]).await?;
    Ok(rows.iter().map(|row| Strange { what: row.get(0), why: row.get(1) }).collect())
}
