//! A message that a run sent or could not send.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reason;

/// One message on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// `owner` or `summary`.
    pub kind: Cow<'static, str>,
    /// `mail`, `sns` or `slack`.
    pub channel: Cow<'static, str>,
    /// An address or several, a topic's ARN, or the secret with a webhook in it.
    pub to: String,
    /// The items it was about; empty for the summary, which is about all.
    pub about: Vec<String>,
    /// What became of it.
    pub outcome: Delivery,
    /// Why it could not be sent.
    pub reason: Option<Reason>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The service took it.
    Sent,
    /// It did not, or nobody knows.
    Failed,
}
