//! A session on a `PostgreSQL` server. What the server warns of on the way is kept, because a GRANT that grants nothing is
//! a warning there and no error. Those two warnings are named by their codes; whatever else it warns of (a collation that
//! has another version now, an event trigger's words) fails nothing and is told.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{join, join_all, try_join, try_join4};
use rustls::ClientConfig;
pub use tokio_postgres::Row;
use tokio_postgres::error::Severity;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{SqlError, SqlKind};
use crate::secret::Secret;
use crate::text::printable;

/// From this version on a transaction has an end of its own, which an owner of a database can set too.
const ENDS_TRANSACTIONS: u32 = 17;
const LASTS: &str = "SET transaction_timeout = 0";
/// What writes does so, also where an owner made a database read only by default: nobody keeps their rights that way. A
/// server that is read only is found before anything is written.
const WRITES: &str = "BEGIN READ WRITE";

/// "no privileges were granted" and "no privileges could be revoked": the statement did not do what it was to do.
const FAILURES: [&str; 2] = ["01007", "01006"];

/// More than these are not told: an event trigger can say what it likes, as often as it likes.
const MOST_WARNINGS: usize = 20;

/// What a server warned of: its code and its words.
type Warning = (String, String);

/// See the module.
#[derive(Debug)]
pub struct PgSession {
    client: Client,
    warnings: Arc<Mutex<Vec<Warning>>>,
    place: String,
    /// Whether it has yet to be said that a transaction lasts, before the first.
    ends: AtomicBool,
}

