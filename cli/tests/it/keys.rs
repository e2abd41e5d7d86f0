//! `keys list`, and `plan` and `apply` of `key-rotation`.

use nightshift_testkit::{Fault, Scene};

use crate::{nightshift, policy_file};

const NOW: &str = "2026-11-21T02:00:00Z";

async fn account() -> Scene {
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW).await.expect("a clock");
    for user in ["ana", "ci,build", "=cmd", "console"] {
        scene.user(user, &[("owner", "team")]).await.expect("a user");
    }
    scene.key("ana", NOW, 95, Some(1)).await.expect("a key");
    scene.key("ci,build", NOW, 400, None).await.expect("a key");
    scene.key("=cmd", NOW, 10, Some(0)).await.expect("a key");
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_every_key_with_what_happens_next() {
    let scene = account().await;
    let variables = [("NIGHTSHIFT_NOW", NOW), ("NIGHTSHIFT_EXCLUDE", r"ci\,build")];
    let said = nightshift(&scene, &variables, &["keys", "list", "--account", &scene.account]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    for row in ["ana", "95 d", "2026-11-20 s3", "400 d", "never", "excludes", "2027-02-09: rotated", "now:"] {
        assert!(said.out.contains(row), "{row}: {}", said.out);
    }
    assert!(!said.out.contains("console"), "who has no key has no row");
    let calls = scene.proxy.calls();
    let reads = |action: &str| ["Get", "List", "Describe", "Generate"].iter().any(|verb| action.contains(verb));
    assert!(calls.iter().all(|call| reads(&call.action)), "{calls:?}");

    let said = nightshift(&scene, &variables, &["keys", "list", "--output", "csv"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    let lines: Vec<_> = said.out.lines().collect();
    assert!(
        lines[0].starts_with("user,owner,access_key_id,status") && lines[0].ends_with("mfa_active"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 4, "{}", said.out);
    assert!(lines.iter().any(|line| line.starts_with("\"ci,build\",team,AKIA")), "{}", said.out);
    assert!(lines.iter().any(|line| line.starts_with("'=cmd,")), "a name is no formula: {}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_plan_is_applied_over_its_cap_and_by_its_digest_alone() {
    let scene = account().await;
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MAX_ROTATIONS=1\n"));
    let policy = policy.to_str().expect("a path");
    let plan = nightshift(&scene, &[], &["plan", "key-rotation", "--policy", policy, "--output", "json"]);
    assert_eq!((plan.code, plan.complaints().as_str()), (3, ""), "two are due and one is allowed");
    let plan: serde_json::Value = serde_json::from_str(&plan.out).expect("a report");
    let digest = plan["plan_digest"].as_str().expect("a digest");
    let apply = ["apply", "key-rotation", "--policy", policy, "--account", &scene.account];
    assert_eq!(nightshift(&scene, &[], &[apply.as_slice(), &["--yes"]].concat()).code, 3);
    assert_eq!(scene.keys("ana").await.expect("keys").len(), 1);
    let consent = [apply.as_slice(), &["--expect-plan", digest]].concat();
    let said = nightshift(&scene, &[], &consent);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.out);
    assert_eq!(scene.keys("ana").await.expect("keys").len(), 2);
    assert_eq!(scene.keys("ci,build").await.expect("keys").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_report_that_is_not_there_yet_costs_its_columns_and_no_row() {
    for (status, code) in
        [(404, "ReportInProgress"), (404, "ReportNotPresent"), (410, "ReportExpired"), (403, "AccessDenied")]
    {
        let scene = account().await;
        scene.proxy.break_next("iam:GetCredentialReport", "", usize::MAX, Fault::Refused { status, code });
        let said = nightshift(&scene, &[("NIGHTSHIFT_NOW", NOW)], &["keys", "list", "--output", "csv"]);
        assert_eq!(said.code, 0, "{code}: {}", said.err);
        assert_eq!(said.out.lines().count(), 4, "{code}: every key is there: {}", said.out);
        assert!(said.complaints().contains(code), "{code}: {}", said.complaints());
        let again = said.complaints().contains("run this again in some minutes");
        assert_eq!(again, code.starts_with("Report"), "{code}: {}", said.complaints());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rotates_her_own_key_is_not_denied_her_own_secret() {
    let scene = account().await;
    let own = scene.keys("ana").await.expect("keys")[0].id.clone();
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_INCLUDE=ana\n"));
    let policy = policy.to_str().expect("a path");
    let apply = ["apply", "key-rotation", "--policy", policy, "--account", &scene.account, "--yes"];
    let said = nightshift(&scene, &[("AWS_ACCESS_KEY_ID", own.as_str())], &apply);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.out);
    assert!(scene.proxy.calls().iter().any(|call| call.key == own), "with her own key");
    let policy = scene.secrets().await.get_resource_policy().secret_id("/aws/iam/credentials/ana").send().await;
    let policy = policy.expect("a policy").resource_policy.unwrap_or_default();
    assert!(policy.contains("NightshiftOwnerReads") && !policy.contains("Rotator"), "{policy}");
}
