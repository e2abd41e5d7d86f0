//! Amazon S3: where reports are kept.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::timeout::TimeoutConfig;

use super::aws::{AwsError, done};

/// Writes `body` as the JSON object `key` of `bucket`. It is the last thing a run does, so it may not take what is left of
/// the invocation.
pub async fn put_json(client: &Client, bucket: &str, key: &str, body: Vec<u8>) -> Result<(), AwsError> {
    let call = client.put_object().bucket(bucket).key(key).content_type("application/json");
    let soon = aws_sdk_s3::config::Builder::new().timeout_config(soon());
    let answer = call.body(ByteStream::from(body)).customize().config_override(soon).send().await;
    done(answer, "s3:PutObject", format!("s3://{bucket}/{key}"))
}

fn soon() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(10))
        .build()
}