impl PgSession {
    pub(super) async fn connect(config: &Config, tls: ClientConfig, attempt: String) -> Result<Self, SqlError> {
        let (client, mut connection) =
            config.connect(MakeRustlsConnect::new(tls)).await.map_err(|error| SqlError::of(&*attempt, &error))?;
        let ends = AtomicBool::new(connection.parameter("server_version").is_some_and(ends_transactions));
        let warnings: Arc<Mutex<Vec<Warning>>> = Arc::default();
        let kept = Arc::clone(&warnings);
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notice(notice) = message
                    // Not the word, which is in the server's language.
                    && notice.parsed_severity() == Some(Severity::Warning)
                {
                    let warning = (notice.code().code().to_owned(), printable(notice.message()));
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    if kept.len() < MOST_WARNINGS || FAILURES.contains(&warning.0.as_str()) {
                        kept.push(warning);
                    }
                }
            }
        });
        let place = config.get_dbname().unwrap_or_default().to_owned();
        Ok(Self { client, warnings, place, ends })
    }

    /// Reads rows, in one round trip and in a transaction that is read only by its own first word: what a session has by
    /// default, the first function that is called in it can change.
    pub async fn read(&self, what: &str, query: &str, names: &[&[String]]) -> Result<Vec<Row>, SqlError> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            names.iter().map(|list| (list as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
        // Each is sent when it is first asked for its answer, so they arrive in this order.
        let all = try_join4(
            self.last(),
            self.client.batch_execute("BEGIN READ ONLY"),
            self.client.query_typed(query, &parameters),
            self.client.batch_execute("COMMIT"),
        );
        let rows = all.await.map(|((), (), rows, ())| rows);
        rows.map_err(|error| SqlError::of(format!("reading {what} of database {}", self.place), &error))
    }

    /// Runs one statement by itself, in a session that goes on to read. `shown` is how an error names it.
    pub(super) async fn run(&self, statement: &str, shown: &str) -> Result<(), SqlError> {
        self.forget_failures();
        let both = try_join(self.last(), self.client.batch_execute(statement));
        let done = both.await;
        done.map(|_| ()).map_err(|error| SqlError::of(shown, &error))?;
        self.take_failure().map_or(Ok(()), |warning| Err(warned(shown, &warning)))
    }

    /// See [`super::Session::hand`].
    pub(super) async fn hand(&self, name: &str, value: &Secret) -> Result<(), SqlError> {
        let setting = "SELECT pg_catalog.set_config($1, $2, false)";
        let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&name, Type::TEXT), (&value.expose(), Type::TEXT)];
        let handed = self.client.query_typed(setting, &parameters).await;
        handed.map(drop).map_err(|error| SqlError::of(format!("telling the session its {name}"), &error))
    }

    /// See [`super::Session::send`].
    pub(super) async fn send(&self, script: &str, shown: &str) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        let answered = try_join(self.last(), self.client.simple_query(script)).await;
        let messages = match answered {
            Ok(((), messages)) => messages,
            Err(error) => {
                let _ = self.client.batch_execute("ROLLBACK").await;
                return Err(SqlError::of(shown, &error));
            }
        };
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// Runs `statements`, each with how an error names it, in one transaction: all of them or none. A warning that one
    /// of them did nothing is an error.
    /// They are sent without waiting for one another, so that it takes two round trips however many they are.
    pub(super) async fn transaction(&self, statements: &[(String, String)]) -> Result<(), SqlError> {
        self.forget_failures();
        let begin = [(WRITES.to_owned(), "beginning a transaction".to_owned())];
        let all: Vec<_> = begin.iter().chain(statements).collect();
        let sent = join_all(all.iter().map(|(sql, _)| self.client.batch_execute(sql)));
        // Where the first is refused, so are they.
        let (_, answers) = join(self.last(), sent).await;
        // What follows the first failure only says that the transaction is over.
        for ((_, shown), answer) in all.iter().zip(answers) {
            if let Err(error) = answer {
                let error = SqlError::of(shown, &error);
                let _ = self.client.batch_execute("ROLLBACK").await;
                return Err(error);
            }
        }
        if let Some(warning) = self.take_failure() {
            let _ = self.client.batch_execute("ROLLBACK").await;
            return Err(warned("a statement", &warning));
        }
        self.client.batch_execute("COMMIT").await.map_err(|error| SqlError::of("committing the transaction", &error))
    }

    /// Says once, with what comes first, that no transaction of this session ends by itself.
    async fn last(&self) -> Result<(), tokio_postgres::Error> {
        if self.ends.swap(false, Ordering::Relaxed) { self.client.batch_execute(LASTS).await } else { Ok(()) }
    }

    /// What the server warned of since this was asked last, and that failed nothing.
    pub fn told(&self) -> Vec<String> {
        let mut told: Vec<_> =
            self.kept().drain(..).map(|(code, message)| format!("the server warned {code}: {message}")).collect();
        told.dedup();
        told
    }

    fn take_failure(&self) -> Option<Warning> {
        let mut warnings = self.kept();
        let place = warnings.iter().position(|(code, _)| FAILURES.contains(&code.as_str()))?;
        Some(warnings.swap_remove(place))
    }

    fn forget_failures(&self) {
        self.kept().retain(|(code, _)| !FAILURES.contains(&code.as_str()));
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Warning>> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn warned(shown: &str, (code, message): &Warning) -> SqlError {
    SqlError { attempt: shown.to_owned(), kind: SqlKind::Warning, code: Some(code.clone()), message: message.clone() }
}

/// Whether the server of this `server_version` ("17.2 (Debian 17.2-1)", "18beta1") knows `transaction_timeout`.
fn ends_transactions(version: &str) -> bool {
    let major = version.split(|one: char| !one.is_ascii_digit()).next();
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= ENDS_TRANSACTIONS)
}

#[cfg(test)]
mod tests {
    use super::ends_transactions;

    #[test]
    fn servers_from_17_on_end_transactions() {
        let knows = |version| (version, ends_transactions(version));
        let shown = ["14.19", "16.10 (Debian 16.10-1)", "17.6", "18beta1", "18.0", "9.6.24", ""].map(knows);
        let yes: Vec<_> = shown.into_iter().filter_map(|(version, yes)| yes.then_some(version)).collect();
        assert_eq!(yes, ["17.6", "18beta1", "18.0"]);
    }
}
