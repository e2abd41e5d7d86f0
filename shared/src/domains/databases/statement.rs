//! One statement as it will be run, to the letter, but for the password: that is made and put in where it is run, and
//! shown as asterisks.

use std::fmt;

use serde::{Serialize, Serializer};

use super::PasswordPolicy;
use crate::secret::Secret;
use crate::services::sql::{Engine, MASK, SqlError, password_literal};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// The whole text.
    Sql(String),
    /// A text with a password in it that nobody knows: it is made where it is run, and kept nowhere.
    Nobodys {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
    /// A text with a password in it, as a verifier or hash.
    Password {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(sql) => f.write_str(sql),
            Self::Password { before, after } | Self::Nobodys { before, after } => write!(f, "{before}{MASK}{after}"),
        }
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What it takes to make of a statement what is sent.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Who is spoken to.
    pub engine: Engine,
    /// How a password is made that nobody knows.
    pub passwords: &'a PasswordPolicy,
    /// The one that is stored.
    pub password: Option<&'a Secret>,
}

impl Words<'_> {
    /// Each statement as it is sent, and how an error names it.
    pub fn sendable(self, statements: &[Statement]) -> Result<Vec<(String, String)>, SqlError> {
        statements.iter().map(|statement| self.of(statement)).collect()
    }

    fn of(self, statement: &Statement) -> Result<(String, String), SqlError> {
        let shown = statement.to_string();
        let text = match statement {
            Statement::Sql(sql) => Some(sql.clone()),
            Statement::Password { before, after } => {
                self.password.and_then(|password| self.with(before, password, after))
            }
            Statement::Nobodys { before, after } => {
                let made = self.passwords.make().map_err(|error| SqlError::unreachable(&*shown, error.to_string()))?;
                self.with(before, &made, after)
            }
        };
        match text {
            Some(text) => Ok((text, shown)),
            None => Err(SqlError::unreachable(shown, "its secret holds no password; nothing was sent")),
        }
    }

    fn with(self, before: &str, password: &Secret, after: &str) -> Option<String> {
        let shown = password_literal(self.engine, password)?;
        Some(format!("{before}{shown}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_as_asterisks_only() {
        let statement = Statement::Password { before: "ALTER ROLE \"a\" PASSWORD ".to_owned(), after: String::new() };
        assert_eq!(statement.to_string(), "ALTER ROLE \"a\" PASSWORD '********'");
        assert_eq!(serde_json::to_string(&statement).unwrap(), r#""ALTER ROLE \"a\" PASSWORD '********'""#);
    }
}
