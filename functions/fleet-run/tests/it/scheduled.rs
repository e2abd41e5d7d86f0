//! Which runs count as runs for the alarm that none took place: those that the schedule started and that came to their end, once each.

use serde_json::{Value, json};

use crate::EXECUTION;
use crate::night::{Night, machine};

/// How many runs the report that `event` asks for says there were.
async fn counted(night: &Night, event: &Value) -> anyhow::Result<i64> {
    let mut report = night.fleet.start("report", &[])?;
    report.invoke(event).await?.report();
    let lines: Vec<_> = report.into_output().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let runs = lines.iter().filter_map(|line: &Value| line["ScheduledRuns"].as_i64());
    Ok(runs.sum())
}

async fn night(scheduled: Option<bool>) -> anyhow::Result<Night> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({ "mode": "plan" }), &[]).await?.report();
    let mut choice = night.fleet.left("choice.json").await?;
    if let Some(scheduled) = scheduled {
        choice["scheduled"] = json!(scheduled);
    }
    night.leave("choice.json", &choice).await?;
    Ok(night)
}

#[tokio::test]
async fn a_run_counts_where_the_schedule_started_it_and_once() -> anyhow::Result<()> {
    for by_hand in [None, Some(false)] {
        let night = night(by_hand).await?;
        assert_eq!(counted(&night, &machine()).await?, 0, "a person looked, and that says nothing of the schedule");
    }
    let scheduled = night(Some(true)).await?;
    assert_eq!(counted(&scheduled, &machine()).await?, 1);
    assert_eq!(counted(&scheduled, &machine()).await?, 0, "its report was made again");
    Ok(())
}

#[tokio::test]
async fn a_run_that_ended_early_counts_once_it_was_redriven_to_its_end() -> anyhow::Result<()> {
    let night = night(Some(true)).await?;
    let failed = json!({ "execution": EXECUTION, "execution_arn": "arn", "status": "FAILED" });
    assert_eq!(counted(&night, &failed).await?, 0);
    assert_eq!(counted(&night, &machine()).await?, 1);
    Ok(())
}
