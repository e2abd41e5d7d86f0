//! What a server said no with, sorted by its code. The statement is never part of it, nor the server's detail, which may
//! quote one.

use std::error::Error as _;

use super::codes;
use crate::report::{self, Code};
use crate::text::printable;

/// What is shown for a password.
pub const MASK: &str = "'********'";

/// So many characters of a password in a row are a part of it.
const TELLING: usize = 4;

/// What kind of no it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlKind {
    /// User or password are wrong, or the user may not log in.
    Login,
    /// Not allowed.
    Denied,
    /// Somebody else holds what this takes, or changed it at the same moment: it can be tried again.
    Busy,
    /// Something else depends on it, or it is in use.
    InUse,
    /// It is there already.
    Exists,
    /// It is not there.
    Missing,
    /// A warning where the statement did not do what it was to do.
    Warning,
    /// It takes no writes: what was the writer when the run began is one no more.
    ReadOnly,
    /// Its name leads nowhere.
    NoName,
    /// It speaks no TLS, or does not prove that it is the one it is to be.
    Tls,
    /// It takes no more sessions.
    Full,
    /// No way to the server, or it went silent.
    NoAnswer,
    /// Anything else.
    Other,
}

/// One attempt that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{attempt} did not succeed: {}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct SqlError {
    /// What was tried, on what.
    pub attempt: String,
    /// See [`SqlKind`].
    pub kind: SqlKind,
    /// SQLSTATE, or the error number.
    pub code: Option<String>,
    /// The server's message, or why there was none.
    pub message: String,
}

impl SqlError {
    /// From the driver's error.
    pub(super) fn of(attempt: impl Into<String>, error: &tokio_postgres::Error) -> Self {
        let attempt = attempt.into();
        if let Some(said) = error.as_db_error() {
            let code = said.code().code().to_owned();
            let kind = kind_of(&code, said.message());
            return Self { attempt, kind, code: Some(code), message: printable(said.message()) };
        }
        let mut message = error.to_string();
        // The driver says of what kind an error is in its words alone.
        let kind = if message.starts_with("error performing TLS") { SqlKind::Tls } else { SqlKind::NoAnswer };
        let mut source = error.source();
        while let Some(cause) = source {
            message = cause.to_string();
            source = cause.source();
        }
        Self { attempt, kind, code: None, message: printable(&message) }
    }

    /// A name that leads nowhere.
    pub(super) fn no_name(attempt: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: SqlKind::NoName, ..Self::unreachable(attempt, message) }
    }

    /// Something that could not even be asked.
    pub fn unreachable(attempt: impl Into<String>, message: impl Into<String>) -> Self {
        Self { attempt: attempt.into(), kind: SqlKind::NoAnswer, code: None, message: message.into() }
    }

    /// Whether what kept a login out is the database it was to be in, and not who it is.
    pub fn is_about_database(&self) -> bool {
        matches!(self.code.as_deref(), Some("3D000" | "42501"))
    }

    /// As it is of somebody whom the server knows already: some codes for a login that is refused are then for a right that is missing.
    pub(super) fn behind_login(self) -> Self {
        let kind = if matches!(self.code.as_deref(), Some("1045" | "1698")) { SqlKind::Denied } else { self.kind };
        Self { kind, ..self }
    }

    /// Without words of the server that may be of a password: some quote what they do not understand. `statement` is what was sent,
    /// and `shown` how it is shown, with asterisks in the place of a password.
    pub(super) fn without_password(self, statement: &str, shown: &str) -> Self {
        let Some((before, after)) = shown.split_once(MASK).filter(|_| statement != shown) else { return self };
        let password = statement.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap_or(statement);
        let quoted = password.trim_matches('\'').as_bytes();
        let said = self.message.as_bytes();
        let repeats = |part: &[u8]| said.windows(part.len()).any(|words| words == part);
        if quoted.windows(quoted.len().min(TELLING)).any(repeats) {
            let message = "the server's message repeats a part of the password, and is not shown".to_owned();
            return Self { message, ..self };
        }
        self
    }

    /// The code of a report's reason.
    pub fn reason_code(&self) -> &'static Code {
        match self.kind {
            SqlKind::Login => &codes::LOGIN_REFUSED,
            SqlKind::Denied => &codes::SQL_DENIED,
            SqlKind::Busy => &codes::SQL_BUSY,
            SqlKind::InUse => &codes::SQL_IN_USE,
            SqlKind::Exists | SqlKind::Missing => &report::codes::CHANGED_SINCE_PLAN,
            SqlKind::Warning => &codes::SQL_WARNING,
            SqlKind::ReadOnly => &codes::SQL_READ_ONLY,
            SqlKind::NoName => &codes::SQL_NO_NAME,
            SqlKind::Tls => &codes::SQL_TLS,
            SqlKind::Full => &codes::SQL_FULL,
            SqlKind::NoAnswer => &codes::SQL_NO_ANSWER,
            SqlKind::Other => &codes::SQL_REFUSED,
        }
    }

    /// The next step for a person.
    pub fn fix(&self) -> &'static str {
        match self.kind {
            SqlKind::Login if matches!(self.code.as_deref(), Some("1820" | "1862")) => {
                "its password has run out: as an administrator, ALTER USER … PASSWORD EXPIRE NEVER; then run this again"
            }
            SqlKind::Login if self.code.is_none() => {
                "it logs in by a way that is not spoken here: caching_sha2_password and mysql_native_password are"
            }
            SqlKind::Login => "check the user's password, and pg_hba or the host part of the account",
            SqlKind::Denied if self.message.contains("rds_password") => {
                "the parameter rds.restrict_password_commands is on: make the master user a member of rds_password"
            }
            SqlKind::Denied if self.message.contains("strict-password-validation") => {
                "the server wants to judge passwords and MariaDB would write them into its log, so it gets a hash: set strict_password_validation to OFF"
            }
            SqlKind::Denied => "give the master user the right that is missing, as the server's message names it",
            SqlKind::Busy => "another session held it: run this again",
            SqlKind::InUse => "see what still depends on it, as the server's message says",
            SqlKind::Exists | SqlKind::Missing => "somebody changed it meanwhile: run this again",
            SqlKind::Warning => "nothing was changed; grant it as the owner the server's message names",
            SqlKind::ReadOnly => "it has failed over meanwhile, or the name leads to a reader: run this again",
            SqlKind::Other if matches!(self.code.as_deref(), Some("53100" | "53200")) => {
                "the server is short of what its message names; nothing of this transaction was kept"
            }
            SqlKind::Other if self.code.as_deref() == Some("1819") => {
                "have passwords made as the server's rules want them (length, excluded characters); one that is stored already does not change"
            }
            SqlKind::NoName => {
                "check the host's name, and the name servers of the network this runs in; then run this again"
            }
            SqlKind::Tls => {
                "see that the server has a certificate of RDS for this name and takes TLS; where its certificate bears another name, say which"
            }
            SqlKind::Full => "end sessions that nobody needs, or raise max_connections; then run this again",
            SqlKind::NoAnswer => "check the way to the server: security groups, routes and port; then run this again",
            SqlKind::Other => "the message is the server's own; nothing of this user's transaction was kept",
        }
    }
}

