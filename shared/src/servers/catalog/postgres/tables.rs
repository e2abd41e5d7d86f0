//! Tables, and what stands around them: indexes, foreign keys, triggers, and code.

use std::collections::BTreeMap;

use super::{TREE, calls, name, owner, owner_columns};
use crate::domains::anonymise::schema::{
    Check, Code, ForeignKey, Name, Table, TableKind, Trigger, TriggerState, Unique,
};
use crate::services::sql::{PgSession, Row, SqlError};

/// What stands around tables, by the number of the table.
#[derive(Debug, Default)]
pub(super) struct Extras {
    parts: Vec<(u32, Name)>,
    uniques: Vec<(u32, Unique)>,
    foreign_keys: Vec<(u32, ForeignKey)>,
    code: Vec<(u32, Code)>,
    triggers: Vec<(u32, Trigger)>,
    checks: Vec<(u32, Check)>,
}

impl Extras {
    pub(super) fn into_tables(self, tables: &mut BTreeMap<u32, Table>) {
        fn put<T>(rows: Vec<(u32, T)>, tables: &mut BTreeMap<u32, Table>, into: impl Fn(&mut Table) -> &mut Vec<T>) {
            for (of, one) in rows {
                if let Some(table) = tables.get_mut(&of) {
                    into(table).push(one);
                }
            }
        }
        put(self.parts, tables, |table| &mut table.parts);
        put(self.uniques, tables, |table| &mut table.uniques);
        put(self.foreign_keys, tables, |table| &mut table.foreign_keys);
        put(self.code, tables, |table| &mut table.code);
        put(self.triggers, tables, |table| &mut table.triggers);
        put(self.checks, tables, |table| &mut table.checks);
    }
}

pub(super) async fn tables(session: &PgSession, version: u32) -> Result<BTreeMap<u32, Table>, SqlError> {
    let query = format!(
        "WITH {TREE} SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relforcerowsecurity, \
         EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'), \
         EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE c.relkind <> 'p' AND c.oid IN (i.inhrelid, i.inhparent)), \
         (SELECT sum(greatest(p.reltuples, 0))::int8 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel \
         WHERE t.root = c.oid AND p.relkind <> 'p'), \
         (SELECT sum(pg_total_relation_size(t.rel))::int8 FROM tree t WHERE t.root = c.oid), \
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel WHERE t.root = c.oid AND p.relowner <> c.relowner), \
         {}, EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel WHERE t.root = c.oid AND p.relrowsecurity) \
         FROM tree r JOIN pg_catalog.pg_class c ON c.oid = r.root AND r.root = r.rel \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        owner_columns("c.relowner", version)
    );
    let rows = session.read("tables", &query, &[]).await?;
    let table = |row: &Row| {
        let kind = match (row.get::<_, String>(3).as_str(), row.get::<_, bool>(6)) {
            ("f", _) => TableKind::Foreign,
            (_, true) => TableKind::Inheriting,
            ("p", _) => TableKind::Partitioned,
            _ => TableKind::Ordinary,
        };
        let number = |at| u64::try_from(row.get::<_, Option<i64>>(at).unwrap_or_default()).unwrap_or_default();
        let table = Table {
            name: name(row, 1),
            kind,
            forces_row_security: row.get(4),
            has_rewrite_rules: row.get(5),
            rows: number(7),
            bytes: number(8),
            mixed_owners: row.get(9),
            owner: Some(owner(row, 10)),
            row_security: row.get(14),
            ..Table::default()
        };
        (row.get::<_, u32>(0), table)
    };
    Ok(rows.iter().map(table).collect())
}

pub(super) async fn extras(session: &PgSession, version: u32) -> Result<Extras, SqlError> {
    let (parts, uniques, foreign_keys, code, triggers, checks) = tokio::try_join!(
        parts(session),
        uniques(session, version),
        foreign_keys(session),
        code(session),
        triggers(session),
        checks(session),
    )?;
    Ok(Extras { parts, uniques, foreign_keys, code, triggers, checks })
}

async fn parts(session: &PgSession) -> Result<Vec<(u32, Name)>, SqlError> {
    let query = format!(
        "WITH {TREE} SELECT t.root, n.nspname, c.relname FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.rel \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE t.root <> t.rel ORDER BY 2, 3"
    );
    let rows = session.read("partitions", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), name(row, 1))).collect())
}

async fn uniques(session: &PgSession, version: u32) -> Result<Vec<(u32, Unique)>, SqlError> {
    let distinct = if version >= 15 { "NOT i.indnullsnotdistinct" } else { "true" };
    // An index of a partition that belongs to one of the root says nothing new.
    let query = format!(
        "WITH {TREE} SELECT t.root, c.relname, \
         coalesce((SELECT array_agg(DISTINCT a.attname::text ORDER BY a.attname::text) FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid = t.rel AND a.attnum > 0 AND (a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]) \
         OR (i.indexprs IS NOT NULL AND EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass \
         AND d.objid = i.indexrelid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.rel AND d.refobjsubid = a.attnum)))), \
         '{{}}'), coalesce(pg_get_expr(i.indexprs, i.indrelid), CASE WHEN i.indisexclusion THEN 'an exclusion' END), {distinct} \
         FROM tree t JOIN pg_catalog.pg_index i ON i.indrelid = t.rel JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE (i.indisunique OR i.indisexclusion) AND NOT c.relispartition ORDER BY 1, 2"
    );
    let rows = session.read("unique indexes", &query, &[]).await?;
    let unique = |row: &Row| Unique {
        name: row.get(1),
        columns: row.get(2),
        expression: row.get(3),
        nulls_distinct: row.get(4),
    };
    Ok(rows.iter().map(|row| (row.get(0), unique(row))).collect())
}

