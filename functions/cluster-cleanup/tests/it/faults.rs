//! What a user sees when the configuration or the event is wrong: the exact words, and nothing done.

use nightshift_testkit::Scene;
use nightshift_testkit::world::{clusters, expired};
use serde_json::{Value, json};

use crate::{FUNCTION, said, start};

async fn fault(policy: &[(&str, &str)], event: Value) -> anyhow::Result<(String, String)> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let answer = start(&scene, policy)?.invoke(&event).await?;
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders-dev"]);
    assert!(scene.proxy.calls().iter().all(|call| call.action == "sts:GetCallerIdentity"), "{:?}", scene.proxy.calls());
    Ok(answer.fault())
}

#[tokio::test]
async fn a_bad_configuration_is_answered_whole_to_every_invocation() -> anyhow::Result<()> {
    let policy = [("NIGHTSHIFT_PROTECED", "prod-*"), ("NIGHTSHIFT_MAX_DELETIONS", "many"), ("NIGHTSHIFT_MODE", "aply")];
    let (kind, message) = fault(&policy, json!({"mode": "apply"})).await?;
    assert_eq!(kind, "ConfigurationFault");
    insta::assert_snapshot!(message, @"the configuration has 3 faults and nothing was done: NIGHTSHIFT_MODE: 'aply' is not one of: plan, apply; NIGHTSHIFT_MAX_DELETIONS: 'many' is not a whole number from 0 to 10000; NIGHTSHIFT_PROTECED: this function has no such variable; did you mean NIGHTSHIFT_PROTECTED?");
    Ok(())
}

#[tokio::test]
async fn a_bad_event_is_refused_with_the_nearest_key() -> anyhow::Result<()> {
    let event = json!({"mode": "apply", "cluster": ["orders-dev"], "regions": ["us-east-1"], "expect_plan": "latest"});
    let (kind, message) = fault(&[], event).await?;
    assert_eq!(kind, "EventRefused");
    insta::assert_snapshot!(message, @"the event is refused and nothing was done: 'latest' is not a plan digest: expected 'sha256:' and 64 hexadecimal digits, as 'plan_digest' of a report has it; region 'us-east-1' is not one this function works in (eu-west-1); an event may narrow a run, not widen it; unknown key 'cluster', did you mean 'clusters'? (known: mode, expect_plan, regions, clusters, owners)");
    Ok(())
}

#[tokio::test]
async fn a_written_plan_is_a_ceiling() -> anyhow::Result<()> {
    let (kind, message) = fault(&[("NIGHTSHIFT_MODE", "plan")], json!({"mode": "apply"})).await?;
    assert_eq!(kind, "ModeRefused");
    insta::assert_snapshot!(message, @"the event asks for mode 'apply', but NIGHTSHIFT_MODE=plan is written out for this function and is a ceiling; set NIGHTSHIFT_MODE=apply (or remove it, so that events may choose), or leave 'mode' out of the event");
    Ok(())
}

#[tokio::test]
async fn an_account_that_cannot_be_asked_is_an_error_with_its_cause() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.proxy.break_call(0, nightshift_testkit::Fault::Denied);
    let (kind, message) = start(&scene, &[])?.invoke(&json!({})).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    insta::assert_snapshot!(message, @"nothing could be observed, so nothing was done: asking which account this is: sts:GetCallerIdentity on the caller's own credentials did not succeed: AccessDenied: not authorized to perform this; allow sts:GetCallerIdentity on it in the role's policy, or the service control policies above it");
    Ok(())
}

#[tokio::test]
async fn one_region_that_cannot_be_read_is_a_failed_item_and_the_only_one_is_an_error() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let regions = ("NIGHTSHIFT_REGIONS", "eu-west-1,eu-north-1");
    scene.proxy.deny_in("eu-north-1");
    let report = start(&scene, &[regions])?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "eu-north-1"), ("failed", "region-unreadable"));
    assert_eq!(said(&report, "orders-dev").0, "planned");

    let (kind, message) = start(&scene, &[("NIGHTSHIFT_REGIONS", "eu-north-1")])?.invoke(&json!({})).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    insta::assert_snapshot!(message, @"nothing could be observed, so nothing was done: listing the clusters of every configured region: rds:DescribeDBClusters on region eu-north-1 did not succeed: AccessDenied: not authorized to perform this; allow rds:DescribeDBClusters on it in the role's policy, or the service control policies above it");
    Ok(())
}

#[tokio::test]
async fn a_call_the_region_does_not_know_is_a_gap_and_one_that_is_denied_is_unknown() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.control("unknown-call", json!({"action": "DescribeIntegrations"})).await?;
    let report = start(&scene, &[])?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev").0, "planned");
    scene.proxy.deny("rds:DescribeBlueGreenDeployments");
    let report = start(&scene, &[])?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("skipped", "preflight-unknown"));
    Ok(())
}

#[tokio::test]
async fn a_clock_set_by_hand_is_not_accepted_where_it_could_delete_for_real() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let aws = "https://rds.eu-west-1.amazonaws.com";
    let policy = [("NIGHTSHIFT_NOW", "2036-01-01T00:00:00Z"), ("NIGHTSHIFT_MODE", "apply"), ("AWS_ENDPOINT_URL", aws)];
    let (kind, message) = scene.start(FUNCTION, &policy)?.invoke(&json!({})).await?.fault();
    assert_eq!(kind, "ConfigurationFault");
    assert!(message.starts_with("NIGHTSHIFT_NOW is set and this run would apply against AWS itself"), "{message}");
    Ok(())
}

#[tokio::test]
async fn consent_that_got_lost_on_the_way_applies_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for id in ["c1", "c2"] {
        expired(id).create(&scene).await?;
    }
    let mut function = start(&scene, &[("NIGHTSHIFT_MODE", "apply")])?;
    for (event, why) in [
        (r#"{"mode":"apply","expect_plan":null}"#, "'expect_plan' is null"),
        (r#"{"mode":null,"clusters":["c1"]}"#, "'mode' is null"),
        (r#"{"clusters":null}"#, "'clusters' is null"),
        ("null", "the event is null"),
        (r#"{"mode":"plan","mode":"apply"}"#, "the key 'mode' is given twice"),
        (r#"{"clusters":["c1"],"clusters":["c1","c2"]}"#, "the key 'clusters' is given twice"),
        (
            r#"{"source":"aws.events","detail-type":"Scheduled Event","mode":"plan","detail":{}}"#,
            "'mode' stands beside 'detail'",
        ),
        (
            r#"{"source":"aws.scheduler","detail-type":"Scheduled Event","Detail":{"mode":"plan"}}"#,
            "'Detail' stands beside 'detail'",
        ),
        (
            r#"{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{\"mode\":\"plan\",\"mode\":\"apply\"}"}"#,
            "the key 'mode' is given twice",
        ),
        (
            r#"{"source":"aws.rds","detail-type":"RDS DB Cluster Event","detail":{}}"#,
            "only from a schedule of EventBridge or",
        ),
    ] {
        let (kind, message) = function.invoke_text(event).await?.fault();
        assert!(kind == "EventRefused" && message.contains(why), "{event}: {message}");
    }
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["c1", "c2"]);
    assert_eq!(scene.proxy.calls(), []);
    let schedule = r#"{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}"#;
    let report = function.invoke_text(schedule).await?.report();
    assert_eq!((said(&report, "c1").0, said(&report, "c2").0), ("changed", "changed"));
    Ok(())
}