fn kind_of(code: &str, message: &str) -> SqlKind {
    match code {
        // Not among the codes for concurrency, so it has to be told by its words.
        "XX000" if message.contains("tuple concurrently") => SqlKind::Busy,
        "28P01" | "28000" => SqlKind::Login,
        "42501" | "0LP01" => SqlKind::Denied,
        "25006" => SqlKind::ReadOnly,
        "55P03" | "40001" | "40P01" | "57014" => SqlKind::Busy,
        "2BP01" | "55006" => SqlKind::InUse,
        "23505" | "42710" | "42P04" | "42P06" => SqlKind::Exists,
        "42704" | "3D000" | "3F000" | "42P01" => SqlKind::Missing,
        // Of what runs short, only the places for sessions keep one from the server.
        "53300" => SqlKind::Full,
        // The session has ended.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "53400" => SqlKind::NoAnswer,
        _ if code.starts_with("08") => SqlKind::NoAnswer,
        _ => SqlKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_short_on_the_server_is_no_fault_of_the_way_to_it() {
        for (code, expected) in [
            ("53200", "sql-refused"),
            ("53100", "sql-refused"),
            ("53300", "sql-full"),
            ("08006", "sql-no-answer"),
            ("57P05", "sql-no-answer"),
            ("25P03", "sql-no-answer"),
            ("25P04", "sql-no-answer"),
            ("25006", "sql-read-only"),
            ("42501", "sql-denied"),
            ("28P01", "login-refused"),
            ("55P03", "sql-busy"),
            ("2BP01", "sql-in-use"),
            ("23505", "changed-since-plan"),
            ("42704", "changed-since-plan"),
            ("99999", "sql-refused"),
        ] {
            let error = SqlError {
                attempt: String::new(),
                kind: kind_of(code, ""),
                code: Some(code.to_owned()),
                message: String::new(),
            };
            assert_eq!(error.reason_code().name, expected, "{code}");
        }
    }

    #[test]
    fn what_a_server_repeats_of_a_password_is_not_shown() {
        let said = |message: &str, shown: &str| {
            let statement = "ALTER USER USER() IDENTIFIED BY 'k3Xp0L9q$z1'";
            let message = message.to_owned();
            let error = SqlError { attempt: String::new(), kind: SqlKind::Other, code: None, message };
            error.without_password(statement, shown).message
        };
        let shown = "ALTER USER USER() IDENTIFIED BY '********'";
        for quoting in [
            "near '() IDENTIFIED BY 'k3Xp0L9q$z1'' at line 1",
            "near 'BY 'k3Xp",
            "near '$z1' at line 1",
            "near '9q$z1'",
        ] {
            let hidden = said(quoting, shown).contains("is not shown");
            assert_eq!(hidden, !quoting.contains("'$z1"), "{quoting}: three characters are nobody's password");
        }
        assert_eq!(said("Access denied; you need CREATE USER", shown), "Access denied; you need CREATE USER");
        assert_eq!(
            said("near 'k3Xp0L9q$z1'", "ALTER USER USER() IDENTIFIED BY 'k3Xp0L9q$z1'"),
            "near 'k3Xp0L9q$z1'",
            "there was none in it"
        );
    }

    #[test]
    fn a_statement_that_did_nothing_is_told_as_a_warning_and_each_kind_has_its_code() {
        let of =
            |kind| SqlError { attempt: String::new(), kind, code: None, message: String::new() }.reason_code().name;
        assert_eq!(of(SqlKind::Warning), "sql-warning");
        assert_eq!((of(SqlKind::ReadOnly), of(SqlKind::NoAnswer)), ("sql-read-only", "sql-no-answer"));
        let ways = [SqlKind::NoName, SqlKind::Tls, SqlKind::Full].map(of);
        assert_eq!(ways, ["sql-no-name", "sql-tls", "sql-full"]);
    }
}
