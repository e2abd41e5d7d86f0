//! One statement as it will be run, to the letter, but for the password: that is made and put in where it is run, and
//! shown as asterisks.

use std::fmt;

use postgres_protocol::escape::{escape_identifier, escape_literal};
use serde::{Serialize, Serializer};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// The whole text.
    Sql(String),
    /// A text with a password in it, as a verifier or hash.
    Password {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
}

/// What is shown for a password.
pub const MASK: &str = "'********'";

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(sql) => f.write_str(sql),
            Self::Password { before, after } => write!(f, "{before}{MASK}{after}"),
        }
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `name` as an identifier of `PostgreSQL`.
pub fn ident(name: &str) -> String {
    escape_identifier(name)
}

/// `text` as a literal of `PostgreSQL`.
pub fn literal(text: &str) -> String {
    escape_literal(text).trim_start().to_owned()
}

/// `name` as an identifier of `MySQL`.
pub(super) fn mysql_ident(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// `text` as a literal of `MySQL`, where a backslash is one only if it is doubled.
pub fn mysql_literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// `words` in the order SQL is usually written in: what one may do to rows, then the rest.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    const USUAL: [&str; 13] = [
        "CONNECT",
        "USAGE",
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
        "MAINTAIN",
        "TEMPORARY",
        "CREATE",
        "EXECUTE",
    ];
    let place = |word: &str| USUAL.iter().position(|usual| *usual == word).unwrap_or(USUAL.len());
    let mut words: Vec<&String> = words.into_iter().collect();
    words.sort_by_key(|word| (place(word), word.as_str()));
    words.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_literals_are_quoted_whatever_they_hold() {
        assert_eq!(ident("airflow-rw-ddl"), "\"airflow-rw-ddl\"");
        assert_eq!(ident("a\"; DROP TABLE x; --"), "\"a\"\"; DROP TABLE x; --\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
        assert_eq!(mysql_ident("a`b"), "`a``b`");
        assert_eq!(mysql_literal("it's a\\b"), "'it''s a\\\\b'");
    }

    #[test]
    fn a_password_is_shown_as_asterisks_only() {
        let statement = Statement::Password { before: "ALTER ROLE \"a\" PASSWORD ".to_owned(), after: String::new() };
        assert_eq!(statement.to_string(), "ALTER ROLE \"a\" PASSWORD '********'");
        assert_eq!(serde_json::to_string(&statement).unwrap(), r#""ALTER ROLE \"a\" PASSWORD '********'""#);
    }
}
