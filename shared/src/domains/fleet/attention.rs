//! What somebody has to see to in an account that was gone through, though it did not fail: short, and the first of it in words. The
//! report of the account has all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Attention {
    /// How many things in it go no further without somebody's hand.
    pub things: usize,
    /// How many warnings there were.
    pub warnings: usize,
    /// The first of the things, then the first of the warnings.
    pub first: Vec<Remark>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// Of which thing; `None` of a warning, which is of the run in this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thing: Option<String>,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The reason code, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is the case, and what to do about it.
    pub message: String,
}

impl Attention {
    /// Whether there is nothing of the kind.
    pub fn is_empty(&self) -> bool {
        self.things == 0 && self.warnings == 0
    }

    /// How many more there are than are said in words.
    pub fn more(&self) -> usize {
        (self.things + self.warnings).saturating_sub(self.first.len())
    }
}

impl Remark {
    /// In one line.
    pub fn said(&self) -> String {
        let thing = self.thing.as_ref().map(|thing| match &self.region {
            Some(region) => format!("{thing} ({region}): "),
            None => format!("{thing}: "),
        });
        format!("{}{}", thing.unwrap_or_default(), self.why())
    }

    /// Without of which thing.
    pub fn why(&self) -> String {
        let code = self.code.as_ref().map(|code| format!("[{code}] ")).unwrap_or_default();
        format!("{code}{}", self.message)
    }
}
