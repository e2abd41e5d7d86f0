//! What a run is about to do, as it writes it down before the first of it: whoever comes after a run that died can name it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Begun {
    /// As a report has it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The very thing: one that bears its name after it is another.
    pub thing: String,
    /// What a cap counts it as, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What was to be done, in words.
    pub steps: Vec<String>,
}

impl Begun {
    /// Whether both are about the same thing.
    pub fn is_about(&self, other: &Self) -> bool {
        (&self.thing, &self.region, &self.id) == (&other.thing, &other.region, &other.id)
    }

    /// In one line.
    pub fn said(&self) -> String {
        printable(&format!("{} ({}): {}", self.id, self.region, self.steps.join("; ")))
    }
}
