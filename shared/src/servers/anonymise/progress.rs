//! Reads how far a run is. The table is ours only if it is, column by column, what this version makes, belongs to whoever is logged in
//! and says so in its comment: a line in anybody else's table is nobody's word.

use super::text;
use crate::domains::anonymise::begun::{Line, taken};
use crate::domains::anonymise::plan::COMMENT;
use crate::report::Reason;
use crate::services::sql::{MySession, PgSession, Session, SqlError};

/// What the table of progress looks like.
const COLUMNS: &str = "step text true, run text true, about text false, done_at timestamp with time zone true";
/// The same on `MySQL` and `MariaDB`, as both write it.
const COLUMNS_MYSQL: &str = "step varchar(512) NO, run varchar(80) NO, about longtext YES, done_at timestamp NO";

/// Its lines, of which there are none where nothing was begun.
pub async fn lines(session: &Session) -> Result<Result<Vec<Line>, Reason>, SqlError> {
    match session {
        Session::Postgres(session) => on_postgres(session).await,
        Session::Mysql(session) => on_mysql(session).await,
    }
}

async fn on_postgres(session: &PgSession) -> Result<Result<Vec<Line>, Reason>, SqlError> {
    let query = "SELECT pg_get_userbyid(n.nspowner) = current_user, \
                 coalesce((SELECT pg_get_userbyid(c.relowner) = current_user FROM pg_catalog.pg_class c \
                 WHERE c.relnamespace = n.oid AND c.relname = 'progress' AND c.relkind = 'r' AND c.relpersistence = 'p' \
                 AND NOT c.relhasrules AND NOT c.relhassubclass AND NOT c.relrowsecurity \
                 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid)), false), \
                 coalesce((SELECT obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c \
                 WHERE c.relnamespace = n.oid AND c.relname = 'progress'), ''), \
                 coalesce((SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ', ' \
                 ORDER BY a.attnum) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
                 WHERE c.relnamespace = n.oid AND c.relname = 'progress' AND a.attnum > 0 AND NOT a.attisdropped), '') \
                 FROM pg_catalog.pg_namespace n WHERE n.nspname = 'nightshift_anon'";
    let rows = session.read("whether a run was begun", query, &[]).await?;
    let Some(row) = rows.first() else { return Ok(Ok(Vec::new())) };
    let (schema, table): (bool, bool) = (row.get(0), row.get(1));
    if let Err(reason) = judge(schema && table, &row.get::<_, String>(2), &row.get::<_, String>(3), COLUMNS) {
        return Ok(Err(reason));
    }
    let query = "SELECT p.step, p.run, p.about FROM nightshift_anon.progress p ORDER BY p.done_at, p.step";
    let rows = session.read("how far a run is", query, &[]).await?;
    let line = |row: &crate::services::sql::Row| Line { step: row.get(0), run: row.get(1), about: row.get(2) };
    Ok(Ok(rows.iter().map(line).collect()))
}

async fn on_mysql(session: &MySession) -> Result<Result<Vec<Line>, Reason>, SqlError> {
    let query = "SELECT (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'nightshift_anon'), \
                 (SELECT GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME) FROM information_schema.TABLES \
                 WHERE TABLE_SCHEMA = 'nightshift_anon'), \
                 (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'nightshift_anon') + \
                 (SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'nightshift_anon') + \
                 (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'nightshift_anon'), \
                 (SELECT CONCAT(TABLE_TYPE, ' ', ENGINE, ' ', TABLE_COMMENT) FROM information_schema.TABLES \
                 WHERE TABLE_SCHEMA = 'nightshift_anon' AND TABLE_NAME = 'progress'), \
                 (SELECT GROUP_CONCAT(CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE, ' ', IS_NULLABLE) ORDER BY ORDINAL_POSITION SEPARATOR ', ') \
                 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'nightshift_anon' AND TABLE_NAME = 'progress')";
    let rows = session.read("whether a run was begun", query).await?;
    let row = rows.into_iter().next().unwrap_or_default();
    let (tables, others) = (text(&row, 1), text(&row, 2));
    // One with nothing in it is of a run that died where it began, and is nobody's loss.
    if text(&row, 0) == "0" || (tables.is_empty() && others == "0") {
        return Ok(Ok(Vec::new()));
    }
    let comment = text(&row, 3);
    let comment = comment.strip_prefix("BASE TABLE InnoDB ").unwrap_or_default();
    let is_whole = ["progress", "progress,sample"].contains(&tables.as_str()) && others == "0";
    if let Err(reason) = judge(is_whole, comment, &text(&row, 4), COLUMNS_MYSQL) {
        return Ok(Err(reason));
    }
    let query = "SELECT step, run, about FROM nightshift_anon.progress ORDER BY done_at, step";
    let rows = session.read("how far a run is", query).await?;
    let line = |row: &Vec<Option<String>>| Line {
        step: text(row, 0),
        run: text(row, 1),
        about: row.get(2).cloned().flatten(),
    };
    Ok(Ok(rows.iter().map(line).collect()))
}

/// Whether what was found is ours.
fn judge(is_ours: bool, comment: &str, columns: &str, expected: &str) -> Result<(), Reason> {
    let why = if !is_ours {
        "it, or its table of progress, is not of whoever is logged in, or has more to it"
    } else if comment != COMMENT {
        "its table of progress has another comment"
    } else if columns != expected {
        "its table of progress has other columns"
    } else {
        return Ok(());
    };
    Err(taken(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_ours_by_owner_comment_and_columns() {
        assert_eq!(judge(true, COMMENT, COLUMNS, COLUMNS), Ok(()));
        for (is_ours, comment, columns) in
            [(false, COMMENT, COLUMNS), (true, "", COLUMNS), (true, COMMENT, "step text true")]
        {
            let code = judge(is_ours, comment, columns, COLUMNS).map_err(|reason| reason.code.into_owned());
            assert_eq!(code, Err("progress-taken".to_owned()));
        }
    }
}
