//! What a part raises: a deployment that is wrong, an event that is not ours, and what running again can mend.

use nightshift_testkit::Fault;
use nightshift_testkit::world::clusters;
use serde_json::json;

use crate::{EXECUTION, Fleet, to_work};

#[tokio::test]
async fn a_worker_with_the_role_that_reads_applies_nothing_whatever_it_is_sent() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let mut worker = fleet.worker("plan", &[])?;
    for phase in ["canary", "rest"] {
        let (kind, message) = worker.invoke(&to_work(phase, &member.account, &json!({ "budget": 9 }))).await?.fault();
        assert_eq!(kind, "ModeRefused", "{message}");
    }
    let mut event = to_work("plan", &member.account, &json!({}));
    event["mode"] = json!("apply");
    let (kind, message) = worker.invoke(&event).await?.fault();
    assert!(kind == "EventRefused" && message.contains("unknown key 'mode'"), "{message}");
    assert_eq!(fleet.home.proxy.calls(), []);
    assert_eq!(clusters(&member, "eu-west-1").await?, ["orders-dev"]);
    Ok(())
}

#[tokio::test]
async fn nothing_is_applied_without_a_word_for_how_much() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let (kind, message) =
        fleet.worker("apply", &[])?.invoke(&to_work("rest", &member.account, &json!({}))).await?.fault();
    assert_eq!(kind, "EventRefused");
    insta::assert_snapshot!(message, @"the event is refused and nothing was done: 'item' has neither a 'budget' nor an 'expect_plan', and nothing is applied without a word for how much");
    assert_eq!(fleet.home.proxy.calls(), []);
    Ok(())
}

#[tokio::test]
async fn an_item_without_a_region_is_about_none_and_not_about_the_workers_own() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let event = to_work("rest", &member.account, &json!({ "regions": [], "budget": 9 }));
    let (kind, message) = fleet.worker("apply", &[])?.invoke(&event).await?.fault();
    assert!(kind == "EventRefused" && message.contains("names no Region"), "{message}");
    assert_eq!(fleet.home.proxy.calls(), []);
    Ok(())
}

#[tokio::test]
async fn a_worker_that_acts_plans_in_the_map_that_plans() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let visit =
        fleet.worker("apply", &[])?.invoke(&to_work("plan", &member.account, &json!({ "budget": 9 }))).await?.report();
    assert_eq!(visit["ended"], "planned");
    assert_eq!(clusters(&member, "eu-west-1").await?, ["orders-dev"]);
    Ok(())
}

#[tokio::test]
async fn a_configuration_that_is_wrong_is_told_whole() -> anyhow::Result<()> {
    let fleet = Fleet::new().await?;
    let wrong = [
        ("NIGHTSHIFT_FLEET_ROLE", "arn:aws:iam::1:role/x"),
        ("NIGHTSHIFT_FLEET_FAILURES", "all"),
        ("NIGHTSHIFT_FLEET_EXTERNL_ID", "x"),
        ("NIGHTSHIFT_FLEET_POLICY_A", "[]"),
        ("NIGHTSHIFT_MAX_DELETIONS", "many"),
    ];
    let (kind, message) = fleet.worker("plan", &wrong)?.invoke(&json!({})).await?.fault();
    assert_eq!(kind, "ConfigurationFault");
    for name in wrong.map(|(name, _)| name) {
        assert!(message.contains(&format!("{name}: ")), "{name}: {message}");
    }
    let (_, message) = fleet.start("wrok", &[])?.invoke(&json!({})).await?.fault();
    assert!(message.contains("NIGHTSHIFT_FLEET_PART: 'wrok' is not one of: list, work, judge, report"), "{message}");
    Ok(())
}

#[tokio::test]
async fn what_running_again_can_mend_is_raised_and_mended_by_running_again() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let mut worker = fleet.worker("plan", &[])?;
    for (action, fault) in [
        ("sts:AssumeRole", Fault::Throttled),
        ("sts:AssumeRole", Fault::ServerError),
        ("sts:GetCallerIdentity", Fault::ServerError),
        ("rds:DescribeDBClusters", Fault::Throttled),
        ("rds:DescribeDBClusters", Fault::RequestLost),
    ] {
        fleet.home.proxy.break_next(action, "", 1, fault);
        let (kind, message) = worker.invoke(&to_work("plan", &member.account, &json!({}))).await?.fault();
        assert_eq!(kind, "ObservationFailed", "{action} {fault:?}: {message}");
        let visit = worker.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
        assert_eq!(visit["ended"], "planned");
    }
    Ok(())
}

#[tokio::test]
async fn the_credentials_of_a_session_are_said_nowhere() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let mut worker = fleet.worker("plan", &[("AWS_LAMBDA_LOG_LEVEL", "debug")])?;
    let visit = worker.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    let report = fleet.left(&format!("plan/{}.json", member.account)).await?;
    let said = [visit.to_string(), report.to_string(), worker.into_output()].join("\n");
    // STS itself says what it gave out: the stand-in keeps it.
    let session = member.control("sessions", json!({})).await?;
    let given = session["sessions"].as_array().cloned().unwrap_or_default();
    assert!(!given.is_empty(), "{EXECUTION}: {session}");
    for session in given {
        for name in ["secret", "token"] {
            let value = session[name].as_str().unwrap_or_default();
            assert!(value.len() > 12 && !said.contains(value), "{name} of a session was said");
        }
    }
    Ok(())
}
