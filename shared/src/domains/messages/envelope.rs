//! What a message comes in. Each is read in both spellings there are: as its service's API answers, and as a Lambda function gets
//! it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sqs {
    /// Its id.
    #[serde(alias = "messageId", alias = "MessageId")]
    pub message_id: String,
    /// What it holds.
    #[serde(alias = "Body")]
    pub body: String,
    /// AWS's checksum of that.
    #[serde(alias = "md5OfBody", alias = "MD5OfBody")]
    pub md5_of_body: Option<String>,
    /// What AWS says of it: times, counts, groups.
    #[serde(default, alias = "Attributes")]
    pub attributes: BTreeMap<String, String>,
    /// What its sender says of it.
    #[serde(default, alias = "messageAttributes", alias = "MessageAttributes")]
    pub message_attributes: BTreeMap<String, Value>,
    /// The queue, where a function got it.
    #[serde(alias = "eventSourceARN")]
    pub event_source_arn: Option<String>,
}

impl Sqs {
    /// Whether the body is what was sent, by AWS's checksum; `None` where there is none.
    pub fn is_whole(&self) -> Option<bool> {
        let wanted = self.md5_of_body.as_ref()?;
        Some(crate::text::hex(&Md5::digest(self.body.as_bytes())).eq_ignore_ascii_case(wanted))
    }

    /// Whether its queue keeps an order. A group alone does not say so: fair queues have groups, too.
    pub fn is_fifo(&self) -> bool {
        let by_name = self.event_source_arn.as_ref().is_some_and(|arn| is_fifo_name(arn));
        by_name || self.attributes.contains_key("SequenceNumber")
    }

    /// Whether the body is JSON.
    pub fn is_json(&self) -> bool {
        serde_json::from_str::<serde::de::IgnoredAny>(&self.body).is_ok()
    }
}

/// AWS asks for this end in the name of a queue or topic that keeps an order, in lower case.
fn is_fifo_name(arn: &str) -> bool {
    arn.strip_suffix(".fifo").is_some()
}

/// A notification of a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sns {
    /// Its id.
    #[serde(alias = "MessageId")]
    pub message_id: String,
    /// The topic.
    #[serde(alias = "TopicArn")]
    pub topic_arn: String,
    /// Its subject, where it has one.
    #[serde(alias = "Subject")]
    pub subject: Option<String>,
    /// What it holds: a text, which may be JSON. AWS's own examples print that JSON as it is.
    #[serde(alias = "Message")]
    pub message: Value,
    /// When it was sent.
    #[serde(alias = "Timestamp")]
    pub timestamp: Option<Timestamp>,
    /// Its place in the order of a FIFO topic.
    #[serde(alias = "SequenceNumber")]
    pub sequence_number: Option<String>,
    /// What its sender says of it.
    #[serde(default, alias = "MessageAttributes")]
    pub message_attributes: BTreeMap<String, Value>,
}

impl Sns {
    /// Whether its topic keeps an order.
    pub fn is_fifo(&self) -> bool {
        is_fifo_name(&self.topic_arn) || self.sequence_number.is_some()
    }
}

/// An event of EventBridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventBridge {
    /// Its id.
    pub id: String,
    /// Who sent it: `aws.config` and the like.
    pub source: String,
    /// What kind it is.
    #[serde(alias = "detail-type")]
    pub detail_type: String,
    /// The account it is of.
    pub account: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// When it was sent.
    pub time: Option<Timestamp>,
    /// What it holds.
    pub detail: Value,
}