async fn foreign_keys(session: &PgSession) -> Result<Vec<(u32, ForeignKey)>, SqlError> {
    let columns = |relation: &str, numbers: &str| {
        format!(
            "(SELECT array_agg(a.attname::text ORDER BY k.at) FROM pg_catalog.unnest({numbers}) WITH ORDINALITY AS k(number, at) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = {relation} AND a.attnum = k.number)"
        )
    };
    let query = format!(
        "WITH {TREE} SELECT t.root, o.conname, n.nspname, c.relname, {}, rn.nspname, rc.relname, {}, \
         pg_get_constraintdef(o.oid), obj_description(o.oid, 'pg_constraint') \
         FROM tree t JOIN pg_catalog.pg_constraint o ON o.conrelid = t.rel AND o.contype = 'f' AND o.conparentid = 0 \
         JOIN pg_catalog.pg_class c ON c.oid = t.rel JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN tree r ON r.rel = o.confrelid JOIN pg_catalog.pg_class rc ON rc.oid = r.root \
         JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace ORDER BY 1, 2, 3, 4",
        columns("o.conrelid", "o.conkey"),
        columns("o.confrelid", "o.confkey")
    );
    let rows = session.read("foreign keys", &query, &[]).await?;
    let key = |row: &Row| ForeignKey {
        name: row.get(1),
        on: name(row, 2),
        columns: row.get(4),
        references: name(row, 5),
        referenced: row.get(7),
        definition: row.get(8),
        comment: row.get(9),
    };
    Ok(rows.iter().map(|row| (row.get(0), key(row))).collect())
}

/// Checks, generated columns, indexes and domains, where they call what somebody made.
async fn code(session: &PgSession) -> Result<Vec<(u32, Code)>, SqlError> {
    let query = format!(
        "WITH {TREE}, code AS (\
         SELECT t.root, 'the check ' || o.conname AS place, {} AS calls FROM tree t \
         JOIN pg_catalog.pg_constraint o ON o.conrelid = t.rel AND o.contype = 'c' \
         UNION ALL SELECT t.root, 'the generated column ' || a.attname, {} FROM tree t \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = t.rel AND a.attgenerated <> '' \
         JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum \
         UNION ALL SELECT t.root, 'the index ' || c.relname, {} FROM tree t JOIN pg_catalog.pg_index i ON i.indrelid = t.rel \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         UNION ALL SELECT t.root, 'the domain ' || y.typname, {} FROM tree t \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = t.rel AND a.attnum > 0 AND NOT a.attisdropped, LATERAL (\
         WITH RECURSIVE up AS (SELECT a.atttypid AS oid UNION ALL SELECT b.typbasetype FROM up JOIN pg_catalog.pg_type b \
         ON b.oid = up.oid AND b.typtype = 'd') SELECT up.oid FROM up) AS d \
         JOIN pg_catalog.pg_constraint o ON o.contypid = d.oid JOIN pg_catalog.pg_type y ON y.oid = d.oid) \
         SELECT DISTINCT root, place, calls FROM code WHERE cardinality(calls) > 0 ORDER BY 1, 2",
        calls("'pg_constraint'::regclass", "o.oid"),
        calls("'pg_attrdef'::regclass", "f.oid"),
        calls("'pg_class'::regclass", "c.oid"),
        calls("'pg_constraint'::regclass", "o.oid"),
    );
    let rows = session.read("code of tables", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), Code { place: row.get(1), calls: row.get(2) })).collect())
}

async fn triggers(session: &PgSession) -> Result<Vec<(u32, Trigger)>, SqlError> {
    // What a partition has from its root goes with that.
    let query = format!(
        "WITH {TREE} SELECT t.root, n.nspname, c.relname, g.tgname, g.tgenabled::text FROM tree t \
         JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.rel AND NOT g.tgisinternal AND g.tgparentid = 0 \
         JOIN pg_catalog.pg_class c ON c.oid = t.rel JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2, 3, 4"
    );
    let rows = session.read("triggers", &query, &[]).await?;
    let state = |word: &str| match word {
        "D" => TriggerState::Disabled,
        "R" => TriggerState::Replica,
        "A" => TriggerState::Always,
        _ => TriggerState::Enabled,
    };
    let trigger = |row: &Row| Trigger { on: name(row, 1), name: row.get(3), state: state(&row.get::<_, String>(4)) };
    Ok(rows.iter().map(|row| (row.get(0), trigger(row))).collect())
}

async fn checks(session: &PgSession) -> Result<Vec<(u32, Check)>, SqlError> {
    let query = format!(
        "WITH {TREE} SELECT DISTINCT t.root, o.conname::text, (SELECT array_agg(a.attname::text ORDER BY a.attname::text) \
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)) \
         FROM tree t JOIN pg_catalog.pg_constraint o ON o.conrelid = t.rel AND o.contype = 'c' AND o.conkey IS NOT NULL ORDER BY 1, 2"
    );
    let rows = session.read("checks", &query, &[]).await?;
    let check =
        |row: &Row| Check { name: row.get(1), columns: row.get::<_, Option<Vec<String>>>(2).unwrap_or_default() };
    Ok(rows.iter().map(|row| (row.get(0), check(row))).collect())
}
