//! Keeps each report in the bucket of `NIGHTSHIFT_REPORT_BUCKET`: Lambda throws the answer of an asynchronous
//! invocation away.

use std::time::Duration;

use crate::report::Report;
use crate::services::RecordPermit;
use crate::services::aws::{Aws, AwsError};
use crate::services::s3::RecordStore;

/// It is the last thing a run does: it may not take what is left of the invocation.
pub const LONGEST: Duration = Duration::from_secs(10);
/// Kept free of it, for the answer itself.
pub const KEPT_FREE: Duration = Duration::from_secs(1);

/// Writes `report` as JSON under `<function>/<account>/<date>/<time>-<request id>.json` and returns that key: one bucket may keep
/// those of many accounts.
pub async fn keep(
    aws: &Aws,
    permit: &RecordPermit,
    bucket: &str,
    report: &Report,
    request_id: &str,
    time: Duration,
) -> Result<String, AwsError> {
    let started = report.started_at.strftime("%Y/%m/%d/%H%M%SZ");
    let key = format!("{}/{}/{started}-{request_id}.json", report.function, report.account);
    let body = serde_json::to_vec(report).unwrap_or_default();
    RecordStore::new(aws, bucket, permit).put_json(&key, body, time).await?;
    Ok(key)
}
