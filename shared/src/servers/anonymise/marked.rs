//! Reads the mark of a copy, and sets it.

use super::text;
use crate::domains::anonymise::mark::{Found, Place};
use crate::services::Permit;
use crate::services::sql::{Engine, Session, SqlError};

/// As it stands there.
pub async fn found(session: &Session) -> Result<Found, SqlError> {
    match session {
        Session::Postgres(session) => {
            let query = "SELECT coalesce(obj_description(n.oid, 'pg_namespace'), ''), pg_has_role(current_user, n.nspowner, 'USAGE') \
                         FROM pg_catalog.pg_namespace n WHERE n.nspname = 'nightshift_copy'";
            let rows = session.read("the mark of a copy", query, &[]).await?;
            let row = rows.first();
            Ok(row.map_or_else(Found::default, |row| Found { text: Some(row.get(0)), reachable: row.get(1) }))
        }
        Session::Mysql(session) => {
            let query = "SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'nightshift_copy' \
                         AND TABLE_NAME = 'mark' AND TABLE_TYPE = 'BASE TABLE'";
            let rows = session.read("the mark of a copy", query).await?;
            Ok(Found { text: rows.first().map(|row| text(row, 0)), reachable: true })
        }
    }
}

/// Sets the mark of `place`, where AWS has said that it is a copy and nothing was sealed there.
pub async fn claim(session: &Session, permit: &Permit, place: &Place, engine: Engine) -> Result<(), SqlError> {
    session.send(permit, &place.claimed(engine), "setting the mark of a copy").await.map(drop)
}
