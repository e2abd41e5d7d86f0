//! Reads what a database looks like, and how its columns look from afar: in transactions that are read only, by names of the server's
//! own. Of a sample, only counts leave the server.

mod mysql;
mod postgres;

use std::collections::BTreeMap;

use crate::domains::anonymise::schema::{Name, Schema};
use crate::domains::anonymise::suggest::Sampled;
use crate::services::sql::{MySession, Session, SqlError};

/// The schema of `database`, which `session` is in on `PostgreSQL`.
pub async fn schema(session: &Session, database: &str) -> Result<Schema, SqlError> {
    match session {
        Session::Postgres(session) => postgres::schema(session, database).await,
        Session::Mysql(session) => mysql::schema(session, database).await,
    }
}

/// Whether whoever is logged in gets to see the sessions of others.
pub async fn sees_sessions(session: &MySession) -> Result<bool, SqlError> {
    mysql::sees_sessions(session).await
}

/// How the texts of each column look, by some thousand of its rows.
pub async fn sample(session: &Session, schema: &Schema) -> Result<BTreeMap<(Name, String), Sampled>, SqlError> {
    match session {
        Session::Postgres(session) => postgres::sample(session, schema).await,
        Session::Mysql(session) => mysql::sample(session, schema).await,
    }
}
