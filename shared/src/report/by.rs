//! Who made a report: which tool, on whose credentials, under which policy. Beside a digest that says what was planned, this
//! says by what and by whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// See the module. What is missing was written by a version that did not say it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct By {
    /// The tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// The ARN that STS gave the credentials: a user, or a role's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// A fingerprint of the policy: every `NIGHTSHIFT_` variable with its value, in the order of their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<String>,
}

/// A build of this code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// As `Cargo.toml` has it.
    pub version: String,
    /// The commit it was built from, with `-dirty` where files differed from it; `null` where nobody said.
    pub commit: Option<String>,
}
