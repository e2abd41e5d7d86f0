//! A column: its type, what it takes for equal, and what goes by it.

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// As the server writes it.
    pub ty: String,
    /// What can be done with it.
    pub class: TypeClass,
    /// The most characters, where there is a limit.
    pub length: Option<u32>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is computed from others.
    pub generated: bool,
    /// Whether the server counts it.
    pub identity: bool,
    /// What it takes for equal.
    pub equality: Equality,
    /// Whether it has it from what its table inherits from.
    pub inherited: bool,
    /// How it is computed, where it is.
    pub computed: Option<Computed>,
    /// Its collation, where that is not its type's.
    pub collation: Option<String>,
    /// How long values are stored, where that is not its type's.
    pub storage: Option<String>,
    /// How they are compressed, where that was said.
    pub compression: Option<String>,
    /// What keeps its type from being altered: views, policies, triggers, generated columns, functions.
    pub used_by: Vec<String>,
    /// Whether partitions are told apart by it.
    pub partition_key: bool,
    /// Whether its statistics are kept from being made anew.
    pub statistics_off: bool,
    /// Whether `UPDATE` sets it by itself.
    pub on_update: bool,
}

/// How a column is computed from others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Computed {
    /// As the server writes it.
    pub expression: String,
    /// The columns it goes by.
    pub columns: Vec<String>,
}

/// What a column takes for equal. Only what is equal in all that the server goes by has one pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Equality {
    /// Nothing but the same text.
    #[default]
    Exact,
    /// Texts that are the same in lower case, by the rules of the database.
    Lower,
    /// Texts that are the same but for spaces at their end.
    Padded,
    /// Texts of the same weights by this collation; with `pads`, whatever weighs as much as a space at their end is nothing.
    Weighed {
        /// Its name.
        collation: String,
        /// See above.
        pads: bool,
    },
    /// What this collation takes for equal, nobody here knows.
    Unknown(String),
}

/// What sort of type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum TypeClass {
    Text,
    Uuid,
    Bytes,
    Number,
    Bool,
    Date,
    Timestamp,
    Json,
    Array,
    Inet,
    Enum,
    #[default]
    Other,
}
