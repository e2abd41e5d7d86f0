//! The database engines this project speaks to.

use std::fmt;

use serde::Serialize;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the engine of its name")]
pub enum Engine {
    #[default]
    Postgres,
    Mysql,
    Mariadb,
}

impl Engine {
    /// The spellings of an event or a secret, RDS's own among them.
    pub const SPELLINGS: [(&'static str, Self); 6] = [
        ("postgres", Self::Postgres),
        ("postgresql", Self::Postgres),
        ("aurora-postgresql", Self::Postgres),
        ("mysql", Self::Mysql),
        ("aurora-mysql", Self::Mysql),
        ("mariadb", Self::Mariadb),
    ];

    /// From one of its spellings.
    pub fn parse(text: &str) -> Option<Self> {
        Self::SPELLINGS.iter().find(|(name, _)| *name == text).map(|(_, engine)| *engine)
    }

    /// Of the servers that speak `MySQL`'s protocol, the one that answers with this version.
    pub(crate) fn of_version(version: &str) -> Self {
        if version.contains("MariaDB") { Self::Mariadb } else { Self::Mysql }
    }

    /// As a secret of AWS's rotation functions spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// Where its servers listen unless told otherwise.
    pub const fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql | Self::Mariadb => 3306,
        }
    }

    /// The longest name of a user. `PostgreSQL` counts bytes, the others characters.
    pub(crate) const fn longest_user(self) -> usize {
        match self {
            Self::Postgres => 63,
            Self::Mysql => 32,
            Self::Mariadb => 80,
        }
    }

    /// The longest password: what RDS takes for a user of this engine, which not every client's own limit is beyond.
    pub(crate) const fn longest_password(self) -> usize {
        match self {
            Self::Postgres => 128,
            Self::Mysql | Self::Mariadb => 41,
        }
    }

    /// Why its catalogs cannot hold `name` as it is, or do not tell it from another one.
    pub(crate) fn cannot_keep(self, name: &str) -> Option<&'static str> {
        if self == Self::Postgres {
            return None;
        }
        if name.chars().any(|c| u32::from(c) > 0xffff) {
            return Some("a name cannot hold characters beyond U+FFFF here");
        }
        // The space around a user's name is cut off when a statement is read: it would be about another user.
        let is_space = |c: char| c.is_ascii_whitespace() || c == '\u{b}';
        let around = name.starts_with(is_space) || name.ends_with(is_space);
        around.then_some("a name cannot begin or end in a space here")
    }

    /// Whether its login would not find a user of this name: it takes quotes around one for quotes.
    pub(crate) fn unquotes(self, name: &str) -> bool {
        self != Self::Postgres && name.len() > 1 && name.starts_with('\'') && name.ends_with('\'')
    }

    /// The length of a name, in the unit of [`Self::longest_user`].
    pub(crate) fn length(self, name: &str) -> usize {
        if self == Self::Postgres { name.len() } else { name.chars().count() }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
