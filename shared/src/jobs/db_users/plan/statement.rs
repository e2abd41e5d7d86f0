//! One statement as it will be run, to the letter, but for the password: that is made and put in where it is run, and
//! shown as asterisks.

use std::fmt;

use serde::{Serialize, Serializer};

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

/// What is shown for a password.
pub const MASK: &str = "'********'";

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
    fn a_password_is_shown_as_asterisks_only() {
        let statement = Statement::Password { before: "ALTER ROLE \"a\" PASSWORD ".to_owned(), after: String::new() };
        assert_eq!(statement.to_string(), "ALTER ROLE \"a\" PASSWORD '********'");
        assert_eq!(serde_json::to_string(&statement).unwrap(), r#""ALTER ROLE \"a\" PASSWORD '********'""#);
    }
}
