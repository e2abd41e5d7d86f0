//! What a run could not see is said in its report, and is not taken for "nothing to do".

use nightshift_testkit::Fault;
use serde_json::{Value, json};

use crate::night::{Night, machine};

#[tokio::test]
async fn a_run_that_no_account_lets_in_alarms() -> anyhow::Result<()> {
    let night = Night::new().await?;
    night.fleet.home.proxy.break_next("sts:AssumeRole", "", usize::MAX, Fault::Denied);
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    let mut part = night.fleet.start("report", &[])?;
    let answer = part.invoke(&machine()).await?.report();
    assert_eq!(answer["ended"], json!({ "skipped": 3 }));
    let report = night.fleet.left("report.json").await?;
    assert_eq!(report["warnings"][0]["code"], "no-account-looked-at", "{report:#}");
    let lines: Vec<Value> = part.into_output().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(lines.iter().filter_map(|line| line["NoAccountLookedAt"].as_i64()).sum::<i64>(), 1);
    assert_eq!(night.left().await?, [1, 2, 0]);
    Ok(())
}

#[tokio::test]
async fn what_is_whose_is_said_to_be_missing_where_a_report_cannot_be_read() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    let written = night.map(night.fleet.worker("apply", &[])?, "canary", "canary-items.json").await?;
    night.judge("canary", written, &json!({}), &[]).await?.report();
    night.map(night.fleet.worker("apply", &[])?, "rest", "rest-items.json").await?;
    let [one, other] = [0, 1].map(|number| night.members[number].account.as_str());
    night.leave(&format!("rest/{other}.json"), &json!("cut off")).await?;
    night.report(&machine()).await?;
    let report = night.fleet.left("report.json").await?;
    let warning = &report["warnings"][0];
    assert_eq!(warning["code"], "owners-not-read", "{report:#}");
    assert!(warning["message"].as_str().is_some_and(|said| said.contains(other) && !said.contains(one)), "{warning}");
    assert_eq!(report["counts"]["changed"], 3, "each account has its row all the same");
    Ok(())
}
