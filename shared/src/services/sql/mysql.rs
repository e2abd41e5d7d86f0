//! A session on a `MySQL` or `MariaDB` server, by the text protocol: statements about users cannot be prepared.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, DriverError, Error, IoError, OptsBuilder, Row, Value};
use tokio::sync::Mutex;

use super::error::{SqlError, SqlKind};
use super::quote::{mysql_ident, one_question};
use crate::secret::Secret;
use crate::text::printable;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// See the module.
#[derive(Debug)]
pub struct MySession(Mutex<Conn>);

/// One row as texts; `None` is NULL.
pub(super) type TextRow = Vec<Option<String>>;

impl MySession {
    pub(super) async fn connect(options: OptsBuilder, attempt: &str) -> Result<Self, SqlError> {
        match tokio::time::timeout(CONNECT_TIMEOUT, Conn::new(options)).await {
            Ok(Ok(connection)) => Ok(Self(Mutex::new(connection))),
            Ok(Err(error)) => Err(of(attempt, &error)),
            Err(_) => Err(SqlError::unreachable(attempt, "the server did not answer in time")),
        }
    }

    /// Reads rows of texts, in one round trip and in a transaction that is read only. The server takes several statements
    /// at once, and the second could end that transaction: so what is more than one question is not sent.
    pub async fn read(&self, what: &str, query: &str) -> Result<Vec<TextRow>, SqlError> {
        if !one_question(query) {
            return Err(SqlError::unreachable(
                format!("reading {what}"),
                "it is more than one question; nothing was sent",
            ));
        }
        let mut connection = self.0.lock().await;
        let rows = match read_only(&mut connection, query).await {
            Ok(rows) => rows,
            Err(error) => {
                // What comes next is not to be in what this one began.
                let _ = connection.query_drop("ROLLBACK").await;
                return Err(of(&format!("reading {what}"), &error).behind_login());
            }
        };
        Ok(rows.into_iter().map(texts).collect())
    }

    /// See [`super::Session::hand`].
    pub(super) async fn hand(&self, name: &str, value: &Secret) -> Result<(), SqlError> {
        let attempt = format!("telling the session its {name}");
        let name = mysql_ident(name);
        let handed = self.0.lock().await.exec_drop(format!("SET @{name} = ?"), (value.expose(),)).await;
        handed.map_err(|error| of(&attempt, &error).behind_login())
    }

    /// See [`super::Session::send`].
    pub(super) async fn send(&self, script: &str, shown: &str) -> Result<Vec<TextRow>, SqlError> {
        let mut connection = self.0.lock().await;
        let rows = all_rows(&mut connection, script).await;
        if rows.is_err() {
            let _ = connection.query_drop("ROLLBACK").await;
        }
        let rows = rows.map_err(|error| of(shown, &error).behind_login())?;
        Ok(rows.into_iter().map(texts).collect())
    }

    /// Runs one statement. `shown` is how an error names it.
    pub(super) async fn run(&self, statement: &str, shown: &str) -> Result<(), SqlError> {
        self.0.lock().await.query_drop(statement).await.map_err(|error| {
            // Who sees what a server repeats of a statement sees no password.
            of(shown, &error).behind_login().without_password(statement, shown)
        })
    }
}

/// The rows of the second of three statements.
async fn read_only(connection: &mut Conn, query: &str) -> Result<Vec<Row>, Error> {
    let mut answers = connection.query_iter(format!("START TRANSACTION READ ONLY; {query}; COMMIT")).await?;
    answers.collect::<Row>().await?;
    let rows = answers.collect().await?;
    answers.drop_result().await?;
    Ok(rows)
}

/// The rows of every statement of `script` that has some.
async fn all_rows(connection: &mut Conn, script: &str) -> Result<Vec<Row>, Error> {
    let mut answers = connection.query_iter(script).await?;
    let mut rows = Vec::new();
    while !answers.is_empty() {
        rows.extend(answers.collect::<Row>().await?);
    }
    answers.drop_result().await?;
    Ok(rows)
}

fn texts(row: Row) -> TextRow {
    let text = |value| match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        _ => None,
    };
    row.unwrap().into_iter().map(text).collect()
}

fn of(attempt: &str, error: &Error) -> SqlError {
    match error {
        Error::Server(said) => SqlError {
            attempt: attempt.to_owned(),
            kind: kind_of(said.code, &said.message),
            code: Some(said.code.to_string()),
            message: printable(&said.message),
        },
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => {
            let message = format!("the server asks for a way to log in that is not spoken here: {}", printable(name));
            SqlError { kind: SqlKind::Login, ..SqlError::unreachable(attempt, message) }
        }
        other => {
            let error = SqlError::unreachable(attempt, printable(&other.to_string()));
            if is_about_tls(other) { SqlError { kind: SqlKind::Tls, ..error } } else { error }
        }
    }
}

/// Whether what failed is the handshake of TLS, or there was none to be had.
fn is_about_tls(error: &Error) -> bool {
    match error {
        Error::Io(IoError::Tls(_)) | Error::Driver(DriverError::NoClientSslFlagFromServer) => true,
        Error::Io(IoError::Io(error)) => {
            error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some()
        }
        _ => false,
    }
}

fn kind_of(code: u16, message: &str) -> SqlKind {
    match code {
        1045 | 1698 | 1820 | 1862 | 3118 | 4151 => SqlKind::Login,
        // One number for whatever an option of the server forbids, writing among it.
        1290 if message.contains("read-only") || message.contains("read_only") => SqlKind::ReadOnly,
        1792 | 1836 => SqlKind::ReadOnly,
        1044 | 1142 | 1227 | 1290 | 1410 | 1419 => SqlKind::Denied,
        1205 | 1213 | 3572 => SqlKind::Busy,
        1007 => SqlKind::Exists,
        1049 | 1141 | 1147 => SqlKind::Missing,
        1040 | 1203 | 1226 => SqlKind::Full,
        1053 | 1129 | 1130 => SqlKind::NoAnswer,
        _ => SqlKind::Other,
    }
}
