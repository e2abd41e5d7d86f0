//! What keeps a run out of an account or a Region, as data: the others go on.

use nightshift_testkit::Fault;
use nightshift_testkit::world::expired;
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

#[tokio::test]
async fn what_the_organisation_denies_is_skipped_there_and_the_other_regions_go_on() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.proxy.refuse_in("eu-north-1", Fault::DeniedByOrganization);
    let visit = plan(&fleet, &member.account, &json!({ "regions": TWO }), &[]).await?;
    assert_eq!(visit["regions"]["eu-north-1"], json!({ "ended": "skipped", "code": "denied-by-scp" }));
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
    assert_eq!(visit["regions"]["me-south-1"], json!({ "ended": "skipped", "code": "region-off" }));
    assert_eq!(visit["regions"]["eu-north-1"]["ended"], "planned");
    Ok(())
}

#[tokio::test]
async fn a_region_that_the_role_may_not_read_has_failed() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.proxy.deny_in("eu-north-1");
    let visit = plan(&fleet, &member.account, &json!({ "regions": TWO }), &[]).await?;
    assert_eq!(visit["regions"]["eu-north-1"], json!({ "ended": "failed", "code": "region-unreadable" }));
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
