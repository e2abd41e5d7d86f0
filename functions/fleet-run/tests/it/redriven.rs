//! A run that failed and was redriven: what its parts make of result files as Step Functions documents them (the pages `ResultWriter (Map)` and "Redriving Map
//! Runs"). A redriven map runs the children that failed or never began, as the same executions, and keeps what the others did; whether its files come
//! beside the earlier ones or in a folder of a new map run is not said, so both are read.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::EXECUTION;
use crate::night::{Night, machine};

const FOLDER: &str = "results/map-rest/0b6f7f4e";

fn key(folder: &str, file: &str) -> String {
    format!("fleet/cluster-cleanup/{EXECUTION}/{folder}/{file}")
}

/// A child of the map, of which more is said.
fn child(item: &Value, more: &Value) -> Value {
    let input = json!({ "execution": EXECUTION, "phase": "rest", "item": item });
    let mut record = json!({
        "ExecutionArn": format!("arn:aws:states:eu-west-1:111122223333:execution:fleet/rest:{}", item["account"]),
        "Input": input.to_string(), "InputDetails": { "Included": true }, "Name": item["account"],
        "StateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet/rest",
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    record
}

/// The manifest of one map run, with its files.
async fn wrote(night: &Night, folder: &str, files: &[(&str, &str, Value)]) -> anyhow::Result<()> {
    let mut listed = json!({ "FAILED": [], "PENDING": [], "SUCCEEDED": [] });
    for (state, file, records) in files {
        night.leave(&format!("{folder}/{file}"), records).await?;
        let named = json!({ "Key": key(folder, file), "Size": 1 });
        listed[state].as_array_mut().into_iter().for_each(|all| all.push(named.clone()));
    }
    let manifest = json!({ "DestinationBucket": night.fleet.bucket, "MapRunArn": "arn", "ResultFiles": listed });
    night.leave(&format!("{folder}/manifest.json"), &manifest).await
}

/// As far as the last map, whose one account failed.
async fn failed() -> anyhow::Result<(Night, Value, Value)> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    night.map(night.fleet.worker("apply", &[])?, "canary", "canary-items.json").await?;
    let item = night.fleet.left("rest-items.json").await?[0].clone();
    let failure = child(
        &item,
        &json!({
            "Status": "FAILED", "Error": "Lambda.Unknown", "Cause": "killed", "RedriveCount": 0, "RedriveStatus": "REDRIVABLE_BY_MAP_RUN",
            "StartDate": "2026-11-21T02:00:01.000Z", "StopDate": "2026-11-21T02:00:02.000Z",
        }),
    );
    wrote(&night, FOLDER, &[("FAILED", "FAILED_0.json", json!([failure.clone()]))]).await?;
    Ok((night, item, failure))
}

fn rows(report: &Value) -> Vec<String> {
    let row = |row: &Value| format!("{} {}", row["ended"].as_str().unwrap_or_default(), row["reason"]["code"]);
    let mut rows: Vec<_> = report["accounts"].as_array().into_iter().flatten().map(row).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_redriven_run_is_reported_as_it_is_by_then_wherever_its_files_lie() -> anyhow::Result<()> {
    for beside in [true, false] {
        let (night, item, failure) = failed().await?;
        let detail = json!({ "executionArn": "arn", "name": EXECUTION, "status": "FAILED" });
        let ended = json!({ "source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail });
        night.report(&ended).await?;
        let before = night.fleet.left("report.json").await?;
        assert_eq!(rows(&before), ["done null", "failed \"worker-failed\"", "nothing null"]);
        assert_eq!(before["warnings"][0]["code"], "run-ended");

        // The redrive: the same child, again, with its input of the first time.
        let event = json!({ "execution": EXECUTION, "phase": "rest", "item": item });
        let visit = night.fleet.worker("apply", &[])?.invoke(&event).await?.report();
        let success = child(
            &item,
            &json!({
                "Status": "SUCCEEDED", "Output": visit.to_string(), "OutputDetails": { "Included": true }, "RedriveCount": 1,
                "RedriveDate": "2026-11-21T09:00:00.000Z", "StartDate": "2026-11-21T02:00:01.000Z", "StopDate": "2026-11-21T09:00:02.000Z",
            }),
        );
        let success = ("SUCCEEDED", "SUCCEEDED_0.json", json!([success]));
        if beside {
            wrote(&night, FOLDER, &[("FAILED", "FAILED_0.json", json!([failure])), success]).await?;
        } else {
            wrote(&night, "results/map-rest/9c3d1e2a", &[success]).await?;
        }
        let (answer, letters) = night.report(&machine()).await?;
        assert_eq!((&answer["ended"], &answer["counts"]["changed"]), (&json!({ "done": 2, "nothing": 1 }), &json!(3)));
        let after = night.fleet.left("report.json").await?;
        assert_eq!(
            (rows(&after), &after["warnings"]),
            (vec!["done null".to_owned(), "done null".into(), "nothing null".into()], &json!([]))
        );
        assert_eq!(
            letters.last().map(|letter| &letter["subject"]),
            Some(&json!("[o-night] cluster-cleanup: 3 changed in 2 accounts"))
        );
        assert_eq!(night.left().await?, [0, 0, 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_map_of_plans_that_is_redriven_in_time_is_judged_whole_and_later_begins_nothing() -> anyhow::Result<()> {
    let now = nightshift::clock::now();
    for (begun, goes) in [(now - SignedDuration::from_hours(3), true), (now - SignedDuration::from_hours(72), false)] {
        let night = Night::begun(begun).await?;
        let planned = night.plan().await?;
        // Of the first attempt, one account more failed than are tolerated; the redriven map says how all ended.
        let item = night.fleet.left("items.json").await?[0].clone();
        let failure = child(
            &item,
            &json!({ "Status": "FAILED", "Error": "E", "Cause": "", "StopDate": "2026-11-21T01:00:02.000Z" }),
        );
        night.leave("results/map-plan/0b6f7f4e/FAILED_0.json", &json!([failure])).await?;
        let judged = night.judge("plan", planned, &json!({}), &[]).await?.report();
        let (canary, rest) = if goes { (1, 1) } else { (0, 0) };
        assert_eq!(
            (&judged["go"], &judged["canary"], &judged["rest"]),
            (&json!(goes), &json!(canary), &json!(rest)),
            "{judged}"
        );
        if goes {
            // Judged again in a redrive, it is as old as the run all the same.
            let item = night.fleet.left("rest-items.json").await?[0].clone();
            assert_eq!(item["judged_at"], json!(begun), "{item}");
        } else {
            assert_eq!(judged["why"]["code"], "planned-long-ago");
            night.report(&machine()).await?;
            let report = night.fleet.left("report.json").await?;
            assert_eq!(rows(&report), ["nothing null", "planned \"planned-long-ago\"", "planned \"planned-long-ago\""]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_read_by_a_manifest_but_what_maps_of_this_run_left() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    let folder = "results/map-plan/0b6f7f4e";
    let mut manifest = night.fleet.left(&format!("{folder}/manifest.json")).await?;
    // None of them can be read as what a map left.
    let odd = [
        "fleet/cluster-cleanup/another/results/map-plan/1/SUCCEEDED_0.json".to_owned(),
        format!("fleet/cluster-cleanup/{EXECUTION}-2/results/map-plan/1/SUCCEEDED_0.json"),
        key("plan", &format!("{}.json", night.members[0].account)),
    ];
    let files = manifest["ResultFiles"]["SUCCEEDED"].as_array_mut().into_iter().flatten();
    assert_eq!(files.count(), 1);
    for odd in odd {
        let named = json!({ "Key": odd, "Size": 1 });
        manifest["ResultFiles"]["SUCCEEDED"].as_array_mut().into_iter().for_each(|all| all.push(named.clone()));
    }
    night.leave(&format!("{folder}/manifest.json"), &manifest).await?;
    let judged = night.judge("plan", planned, &json!({}), &[]).await?.report();
    assert_eq!(judged["go"], true, "{judged}");
    // No map run leaves a manifest so deep.
    night.leave("results/map-plan/plan/1/manifest.json", &json!("forged")).await?;
    night.report(&machine()).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_worker_left_that_went_on_when_its_run_was_stopped_is_its_answer() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    let written = night.map(night.fleet.worker("apply", &[])?, "canary", "canary-items.json").await?;
    assert_eq!(night.judge("canary", written, &json!({}), &[]).await?.report()["go"], true);
    let stopped = json!({ "execution": EXECUTION, "execution_arn": "arn", "status": "ABORTED" });
    night.report(&stopped).await?;
    let before = night.fleet.left("report.json").await?;
    assert_eq!(rows(&before), ["done null", "failed \"not-heard-of\"", "nothing null"]);

    let item = night.fleet.left("rest-items.json").await?[0].clone();
    let event = json!({ "execution": EXECUTION, "phase": "rest", "item": item });
    night.fleet.worker("apply", &[])?.invoke(&event).await?.report();
    let (answer, _) = night.report(&stopped).await?;
    assert_eq!((&answer["ended"], &answer["counts"]["changed"]), (&json!({ "done": 2, "nothing": 1 }), &json!(3)));
    Ok(())
}
