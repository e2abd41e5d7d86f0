//! A session on a server of either kind, as far as they can be treated alike.

use super::{MySession, PgSession, SqlError};

/// See the module.
#[derive(Debug)]
pub enum Session {
    /// On `PostgreSQL`.
    Postgres(PgSession),
    /// On `MySQL` or `MariaDB`.
    Mysql(MySession),
}

impl Session {
    /// Runs one statement by itself. `shown` is how an error names it.
    pub async fn run(&self, statement: &str, shown: &str) -> Result<(), SqlError> {
        match self {
            Self::Postgres(session) => session.run(statement, shown).await,
            Self::Mysql(session) => session.run(statement, shown).await,
        }
    }

    /// Runs `statements`, each with how an error names it: on `PostgreSQL` all or none; on the others, which commit each
    /// statement that is about users, one after the other until one fails.
    pub async fn together(&self, statements: &[(String, String)]) -> Result<(), SqlError> {
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
