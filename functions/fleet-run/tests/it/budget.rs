//! A worker that dies half-way and is called again, as Step Functions retries one and a redrive does: together its calls do no more than was
//! judged once.

use nightshift_testkit::Fault;
use nightshift_testkit::world::{clusters, expired};
use serde_json::json;

use crate::{Fleet, to_work};

/// What stands, in the one Region.
async fn standing(member: &nightshift_testkit::Scene) -> anyhow::Result<Vec<String>> {
    clusters(member, "eu-west-1").await
}

#[tokio::test]
async fn what_a_worker_did_before_it_died_is_off_its_budget() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    let event = to_work("rest", &member.account, &json!({ "budget": 2 }));
    let mut worker = fleet.worker("apply", &[("NIGHTSHIFT_CONCURRENCY", "1")])?;
    fleet.home.proxy.break_next("rds:DeleteDBCluster", "", 1, Fault::HoldAfter);
    worker.send(&event).await?;
    fleet.home.proxy.reached().await?;
    worker.kill();
    fleet.home.proxy.reset();
    assert_eq!(standing(&member).await?, ["web-dev"]);
    let account = &member.account;
    let spent = fleet.left(&format!("spent/{account}.json")).await?;
    assert_eq!(spent["began"].as_array().map(Vec::len), Some(2), "written down before the first went: {spent}");

    // Two are due again, and the budget is of two: one of them was never judged.
    expired("late-dev").create(&member).await?;
    let mut worker = fleet.worker("apply", &[])?;
    for phase in ["rest", "canary"] {
        let event = to_work(phase, &member.account, &json!({ "budget": 2 }));
        let again = worker.invoke(&event).await?.report();
        assert_eq!((&again["reason"]["code"], &again["destructive"]), (&json!("cap"), &json!(0)), "{phase}: {again}");
        assert_eq!(standing(&member).await?, ["late-dev", "web-dev"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_that_is_called_again_goes_on_with_what_it_took() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    let event = to_work("rest", &member.account, &json!({ "budget": 2 }));
    let mut worker = fleet.worker("apply", &[("NIGHTSHIFT_CONCURRENCY", "1")])?;
    fleet.home.proxy.break_next("rds:DeleteDBCluster", "", 1, Fault::HoldBefore);
    worker.send(&event).await?;
    fleet.home.proxy.reached().await?;
    worker.kill();
    fleet.home.proxy.reset();
    let again = fleet.worker("apply", &[])?.invoke(&event).await?.report();
    assert_eq!((&again["ended"], standing(&member).await?), (&json!("done"), vec![]), "{again}");
    Ok(())
}

#[tokio::test]
async fn a_second_call_takes_what_the_budget_still_has_and_no_more() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let event = to_work("rest", &member.account, &json!({ "budget": 2 }));
    let mut worker = fleet.worker("apply", &[])?;
    for (late, left) in [(None, 1), (Some("late-dev"), 0), (Some("later-dev"), 0)] {
        if let Some(late) = late {
            expired(late).create(&member).await?;
        }
        let said = worker.invoke(&event).await?.report();
        let spent = fleet.left(&format!("spent/{}.json", member.account)).await?;
        assert_eq!(spent["began"].as_array().map(Vec::len), Some(2 - left), "{late:?}: {said}");
    }
    assert_eq!(standing(&member).await?, ["later-dev"], "two were judged, and two went");
    Ok(())
}

#[tokio::test]
async fn what_was_judged_more_than_a_day_ago_is_not_done_by_a_budget_nor_by_a_digest() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let planned = fleet.worker("plan", &[])?.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    let mut worker = fleet.worker("apply", &[])?;
    let at = |hours| nightshift::clock::now() - jiff::SignedDuration::from_hours(hours);
    for word in [json!({ "budget": 1 }), json!({ "expect_plan": planned["plan_digest"] })] {
        let mut word = word;
        word["judged_at"] = json!(at(25));
        let late = worker.invoke(&to_work("rest", &member.account, &word)).await?.report();
        assert_eq!((&late["ended"], &late["reason"]["code"]), (&json!("failed"), &json!("judged-long-ago")), "{word}");
        assert_eq!(standing(&member).await?, ["orders-dev"]);
    }
    let in_time = json!({ "expect_plan": planned["plan_digest"], "judged_at": at(23) });
    worker.invoke(&to_work("rest", &member.account, &in_time)).await?.report();
    assert_eq!(standing(&member).await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn where_it_cannot_be_written_down_or_read_nothing_is_begun() -> anyhow::Result<()> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev"]).await?);
    let event = to_work("rest", &member.account, &json!({ "budget": 1 }));
    let mut worker = fleet.worker("apply", &[])?;
    let key = format!("/{}/fleet/cluster-cleanup/{}/spent/{}.json", fleet.bucket, crate::EXECUTION, member.account);
    for asked in [format!("s3:PUT {key}?x-id=PutObject"), format!("s3:PUT {key}")] {
        fleet.home.proxy.break_next(&asked, "", 1, Fault::Throttled);
    }
    let (kind, message) = worker.invoke(&event).await?.fault();
    assert_eq!(kind, "ObservationFailed", "{message}");
    assert_eq!(standing(&member).await?, ["orders-dev"]);

    fleet.home.proxy.forgive();
    let s3 = crate::buckets(&fleet.home).await;
    let key = key.trim_start_matches(&format!("/{}/", fleet.bucket)).to_owned();
    s3.put_object().bucket(&fleet.bucket).key(key).body(b"[".to_vec().into()).send().await?;
    let odd = worker.invoke(&event).await?.report();
    assert_eq!((&odd["ended"], &odd["reason"]["code"]), (&json!("failed"), &json!("not-carried-out")), "{odd}");
    assert!(odd["reason"]["message"].as_str().is_some_and(|said| said.contains("spent/")), "{odd}");
    assert_eq!(standing(&member).await?, ["orders-dev"]);
    Ok(())
}
