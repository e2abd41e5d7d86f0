//! Statistics besides those of columns, and what is empty and may have some of what was in it.

use super::name;
use crate::domains::anonymise::schema::{Derived, DerivedKind, Name};
use crate::services::sql::{PgSession, Row, SqlError};

/// Indexes by an expression, and what `CREATE STATISTICS` made, on the relations of `tree`.
pub(super) async fn derived(session: &PgSession, tree: &str) -> Result<Vec<(u32, Derived)>, SqlError> {
    let columns = |class: &str, object: &str, keys: &str| {
        format!(
            "ARRAY(SELECT DISTINCT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.rel AND a.attnum > 0 \
             AND (a.attnum = ANY ({keys}) OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = '{class}'::regclass \
             AND d.objid = {object} AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.rel AND d.refobjsubid = a.attnum)) ORDER BY 1)"
        )
    };
    let expressions =
        "pg_catalog.pg_attribute x WHERE x.attrelid = i.indexrelid AND x.attnum > 0 AND i.indkey[x.attnum - 1] = 0";
    let query = format!(
        "WITH {tree} SELECT t.root, n.nspname, c.relname, false, {}, ARRAY(SELECT x.attname::text FROM {expressions} ORDER BY x.attnum), \
         EXISTS (SELECT 1 FROM {expressions} AND coalesce(x.attstattarget, -1) = 0) FROM tree t \
         JOIN pg_catalog.pg_index i ON i.indrelid = t.rel AND i.indexprs IS NOT NULL JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         UNION ALL SELECT t.root, n.nspname, e.stxname, true, {}, '{{}}', coalesce(e.stxstattarget, -1) = 0 FROM tree t \
         JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = t.rel JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace ORDER BY 1, 2, 3",
        columns("pg_class", "i.indexrelid", "i.indkey"),
        columns("pg_statistic_ext", "e.oid", "e.stxkeys"),
    );
    let rows = session.read("statistics of expressions", &query, &[]).await?;
    let derived = |row: &Row| Derived {
        name: name(row, 1),
        kind: if row.get(3) { DerivedKind::Extended } else { DerivedKind::Index },
        columns: row.get(4),
        expressions: row.get(5),
        off: row.get(6),
    };
    Ok(rows.iter().map(|row| (row.get(0), derived(row))).collect())
}

/// Relations of `tree` in which there is no page and of which there are statistics, or of which whoever asks cannot see whether
/// there are any.
pub(super) async fn stale(session: &PgSession, tree: &str) -> Result<Vec<(u32, Name)>, SqlError> {
    let query = format!(
        "WITH {tree} SELECT t.root, n.nspname, c.relname FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.rel \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') \
         AND coalesce((SELECT sum(pg_relation_size(p.relid)) FROM pg_catalog.pg_partition_tree(c.oid) p), pg_relation_size(c.oid)) = 0 \
         AND (NOT has_table_privilege(c.oid, 'SELECT') OR c.relrowsecurity AND row_security_active(c.oid) \
         OR EXISTS (SELECT 1 FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname)) ORDER BY 1, 2, 3"
    );
    let rows = session.read("what is empty", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), name(row, 1))).collect())
}
