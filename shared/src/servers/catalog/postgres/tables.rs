//! Tables, and what stands around them: indexes, foreign keys, triggers, and code.

use std::collections::BTreeMap;

use super::{TREE, code, kept, name, owner, owner_columns};
use crate::domains::anonymise::schema::{
    Check, Code, Derived, ForeignKey, Name, Table, TableKind, Trigger, TriggerState, Unique,
};
use crate::services::sql::{PgSession, Row, SqlError};

/// What stands around tables, by the number of the table.
#[derive(Debug, Default)]
pub(super) struct Extras {
    parts: Vec<(u32, Name)>,
    parents: Vec<(u32, Name)>,
    derived: Vec<(u32, Derived)>,
    stale: Vec<(u32, Name)>,
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
        put(self.parents, tables, |table| &mut table.parents);
        put(self.derived, tables, |table| &mut table.derived);
        put(self.stale, tables, |table| &mut table.stale);
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
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_rewrite w ON w.ev_class = t.rel WHERE t.root = c.oid AND w.rulename <> '_RETURN'), \
         EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE c.relkind <> 'p' AND c.oid IN (i.inhrelid, i.inhparent)), \
         (SELECT sum(greatest(p.reltuples, 0))::int8 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel \
         WHERE t.root = c.oid AND p.relkind <> 'p'), \
         (SELECT sum(pg_total_relation_size(t.rel))::int8 FROM tree t WHERE t.root = c.oid), \
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel WHERE t.root = c.oid AND p.relowner <> c.relowner), \
         {}, EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel WHERE t.root = c.oid AND p.relrowsecurity), \
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_class p ON p.oid = t.rel WHERE t.root = c.oid AND p.relkind = 'f') \
         FROM tree r JOIN pg_catalog.pg_class c ON c.oid = r.root AND r.root = r.rel \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        owner_columns("c.relowner", version)
    );
    let rows = session.read("tables", &query, &[]).await?;
    let table = |row: &Row| {
        let kind = match (row.get::<_, String>(3).as_str(), row.get::<_, bool>(6)) {
            // One partition elsewhere is enough.
            _ if row.get(15) => TableKind::Foreign,
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
    let (parts, parents, derived, stale) =
        tokio::try_join!(parts(session), parents(session), kept::derived(session, TREE), kept::stale(session, TREE))?;
    let (uniques, foreign_keys, code, triggers, checks) = tokio::try_join!(
        uniques(session, version),
        foreign_keys(session),
        code::of_tables(session),
        triggers(session),
        checks(session),
    )?;
    Ok(Extras { parts, parents, derived, stale, uniques, foreign_keys, code, triggers, checks })
}

async fn parents(session: &PgSession) -> Result<Vec<(u32, Name)>, SqlError> {
    let query = format!(
        "WITH {TREE} SELECT t.root, n.nspname, c.relname FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhrelid = t.rel \
         JOIN pg_catalog.pg_class c ON c.oid = i.inhparent JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE t.root = t.rel ORDER BY 1, 2, 3"
    );
    let rows = session.read("inheritance", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), name(row, 1))).collect())
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
         '{{}}'), coalesce(pg_get_expr(i.indexprs, i.indrelid), CASE WHEN i.indisexclusion THEN 'an exclusion' END), {distinct}, \
         pg_get_expr(i.indpred, i.indrelid) \
         FROM tree t JOIN pg_catalog.pg_index i ON i.indrelid = t.rel JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE (i.indisunique OR i.indisexclusion) AND NOT c.relispartition ORDER BY 1, 2"
    );
    let rows = session.read("unique indexes", &query, &[]).await?;
    let unique = |row: &Row| Unique {
        name: row.get(1),
        columns: row.get(2),
        expression: row.get(3),
        nulls_distinct: row.get(4),
        condition: row.get(5),
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
         pg_get_constraintdef(o.oid), obj_description(o.oid, 'pg_constraint'), o.confmatchtype = 'f' \
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
        full: row.get(10),
    };
    Ok(rows.iter().map(|row| (row.get(0), key(row))).collect())
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
    let trigger = |row: &Row| Trigger {
        on: name(row, 1),
        name: row.get(3),
        state: state(&row.get::<_, String>(4)),
        ..Trigger::default()
    };
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
