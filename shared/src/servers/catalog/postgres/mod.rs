//! The catalog of `PostgreSQL`: a fixed number of questions, however many tables there are.

mod code;
mod columns;
mod database;
mod kept;
mod sample;
mod tables;

use std::collections::BTreeMap;

use crate::domains::anonymise::schema::{Name, Owner, Reach, Schema, Table};
use crate::services::sql::{Engine, PgSession, Row, SqlError};

pub(super) use sample::sample;

/// Every table that somebody made, and with each partition its root: `root`, `rel`.
const TREE: &str = "tree AS (SELECT c.oid AS root, c.oid AS rel FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_' \
     AND n.nspname NOT IN ('information_schema', 'nightshift_anon') \
     UNION ALL SELECT c.oid, t.relid::oid FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.pg_partition_tree(c.oid) t \
     WHERE c.relkind = 'p' AND NOT c.relispartition AND t.level > 0 AND n.nspname !~ '^pg_' \
     AND n.nspname NOT IN ('information_schema', 'nightshift_anon'))";

/// Every such table, and with it what has its columns from it, by partition or by inheritance: `root`, `rel`. It goes by [`TREE`].
const KIN: &str = "kin AS (WITH RECURSIVE k AS (SELECT r.root, r.rel FROM tree r WHERE r.root = r.rel \
     UNION SELECT k.root, i.inhrelid FROM k JOIN pg_catalog.pg_inherits i ON i.inhparent = k.rel) SELECT k.root, k.rel FROM k)";

/// The views that keep what they showed, in the form of [`TREE`].
const VIEWS: &str = "tree AS (SELECT c.oid AS root, c.oid AS rel FROM pg_catalog.pg_class c WHERE c.relkind = 'm')";

/// What types call that somebody made, however deep it stands in them: `type`, `called`. A type that none of these is in calls nothing.
const TYPES: &str = "types AS (WITH RECURSIVE deep AS (SELECT y.oid AS type, y.oid AS inner_type FROM pg_catalog.pg_type y WHERE y.oid >= 16384 \
     UNION SELECT deep.type, n.oid FROM deep, LATERAL (SELECT d.refobjid AS oid FROM pg_catalog.pg_depend d \
     WHERE d.classid = 'pg_type'::regclass AND d.objid = deep.inner_type AND d.refclassid = 'pg_type'::regclass \
     UNION ALL SELECT a.atttypid FROM pg_catalog.pg_type y JOIN pg_catalog.pg_attribute a ON a.attrelid = y.typrelid AND a.attnum > 0 \
     AND NOT a.attisdropped WHERE y.oid = deep.inner_type) AS n WHERE n.oid >= 16384), \
     part AS (SELECT deep.type, 'pg_constraint'::regclass AS class, o.oid FROM deep JOIN pg_catalog.pg_constraint o \
     ON o.contypid = deep.inner_type UNION ALL SELECT deep.type, 'pg_type'::regclass, deep.inner_type FROM deep \
     UNION ALL SELECT deep.type, 'pg_cast'::regclass, k.oid FROM deep JOIN pg_catalog.pg_cast k ON k.casttarget = deep.inner_type) \
     SELECT DISTINCT part.type, p.oid::regprocedure::text AS called FROM part \
     JOIN pg_catalog.pg_depend d ON d.classid = part.class AND d.objid = part.oid \
     LEFT JOIN pg_catalog.pg_operator r ON d.refclassid = 'pg_operator'::regclass AND r.oid = d.refobjid \
     JOIN pg_catalog.pg_proc p ON p.oid = coalesce(r.oprcode::oid, CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid END) \
     WHERE p.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_proc'::regclass \
     AND e.objid = p.oid AND e.deptype = 'e'))";

