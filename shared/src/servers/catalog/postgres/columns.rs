//! Columns: their types down to what a domain is of, and what keeps a type from being set anew.

use super::{KIN, TREE};
use crate::domains::anonymise::schema::{Column, Computed, Equality, TypeClass};
use crate::services::sql::{PgSession, Row, SqlError};

/// What goes by a column, in words.
const USER: &str = "CASE u.classid \
     WHEN 'pg_rewrite'::regclass THEN (SELECT 'the view ' || w.ev_class::regclass FROM pg_catalog.pg_rewrite w WHERE w.oid = u.objid) \
     WHEN 'pg_attrdef'::regclass THEN (SELECT 'the generated column ' || q.attname FROM pg_catalog.pg_attrdef f \
     JOIN pg_catalog.pg_attribute q ON q.attrelid = f.adrelid AND q.attnum = f.adnum WHERE f.oid = u.objid) \
     WHEN 'pg_class'::regclass THEN (SELECT 'the generated column ' || q.attname FROM pg_catalog.pg_attribute q \
     WHERE q.attrelid = u.objid AND q.attnum = u.objsubid) \
     ELSE 'the ' || pg_describe_object(u.classid, u.objid, u.objsubid) END";

/// What holds rows of the table in a column: no type of such a table can be set anew. It is followed through arrays, domains and
/// types of several columns.
const HOLDS: &str = "holds AS (WITH RECURSIVE u AS (SELECT k.root, y.oid AS type FROM kin k JOIN pg_catalog.pg_type y ON y.typrelid = k.rel \
     UNION SELECT u.root, CASE d.classid WHEN 'pg_type'::regclass THEN d.objid ELSE (SELECT c.reltype FROM pg_catalog.pg_class c \
     WHERE c.oid = d.objid) END FROM u JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = u.type \
     AND d.classid IN ('pg_type'::regclass, 'pg_class'::regclass)) \
     SELECT DISTINCT u.root, 'the column ' || a.attname || ' of ' || d.objid::regclass || ', which holds rows of it,' AS by_what FROM u \
     JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = u.type AND d.classid = 'pg_class'::regclass \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid AND a.attnum > 0 \
     JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind NOT IN ('c', 'v') \
     UNION ALL SELECT k.root, 'the type ' || format_type(c.reloftype, NULL) FROM kin k JOIN pg_catalog.pg_class c ON c.oid = k.rel \
     WHERE c.reloftype <> 0)";

pub(super) async fn columns(session: &PgSession) -> Result<Vec<(u32, Column)>, SqlError> {
    let query = format!(
        "WITH {TREE}, {KIN}, {HOLDS} SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), \
         b.typname, b.typtype::text, b.typcategory::text, \
         b.typnamespace = 'pg_catalog'::regnamespace OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend e \
         WHERE e.classid = 'pg_type'::regclass AND e.objid = b.oid AND e.deptype = 'e'), \
         CASE WHEN d.mod > 4 THEN d.mod - 4 END, a.attnotnull OR d.never_null, a.attgenerated <> '', a.attidentity <> '', \
         CASE WHEN NOT coalesce(l.collisdeterministic, true) THEN quote_ident(ln.nspname) || '.' || quote_ident(l.collname) END, \
         b.typname = 'citext', \
         CASE WHEN a.attcollation <> y.typcollation THEN quote_ident(ln.nspname) || '.' || quote_ident(l.collname) END, \
         CASE WHEN a.attstorage <> y.typstorage THEN a.attstorage::text END, a.attcompression::text, \
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_attribute o ON o.attrelid = t.rel AND o.attname = a.attname \
         WHERE t.root = c.oid AND coalesce(o.attstattarget, -1) = 0), \
         EXISTS (SELECT 1 FROM tree t JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = t.rel \
         JOIN pg_catalog.pg_attribute o ON o.attrelid = t.rel AND o.attname = a.attname \
         WHERE t.root = c.oid AND (k.partexprs IS NOT NULL OR o.attnum = ANY (k.partattrs))), \
         coalesce((SELECT array_agg(DISTINCT {USER} ORDER BY {USER}) FROM kin t \
         JOIN pg_catalog.pg_attribute o ON o.attrelid = t.rel AND o.attname = a.attname \
         JOIN pg_catalog.pg_depend u ON u.refclassid = 'pg_class'::regclass AND u.refobjid = t.rel AND u.refobjsubid = o.attnum \
         WHERE t.root = c.oid AND u.deptype <> 'i' AND u.classid NOT IN ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass) \
         AND (u.classid <> 'pg_class'::regclass OR u.objid = t.rel AND u.objsubid > 0) \
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE u.classid = 'pg_trigger'::regclass AND g.oid = u.objid \
         AND g.tgisinternal AND g.tgparentid = 0) \
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attrdef f WHERE u.classid = 'pg_attrdef'::regclass AND f.oid = u.objid \
         AND f.adrelid = t.rel AND f.adnum = o.attnum)), '{{}}') \
         || ARRAY(SELECT h.by_what FROM holds h WHERE h.root = c.oid ORDER BY 1), \
         a.attinhcount > 0, CASE WHEN a.attgenerated <> '' THEN (SELECT pg_get_expr(f.adbin, f.adrelid) FROM pg_catalog.pg_attrdef f \
         WHERE f.adrelid = c.oid AND f.adnum = a.attnum) END, \
         ARRAY(SELECT DISTINCT o.attname::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute o ON o.attrelid = c.oid \
         AND o.attnum = d.refobjsubid AND o.attnum <> a.attnum WHERE a.attgenerated <> '' AND d.refclassid = 'pg_class'::regclass \
         AND d.refobjid = c.oid AND d.refobjsubid > 0 AND (d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = a.attnum \
         OR d.classid = 'pg_attrdef'::regclass AND d.objid = (SELECT f.oid FROM pg_catalog.pg_attrdef f WHERE f.adrelid = c.oid \
         AND f.adnum = a.attnum)) ORDER BY 1) \
         FROM tree r JOIN pg_catalog.pg_class c ON c.oid = r.root AND r.root = r.rel \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         JOIN pg_catalog.pg_type y ON y.oid = a.atttypid LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation \
         LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace, LATERAL (\
         WITH RECURSIVE up AS (SELECT y.oid, a.atttypmod AS mod, y.typnotnull AS never_null, 0 AS depth UNION ALL \
         SELECT p.typbasetype, p.typtypmod, up.never_null OR q.typnotnull, up.depth + 1 FROM up \
         JOIN pg_catalog.pg_type p ON p.oid = up.oid AND p.typtype = 'd' JOIN pg_catalog.pg_type q ON q.oid = p.typbasetype) \
         SELECT up.oid, up.mod, up.never_null FROM up ORDER BY up.depth DESC LIMIT 1) AS d \
         JOIN pg_catalog.pg_type b ON b.oid = d.oid ORDER BY c.oid, a.attnum"
    );
    let rows = session.read("columns", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), column(row))).collect())
}

