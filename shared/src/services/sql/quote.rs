//! Names and texts as SQL writes them, so that nothing from outside is read as SQL.

use postgres_protocol::escape::{escape_identifier, escape_literal};

/// `name` as an identifier of `PostgreSQL`.
pub fn ident(name: &str) -> String {
    escape_identifier(name)
}

/// `text` as a literal of `PostgreSQL`.
pub fn literal(text: &str) -> String {
    escape_literal(text).trim_start().to_owned()
}

/// The verifier `PostgreSQL` keeps for `password`, made on this side with a salt of its own.
pub fn scram_sha_256(password: &str) -> String {
    postgres_protocol::password::scram_sha_256(password.as_bytes())
}

/// `text` as a literal of `MySQL`, where a backslash is one only if it is doubled.
pub fn mysql_literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// `name` as an identifier of `MySQL`.
pub fn mysql_ident(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
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
}
