//! Keeps each report in the bucket of `NIGHTSHIFT_REPORT_BUCKET`: Lambda throws the answer of an asynchronous
//! invocation away.

use crate::report::Report;
use crate::services::aws::{Aws, AwsError};
use crate::services::s3;

/// Writes `report` as JSON under `<function>/<date>/<time>-<request id>.json` and returns that key.
pub async fn keep(aws: &Aws, bucket: &str, report: &Report, request_id: &str) -> Result<String, AwsError> {
    let key = format!("{}/{}-{request_id}.json", report.function, report.started_at.strftime("%Y/%m/%d/%H%M%SZ"));
    s3::put_json(&aws.s3(), bucket, &key, serde_json::to_vec(report).unwrap_or_default()).await?;
    Ok(key)
}
