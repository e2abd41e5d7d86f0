//! Plan or apply. Plan is what happens when nobody decided; apply is always somebody's decision.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Say what would be done. No writer exists in such a run.
    Plan,
    /// Do it.
    Apply,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
        })
    }
}
