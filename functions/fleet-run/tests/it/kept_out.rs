//! What keeps a run out of an account or a Region, as data: the others go on.

use nightshift_testkit::Fault;
use nightshift_testkit::world::{clusters, expired};
use serde_json::{Value, json};

use crate::{Fleet, calls, to_work};

const TWO: [&str; 2] = ["eu-north-1", "eu-west-1"];

async fn plan(fleet: &Fleet, account: &str, more: &Value, variables: &[(&str, &str)]) -> anyhow::Result<Value> {
    Ok(fleet.worker("plan", variables)?.invoke(&to_work("plan", account, more)).await?.report())
}

#[tokio::test]
async fn an_account_without_the_role_is_skipped_unless_that_is_a_failure() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.proxy.break_next("sts:AssumeRole", &member.account, usize::MAX, Fault::Denied);
    let visit = plan(&fleet, &member.account, &json!({}), &[]).await?;
    assert_eq!((&visit["ended"], &visit["reason"]["code"]), (&json!("skipped"), &json!("role-missing")));
    let strict = [("NIGHTSHIFT_FLEET_FAILURES", "role-missing")];
    assert_eq!(plan(&fleet, &member.account, &json!({}), &strict).await?["ended"], "failed");
    assert_eq!(fleet.home.proxy.calls().len(), calls(&fleet, "sts:AssumeRole"), "nothing else was asked");
    fleet.home.proxy.forgive();
    fleet.home.proxy.break_next("sts:AssumeRole", "", 1, Fault::DeniedByOrganization);
    assert_eq!(plan(&fleet, &member.account, &json!({}), &[]).await?["reason"]["code"], "denied-by-scp");
    let other = Fleet::member(&[]).await?;
    assert_eq!(plan(&fleet, &other.account, &json!({}), &[]).await?["ended"], "nothing");
    Ok(())
}

/// How one Region ended, and its code.
fn how<'a>(visit: &'a Value, region: &str) -> (&'a str, &'a str) {
    let regional = &visit["regions"][region];
    (regional["ended"].as_str().unwrap_or_default(), regional["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn what_the_organisation_denies_is_skipped_there_and_the_other_regions_go_on() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.proxy.refuse_in("eu-north-1", Fault::DeniedByOrganization);
    let visit = plan(&fleet, &member.account, &json!({ "regions": TWO }), &[]).await?;
    assert_eq!(how(&visit, "eu-north-1"), ("skipped", "denied-by-scp"));
    assert!(
        visit["regions"]["eu-north-1"]["message"].as_str().is_some_and(|said| said.contains("service control policy"))
    );
    assert_eq!(visit["regions"]["eu-west-1"], json!({ "ended": "planned" }));
    assert_eq!((&visit["ended"], &visit["destructive"]), (&json!("planned"), &json!(1)));
    let strict = [("NIGHTSHIFT_FLEET_FAILURES", "denied-by-scp")];
    assert_eq!(plan(&fleet, &member.account, &json!({ "regions": TWO }), &strict).await?["ended"], "failed");
    // In all of them.
    let visit = plan(&fleet, &member.account, &json!({ "regions": ["eu-north-1"] }), &[]).await?;
    assert_eq!((&visit["ended"], &visit["reason"]["code"]), (&json!("skipped"), &json!("denied-by-scp")));
    assert_eq!(visit["regions"]["eu-north-1"]["code"], "denied-by-scp");
    Ok(())
}

#[tokio::test]
async fn a_region_that_the_account_has_not_turned_on_is_skipped() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&[]).await?);
    expired("orders-dev").region("eu-north-1").create(&member).await?;
    fleet.home.proxy.refuse_in("me-south-1", Fault::Refused { status: 403, code: "InvalidClientTokenId" });
    let regions = json!({ "regions": ["eu-north-1", "me-south-1"] });
    let visit = plan(&fleet, &member.account, &regions, &[]).await?;
    assert_eq!(how(&visit, "me-south-1"), ("skipped", "region-off"));
    assert_eq!(visit["regions"]["eu-north-1"]["ended"], "planned");
    Ok(())
}

