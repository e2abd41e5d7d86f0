//! Takes a message out of its envelopes, however many there are, and says what each was.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::Config;
use super::envelope::{EventBridge, Sns, Sqs};

/// A field is only ever added to a version.
pub const VERSION: u32 = 1;
/// A queue behind a topic behind a bus makes three.
const MOST_ENVELOPES: usize = 8;

/// Everything that was in a text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Messages {
    /// Of this format: 1.
    pub schema: u32,
    /// In their order.
    pub messages: Vec<Message>,
}

/// A message and what it came in.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Message {
    /// The outermost first.
    pub envelopes: Vec<Envelope>,
    /// What was in the innermost.
    pub content: Content,
    /// What is not right with it: a checksum that does not fit, a field that is missing.
    pub faults: Vec<String>,
}

/// An envelope, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Envelope {
    /// A message of a queue.
    Sqs {
        /// Its id.
        message_id: String,
        /// The queue, where it is known.
        queue_arn: Option<String>,
        /// Whether the queue keeps an order.
        fifo: bool,
        /// Whether the checksum fits; `null` where there is none.
        whole: Option<bool>,
    },
    /// A notification of a topic.
    Sns {
        /// Its id.
        message_id: String,
        /// The topic.
        topic_arn: String,
        /// Its subject.
        subject: Option<String>,
        /// Whether the topic keeps an order.
        fifo: bool,
    },
    /// An event of EventBridge.
    EventBridge {
        /// Its id.
        id: String,
        /// Who sent it.
        source: String,
        /// What kind it is.
        detail_type: String,
    },
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "is", rename_all = "snake_case")]
pub enum Content {
    /// One of AWS Config's.
    Config(Box<Config>),
    /// Any other JSON.
    Json(Value),
    /// No JSON.
    Text(String),
}

/// The text is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("it is not JSON: {0}")]
pub struct NotJson(#[from] serde_json::Error);

/// Every message of `text`: one JSON document, or several behind one another.
pub fn parse(text: &str) -> Result<Messages, NotJson> {
    let mut messages = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        open(
            document?,
            &Message { envelopes: Vec::new(), content: Content::Json(Value::Null), faults: Vec::new() },
            &mut messages,
        );
    }
    Ok(Messages { schema: VERSION, messages })
}

/// Adds what is in `document` to `found`; `before` is what it came in.
fn open(document: Value, before: &Message, found: &mut Vec<Message>) {
    let mut message = before.clone();
    if message.envelopes.len() >= MOST_ENVELOPES {
        message.faults.push(format!("it has more than {MOST_ENVELOPES} envelopes; the innermost was not opened"));
        found.push(Message { content: Content::Json(document), ..message });
        return;
    }
    for list in ["Records", "Messages"] {
        if let Some(Value::Array(records)) = document.get(list) {
            for record in records {
                open(record.clone(), before, found);
            }
            return;
        }
    }
    if let Some(inner) = document.get("Sns").filter(|inner| inner.is_object()) {
        open(inner.clone(), before, found);
    } else if let Some(sns) = read::<Sns>(&document, &["TopicArn", "Message"]) {
        let (fifo, Sns { message_id, topic_arn, subject, message: inner, .. }) = (sns.is_fifo(), sns);
        message.envelopes.push(Envelope::Sns { message_id, topic_arn, subject, fifo });
        below(inner, &message, found);
    } else if let Some(sqs) = read::<Sqs>(&document, &["body"]).or_else(|| read(&document, &["Body"])) {
        let (fifo, whole) = (sqs.is_fifo(), sqs.is_whole());
        if whole == Some(false) {
            message
                .faults
                .push(format!("the body of message {} is not what was sent: its checksum differs", sqs.message_id));
        }
        let Sqs { message_id, event_source_arn: queue_arn, body, .. } = sqs;
        message.envelopes.push(Envelope::Sqs { message_id, queue_arn, fifo, whole });
        below(Value::String(body), &message, found);
    } else if let Some(event) = read::<EventBridge>(&document, &["detail-type", "detail"]) {
        let EventBridge { id, source, detail_type, detail, .. } = event;
        message.envelopes.push(Envelope::EventBridge { id, source, detail_type });
        below(detail, &message, found);
    } else {
        message.content = match Config::of(&document) {
            Some(Ok(config)) => Content::Config(Box::new(config)),
            Some(Err(error)) => {
                message.faults.push(format!("it is not what AWS documents of its type: {error}"));
                Content::Json(document)
            }
            None => Content::Json(document),
        };
        found.push(message);
    }
}

