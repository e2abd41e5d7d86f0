//! One account gone through: as whom, what is left on record, and how much is done.

use nightshift_testkit::Fault;
use nightshift_testkit::world::{clusters, expired};
use serde_json::json;

use crate::{EXECUTION, Fleet, calls, to_work};

#[tokio::test]
async fn a_plan_is_made_by_the_role_that_reads_and_everything_else_by_the_workers_own_credentials() -> anyhow::Result<()>
{
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    expired("of-the-fleet-itself").create(&fleet.home).await?;
    let visit = fleet.worker("plan", &[])?.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    assert_eq!((&visit["ended"], &visit["regions"]["eu-west-1"]["ended"]), (&json!("planned"), &json!("planned")));
    assert_eq!(
        (&visit["destructive"], &visit["marked"], &visit["counts"]["planned"]),
        (&json!(2), &json!(2), &json!(2))
    );
    assert_eq!(visit["report_key"], format!("fleet/cluster-cleanup/{EXECUTION}/plan/{}.json", member.account));
    let report = fleet.left(&format!("plan/{}.json", member.account)).await?;
    assert_eq!((&report["account"], &report["plan_digest"]), (&json!(member.account), &visit["plan_digest"]));
    assert_eq!((&report["calls"]["sts:AssumeRole"], &report["mode"]), (&json!(1), &json!("plan")));
    let role =
        format!("arn:aws:sts::{}:assumed-role/cluster-cleanup-read/nightshift-cluster-cleanup-plan", member.account);
    assert_eq!(report["caller"], role);
    assert_eq!(clusters(&member, "eu-west-1").await?, ["orders-dev", "web-dev"]);

    let passed = fleet.home.proxy.calls();
    let assumed = passed.iter().find(|call| call.action == "sts:AssumeRole").expect("it was asked for");
    let asked = |name: &str| assumed.parameters.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(asked("RoleArn"), format!("arn:aws:iam::{}:role/nightshift/cluster-cleanup-read", member.account));
    assert_eq!((asked("ExternalId"), asked("SourceIdentity")), ("an-external-id", EXECUTION));
    for call in &passed {
        let own = call.action == "sts:AssumeRole" || call.action.starts_with("s3:");
        assert_eq!(call.key == fleet.home.account, own, "{call:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_more_is_done_than_was_judged_and_an_account_over_its_budget_waits() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    let mut worker = fleet.worker("apply", &[])?;
    let over = worker.invoke(&to_work("canary", &member.account, &json!({ "budget": 1 }))).await?.report();
    assert_eq!(
        (&over["ended"], &over["destructive"], &over["reason"]["code"]),
        (&json!("planned"), &json!(0), &json!("cap"))
    );
    assert_eq!(clusters(&member, "eu-west-1").await?, ["orders-dev", "web-dev"]);
    let done = worker.invoke(&to_work("rest", &member.account, &json!({ "budget": 2 }))).await?.report();
    assert_eq!(
        (&done["ended"], &done["destructive"], &done["counts"]["changed"]),
        (&json!("done"), &json!(2), &json!(2))
    );
    let again = worker.invoke(&to_work("rest", &member.account, &json!({ "budget": 2 }))).await?.report();
    assert_ne!(again["ended"], "failed", "{again}");
    let report = fleet.left(&format!("rest/{}.json", member.account)).await?;
    assert_eq!(report["counts"]["changed"], 2, "what the first call did stays on record: {report:#}");
    Ok(())
}

#[tokio::test]
async fn the_accounts_own_caps_hold_whatever_the_budget_is_and_a_named_policy_sets_them() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    let strict = [("NIGHTSHIFT_FLEET_POLICY_STRICT", r#"{"NIGHTSHIFT_MAX_DELETIONS": "1"}"#)];
    let event = to_work("rest", &member.account, &json!({ "budget": 9, "policy": "strict" }));
    let visit = fleet.worker("apply", &strict)?.invoke(&event).await?.report();
    assert_eq!((&visit["destructive"], &visit["policy"]), (&json!(0), &json!("strict")));
    let report = fleet.left(&format!("rest/{}.json", member.account)).await?;
    assert_eq!(report["tripped"]["guard"], "max_deletions");
    assert_eq!(clusters(&member, "eu-west-1").await?, ["orders-dev", "web-dev"]);
    Ok(())
}

#[tokio::test]
async fn a_plan_that_a_person_agreed_to_is_done_and_another_is_not() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let planned = fleet.worker("plan", &[])?.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    let agreed = to_work("rest", &member.account, &json!({ "expect_plan": planned["plan_digest"] }));
    expired("late-dev").create(&member).await?;
    let mut worker = fleet.worker("apply", &[])?;
    let moved = worker.invoke(&agreed).await?.report();
    assert_eq!(
        (&moved["ended"], &moved["destructive"], &moved["reason"]["code"]),
        (&json!("failed"), &json!(0), &json!("account-plan-moved")),
        "a redrive takes it up"
    );
    assert_eq!(clusters(&member, "eu-west-1").await?, ["late-dev", "orders-dev"]);
    let planned = fleet.worker("plan", &[])?.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    let agreed = to_work("rest", &member.account, &json!({ "expect_plan": planned["plan_digest"] }));
    assert_eq!(worker.invoke(&agreed).await?.report()["counts"]["changed"], 2);
    Ok(())
}

#[tokio::test]
async fn owners_are_told_by_the_fleets_own_account_and_the_operators_not_once_an_account() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    fleet.home.mail_identity("nightshift@example.com").await?;
    let mail = [
        ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
        ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
        ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
    ];
    let event = to_work("rest", &member.account, &json!({ "budget": 1 }));
    let visit = fleet.worker("apply", &mail)?.invoke(&event).await?.report();
    assert_eq!(visit["ended"], "done", "{visit}");
    let sent = fleet.home.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
    let to: Vec<_> = sent.iter().map(|mail| mail["to"].to_string()).collect();
    let ana = to.iter().position(|to| to.contains("ana@example.com")).map(|at| sent[at].to_string());
    let of_run = format!("This is about one account, in the run {EXECUTION} through the organisation");
    assert!(ana.is_some_and(|letter| letter.contains(&of_run)), "{sent:?}");
    assert!(!to.iter().any(|to| to.contains("ops@example.com")), "{sent:?}");
    assert_eq!(member.control("mail", json!({})).await?["mail"], json!([]));
    Ok(())
}

#[tokio::test]
async fn an_owner_is_told_once_however_often_a_worker_is_called() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    // To be warned of in good time.
    expired("soon-dev").tag("auto-delete-after", "2026-11-22T12:00:00Z").create(&member).await?;
    fleet.home.mail_identity("nightshift@example.com").await?;
    let mail = [
        ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
        ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
        ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
    ];
    let mut worker = fleet.worker("apply", &mail)?;
    for phase in ["canary", "canary", "rest"] {
        let event = to_work(phase, &member.account, &json!({ "budget": 1 }));
        worker.invoke(&event).await?.report();
        let sent = fleet.home.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
        assert_eq!(sent.len(), 1, "of what went, and of what will: {sent:?}");
        let said = sent[0].to_string();
        assert!(said.contains("orders-dev") && said.contains("soon-dev"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn keys_are_about_no_region_and_go_once() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&[]).await?);
    let iam = aws_sdk_iam::Client::new(&member.sdk_config("us-east-1").await);
    iam.create_user().user_name("ana").send().await?;
    iam.create_access_key().user_name("ana").send().await?;
    let keys = [
        ("NIGHTSHIFT_FLEET_JOB", "key-rotation"),
        ("NIGHTSHIFT_FLEET_PART", "work"),
        ("NIGHTSHIFT_FLEET_ROLE", "nightshift/key-rotation-read"),
        ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "x1"),
        ("NIGHTSHIFT_MODE", "plan"),
    ];
    let event = to_work("plan", &member.account, &json!({ "regions": [] }));
    let visit = fleet.start("work", &keys)?.invoke(&event).await?.report();
    assert_eq!((&visit["ended"], &visit["regions"]), (&json!("nothing"), &json!({})), "{visit}");
    assert_eq!(visit["oldest_key_days"], 0);
    assert!(visit["report_key"].as_str().is_some_and(|key| key.starts_with("fleet/key-rotation/")));
    Ok(())
}

#[tokio::test]
async fn a_report_that_cannot_be_kept_is_said_and_nothing_is_done_again_for_it() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let key = format!("/{}/fleet/cluster-cleanup/{EXECUTION}/rest/{}.json", fleet.bucket, member.account);
    fleet.home.proxy.break_next(&format!("s3:PUT {key}?x-id=PutObject"), "", 1, Fault::Denied);
    fleet.home.proxy.break_next(&format!("s3:PUT {key}"), "", 1, Fault::Denied);
    let event = to_work("rest", &member.account, &json!({ "budget": 1 }));
    let visit = fleet.worker("apply", &[])?.invoke(&event).await?.report();
    assert_eq!((&visit["ended"], &visit["report_key"]), (&json!("done"), &json!(null)), "{visit}");
    assert_eq!(visit["reason"]["code"], "report-not-kept");
    assert_eq!(calls(&fleet, "rds:DeleteDBCluster"), 1);
    Ok(())
}
