//! What AWS Config sends to a topic (AWS Config Developer Guide, "Notifications that AWS Config Sends to an Amazon SNS topic").
//! Our fields are in snake case; what is a user's or a resource's own (`configuration`, `tags`, names of properties) stays as it
//! came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One message, by its `messageType`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "message_type", content = "message")]
pub enum Config {
    /// A snapshot of the configuration began to be delivered.
    #[serde(rename = "ConfigurationSnapshotDeliveryStarted")]
    SnapshotDeliveryStarted(Delivery),
    /// It was delivered.
    #[serde(rename = "ConfigurationSnapshotDeliveryCompleted")]
    SnapshotDeliveryCompleted(Delivery),
    /// A history began to be delivered.
    #[serde(rename = "ConfigurationHistoryDeliveryStarted")]
    HistoryDeliveryStarted(Delivery),
    /// It was delivered.
    #[serde(rename = "ConfigurationHistoryDeliveryCompleted")]
    HistoryDeliveryCompleted(Delivery),
    /// A resource is configured otherwise.
    #[serde(rename = "ConfigurationItemChangeNotification")]
    ItemChange(Box<ItemChange>),
    /// The same, too large for a message.
    #[serde(rename = "OversizedConfigurationItemChangeNotification")]
    OversizedItemChange(OversizedItemChange),
    /// What could not be delivered to S3.
    #[serde(rename = "DeliveryFailed")]
    DeliveryFailed(DeliveryFailed),
    /// A resource keeps a rule now, or no longer.
    #[serde(rename = "ComplianceChangeNotification")]
    ComplianceChange(Box<ComplianceChange>),
    /// Rules began to be evaluated.
    #[serde(rename = "ConfigRulesEvaluationStarted")]
    RulesEvaluationStarted(RulesEvaluationStarted),
}

impl Config {
    /// Out of a message of AWS Config; `None` if its type is none of these.
    pub fn of(message: &Value) -> Option<Result<Self, serde_json::Error>> {
        let kind = message.get("messageType")?.as_str()?;
        Some(match kind {
            "ConfigurationSnapshotDeliveryStarted" => read(message, Self::SnapshotDeliveryStarted),
            "ConfigurationSnapshotDeliveryCompleted" => read(message, Self::SnapshotDeliveryCompleted),
            "ConfigurationHistoryDeliveryStarted" => read(message, Self::HistoryDeliveryStarted),
            "ConfigurationHistoryDeliveryCompleted" => read(message, Self::HistoryDeliveryCompleted),
            "ConfigurationItemChangeNotification" => read(message, Self::ItemChange),
            "OversizedConfigurationItemChangeNotification" => read(message, Self::OversizedItemChange),
            "ComplianceChangeNotification" => read(message, Self::ComplianceChange),
            "ConfigRulesEvaluationStarted" => read(message, Self::RulesEvaluationStarted),
            // A name for each thing that can fail to be delivered.
            failed if failed.ends_with("DeliveryFailed") || failed == "DeliveryFailedNotification" => {
                read(message, Self::DeliveryFailed).map(|config| match config {
                    Self::DeliveryFailed(failure) => {
                        Self::DeliveryFailed(DeliveryFailed { of: failed.to_owned(), ..failure })
                    }
                    other => other,
                })
            }
            _ => return None,
        })
    }
}

fn read<T: for<'a> Deserialize<'a>>(message: &Value, into: fn(T) -> Config) -> Result<Config, serde_json::Error> {
    T::deserialize(message).map(into)
}

/// A snapshot or a history on its way to S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct Delivery {
    /// Which snapshot.
    pub config_snapshot_id: Option<String>,
    /// Where it lies, once it is delivered.
    pub s3_bucket: Option<String>,
    /// Its key there.
    pub s3_object_key: Option<String>,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}

/// A change of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct ItemChange {
    /// How it is now.
    pub configuration_item: Item,
    /// What differs from before; none for a new one.
    pub configuration_item_diff: Option<ItemDiff>,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}

/// A resource at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct Item {
    /// `AWS::EC2::Instance` and its like.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// Its name, where it has one.
    pub resource_name: Option<String>,
    /// Its ARN.
    #[serde(alias = "ARN")]
    pub arn: Option<String>,
    /// The account it is of.
    pub aws_account_id: Option<String>,
    /// Its Region.
    pub aws_region: Option<String>,
    /// Its zone, or `Not Applicable`.
    pub availability_zone: Option<String>,
    /// `OK`, `ResourceDiscovered`, `ResourceDeleted`, …
    pub configuration_item_status: Option<String>,
    /// When it was looked at.
    pub configuration_item_capture_time: Option<Timestamp>,
    /// Of the format of the item.
    pub configuration_item_version: Option<String>,
    /// Its place among the states of this resource: a number, or a text with one.
    pub configuration_state_id: Option<Value>,
    /// The checksum of its state.
    pub configuration_state_md5_hash: Option<String>,
    /// When the resource was made.
    pub resource_creation_time: Option<Timestamp>,
    /// What the trail of the account has of it.
    #[serde(default)]
    pub related_events: Vec<Value>,
    /// What it has to do with.
    #[serde(default)]
    pub relationships: Vec<Relationship>,
    /// Its configuration, as its service words it.
    pub configuration: Option<Value>,
    /// More of it.
    #[serde(default)]
    pub supplementary_configuration: BTreeMap<String, Value>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// Another resource, and what it is to this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct Relationship {
    /// `Is attached to Volume` and its like.
    #[serde(alias = "relationshipName")]
    pub name: String,
    /// The type of the other.
    pub resource_type: Option<String>,
    /// Its id.
    pub resource_id: Option<String>,
    /// Its name.
    pub resource_name: Option<String>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct ItemDiff {
    /// `CREATE`, `UPDATE`, `DELETE` or `NONE`.
    pub change_type: String,
    /// By the path of the property, as AWS writes it.
    #[serde(default)]
    pub changed_properties: BTreeMap<String, ChangedProperty>,
}

