//! Reason codes as data: what each means, what to do about it and whose hand does it. Every job has one table of its own
//! beside what all share, and the reference in `docs/` is made from them.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

/// Whose hand puts it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of whoever owns the thing.
    Owner,
    /// Of whoever runs Nightshift.
    Operators,
    /// Nobody's: it is as it should be, or passes by itself.
    Nobody,
}

impl Whose {
    /// As the reference has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operators => "operators",
            Self::Nobody => "nobody",
        }
    }
}

/// One condition that a report can give as a reason.
#[derive(Debug)]
pub struct Code {
    /// Kebab-case, for machines. An interface: it changes only with the schema of the report.
    pub name: &'static str,
    /// Whose hand puts it right.
    pub whose: Whose,
    /// What is the case, in Markdown, for the reference.
    pub means: &'static str,
    /// What to do about it, in Markdown, where anything is to be done.
    pub fix: Option<&'static str>,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// A table of codes: a constant for each, and `ALL` of them in the order they stand.
macro_rules! reason_codes {
    ($($constant:ident = $name:literal, $whose:ident, $means:literal, $fix:expr;)+) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $constant: $crate::report::Code = $crate::report::Code {
                name: $name,
                whose: $crate::report::Whose::$whose,
                means: $means,
                fix: $fix,
            };
        )+
        /// Each of the codes above.
        pub static ALL: &[&$crate::report::Code] = &[$(&$constant),+];
    };
}

pub(crate) use reason_codes;
