//! An account of two thousand users: every page is read, and no call is made that the job does not take.

use std::sync::Arc;
use std::time::Duration;

use nightshift_showcase::bench::{KeyRotation, Responder, Subject as _, users_load};
use nightshift_testkit::FunctionProcess;
use serde_json::json;

use crate::built;

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_users_take_the_least_calls_there_can_be() -> anyhow::Result<()> {
    let load = users_load(2_000);
    let responder = Responder::start(Arc::clone(&load.account), Duration::ZERO).await?;
    let aws = [
        ("AWS_ENDPOINT_URL", responder.url()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "111122223333".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ];
    let policy = KeyRotation.policy().into_iter().map(|(name, value)| (name, value.to_owned()));
    let environment = aws.into_iter().chain(policy).map(|(name, value)| (name.to_owned(), value)).collect();
    let mut function = FunctionProcess::start(&built("key-rotation")?, &environment)?;
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!((&report["counts"]["observed"], &report["counts"]["changed"]), (&json!(2_000), &json!(200)));
    assert_eq!((&report["counts"]["failed"], &report["counts"]["deferred"]), (&json!(0), &json!(0)));
    let calls = responder.take_calls()?;
    let beyond: u64 = calls.values().sum::<u64>() - load.least.values().sum::<u64>();
    assert!(beyond <= 2, "{beyond} calls beyond the least: {calls:?}");
    Ok(())
}