/// What was in an envelope is JSON in a text, JSON as it is, or words.
fn below(inner: Value, message: &Message, found: &mut Vec<Message>) {
    match inner {
        Value::String(text) => match serde_json::from_str::<Value>(&text) {
            Ok(document) if document.is_object() || document.is_array() => open(document, message, found),
            _ => found.push(Message { content: Content::Text(text), ..message.clone() }),
        },
        inner => open(inner, message, found),
    }
}

/// Only what has all of `fields` is taken for one.
fn read<T: for<'a> Deserialize<'a>>(document: &Value, fields: &[&str]) -> Option<T> {
    let has_all = fields.iter().all(|field| document.get(field).is_some());
    if has_all { T::deserialize(document).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn config(kind: &str) -> Value {
        let item = json!({
            "resourceType": "AWS::EC2::Instance", "resourceId": "i-1", "ARN": "arn:x", "configurationStateId": "7",
            "configurationItemCaptureTime": "2026-01-01T00:00:00.000Z", "tags": { "CostCenter": "1" },
            "configuration": { "instanceId": "i-1", "Some_Key": 1 },
        });
        json!({
            "messageType": kind, "recordVersion": "1.3", "notificationCreationTime": "2026-01-01T00:00:00.000Z",
            "configSnapshotId": "s", "s3Bucket": "b", "s3ObjectKey": "k",
            "configurationItem": item, "configurationItemSummary": item,
            "configurationItemDiff": { "changeType": "UPDATE", "changedProperties": {
                "Configuration.State": { "changeType": "UPDATE", "previousValue": null, "updatedValue": 1 } } },
            "s3DeliverySummary": { "s3BucketLocation": null, "errorCode": "NoSuchBucket", "errorMessage": "gone" },
            "awsAccountId": "123456789012", "awsRegion": "eu-west-1", "configRuleName": "r", "configRuleARN": "arn:r",
            "resourceType": "AWS::::Account", "resourceId": "123456789012", "configRuleNames": ["r"],
            "newEvaluationResult": { "complianceType": "COMPLIANT", "evaluationResultIdentifier": {
                "evaluationResultQualifier": { "configRuleName": "r" }, "orderingTimestamp": "2026-01-01T00:00:00.000Z" } },
        })
    }

    const KINDS: [(&str, &str); 9] = [
        ("ConfigurationSnapshotDeliveryStarted", "ConfigurationSnapshotDeliveryStarted"),
        ("ConfigurationSnapshotDeliveryCompleted", "ConfigurationSnapshotDeliveryCompleted"),
        ("ConfigurationHistoryDeliveryStarted", "ConfigurationHistoryDeliveryStarted"),
        ("ConfigurationHistoryDeliveryCompleted", "ConfigurationHistoryDeliveryCompleted"),
        ("ConfigurationItemChangeNotification", "ConfigurationItemChangeNotification"),
        ("OversizedConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"),
        ("OversizedConfigurationItemChangeDeliveryFailed", "DeliveryFailed"),
        ("ComplianceChangeNotification", "ComplianceChangeNotification"),
        ("ConfigRulesEvaluationStarted", "ConfigRulesEvaluationStarted"),
    ];

    fn one(document: &Value) -> Message {
        let mut messages = parse(&document.to_string()).unwrap().messages;
        assert_eq!(messages.len(), 1);
        messages.remove(0)
    }

    fn sns(message: &Value) -> Value {
        json!({ "Type": "Notification", "MessageId": "m", "TopicArn": "arn:t", "Subject": "s", "Message": message,
            "Timestamp": "2026-01-01T00:00:00.000Z" })
    }

    #[test]
    fn each_of_the_nine_is_read_and_users_keys_keep_their_case() {
        for (kind, shown) in KINDS {
            let message = one(&config(kind));
            assert_eq!(message.faults, [""; 0], "{kind}");
            let Content::Config(config) = message.content else { panic!("{kind} was not known") };
            let config = serde_json::to_value(config).unwrap();
            assert_eq!(config["message_type"], shown);
            let config = &config["message"];
            assert_eq!(config["record_version"], "1.3", "{kind}");
            if let Some(item) = config.get("configuration_item") {
                assert_eq!(item["configuration"], json!({ "instanceId": "i-1", "Some_Key": 1 }));
                assert_eq!(item["tags"]["CostCenter"], "1");
                assert_eq!(
                    config["configuration_item_diff"]["changed_properties"]["Configuration.State"]["updated_value"],
                    1
                );
            }
        }
        let failed = one(&config("OversizedConfigurationItemChangeDeliveryFailed"));
        let Content::Config(failed) = failed.content else { panic!("it was not known") };
        let Config::DeliveryFailed(failed) = *failed else { panic!("it was taken for another") };
        assert_eq!(failed.of, "OversizedConfigurationItemChangeDeliveryFailed");
    }

    #[test]
    fn a_type_of_next_year_is_json_and_a_field_that_lacks_is_a_fault() {
        assert!(matches!(one(&config("QuantumNotification")).content, Content::Json(_)));
        let message = one(&json!({ "messageType": "ConfigRulesEvaluationStarted" }));
        assert!(matches!(message.content, Content::Json(_)));
        assert!(message.faults[0].contains("awsAccountId"), "{:?}", message.faults);
    }

    #[test]
    fn a_message_is_taken_out_of_a_notification_out_of_a_queue() {
        let inner = config("ConfigRulesEvaluationStarted");
        let body = sns(&json!(inner.to_string())).to_string();
        let record = |md5: &str| {
            json!({ "messageId": "q", "receiptHandle": "h", "body": body, "md5OfBody": md5,
            "attributes": { "SequenceNumber": "1" }, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:x:1:q.fifo" })
        };
        let wrong = one(&json!({ "Records": [record("00000000000000000000000000000000")] }));
        assert!(wrong.faults[0].contains("checksum differs"), "{:?}", wrong.faults);
        let kinds: Vec<_> = wrong
            .envelopes
            .iter()
            .map(|envelope| match envelope {
                Envelope::Sqs { fifo, whole, .. } => ("sqs", *fifo, *whole),
                Envelope::Sns { fifo, .. } => ("sns", *fifo, None),
                Envelope::EventBridge { .. } => ("event", false, None),
            })
            .collect();
        assert_eq!(kinds, [("sqs", true, Some(false)), ("sns", false, None)]);
        let Content::Config(config) = wrong.content else { panic!("it was not known") };
        assert!(matches!(*config, Config::RulesEvaluationStarted(_)));

        let hello = json!({ "Messages": [{ "MessageId": "q", "Body": "hello", "MD5OfBody": "5D41402ABC4B2A76B9719D911017C592" }] });
        let hello = one(&hello);
        assert_eq!((hello.content, hello.faults.len()), (Content::Text("hello".to_owned()), 0), "the checksum fits");
    }

    #[test]
    fn every_way_in_leads_to_the_same_message() {
        let inner = config("ComplianceChangeNotification");
        let lambda = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": sns(&json!(inner.to_string())) }] });
        let printed = sns(&inner);
        let bus = json!({ "id": "e", "source": "aws.config", "detail-type": "x", "detail": inner });
        for way in [&inner, &lambda, &printed, &bus] {
            let Content::Config(config) = one(way).content else { panic!("{way} was not known") };
            assert!(matches!(*config, Config::ComplianceChange(_)), "{way}");
        }
        let several = parse(&format!("{inner}\n{printed} {bus}")).unwrap();
        assert_eq!(several.messages.len(), 3);
        assert!(parse("{").unwrap_err().to_string().starts_with("it is not JSON: "));
    }

    #[test]
    fn envelopes_without_end_are_not_followed() {
        let mut message = json!("x");
        for _ in 0..20 {
            message = sns(&message);
        }
        assert!(one(&message).faults[0].contains("more than 8 envelopes"));
    }

    proptest! {
        /// Whatever comes, nothing is lost and nothing panics.
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}", body in "\\PC{0,40}") {
            let _ = parse(&text);
            let message = one(&json!({ "messageId": "q", "body": body }));
            let envelope = Envelope::Sqs { message_id: "q".to_owned(), queue_arn: None, fifo: false, whole: None };
            prop_assert_eq!(&message.envelopes[0], &envelope);
        }
    }
}
