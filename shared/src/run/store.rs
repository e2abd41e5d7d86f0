//! Keeps each report in the bucket of `NIGHTSHIFT_REPORT_BUCKET`: Lambda throws the answer of an asynchronous
//! invocation away.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::timeout::TimeoutConfig;

use super::report::Report;
use crate::aws::{Aws, AwsError};

/// Writes `report` as JSON under `<function>/<date>/<time>-<request id>.json` and returns that key.
pub async fn keep(aws: &Aws, bucket: &str, report: &Report, request_id: &str) -> Result<String, AwsError> {
    let key = format!("{}/{}-{request_id}.json", report.function, report.started_at.strftime("%Y/%m/%d/%H%M%SZ"));
    let body = serde_json::to_vec(report).unwrap_or_default();
    aws.s3()
        .put_object()
        .bucket(bucket)
        .key(&key)
        .content_type("application/json")
        .body(ByteStream::from(body))
        .customize()
        .config_override(aws_sdk_s3::config::Builder::new().timeout_config(soon()))
        .send()
        .await
        .map_err(|error| AwsError::of("s3:PutObject", format!("s3://{bucket}/{key}"), error))?;
    Ok(key)
}

/// The report is the last thing a run does: it may not take what is left of the invocation.
fn soon() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(10))
        .build()
}
