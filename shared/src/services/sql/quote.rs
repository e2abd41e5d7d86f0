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
pub(super) fn scram_sha_256(password: &str) -> String {
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

/// Whether `query` is one question of `MySQL`, whatever the names and texts in it hold. It is one to every mode of the server:
/// what a backslash means depends on that, so none stands before a quote, and comments, in which some servers run what others
/// skip, stand nowhere.
pub fn one_question(query: &str) -> bool {
    let first = query.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let asks = ["SELECT", "SHOW", "WITH"].iter().any(|word| first.eq_ignore_ascii_case(word));
    let (mut quote, mut rest) = (None, query.chars().peekable());
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        if let Some(open) = quote {
            if c == open {
                quote = None;
            } else if c == '\\' && open != '`' && rest.next().is_none_or(|c| matches!(c, '\'' | '"')) {
                return false;
            }
        } else if matches!(c, '\'' | '"' | '`') {
            quote = Some(c);
        } else if matches!((c, next), (';' | '#', _) | ('-', Some('-')) | ('/', Some('*'))) {
            return false;
        }
    }
    asks && quote.is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_more_than_a_question_is_not_asked() {
        for query in [
            "SELECT 1; COMMIT; DROP USER a",
            "SELECT 1;",
            "COMMIT",
            "CALL mend()",
            "SET GLOBAL read_only = 0",
            "EXECUTE IMMEDIATE 'COMMIT'",
            "SELECT 'a\\'; DROP USER a; -- '",
            "SELECT 'a\\\\\\'; DROP USER a; -- '",
            "SELECT \"a\\\"; DROP USER a; -- \"",
            "SELECT 1 -- '\n; DROP USER a; -- '",
            "SELECT 1 # '\n; DROP USER a; # '",
            "SELECT 1 /*! ; DROP USER a */",
            "SELECT 'a",
            "",
        ] {
            assert!(!one_question(query), "{query}");
        }
        for query in [
            "SELECT ';--#/*' FROM `a;b` WHERE \"x;\" = 'it''s'",
            "\n show grants",
            "SELECT 'a\\_b\\\\' LIKE '%'",
            "WITH a AS (SELECT 1) SELECT 2 - 1",
        ] {
            assert!(one_question(query), "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_name_and_no_text_makes_one_question_two(name in ".*", text in ".*") {
            let query = format!("SELECT {} FROM {}", mysql_literal(&text), mysql_ident(&name));
            prop_assert!(one_question(&query), "{}", query);
            let more = format!("{query}; DROP USER a");
            prop_assert!(!one_question(&more), "{}", more);
        }
    }

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
