//! What becomes of every column, as somebody decided it. Nothing is decided by default: a table or column that no rule names
//! refuses the whole plan.

mod expression;
mod inside;
mod read;
mod wish;

use std::collections::{BTreeMap, BTreeSet};

use super::Fake;
use crate::services::sql::Engine;

pub use inside::{Document, Node, Part, Path, Segment};
pub use read::{RuleFault, RuleFaults, read};
pub use wish::WORDS;

/// The version of the file.
pub const VERSION: i64 = 1;
/// The digits of a hash that are kept, unless more were asked for: 80 bits.
pub const DIGITS: u8 = 20;

/// A file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// For which servers.
    pub engine: Engine,
    /// The fingerprint of the schema they were written for, if that was said.
    pub schema: Option<String>,
    /// Functions of the database that somebody has read, and that may run.
    pub functions: BTreeSet<String>,
    /// Whether large objects stay as they are.
    pub keep_large_objects: bool,
    /// Objects of the catalog whose texts somebody has read, and that may hold what is found in them.
    pub catalog: BTreeSet<String>,
    /// By table.
    pub tables: BTreeMap<String, TableRules>,
}

/// Those of one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRules {
    /// Where they stand.
    pub line: usize,
    /// All its rows go.
    pub truncate: bool,
    /// Rows for which this does not hold go.
    pub only: Option<String>,
    /// By column.
    pub columns: BTreeMap<String, ColumnRule>,
}

/// That of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRule {
    /// Where it stands.
    pub line: usize,
    /// What becomes of it.
    pub rule: Rule,
    /// Columns of one join get the same pseudonym for the same value.
    pub join: Option<String>,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// It stays as it is.
    Keep,
    /// It is null.
    Null,
    /// It is this.
    Constant(String),
    /// It is a keyed hash of so many digits.
    Hash(u8),
    /// It is made up.
    Fake(Fake),
    /// Each letter and digit becomes another one.
    KeepFormat,
    /// A date becomes the first of its year or month.
    Round(Unit),
    /// Its values change places.
    Shuffle,
    /// An expression of somebody's own.
    Sql(String),
    /// Each element of an array becomes something.
    Each(Box<Part>),
    /// Values in a document become something.
    Json(Document),
    /// Somebody has yet to decide.
    Undecided,
}

/// To what a date is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Unit {
    Year,
    Month,
}

impl Unit {
    /// As rules and servers spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
        }
    }
}

impl Rule {
    /// Whether the value is made with a key, so that a join can be kept.
    pub fn is_keyed(&self) -> bool {
        matches!(self, Self::Hash(_) | Self::Fake(_) | Self::KeepFormat)
    }

    /// Whether it goes by the value alone, so that equal values of two columns become equal ones. An expression of somebody's own
    /// reads the row it stands in, and values that change places are those of other rows.
    pub fn is_of_value(&self) -> bool {
        match self {
            Self::Keep
            | Self::Null
            | Self::Constant(_)
            | Self::Hash(_)
            | Self::Fake(_)
            | Self::KeepFormat
            | Self::Round(_) => true,
            Self::Shuffle | Self::Sql(_) | Self::Undecided | Self::Each(_) | Self::Json(_) => false,
        }
    }

    /// Whether null stays null, and nothing else becomes it.
    pub fn keeps_null(&self) -> bool {
        match self {
            Self::Keep
            | Self::Hash(_)
            | Self::Fake(_)
            | Self::KeepFormat
            | Self::Round(_)
            | Self::Each(_)
            | Self::Json(_) => true,
            Self::Null | Self::Constant(_) | Self::Shuffle | Self::Sql(_) | Self::Undecided => false,
        }
    }

    /// What becomes of the values inside of it, each with how it is named behind the column.
    pub fn parts(&self) -> Vec<(String, &Part)> {
        match self {
            Self::Each(part) => vec![("[*]".to_owned(), part)],
            Self::Json(document) => document.parts.iter().map(|(path, part)| (path.to_string(), part)).collect(),
            _ => Vec::new(),
        }
    }

    /// The same, where each of these values has a join, as a column has: one of its own behind `name`, if nobody gave it another.
    #[must_use]
    pub fn with_joins(&self, name: &str) -> Self {
        let with = |at: &str, part: &Part| {
            let join = part.rule.is_keyed().then(|| part.join.clone().unwrap_or_else(|| format!("{name}{at}")));
            Part { rule: part.rule.clone(), join }
        };
        match self {
            Self::Each(part) => Self::Each(Box::new(with("[*]", part))),
            Self::Json(document) => {
                let parts = document.parts.iter().map(|(path, part)| (path.clone(), with(&path.to_string(), part)));
                Self::Json(Document { parts: parts.collect(), keeps_rest: document.keeps_rest })
            }
            other => other.clone(),
        }
    }

    /// Whether different values stay different.
    pub fn is_distinct(&self) -> bool {
        match self {
            Self::Keep | Self::Hash(_) => true,
            Self::Fake(fake) => fake.is_distinct(),
            _ => false,
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Null => f.write_str("null"),
            Self::Constant(_) => f.write_str("constant"),
            Self::Hash(digits) => write!(f, "hash of {digits} digits"),
            Self::Fake(fake) => write!(f, "fake {}", fake.as_str()),
            Self::KeepFormat => f.write_str("keep-format"),
            Self::Round(unit) => write!(f, "round to the {}", unit.as_str()),
            Self::Shuffle => f.write_str("shuffle"),
            Self::Sql(_) => f.write_str("sql"),
            Self::Each(part) => write!(f, "each {part}"),
            Self::Json(document) => {
                let rest = if document.keeps_rest { "stays" } else { "goes" };
                document.parts.iter().try_for_each(|(path, part)| write!(f, "{path}: {part}, "))?;
                write!(f, "the rest {rest}")
            }
            Self::Undecided => f.write_str("DECIDE"),
        }
    }
}