fn column(row: &Row) -> Column {
    let text = |at| row.get::<_, String>(at);
    let class = class(&text(3), &text(4), &text(5), row.get(6));
    let length: Option<i32> = row.get(7);
    let is_texts = matches!(text(3).as_str(), "varchar" | "bpchar");
    Column {
        name: text(1),
        ty: text(2),
        class,
        length: length.filter(|_| is_texts).and_then(|length| u32::try_from(length).ok()),
        nullable: !row.get::<_, bool>(8),
        generated: row.get(9),
        identity: row.get(10),
        equality: match (row.get::<_, Option<String>>(11), row.get(12)) {
            (Some(collation), _) => Equality::Unknown(collation),
            (None, true) => Equality::Lower,
            (None, false) => Equality::Exact,
        },
        collation: row.get(13),
        storage: row.get::<_, Option<String>>(14).map(|word| storage(&word).to_owned()),
        compression: compression(&text(15)).map(str::to_owned),
        statistics_off: row.get(16),
        partition_key: row.get(17),
        used_by: row.get(18),
        inherited: row.get(19),
        computed: row
            .get::<_, Option<String>>(20)
            .map(|expression| Computed { expression, columns: row.get::<_, Vec<String>>(21) }),
        on_update: false,
    }
}

fn class(name: &str, kind: &str, category: &str, is_known: bool) -> TypeClass {
    if category == "A" {
        return TypeClass::Array;
    }
    if kind == "e" {
        return TypeClass::Enum;
    }
    // What somebody made may do anything when it is read or written.
    if !is_known || kind != "b" {
        return TypeClass::Other;
    }
    match name {
        "text" | "varchar" | "bpchar" | "citext" => TypeClass::Text,
        "uuid" => TypeClass::Uuid,
        "bytea" => TypeClass::Bytes,
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" | "money" => TypeClass::Number,
        "bool" => TypeClass::Bool,
        "date" => TypeClass::Date,
        "timestamp" | "timestamptz" => TypeClass::Timestamp,
        "json" | "jsonb" => TypeClass::Json,
        "inet" => TypeClass::Inet,
        _ => TypeClass::Other,
    }
}

fn storage(word: &str) -> &'static str {
    match word {
        "p" => "PLAIN",
        "e" => "EXTERNAL",
        "m" => "MAIN",
        _ => "EXTENDED",
    }
}

fn compression(word: &str) -> Option<&'static str> {
    match word {
        "p" => Some("pglz"),
        "l" => Some("lz4"),
        _ => None,
    }
}