/// One property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct ChangedProperty {
    /// As of the whole.
    pub change_type: String,
    /// What it was.
    pub previous_value: Option<Value>,
    /// What it is.
    pub updated_value: Option<Value>,
}

/// A change that is too large for a message, and where it lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct OversizedItemChange {
    /// The resource in short.
    pub configuration_item_summary: ItemSummary,
    /// Where the whole lies.
    pub s3_delivery_summary: S3Delivery,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}

/// A resource in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct ItemSummary {
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub change_type: Option<String>,
    /// `AWS::EC2::Instance` and its like.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// Its name, where it has one.
    pub resource_name: Option<String>,
    /// Its ARN.
    #[serde(alias = "ARN")]
    pub arn: Option<String>,
    /// The account it is of.
    pub aws_account_id: Option<String>,
    /// Its Region.
    pub aws_region: Option<String>,
    /// Its zone.
    pub availability_zone: Option<String>,
    /// `OK` and its like.
    pub configuration_item_status: Option<String>,
    /// When it was looked at.
    pub configuration_item_capture_time: Option<Timestamp>,
    /// Of the format of the item.
    pub configuration_item_version: Option<String>,
    /// Its place among the states of this resource.
    pub configuration_state_id: Option<Value>,
    /// The checksum of its state.
    pub configuration_state_md5_hash: Option<String>,
    /// When the resource was made.
    pub resource_creation_time: Option<Timestamp>,
}

/// What became of a delivery to S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct S3Delivery {
    /// Bucket and key; none where it failed.
    pub s3_bucket_location: Option<String>,
    /// Why it failed.
    pub error_code: Option<String>,
    /// The same in words.
    pub error_message: Option<String>,
}

/// What could not be delivered: an oversized change, or a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct DeliveryFailed {
    /// AWS's own name for the message, which says of what.
    #[serde(default, skip_deserializing)]
    pub of: String,
    /// Of an oversized change: the resource in short.
    pub configuration_item_summary: Option<ItemSummary>,
    /// Why.
    pub s3_delivery_summary: Option<S3Delivery>,
    /// Of a snapshot: which.
    pub config_snapshot_id: Option<String>,
    /// Of a snapshot: why.
    pub error_code: Option<String>,
    /// The same in words.
    pub error_message: Option<String>,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}

/// A resource and a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct ComplianceChange {
    /// The account.
    pub aws_account_id: String,
    /// The Region.
    pub aws_region: Option<String>,
    /// The rule.
    pub config_rule_name: String,
    /// Its ARN.
    #[serde(alias = "configRuleARN")]
    pub config_rule_arn: Option<String>,
    /// The type of the resource.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// What the rule says now.
    pub new_evaluation_result: Option<Evaluation>,
    /// What it said before; none the first time.
    pub old_evaluation_result: Option<Evaluation>,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}

/// What a rule says of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct Evaluation {
    /// Which rule and resource, and in which order.
    pub evaluation_result_identifier: Option<EvaluationId>,
    /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE` or `INSUFFICIENT_DATA`.
    pub compliance_type: String,
    /// When it was written down.
    pub result_recorded_time: Option<Timestamp>,
    /// When the rule was asked.
    pub config_rule_invoked_time: Option<Timestamp>,
    /// What the rule adds.
    pub annotation: Option<Value>,
    /// Of the evaluation.
    pub result_token: Option<String>,
}

/// Which evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct EvaluationId {
    /// Of which rule and resource.
    pub evaluation_result_qualifier: Option<Qualifier>,
    /// Later ones have later times.
    pub ordering_timestamp: Option<Timestamp>,
}

/// A rule and a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct Qualifier {
    /// The rule.
    pub config_rule_name: Option<String>,
    /// The type of the resource.
    pub resource_type: Option<String>,
    /// Its id.
    pub resource_id: Option<String>,
}

/// Rules that begin to be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
pub struct RulesEvaluationStarted {
    /// The account.
    pub aws_account_id: String,
    /// The Region.
    pub aws_region: Option<String>,
    /// Which.
    pub config_rule_names: Vec<String>,
    /// When the message was made.
    pub notification_creation_time: Option<Timestamp>,
    /// Of the format.
    pub record_version: Option<String>,
}
