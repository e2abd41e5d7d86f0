//! An account of an organisation, as far as a selection asks about it.

use std::collections::BTreeMap;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// AWS's word for its state.
    pub state: String,
    /// Whether it is the management account.
    pub is_management: bool,
    /// The ids of what is above it, from the root down.
    pub parents: Vec<String>,
    /// The names of the same, between slashes.
    pub path: String,
    /// Its own tags; `None` where they were not read.
    pub tags: Option<BTreeMap<String, String>>,
}
