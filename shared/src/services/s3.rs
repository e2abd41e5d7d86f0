//! Amazon S3: where reports are kept.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;

use super::RecordPermit;
use super::aws::{Aws, AwsError, done, within};

/// Where a run keeps its record.
#[derive(Debug, Clone, Copy)]
pub struct RecordStore<'a> {
    aws: &'a Aws,
    bucket: &'a str,
}

impl<'a> RecordStore<'a> {
    /// The bucket named for it.
    pub fn new(aws: &'a Aws, bucket: &'a str, _permit: &RecordPermit) -> Self {
        Self { aws, bucket }
    }

    /// Writes `body` as the JSON object `key`, within `time`, retries included.
    pub async fn put_json(&self, key: &str, body: Vec<u8>, time: Duration) -> Result<(), AwsError> {
        let call = self.aws.s3().put_object().bucket(self.bucket).key(key).content_type("application/json");
        let soon = aws_sdk_s3::config::Builder::new().timeout_config(within(time));
        let answer = call.body(ByteStream::from(body)).customize().config_override(soon).send().await;
        done(answer, "s3:PutObject", format!("s3://{}/{key}", self.bucket))
    }
}