#[tokio::test]
async fn a_region_that_the_role_may_not_read_has_failed() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.proxy.deny_in("eu-north-1");
    let visit = plan(&fleet, &member.account, &json!({ "regions": TWO }), &[]).await?;
    assert_eq!(how(&visit, "eu-north-1"), ("failed", "region-unreadable"));
    let message = visit["regions"]["eu-north-1"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("AccessDenied") && message.contains("allow rds:DescribeDBClusters"), "{message}");
    assert_eq!(visit["ended"], "failed");
    let visit = plan(&fleet, &member.account, &json!({ "regions": ["eu-north-1"] }), &[]).await?;
    assert_eq!((&visit["ended"], &visit["reason"]["code"]), (&json!("failed"), &json!("access-denied")));
    Ok(())
}

#[tokio::test]
async fn a_policy_that_the_worker_does_not_have_is_nobodys_policy() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let visit = plan(&fleet, &member.account, &json!({ "policy": "strict" }), &[]).await?;
    assert_eq!((&visit["ended"], &visit["reason"]["code"]), (&json!("failed"), &json!("no-such-policy")));
    assert_eq!(fleet.home.proxy.calls(), []);
    Ok(())
}

#[tokio::test]
async fn an_answer_is_short_at_thirty_regions_that_all_say_no() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&[]).await?);
    let regions: Vec<_> = (1..=30).map(|number| format!("ap-southeast-{number}")).collect();
    for region in &regions[1..] {
        fleet.home.proxy.refuse_in(region, Fault::DeniedByOrganization);
    }
    let hostile = "\u{1}\"\\\u{202e}<b>".repeat(20);
    let more = json!({ "regions": regions, "name": hostile, "path": format!("Root/{hostile}/{hostile}/{hostile}") });
    let visit = plan(&fleet, &member.account, &more, &[]).await?;
    assert_eq!(visit["regions"].as_object().map(serde_json::Map::len), Some(30));
    assert!(visit.to_string().len() < 8 * 1024, "{} bytes", visit.to_string().len());
    Ok(())
}

#[tokio::test]
async fn a_session_that_turns_out_to_be_of_another_account_asks_nothing_there() -> anyhow::Result<()> {
    let (fleet, meant, other) =
        (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?, Fleet::member(&["orders-dev"]).await?);
    meant.control("strayed-sessions", json!({ "into": other.account })).await?;
    for (mode, phase, more) in [("plan", "plan", json!({})), ("apply", "rest", json!({ "budget": 1 }))] {
        let visit = fleet.worker(mode, &[])?.invoke(&to_work(phase, &meant.account, &more)).await?.report();
        assert_eq!((&visit["ended"], &visit["reason"]["code"]), (&json!("failed"), &json!("other-account")), "{visit}");
        let said = visit["reason"]["message"].as_str().unwrap_or_default();
        assert!(said.contains(&meant.account) && said.contains(&other.account), "{said}");
        assert_eq!((&visit["report_key"], &visit["regions"]), (&json!(null), &json!({})));
    }
    let keys = [
        ("NIGHTSHIFT_FLEET_JOB", "key-rotation"),
        ("NIGHTSHIFT_FLEET_ROLE", "nightshift/key-rotation-read"),
        ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "x1"),
        ("NIGHTSHIFT_MODE", "plan"),
    ];
    let visit = fleet.start("work", &keys)?.invoke(&to_work("plan", &meant.account, &json!({}))).await?.report();
    assert_eq!(visit["reason"]["code"], "other-account", "{visit}");

    let made: Vec<_> = fleet.home.proxy.calls().into_iter().map(|call| call.action).collect();
    assert_eq!(made, ["sts:AssumeRole", "sts:GetCallerIdentity"].repeat(3), "neither a job's service nor the bucket");
    for member in [&meant, &other] {
        assert_eq!(clusters(member, "eu-west-1").await?, ["orders-dev"]);
    }
    Ok(())
}
