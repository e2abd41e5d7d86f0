//! Workers that die half-way: what they began is named in the run's report, and what a person agreed to is gone on with, and nothing else.

use nightshift_testkit::world::{clusters, expired};
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::night::{Night, machine};
use crate::{EXECUTION, Fleet, to_work};

/// A worker that does one thing after the other, and dies at the deletion of the first cluster: before it reaches AWS, or after.
async fn dies(fleet: &Fleet, event: &Value, variables: &[(&str, &str)], at: Fault) -> anyhow::Result<()> {
    let variables: Vec<_> = [("NIGHTSHIFT_CONCURRENCY", "1")].iter().chain(variables).copied().collect();
    let mut worker = fleet.worker("apply", &variables)?;
    fleet.home.proxy.break_next("rds:DeleteDBCluster", "", 1, at);
    worker.send(event).await?;
    fleet.home.proxy.reached().await?;
    worker.kill();
    fleet.home.proxy.reset();
    Ok(())
}

async fn standing(member: &Scene) -> anyhow::Result<Vec<String>> {
    clusters(member, "eu-west-1").await
}

/// As far as the last map, whose one account, with the clusters `pay-dev` and `web-dev`, comes next: its item.
async fn begun() -> anyhow::Result<(Night, Value)> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    let written = night.map(night.fleet.worker("apply", &[])?, "canary", "canary-items.json").await?;
    night.judge("canary", written, &json!({}), &[]).await?.report();
    let item = night.fleet.left("rest-items.json").await?[0].clone();
    Ok((night, item))
}

/// The row of the account of `item` in the run's report, and the last letter.
async fn told(night: &Night, item: &Value, event: &Value) -> anyhow::Result<(Value, Value)> {
    let (_, letters) = night.report(event).await?;
    let report = night.fleet.left("report.json").await?;
    let row = report["accounts"].as_array().into_iter().flatten().find(|row| row["account"] == item["account"]);
    Ok((row.cloned().unwrap_or_default(), letters.last().cloned().unwrap_or_default()))
}

fn things(row: &Value) -> Vec<&str> {
    let things = row["unreported"]["things"].as_array();
    things.into_iter().flatten().filter_map(|thing| thing["id"].as_str()).collect()
}

