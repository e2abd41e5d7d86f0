//! A session on a server of either kind, as far as they can be treated alike. Reading takes nothing but the session; what
//! may write takes leave to.

use super::{MySession, PgSession, SqlError};
use crate::secret::Secret;
use crate::services::Permit;

/// Any number will do, as long as every run has the same. It stays when the transaction ends; for how long it was waited does
/// not.
const LOCK: &str = "BEGIN; SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '61s'; \
                    SELECT pg_catalog.pg_advisory_lock(7956003944967206259); COMMIT";
/// The same on `MySQL` and `MariaDB`, where it is the server's and not a database's.
const LOCK_MYSQL: &str = "SELECT GET_LOCK('nightshift.db-users', 60)";

/// See the module.
///
/// ```compile_fail,E0061
/// # async fn without_leave(session: &nightshift::services::sql::Session) {
/// session.run("DROP ROLE someone", "dropping a role").await;
/// # }
/// ```
#[derive(Debug)]
pub enum Session {
    /// On `PostgreSQL`.
    Postgres(PgSession),
    /// On `MySQL` or `MariaDB`.
    Mysql(MySession),
}

impl Session {
    /// Keeps every other run out until this session ends. It changes nothing.
    pub async fn lock(&self) -> Result<(), SqlError> {
        let waiting = "waiting for another run to end";
        match self {
            Self::Postgres(session) => session.run(LOCK, waiting).await,
            Self::Mysql(session) => match session.read(waiting, LOCK_MYSQL).await {
                Ok(rows) if rows.first().and_then(|row| row.first()?.as_deref()) == Some("1") => Ok(()),
                Ok(_) => Err(SqlError::unreachable(waiting, "it did not end within a minute")),
                Err(error) => Err(error),
            },
        }
    }

    /// Runs one statement by itself. `shown` is how an error names it.
    pub async fn run(&self, _permit: &Permit, statement: &str, shown: &str) -> Result<(), SqlError> {
        match self {
            Self::Postgres(session) => session.run(statement, shown).await,
            Self::Mysql(session) => session.run(statement, shown).await,
        }
    }

    /// Tells the session `value` under `name`, past every statement: as a setting on `PostgreSQL`, as a variable on the others. It is
    /// gone with the session.
    pub async fn hand(&self, name: &str, value: &Secret) -> Result<(), SqlError> {
        match self {
            Self::Postgres(session) => session.hand(name, value).await,
            Self::Mysql(session) => session.hand(name, value).await,
        }
    }

    /// Sends `script`, which may be several statements, in one message: a server goes on with it to its end even where nobody waits
    /// any more. What it left open where it failed is taken back. The rows are those of the statements that have some.
    pub async fn send(
        &self,
        _permit: &Permit,
        script: &str,
        shown: &str,
    ) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        match self {
            Self::Postgres(session) => session.send(script, shown).await,
            Self::Mysql(session) => session.send(script, shown).await,
        }
    }

    /// What the server warned of on the way, and that failed nothing.
    pub fn told(&self) -> Vec<String> {
        match self {
            Self::Postgres(session) => session.told(),
            // Warnings are not sent along there.
            Self::Mysql(_) => Vec::new(),
        }
    }

    /// Runs `statements`, each with how an error names it: on `PostgreSQL` all or none; on the others, which commit each
    /// statement that is about users, one after the other until one fails.
    pub async fn together(&self, _permit: &Permit, statements: &[(String, String)]) -> Result<(), SqlError> {
        match self {
            Self::Postgres(session) => session.transaction(statements).await,
            Self::Mysql(session) => {
                for (statement, shown) in statements {
                    session.run(statement, shown).await?;
                }
                Ok(())
            }
        }
    }
}
