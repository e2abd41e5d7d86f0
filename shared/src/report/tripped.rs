//! The guard that stopped a run.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A guard said no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tripped {
    /// `max_deletions`, `max_deletion_percent` or `expect_plan`.
    pub guard: Cow<'static, str>,
    /// What was allowed: a number, a percentage, or the digest that was expected.
    pub limit: Value,
    /// What the plan wanted, in the same unit.
    pub wanted: Value,
    /// How to go on.
    pub fix: String,
}