#[tokio::test]
async fn what_a_dead_worker_began_is_named_in_the_report_until_a_report_of_it_is_there() -> anyhow::Result<()> {
    let (night, item) = begun().await?;
    let event = json!({ "execution": EXECUTION, "phase": "rest", "item": item });
    dies(&night.fleet, &event, &[], Fault::HoldAfter).await?;
    assert_eq!(standing(&night.members[1]).await?, ["web-dev"], "one went, and nobody said so");

    let stopped = json!({ "execution": EXECUTION, "execution_arn": "arn", "status": "FAILED" });
    let (row, letter) = told(&night, &item, &stopped).await?;
    assert_eq!((&row["ended"], things(&row)), (&json!("failed"), vec!["pay-dev", "web-dev"]), "{row:#}");
    let thing = &row["unreported"]["things"][0];
    assert_eq!((&thing["region"], &thing["kind"]), (&json!("eu-west-1"), &json!("deletions")));
    assert!(thing["steps"].to_string().contains("delete cluster pay-dev"), "{thing}");
    assert_eq!(row["unreported"]["reason"]["code"], "report-missing");
    assert!(letter["subject"].as_str().is_some_and(|said| said.contains("2 begun and in NO REPORT")), "{letter}");
    assert!(letter.to_string().contains("pay-dev (eu-west-1)"), "{letter}");

    // A redrive has the second one done, and reports it; of the first there is no report, and never will be.
    let again = night.fleet.worker("apply", &[])?.invoke(&event).await?.report();
    assert_eq!((&again["ended"], standing(&night.members[1]).await?), (&json!("done"), vec![]), "{again}");
    let (row, _) = told(&night, &item, &machine()).await?;
    assert_eq!(things(&row), ["pay-dev"], "{row:#}");
    let report = night.fleet.left(&format!("rest/{}.json", item["account"].as_str().unwrap_or_default())).await?;
    let named: Vec<_> =
        report["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str()).collect();
    assert!(named.contains(&"web-dev") && !named.contains(&"pay-dev"), "{named:?}");
    Ok(())
}

#[tokio::test]
async fn a_report_that_a_worker_left_before_its_answer_was_lost_is_counted_and_linked() -> anyhow::Result<()> {
    let (night, item) = begun().await?;
    let event = json!({ "execution": EXECUTION, "phase": "rest", "item": item });
    night.fleet.worker("apply", &[])?.invoke(&event).await?.report();
    // Step Functions heard of a worker that took too long.
    let failure = json!([{
        "Status": "TIMED_OUT", "Error": "States.Timeout", "Cause": "", "Input": event.to_string(), "StopDate": "2026-11-21T02:20:00.000Z",
    }]);
    night.leave("results/map-rest/1/FAILED_0.json", &failure).await?;
    let key = format!("fleet/cluster-cleanup/{EXECUTION}/results/map-rest/1/FAILED_0.json");
    let manifest = json!({ "ResultFiles": { "FAILED": [{ "Key": key, "Size": 1 }] } });
    night.leave("results/map-rest/1/manifest.json", &manifest).await?;
    let (row, _) = told(&night, &item, &machine()).await?;
    assert_eq!(
        (&row["ended"], &row["reason"]["code"], &row["counts"]["changed"], &row["unreported"]),
        (&json!("failed"), &json!("worker-failed"), &json!(2), &json!(null)),
        "{row:#}"
    );
    assert!(row["report_keys"]["rest"].is_string(), "{row:#}");
    Ok(())
}

#[tokio::test]
async fn what_was_begun_and_cannot_be_read_is_said_to_be_unknown() -> anyhow::Result<()> {
    let (night, item) = begun().await?;
    night.leave(&format!("spent/{}.json", item["account"].as_str().unwrap_or_default()), &json!("?")).await?;
    let (row, _) = told(&night, &item, &machine()).await?;
    let reason = &row["unreported"]["reason"];
    assert_eq!((&reason["code"], things(&row).len()), (&json!("report-missing"), 0), "{row:#}");
    assert!(reason["message"].as_str().is_some_and(|said| said.contains("is not known")), "{reason}");
    Ok(())
}

/// An account with two clusters that go, and the event by which somebody agreed to its plan.
async fn agreed() -> anyhow::Result<(Fleet, Scene, Value)> {
    let (fleet, member) = (Fleet::new().await?, Fleet::member(&["orders-dev", "web-dev"]).await?);
    let planned = fleet.worker("plan", &[])?.invoke(&to_work("plan", &member.account, &json!({}))).await?.report();
    let word = json!({ "expect_plan": planned["plan_digest"], "budget": 2 });
    let event = to_work("rest", &member.account, &word);
    Ok((fleet, member, event))
}

/// Whether a digest lifts caps or not: then the account's own hold as well.
const EITHER: [&[(&str, &str)]; 2] = [&[], &[("NIGHTSHIFT_DIGEST_LIFTS_CAPS", "true")]];

#[tokio::test]
async fn what_is_left_of_an_agreed_plan_is_gone_on_with_after_a_worker_died() -> anyhow::Result<()> {
    for lifts in EITHER {
        for (at, left) in [(Fault::HoldAfter, vec!["web-dev"]), (Fault::HoldBefore, vec!["orders-dev", "web-dev"])] {
            let (fleet, member, event) = agreed().await?;
            dies(&fleet, &event, lifts, at).await?;
            assert_eq!(standing(&member).await?, left);
            let again = fleet.worker("apply", lifts)?.invoke(&event).await?.report();
            assert_eq!((&again["ended"], standing(&member).await?), (&json!("done"), vec![]), "{again}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_became_due_since_somebody_agreed_waits_and_the_rest_of_what_they_agreed_to_goes() -> anyhow::Result<()> {
    for lifts in EITHER {
        let (fleet, member, event) = agreed().await?;
        dies(&fleet, &event, lifts, Fault::HoldAfter).await?;
        expired("late-dev").create(&member).await?;
        let again = fleet.worker("apply", lifts)?.invoke(&event).await?.report();
        let left = standing(&member).await?;
        assert_eq!(left, ["late-dev"], "nobody agreed to that, and all else goes: {again}");
        assert_eq!((&again["ended"], &again["reason"]["code"]), (&json!("failed"), &json!("account-plan-moved")));
        assert!(again["reason"].to_string().contains("is not part of the plan that was agreed to"), "{again}");
    }
    Ok(())
}

#[tokio::test]
async fn a_plan_of_which_nothing_was_begun_is_carried_out_as_it_was_agreed_to_or_not_at_all() -> anyhow::Result<()> {
    let (fleet, member, event) = agreed().await?;
    let account = member.account.clone();
    expired("late-dev").create(&member).await?;
    let mut worker = fleet.worker("apply", EITHER[1])?;
    let moved = worker.invoke(&event).await?.report();
    assert_eq!((&moved["ended"], &moved["reason"]["code"]), (&json!("failed"), &json!("account-plan-moved")));
    assert_eq!(standing(&member).await?, ["late-dev", "orders-dev", "web-dev"]);

    // Another plan than the one of the digest, whoever wrote it down as agreed to.
    let forged = json!({ "began": [], "agreed": json!(["cluster-cleanup", account, [{}, []]]).to_string() });
    let key = format!("fleet/cluster-cleanup/{EXECUTION}/spent/{account}.json");
    let body = forged.to_string().into_bytes().into();
    crate::buckets(&fleet.home).await.put_object().bucket(&fleet.bucket).key(key).body(body).send().await?;
    let moved = worker.invoke(&event).await?.report();
    assert_eq!((&moved["counts"]["changed"], standing(&member).await?.len()), (&json!(0), 3), "{moved}");
    Ok(())
}
