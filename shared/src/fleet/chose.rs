//! `choice.json`: the accounts that `list` chose, and what every later part has to know of the run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domains::fleet::Choice;
use crate::report::Mode;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chose {
    /// When the execution was started.
    pub started_at: Timestamp,
    /// How far it goes.
    pub mode: Mode,
    /// The organisation, `o-…`.
    pub organization: String,
    /// The execution whose failed accounts this one takes up again.
    #[serde(default)]
    pub redrive_of: Option<String>,
    /// Whether the schedule started it, and nobody by hand.
    #[serde(default)]
    pub scheduled: bool,
    /// The accounts.
    #[serde(flatten)]
    pub choice: Choice,
}