/// The functions that an object calls and that are neither the server's own nor an extension's: of the object whose class and
/// number these expressions are. A class of operators that somebody made stands for the functions behind it. It goes by [`TYPES`].
fn calls(class: &str, object: &str) -> String {
    // The names in here are none that `object` could go by.
    let foreign = |catalog: &str, oid: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend z_e WHERE z_e.classid = '{catalog}'::regclass AND z_e.objid = {oid} \
             AND z_e.deptype = 'e')"
        )
    };
    let (of_function, of_class) = (foreign("pg_proc", "z_p.oid"), foreign("pg_opclass", "z_c.oid"));
    format!(
        "(SELECT coalesce(array_agg(DISTINCT z_x.called ORDER BY z_x.called), '{{}}') FROM (\
         SELECT z_p.oid::regprocedure::text AS called FROM pg_catalog.pg_depend z_d \
         LEFT JOIN pg_catalog.pg_operator z_o ON z_d.refclassid = 'pg_operator'::regclass AND z_o.oid = z_d.refobjid \
         JOIN pg_catalog.pg_proc z_p \
         ON z_p.oid = coalesce(z_o.oprcode::oid, CASE WHEN z_d.refclassid = 'pg_proc'::regclass THEN z_d.refobjid END) \
         WHERE z_d.classid = {class} AND z_d.objid = {object} AND z_p.oid >= 16384 AND {of_function} \
         UNION SELECT z_t.called FROM pg_catalog.pg_depend z_d JOIN types z_t ON z_t.type = z_d.refobjid \
         WHERE z_d.classid = {class} AND z_d.objid = {object} AND z_d.refclassid = 'pg_type'::regclass \
         UNION SELECT 'operator class ' || z_c.opcname FROM pg_catalog.pg_depend z_d \
         JOIN pg_catalog.pg_opclass z_c ON z_c.oid = z_d.refobjid WHERE z_d.refclassid = 'pg_opclass'::regclass \
         AND z_d.classid = {class} AND z_d.objid = {object} AND z_c.oid >= 16384 AND {of_class}) z_x)"
    )
}

/// The database that `session` is in.
pub(super) async fn schema(session: &PgSession, database: &str) -> Result<Schema, SqlError> {
    let about = database::about(session).await?;
    let mut schema = Schema { engine: Engine::Postgres, database: database.to_owned(), ..about };
    let tables = tables::tables(session, schema.version).await?;
    let mut tables: BTreeMap<u32, Table> = tables;
    for (of, column) in columns::columns(session).await? {
        if let Some(table) = tables.get_mut(&of) {
            table.columns.push(column);
        }
    }
    let extras = tables::extras(session, schema.version).await?;
    extras.into_tables(&mut tables);
    schema.tables = tables.into_values().collect();
    schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
    schema.materialised = database::materialised(session, schema.version).await?;
    schema.strange = code::strange(session).await?;
    schema.roads = database::roads(session).await?;
    Ok(schema)
}

/// A role, and how far it is, of the columns from `at` on that [`owner_columns`] asks for.
fn owner(row: &Row, at: usize) -> Owner {
    let reach = match (row.get::<_, bool>(at + 1), row.get::<_, bool>(at + 2), row.get::<_, bool>(at + 3)) {
        (true, ..) => Reach::Oneself,
        (_, true, _) => Reach::Superuser,
        (.., true) => Reach::Member,
        _ => Reach::Out,
    };
    Owner { name: row.get(at), reach }
}

/// The role that `oid` is, whether that is whoever asks, may do anything, and can be acted as.
fn owner_columns(oid: &str, version: u32) -> String {
    let right = if version >= 16 { "SET" } else { "MEMBER" };
    format!(
        "pg_get_userbyid({oid}), {oid} = (SELECT u.oid FROM pg_catalog.pg_roles u WHERE u.rolname = current_user), \
         coalesce((SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.oid = {oid}), true), \
         pg_has_role(current_user, {oid}, '{right}')"
    )
}

fn name(row: &Row, at: usize) -> Name {
    Name::new(row.get::<_, String>(at), row.get::<_, String>(at + 1))
}
