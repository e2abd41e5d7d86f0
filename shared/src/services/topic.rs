//! Amazon SNS: one message.

use std::time::Duration;

use aws_sdk_sns::Client;

use super::Permit;
use super::aws::{Aws, AwsError, done, within};

/// The way to one topic.
///
/// ```compile_fail,E0061
/// # async fn without_leave(topic: &nightshift::services::topic::Topic, time: std::time::Duration) {
/// topic.publish("subject", "message", time).await;
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// In the Region its ARN names. Makes no call.
    pub fn new(aws: &Aws, arn: &str) -> Self {
        Self { client: aws.sns(arn), arn: arn.to_owned() }
    }

    /// Publishes one message within `time`, retries included.
    pub async fn publish(&self, _leave: &Permit, subject: &str, message: &str, time: Duration) -> Result<(), AwsError> {
        let call = self.client.publish().topic_arn(&self.arn).subject(subject).message(message);
        let soon = aws_sdk_sns::config::Builder::new().timeout_config(within(time));
        done(call.customize().config_override(soon).send().await, "sns:Publish", self.arn.as_str())
    }
}
