//! Which database of a server a run is about, where nobody names one: the only one that holds anything. Rules are of one database, and
//! a clone hands over all that its server has.

use super::text;
use crate::domains::anonymise::begun::codes;
use crate::report::Reason;
use crate::secret::Secret;
use crate::services::sql::{Endpoint, Engine, MySession, PgSession, Session, SqlError};
use crate::text::printable;

/// The database that every `PostgreSQL` server has.
const SHARED: &str = "postgres";

/// Logs in to it, and says its name. Where none holds anything, it is the one that `PostgreSQL` has in any case.
pub async fn only(
    endpoint: &Endpoint,
    user: &str,
    password: &Secret,
) -> Result<Result<(Session, String), Reason>, SqlError> {
    let first = if endpoint.engine == Engine::Postgres { SHARED } else { "" };
    let mut found = endpoint.log_in(user, password, first).await?;
    let (mut holding, others) = match &found {
        Session::Postgres(shared) => {
            let closed = closed(shared).await?;
            if !closed.is_empty() {
                let message = format!(
                    "nobody can log in to these databases, and look into them: {}",
                    printable(&closed.join(", "))
                );
                return Ok(Err(Reason::listed(&codes::ANOTHER_DATABASE, message)));
            }
            let own = if holds(shared).await? { vec![SHARED.to_owned()] } else { Vec::new() };
            (own, names(shared).await?)
        }
        Session::Mysql(session) => (of_mysql(session).await?, Vec::new()),
    };
    for name in others {
        let other = endpoint.log_in(user, password, &name).await?;
        let Session::Postgres(inside) = &other else { continue };
        if holds(inside).await? {
            holding.push(name);
            found = other;
        }
    }
    match holding.as_slice() {
        [] => Ok(Ok((found, first.to_owned()))),
        [one] => Ok(Ok((found, one.clone()))),
        several => {
            let message = format!("these databases hold something: {}", printable(&several.join(", ")));
            Ok(Err(Reason::listed(&codes::ANOTHER_DATABASE, message)))
        }
    }
}

/// Every other database that anybody can log in to, templates among them. Into that of RDS itself nobody can.
async fn names(session: &PgSession) -> Result<Vec<String>, SqlError> {
    let query = "SELECT d.datname::text FROM pg_catalog.pg_database d WHERE d.datallowconn AND d.datname <> 'rdsadmin' \
                 AND d.datname <> pg_catalog.current_database() ORDER BY 1";
    let rows = session.read("the databases of the server", query, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Databases that are closed, and whose owner can open them again. The template that every server has is as it was made.
async fn closed(session: &PgSession) -> Result<Vec<String>, SqlError> {
    let query = "SELECT d.datname::text FROM pg_catalog.pg_database d WHERE NOT d.datallowconn \
                 AND d.datname NOT IN ('template0', 'rdsadmin') ORDER BY 1";
    let rows = session.read("the closed databases of the server", query, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Whether anything is in it that has rows, or a large object.
async fn holds(session: &PgSession) -> Result<bool, SqlError> {
    let query = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')) \
                 OR EXISTS (SELECT 1 FROM pg_catalog.pg_largeobject_metadata)";
    let rows = session.read("whether a database holds anything", query, &[]).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// The databases of a server of `MySQL` that have tables.
async fn of_mysql(session: &MySession) -> Result<Vec<String>, SqlError> {
    let query = "SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLES WHERE TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW') \
                 AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema', 'nightshift_anon') \
                 AND NOT (TABLE_SCHEMA = 'nightshift_copy' AND TABLE_NAME = 'mark') ORDER BY TABLE_SCHEMA";
    let rows = session.read("the databases of the server", query).await?;
    Ok(rows.iter().map(|row| text(row, 0)).collect())
}
