//! `plan` and `apply`.

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};

use crate::{nightshift, policy_file};

const NOW: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_a_table_and_a_plan_over_its_cap_exits_with_three() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").members(2).create(&scene).await.expect("a cluster");
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(&scene).await.expect("a cluster");
    let said = nightshift(
        &scene,
        &[("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"), ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0")],
        &["plan", "cluster-cleanup"],
    );
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    let shown = said.out.replace(&scene.account, "111122223333");
    assert!(
        shown.starts_with("cluster-cleanup · plan · account 111122223333 · eu-west-1 · 2026-11-21 02:00 UTC\n"),
        "{shown}"
    );
    assert!(shown.contains("delete reader orders-dev-2") && shown.contains("[malformed-expiry]"), "{shown}");

    let capped = [
        ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
        ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
        ("NIGHTSHIFT_MAX_DELETIONS", "0"),
    ];
    let said = nightshift(&scene, &capped, &["plan", "cluster-cleanup", "--output", "markdown"]);
    assert_eq!(said.code, 3);
    assert!(
        said.out.contains("STOPPED by max_deletions: allowed 0, wanted 1. Not begun because of that: 1."),
        "{}",
        said.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_never_runs_on_bare_defaults_nor_in_an_account_that_was_not_named() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(NOW);
    let policy = policy.to_str().expect("a path");
    for (arguments, complaint) in [
        (vec!["apply", "cluster-cleanup"], "nightshift: apply needs the policy it is to follow: --policy FILE, or --function NAME to read it from the deployed function; nothing was done\n".to_owned()),
        (vec!["apply", "cluster-cleanup", "--policy", policy, "--yes"], "nightshift: apply needs the account you mean: --account ID; nothing was done\n".to_owned()),
        (
            vec!["apply", "cluster-cleanup", "--policy", policy, "--account", "111122223333", "--yes"],
            format!("nightshift: these credentials are of account {}, not 111122223333; nothing was done; choose another profile\n", scene.account),
        ),
        (vec!["apply", "cluster-cleanup", "--policy", "/no/such.env", "--account", &scene.account, "--yes"], "nightshift: could not read the policy file /no/such.env: No such file or directory (os error 2)\n".to_owned()),
    ] {
        let said = nightshift(&scene, &[], &arguments);
        assert_eq!((said.code, said.err), (1, complaint), "{arguments:?}");
    }
    for (lines, complaint) in [
        ("# nothing\n", "sets nothing, so it is no policy"),
        ("NIGHTSHIFT_PROTECTED=a\nNIGHTSHIFT_PROTECTED=b\n", "sets NIGHTSHIFT_PROTECTED twice"),
        ("AWS_REGION=us-east-1\n", "sets AWS_REGION: a policy holds NIGHTSHIFT_ variables only"),
    ] {
        let (_folder, path) = policy_file(lines);
        let arguments = [
            "apply",
            "cluster-cleanup",
            "--policy",
            path.to_str().expect("a path"),
            "--account",
            &scene.account,
            "--yes",
        ];
        let said = nightshift(&scene, &[], &arguments);
        assert!(said.code == 1 && said.err.contains(complaint), "{}", said.err);
    }
    let (folder, _) = policy_file("");
    let event = folder.path().join("plan.json");
    std::fs::write(&event, r#"{"mode": "plan"}"#).expect("a file");
    let event = event.to_str().expect("a path");
    let said = nightshift(
        &scene,
        &[],
        &["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes", "--event", event],
    );
    assert!(said.code == 1 && said.err.contains("the event says 'plan' and the command 'apply'"), "{}", said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders-dev"]);

    let said = nightshift(
        &scene,
        &[],
        &["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"],
    );
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.out);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_digest_lifts_the_cap_for_exactly_that_plan() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(&format!("{NOW}NIGHTSHIFT_MAX_DELETIONS=0\nNIGHTSHIFT_MODE=plan\n"));
    let base = ["--policy", policy.to_str().expect("a path"), "--account", &scene.account, "--output", "json"];
    let run = |verb: &str, more: &[&str]| {
        let arguments: Vec<&str> = [verb, "cluster-cleanup"].iter().chain(&base).chain(more).copied().collect();
        let said = nightshift(&scene, &[], &arguments);
        (said.code, serde_json::from_str::<serde_json::Value>(&said.out).unwrap_or_default(), said.err)
    };
    let (code, plan, _) = run("plan", &[]);
    assert_eq!(code, 3);
    let (code, report, _) = run("apply", &["--yes"]);
    assert_eq!((code, report["tripped"]["guard"].as_str()), (3, Some("max_deletions")));
    let other = format!("sha256:{}", "0".repeat(64));
    let (code, report, _) = run("apply", &["--expect-plan", &other]);
    assert_eq!((code, report["tripped"]["guard"].as_str()), (3, Some("expect_plan")));
    let (code, _, err) = run("apply", &["--expect-plan", "yes"]);
    assert_eq!(code, 1);
    assert!(err.contains("'yes' is not a plan digest"), "{err}");
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders-dev"]);
    let digest = plan["plan_digest"].as_str().expect("a digest");
    let (code, report, _) = run("apply", &["--expect-plan", digest]);
    assert_eq!((code, report["counts"]["changed"].as_i64()), (0, Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_fails_exits_with_two_and_wrong_usage_with_one() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(NOW);
    scene.proxy.deny("rds:DeleteDBInstance");
    let arguments = [
        "apply",
        "cluster-cleanup",
        "--policy",
        policy.to_str().expect("a path"),
        "--account",
        &scene.account,
        "--yes",
    ];
    let said = nightshift(&scene, &[], &arguments);
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert!(said.out.contains("[access-denied]"), "{}", said.out);
    assert_eq!(nightshift(&scene, &[], &["aply"]).code, 1);
    assert_eq!(nightshift(&scene, &[], &["--help"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_file_narrows_whatever_shape_it_has() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (folder, _) = policy_file("");
    let now = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z")];
    for (event, planned) in [
        (r#"{"mode": "apply", "clusters": []}"#, 0),
        (r#"{"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{\"owners\": [\"ana\"]}"}"#, 1),
    ] {
        let path = folder.path().join("event.json");
        std::fs::write(&path, event).expect("a file");
        let said = nightshift(
            &scene,
            &now,
            &["plan", "cluster-cleanup", "--output", "json", "--event", path.to_str().expect("a path")],
        );
        let report: serde_json::Value = serde_json::from_str(&said.out).expect(&said.err);
        assert_eq!(
            (report["mode"].as_str(), report["counts"]["planned"].as_i64()),
            (Some("plan"), Some(planned)),
            "{event}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_a_deployed_function_is_followed() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    scene
        .function(
            "cleanup",
            &[
                ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
                ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
                ("NIGHTSHIFT_PROTECTED", "orders-*"),
                ("OTHER", "x"),
            ],
        )
        .await
        .expect("a function");
    scene.function("bare", &[]).await.expect("a function");
    let lower = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"), ("nightshift_protected", "orders-*")];
    scene.function("lower", &lower).await.expect("a function");
    let arguments = |name| ["apply", "cluster-cleanup", "--function", name, "--account", &scene.account, "--yes"];
    let said = nightshift(&scene, &[], &arguments("cleanup"));
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("[protected]"), "{}", said.out);
    let said = nightshift(&scene, &[], &arguments("bare"));
    assert_eq!(
        said.err,
        "nightshift: function bare has no NIGHTSHIFT_ variables, so it holds no policy; is it the right function?\n"
    );
    let said = nightshift(&scene, &[], &arguments("lower"));
    assert!(said.err.contains("nightshift_protected") && said.err.contains("NIGHTSHIFT_PROTECTED"), "{}", said.err);
    let said = nightshift(&scene, &[], &arguments("absent"));
    assert!(
        said.err.starts_with(
            "nightshift: lambda:GetFunctionConfiguration on function absent did not succeed: ResourceNotFoundException"
        ),
        "{}",
        said.err
    );
}
