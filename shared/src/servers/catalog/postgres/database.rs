//! The database as a whole: who asks, what leads out of it, and the views that keep what they showed.

use super::code::{self, UNDER};
use super::{TREE, VIEWS, kept, name, owner, owner_columns};
use crate::domains::anonymise::schema::{Materialised, Name, Road, Schema};
use crate::services::sql::{PgSession, Row, SqlError, ident, literal};

pub(super) async fn about(session: &PgSession) -> Result<Schema, SqlError> {
    let query = "SELECT current_setting('server_version_num')::int4 / 10000, current_user::text, \
                 has_database_privilege(current_database(), 'CREATE'), \
                 (SELECT pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n WHERE n.nspname = 'nightshift_anon'), \
                 (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata), \
                 (SELECT coalesce(array_agg(e.evtname::text ORDER BY e.evtname::text), '{}') FROM pg_catalog.pg_event_trigger e \
                 WHERE e.evtenabled <> 'D' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
                 WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e'))";
    let rows = session.read("version and role", query, &[]).await?;
    let row =
        rows.first().ok_or_else(|| SqlError::unreachable("reading the version", "the server answered nothing"))?;
    Ok(Schema {
        version: u32::try_from(row.get::<_, i32>(0)).unwrap_or_default(),
        user: row.get(1),
        may_create: row.get(2),
        helper_owner: row.get(3),
        large_objects: u64::try_from(row.get::<_, i64>(4)).unwrap_or_default(),
        event_triggers: row.get(5),
        ..Schema::default()
    })
}

/// In the order in which they can be refreshed: who goes by another, however far away, goes by more.
pub(super) async fn materialised(session: &PgSession, version: u32) -> Result<Vec<Materialised>, SqlError> {
    // A table stands for itself and its partitions.
    let query = format!(
        "WITH {TREE}, {UNDER} SELECT c.oid, n.nspname, c.relname, {}, c.relispopulated, \
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attnum), \
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         AND coalesce(a.attstattarget, -1) = 0 ORDER BY a.attnum) \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' \
         ORDER BY (SELECT count(*) FROM under u JOIN pg_catalog.pg_class m ON m.oid = u.source AND m.relkind = 'm' WHERE u.view = c.oid), 2, 3",
        owner_columns("c.relowner", version)
    );
    let rows = session.read("materialised views", &query, &[]).await?;
    let (code, derived, stale, sources) = tokio::try_join!(
        code::of_views(session),
        kept::derived(session, VIEWS),
        kept::stale(session, VIEWS),
        sources(session)
    )?;
    let view = |row: &Row| {
        let oid: u32 = row.get(0);
        Materialised {
            name: name(row, 1),
            owner: owner(row, 3),
            is_filled: row.get(7),
            columns: row.get(8),
            statistics_off: row.get(9),
            code: of(&code, oid),
            derived: of(&derived, oid),
            is_stale: stale.iter().any(|(of, _)| *of == oid),
            sources: of(&sources, oid),
        }
    };
    Ok(rows.iter().map(view).collect())
}

/// What is of the view of this number.
fn of<T: Clone>(all: &[(u32, T)], oid: u32) -> Vec<T> {
    all.iter().filter(|(of, _)| *of == oid).map(|(_, one)| one.clone()).collect()
}

/// The tables under each.
async fn sources(session: &PgSession) -> Result<Vec<(u32, Name)>, SqlError> {
    let query = format!(
        "WITH {TREE}, {UNDER} SELECT DISTINCT u.view, n.nspname, c.relname FROM under u JOIN tree t ON t.rel = u.source \
         JOIN pg_catalog.pg_class c ON c.oid = t.root JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2, 3"
    );
    let rows = session.read("tables under views", &query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), name(row, 1))).collect())
}

/// What leads out, or brings something in. Of what a user of the database may not see, there is nothing to be said here.
pub(super) async fn roads(session: &PgSession) -> Result<Vec<Road>, SqlError> {
    let query = "SELECT 'subscription', s.subname::text FROM pg_catalog.pg_subscription s \
                 JOIN pg_catalog.pg_database b ON b.oid = s.subdbid AND b.datname = current_database() \
                 UNION ALL SELECT 'foreign server', f.srvname::text FROM pg_catalog.pg_foreign_server f \
                 UNION ALL SELECT 'replication slot', r.slot_name::text FROM pg_catalog.pg_replication_slots r \
                 WHERE r.slot_type = 'logical' AND r.database = current_database() \
                 UNION ALL SELECT 'prepared transaction', p.gid FROM pg_catalog.pg_prepared_xacts p WHERE p.database = current_database() \
                 UNION ALL SELECT 'scheduler', e.extname::text FROM pg_catalog.pg_extension e WHERE e.extname = 'pg_cron' \
                 UNION ALL SELECT 'temporary table', n.nspname || '.' || c.relname FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname ~ '^pg_temp_' AND c.relkind = 'r' AND c.relpersistence = 't' ORDER BY 1, 2";
    let rows = session.read("ways out of the database", query, &[]).await?;
    let road = |row: &Row| {
        let (kind, name): (String, String) = (row.get(0), row.get(1));
        let shown = ident(&name);
        let cut = match kind.as_str() {
            "subscription" => format!(
                "ALTER SUBSCRIPTION {shown} DISABLE; ALTER SUBSCRIPTION {shown} SET (slot_name = NONE); DROP SUBSCRIPTION {shown}"
            ),
            "foreign server" => format!("DROP SERVER {shown} CASCADE"),
            "replication slot" => format!("SELECT pg_drop_replication_slot({})", literal(&name)),
            "prepared transaction" => format!("ROLLBACK PREPARED {}", literal(&name)),
            "scheduler" => "SELECT cron.unschedule(jobid) FROM cron.job, then DROP EXTENSION pg_cron".to_owned(),
            _ => "end its session, or drop it".to_owned(),
        };
        Road { what: format!("{kind} {name}"), cut }
    };
    Ok(rows.iter().map(road).collect())
}
