//! The state machine of a run through an organisation, as Terraform renders it, carried out by the stand-in with the real function behind it: thirty
//! accounts in four Regions, and what becomes of a run in which some of them fail, are refused, or have their worker killed.

mod cost;
mod run;

use nightshift_testkit::Fault;
use serde_json::json;

use run::{ACCOUNTS, Run};

/// Those with something due.
fn due() -> impl Iterator<Item = usize> {
    (1..=ACCOUNTS).step_by(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_judged_whatever_becomes_of_some_and_the_last_run_finds_nothing() -> anyhow::Result<()> {
    let run = Run::deployed("apply", "100").await?;
    let [throttled, denied, killed] = [7, 9, 11];
    run.refuse(run.account(throttled), Fault::Throttled);
    run.refuse(run.account(denied), Fault::DeniedByOrganization);
    run.kill("plan", run.account(killed));
    let first = run.execute("night-1", &json!({ "mode": "apply" })).await?;
    assert_eq!(first.status, "SUCCEEDED", "{first:?}");
    let summary = first.output.unwrap_or_default();
    // Two of thirty failed, which is tolerated; one was refused. The one that is suspended was never asked.
    assert_eq!(summary["ended"], json!({ "done": 12, "failed": 2, "nothing": 15, "skipped": 1 }), "{summary:#}");
    assert_eq!(run.called("plan"), (1..=ACCOUNTS).collect::<Vec<_>>());
    assert_eq!(run.called("canary"), [1, 3]);
    let rest: Vec<_> = due().filter(|number| *number > 4 && ![throttled, denied, killed].contains(number)).collect();
    assert_eq!(run.called("rest"), rest);
    assert_eq!(run.left().await?, [throttled, denied, killed]);
    let report = run.kept("night-1", "report.json").await?;
    assert_eq!(report["accounts"].as_array().map(Vec::len), Some(ACCOUNTS), "{report:#}");
    let row = |number: usize| {
        let id = run.account(number);
        let rows = report["accounts"].as_array().into_iter().flatten();
        rows.filter(|row| row["account"] == id).map(|row| row["reason"]["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!([row(throttled), row(killed)], [[json!("worker-failed")], [json!("worker-failed")]]);
    assert_eq!(row(denied), [json!("denied-by-scp")]);

    // What could not be read the first night is taken up on the second.
    run.mend();
    let second = run.execute("night-2", &json!({ "mode": "apply" })).await?;
    let summary = second.output.unwrap_or_default();
    assert_eq!(summary["ended"], json!({ "done": 3, "nothing": 27 }), "{summary:#}");
    assert_eq!(run.left().await?, Vec::<usize>::new());

    let third = run.execute("night-3", &json!({ "mode": "apply" })).await?;
    let summary = third.output.unwrap_or_default();
    assert_eq!(summary["ended"], json!({ "nothing": ACCOUNTS }), "{summary:#}");
    assert_eq!([run.called("canary"), run.called("rest")].concat(), Vec::<usize>::new());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_it_changes_something_is_no_matter_the_next_night() -> anyhow::Result<()> {
    let run = Run::deployed("apply", "100").await?;
    run.kill("rest", run.account(5));
    let first = run.execute("night-1", &json!({ "mode": "apply" })).await?;
    // One of thirteen is within a tenth.
    assert_eq!(first.status, "SUCCEEDED", "{first:?}");
    assert_eq!(first.output.unwrap_or_default()["ended"]["failed"], 1);
    run.mend();
    let second = run.execute("night-2", &json!({ "mode": "apply" })).await?;
    assert_eq!(second.status, "SUCCEEDED", "{second:?}");
    assert_eq!(run.left().await?, Vec::<usize>::new());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_fail_the_run_before_anything_is_changed() -> anyhow::Result<()> {
    let run = Run::deployed("apply", "100").await?;
    for number in 5..9 {
        run.refuse(run.account(number), Fault::Throttled);
    }
    let ended = run.execute("night", &json!({ "mode": "apply" })).await?;
    let said = (ended.status.as_str(), ended.error.as_deref());
    assert_eq!(said, ("FAILED", Some("States.ExceedToleratedFailureThreshold")), "{ended:?}");
    assert_eq!([run.called("canary"), run.called("rest")].concat(), Vec::<usize>::new());
    assert_eq!(run.left().await?, due().collect::<Vec<_>>());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_of_the_whole_run_holds_every_account() -> anyhow::Result<()> {
    // Fifteen of fifteen are more than half.
    let run = Run::deployed("apply", "50").await?;
    let ended = run.execute("night", &json!({ "mode": "apply" })).await?;
    assert_eq!(ended.status, "SUCCEEDED", "{ended:?}");
    assert_eq!([run.called("canary"), run.called("rest")].concat(), Vec::<usize>::new());
    assert_eq!(run.left().await?, due().collect::<Vec<_>>());
    let verdict = run.kept("night", "verdict.json").await?;
    assert_eq!(verdict["tripped"]["guard"], "fleet_max_deletion_percent", "{verdict:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_comes_to_harm_keeps_the_rest_as_it_is() -> anyhow::Result<()> {
    let run = Run::deployed("apply", "100").await?;
    run.kill("canary", run.account(3));
    let ended = run.execute("night", &json!({ "mode": "apply" })).await?;
    // A redrive goes on from here.
    let said = (ended.status.as_str(), ended.error.as_deref());
    assert_eq!(said, ("FAILED", Some("States.ExceedToleratedFailureThreshold")), "{ended:?}");
    assert_eq!(run.called("rest"), Vec::<usize>::new());
    assert_eq!(run.left().await?.iter().filter(|number| **number > 4).count(), 13);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_plans_changes_nothing_and_refuses_to() -> anyhow::Result<()> {
    let run = Run::deployed("plan", "100").await?;
    let refused = run.execute("asked", &json!({ "mode": "apply" })).await?;
    assert_eq!((refused.status.as_str(), refused.error.as_deref()), ("FAILED", Some("ModeRefused")), "{refused:?}");
    let ended = run.execute("night", &json!({})).await?;
    assert_eq!(ended.status, "SUCCEEDED", "{ended:?}");
    assert_eq!(ended.output.unwrap_or_default()["ended"], json!({ "nothing": 15, "planned": 15 }));
    assert_eq!(run.left().await?, due().collect::<Vec<_>>());
    Ok(())
}
