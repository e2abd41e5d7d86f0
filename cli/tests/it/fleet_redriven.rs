//! `fleet redrive`: a run is taken up again where it failed, or what failed in it is begun anew.

use nightshift::domains::fleet::Ended;
use nightshift::report::Mode;
use serde_json::{Value, json};

use crate::fleet::{DIGEST, Fleet};
use crate::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_taken_up_where_aws_does_so_and_else_in_a_run_of_its_own() {
    let fleet = Fleet::of("apply").await;
    let redrive = |name: &str, more: &[&str]| {
        fleet.fleet(&[&["redrive", name, "--account", &fleet.scene.account], more].concat())
    };
    let started = async || -> Value { fleet.scene.last_execution(&fleet.machine).await.expect("a run").1 };
    // It succeeded, within what was tolerated.
    fleet.scene.execute(&fleet.machine, "night", &json!({})).await.expect("a run");
    let unknown = redrive("night", &["--yes"]);
    assert!(
        unknown.code == 1 && unknown.err.contains("left no report, so nobody knows what failed"),
        "{}",
        unknown.err
    );
    fleet.reported("night", Mode::Apply, &[Ended::Done, Ended::Skipped]).await;
    let whole = redrive("night", &["--yes"]);
    assert!(whole.code == 1 && whole.err.contains("no account failed in night; nothing was started"), "{}", whole.err);
    fleet.reported("night", Mode::Apply, &[Ended::Done, Ended::Failed, Ended::Failed]).await;
    let unasked = redrive("night", &[]);
    assert!(unasked.code == 1 && unasked.err.contains("nobody said yes; nothing was started"), "{}", unasked.err);
    assert_eq!(started().await, json!({}));
    let again = redrive("night", &["--yes"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(
        again.err.contains("night is not taken up where it failed: AWS does not redrive it: Execution is SUCCEEDED and cannot be redriven"),
        "{}",
        again.err
    );
    assert_eq!(started().await, json!({ "mode": "apply", "redrive_of": "night" }));
    assert!(!again.err.contains("digest"), "{}", again.err);
    let agreed = json!({ "mode": "apply", "expect_plan": DIGEST });
    fleet.scene.execute(&fleet.machine, "agreed", &agreed).await.expect("a run");
    fleet.reported("agreed", Mode::Apply, &[Ended::Failed]).await;
    let again = redrive("agreed", &["--yes"]);
    assert!(again.code == 0 && again.err.contains("the digest of that run is not taken over"), "{}", again.err);
    let (called, input) = fleet.scene.last_execution(&fleet.machine).await.expect("a run");
    assert_eq!(input, json!({ "mode": "apply", "redrive_of": "agreed" }), "nobody agreed to another choice");
    assert!(called.starts_with("redrive-agreed-"), "{called}");

    // It was stopped: AWS goes on with it.
    let stopped = fleet.scene.begin(&fleet.machine, "late", &json!({ "wait": true })).await.expect("a run");
    let running = redrive("late", &["--yes"]);
    assert!(running.code == 1 && running.err.contains("execution late still runs"), "{}", running.err);
    fleet.scene.stop(&stopped).await.expect("it is stopped");
    // Another run begins while the question stands.
    let words = ["fleet", "redrive", "late", "--account", &fleet.scene.account];
    let mut terminal = Terminal::start(&fleet.scene, 100, &[], &words);
    terminal.shows("Take up execution late where it failed?");
    let other = fleet.scene.begin(&fleet.machine, "other", &json!({ "wait": true })).await.expect("a run");
    terminal.types("y\n");
    let (code, shown) = terminal.ends();
    assert!(code == Some(1) && shown.contains("execution other of state machine prod-clusters runs"), "{shown}");
    let status = fleet.fleet(&["status", "late"]);
    assert!(status.out.contains("late · ABORTED"), "{}", status.out);
    // Its workers may go on, by budgets of its own.
    fleet.scene.stop(&other).await.expect("it is stopped");
    let refused = redrive("late", &["--yes"]);
    let said = "workers of execution other, which ended as ABORTED, may be at work until";
    assert!(refused.code == 1 && refused.err.contains(said), "{}", refused.err);

    let fleet = Fleet::of("apply").await;
    let stopped = fleet.scene.begin(&fleet.machine, "late", &json!({ "wait": true })).await.expect("a run");
    fleet.scene.stop(&stopped).await.expect("it is stopped");
    let again = fleet.fleet(&["redrive", "late", "--account", &fleet.scene.account, "--yes"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains("redrive execution late of state machine prod-clusters"), "{}", again.err);
    let status = fleet.fleet(&["status", "late"]);
    assert!(status.out.contains("late · RUNNING") && status.out.contains("redriven once"), "{}", status.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_plans_hold_no_more_is_not_taken_up_but_begun_anew() {
    const HOUR: i64 = 60 * 60;
    for (begun_ago, still_holds) in [(23 * HOUR, true), (24 * HOUR + 60, false)] {
        let fleet = Fleet::of("apply").await;
        let clock = async |offset: i64| {
            fleet.scene.control("clock", json!({ "offset_seconds": offset })).await.expect("the clock is set");
        };
        clock(-begun_ago).await;
        let stopped = fleet.scene.begin(&fleet.machine, "late", &json!({ "wait": true })).await.expect("a run");
        clock(0).await;
        fleet.scene.stop(&stopped).await.expect("it is stopped");
        fleet.reported("late", Mode::Apply, &[Ended::Done, Ended::Failed]).await;

        let again = fleet.fleet(&["redrive", "late", "--account", &fleet.scene.account, "--yes"]);
        assert_eq!(again.code, 0, "{}", again.err);
        let late = fleet.fleet(&["status", "late"]).out;
        let (begun, input) = fleet.scene.last_execution(&fleet.machine).await.expect("a run");
        let said = again.err.contains("its plans hold for a day, and nothing would be begun by them");
        assert_eq!(said, !still_holds, "{}", again.err);
        if still_holds {
            assert!(late.contains("late · RUNNING") && begun == "late", "{begun}: {late}");
        } else {
            assert!(late.contains("late · ABORTED") && begun.starts_with("redrive-late-"), "{begun}: {late}");
            assert_eq!(input, json!({ "mode": "apply", "redrive_of": "late" }));
        }
    }
}
