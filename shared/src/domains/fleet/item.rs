//! What the map of the state machine hands to a worker: one account with everything that the visit to it needs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One account of a run, with its Regions: one session serves them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Twelve digits.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The names from the root to what is above it.
    pub path: String,
    /// Which of the named policies holds for it; that of the worker itself if none.
    pub policy: Option<String>,
    /// Where to look.
    pub regions: Vec<String>,
    /// How many steps of each kind that caps count were judged for it: in an apply map alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BTreeMap<String, usize>>,
    /// When that was judged. A budget does not keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<Timestamp>,
    /// The digest of its plan, where a person agreed to the run's plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_plan: Option<String>,
}

impl Item {
    /// An account to look at, by no policy of its own, and in no Region yet.
    pub fn of(account: impl Into<String>, name: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            name: name.into(),
            path: path.into(),
            policy: None,
            regions: Vec::new(),
            budget: None,
            judged_at: None,
            expect_plan: None,
        }
    }
}
