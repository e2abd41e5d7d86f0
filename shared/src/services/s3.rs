//! Amazon S3: where reports are kept.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use super::aws::{AwsError, done, within};

/// Writes `body` as the JSON object `key` of `bucket`, within `time`, retries included.
pub async fn put_json(client: &Client, bucket: &str, key: &str, body: Vec<u8>, time: Duration) -> Result<(), AwsError> {
    let call = client.put_object().bucket(bucket).key(key).content_type("application/json");
    let soon = aws_sdk_s3::config::Builder::new().timeout_config(within(time));
    let answer = call.body(ByteStream::from(body)).customize().config_override(soon).send().await;
    done(answer, "s3:PutObject", format!("s3://{bucket}/{key}"))
}
