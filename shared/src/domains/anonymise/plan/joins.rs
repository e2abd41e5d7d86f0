//! The joins of a plan: columns of one join have the same pseudonym for the same value, by a key of the join's own.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::Decided;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Joins {
    /// In the order of their numbers.
    pub names: Vec<String>,
    case_blind: BTreeSet<String>,
}

impl Joins {
    /// Those of these tables.
    pub(super) fn of(decided: &[&Decided<'_>]) -> Self {
        let mut blind: BTreeMap<&String, bool> = BTreeMap::new();
        for ruled in decided.iter().flat_map(|one| one.ruled()) {
            let Some(join) = &ruled.join else { continue };
            *blind.entry(join).or_default() |= ruled.column.case_blind;
        }
        let case_blind = blind.iter().filter(|(_, blind)| **blind).map(|(join, _)| (*join).clone()).collect();
        Self { names: blind.into_keys().cloned().collect(), case_blind }
    }

    /// The number of its key.
    pub(super) fn number(&self, join: Option<&str>) -> usize {
        self.names.iter().position(|name| Some(name.as_str()) == join).unwrap_or_default()
    }

    /// Whether upper and lower case are equal in one of its columns, and so in all.
    pub(super) fn is_case_blind(&self, join: Option<&str>) -> bool {
        join.is_some_and(|join| self.case_blind.contains(join))
    }
}
