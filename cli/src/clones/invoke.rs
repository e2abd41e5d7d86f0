//! The deployed function, asked with a request that says who asks: signed here for that function, checked there by AWS.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use nightshift::clock;
use nightshift::services::aws::{Aws, AwsError};
use nightshift::services::stated;
use nightshift::text::printable;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::output::{Output, Words, complain};
use crate::progress::Progress;

/// A function lives fifteen minutes; a full copy takes several lives.
const MOST_LIVES: usize = 16;
const ONE_LIFE: Duration = Duration::from_mins(16);

/// Has the function make what `event` asks for, in as many invocations as it takes. The name of the clone, where there is one.
pub(super) async fn until_made(
    aws: &Aws,
    function: &str,
    mut event: Value,
    dry_run: bool,
    desk: &Desk,
) -> anyhow::Result<Option<String>> {
    event["mode"] = json!(if dry_run { "plan" } else { "apply" });
    let (name, region) = place(function, aws.region().unwrap_or_default());
    for _ in 0..MOST_LIVES {
        let signed = stated::sign(aws.sdk_config(), region, name, clock::now()).await?;
        event["identity"] = json!(signed.expose());
        let progress = Progress::start("waiting for the function", aws.calls().clone());
        let answer = invoke(aws, function, region, &event).await;
        drop(progress);
        match answer? {
            Answer::Report(report) => return Ok(say(&report, dry_run, desk)),
            Answer::GoesOn(said) => complain(&format!("{said}; asking again")),
        }
    }
    bail!("the clone is still not whole; the same command goes on with it")
}

/// The function's own name, which is what is signed, and where it is: out of a name or an ARN.
fn place<'a>(function: &'a str, home: &'a str) -> (&'a str, &'a str) {
    let mut parts = function.split(':');
    if parts.next() != Some("arn") {
        return (function.split(':').next().unwrap_or(function), home);
    }
    let region = parts.nth(2).unwrap_or(home);
    (parts.nth(2).unwrap_or(function), region)
}

enum Answer {
    Report(Value),
    /// It ended before its end, and the same event goes on.
    GoesOn(String),
}

async fn invoke(aws: &Aws, function: &str, region: &str, event: &Value) -> anyhow::Result<Answer> {
    let patient = TimeoutConfig::builder().operation_attempt_timeout(ONE_LIFE).operation_timeout(ONE_LIFE).build();
    let config = aws_sdk_lambda::config::Builder::from(aws.sdk_config())
        .region(aws_sdk_lambda::config::Region::new(region.to_owned()))
        .timeout_config(patient)
        // Whether an event whose answer is lost was taken is for its next look to say.
        .retry_config(RetryConfig::disabled())
        .build();
    let payload = Blob::new(serde_json::to_vec(event)?);
    let call = aws_sdk_lambda::Client::from_conf(config).invoke().function_name(function).payload(payload);
    let answer = call.send().await;
    let answer =
        answer.map_err(|error| AwsError::of("lambda:InvokeFunction", format!("function {function}"), error))?;
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let said: Value = serde_json::from_slice(&payload).context("the function's answer is no JSON")?;
    if answer.function_error.is_none() {
        ensure!(said["items"].is_array(), "the answer of {function} is no report; is it cluster-clone?");
        return Ok(Answer::Report(said));
    }
    let message = printable(said["errorMessage"].as_str().unwrap_or("it failed and did not say why"));
    let goes_on = ["(not-ready:", "(throttled:", "(deadline:"].iter().any(|code| message.contains(code));
    if said["errorType"] == "NotCarriedOut" && goes_on {
        return Ok(Answer::GoesOn(message));
    }
    bail!("{function}: {message}")
}

/// What the report has of its one item.
fn say(report: &Value, dry_run: bool, desk: &Desk) -> Option<String> {
    let output = Output::new(Words::AreARecord, desk);
    let item = &report["items"][0];
    for step in item["steps"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let step = printable(step);
        output.say(&if dry_run { format!("would {step}") } else { step });
    }
    if let Some(message) = item["reason"]["message"].as_str() {
        output.say(&printable(message));
    }
    item["id"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_the_functions_own_name_whatever_was_typed() {
        for (typed, name, region) in [
            ("dev-cluster-clone", "dev-cluster-clone", "eu-west-1"),
            ("dev-cluster-clone:live", "dev-cluster-clone", "eu-west-1"),
            ("arn:aws:lambda:us-east-1:111122223333:function:clone", "clone", "us-east-1"),
            ("arn:aws:lambda:us-east-1:111122223333:function:clone:live", "clone", "us-east-1"),
        ] {
            assert_eq!(place(typed, "eu-west-1"), (name, region), "{typed}");
        }
    }
}
