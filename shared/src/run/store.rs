//! Keeps each report in the bucket of `NIGHTSHIFT_REPORT_BUCKET`: Lambda throws the answer of an asynchronous
//! invocation away.

use aws_sdk_s3::primitives::ByteStream;

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
        .send()
        .await
        .map_err(|error| AwsError::of("s3:PutObject", format!("s3://{bucket}/{key}"), error))?;
    Ok(key)
}
