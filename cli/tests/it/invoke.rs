//! `invoke JOB`: a deployed function is called, by its own mode and on a word where it would apply.

use nightshift_testkit::proxy::Fault;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};
use nightshift_testkit::{Deployed, Scene, cargo};
use serde_json::json;

use crate::terminal::{Terminal, bare};
use crate::{Said, nightshift};

const NAME: &str = "acme-dev-cluster-cleanup";
const POLICY: [(&str, &str); 2] = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"), ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0")];

async fn deployed(scene: &Scene, more: &[(&str, &str)]) -> Deployed {
    let binary = cargo::build("cluster-cleanup").expect("a function");
    let variables = [&POLICY[..], more].concat();
    scene.deploy(binary.to_str().expect("a path"), NAME, &variables).await.expect("it is deployed")
}

fn invoke(scene: &Scene, more: &[&str]) -> Said {
    nightshift(scene, &[], &[&["invoke", "cluster-cleanup"], more].concat())
}

async fn standing(scene: &Scene) -> Vec<String> {
    clusters(scene, REGION).await.expect("a list")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_plans_is_called_unasked_and_its_report_is_shown_as_a_plan_is() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let deployed = deployed(&scene, &[]).await;
    let said = invoke(&scene, &[]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.starts_with("cluster-cleanup · plan · account "), "{}", said.out);
    let planned = nightshift(&scene, &POLICY, &["plan", "cluster-cleanup"]);
    assert_eq!(said.out, planned.out, "the same table");
    assert_eq!(deployed.events(), [json!({"mode": "plan"})], "it is asked for no more than was agreed to");
    // Narrowed by an event, and as JSON.
    let said = nightshift_with_input(&scene, r#"{"clusters": []}"#, &["--event", "-", "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("a report");
    assert_eq!((&report["counts"]["planned"], &report["mode"]), (&json!(0), &json!("plan")), "{report:#}");
    assert_eq!(standing(&scene).await, ["orders-dev"]);

    // A mistake of the event is the function's own error, with its type.
    let said = nightshift_with_input(&scene, r#"{"cluster": ["a"]}"#, &["--event", "-"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err, @r"
    nightshift: function acme-dev-cluster-cleanup answered with an error: EventRefused: the event is refused and nothing was done: unknown key 'cluster', did you mean 'clusters'? (known: mode, expect_plan, regions, clusters, owners)
    → mend the event; what the function takes is in its reference in docs/
    ");
    let said = nightshift_with_input(&scene, r#"{"mode": "plan", "mode": "apply"}"#, &["--event", "-"]);
    assert!(said.code == 1 && said.err.contains("the key 'mode' is given twice"), "{}", said.err);
}

fn nightshift_with_input(scene: &Scene, input: &str, more: &[&str]) -> Said {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), input).expect("it is written");
    let mut command = crate::command(scene, &[], &[&["invoke", "cluster-cleanup"], more].concat());
    crate::said(command.stdin(std::fs::File::open(file.path()).expect("a file")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_applies_takes_a_word_first() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let deployed = deployed(&scene, &[("NIGHTSHIFT_MODE", "apply")]).await;
    let said = invoke(&scene, &[]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err, @r"
    nightshift: function acme-dev-cluster-cleanup would apply, and there is no terminal to ask on; nothing was called
    → --expect-plan DIGEST for the plan you reviewed, --yes for whatever the plan comes to, or --mode plan
    ");
    let said = invoke(&scene, &["--yes"]);
    assert!(said.code == 1 && said.err.contains("the account you mean: --account ID"), "{}", said.err);
    let said = invoke(&scene, &["--yes", "--account", "999999999999"]);
    assert!(said.code == 1 && said.err.contains("not 999999999999"), "{}", said.err);
    assert!(deployed.events().is_empty(), "{:?}", deployed.events());

    // Its plan is asked for and shown; any other answer than the account is no.
    let mut terminal = Terminal::start(&scene, 100, &[], &["invoke", "cluster-cleanup"]);
    terminal.shows("Apply exactly this plan? Type the account (");
    terminal.types("yes\n");
    let (code, shown) = terminal.ends();
    assert!(code == Some(1) && bare(&shown).contains("delete cluster orders-dev"), "{shown}");
    assert_eq!(deployed.events(), [json!({"mode": "plan"})]);
    assert_eq!(standing(&scene).await, ["orders-dev"]);

    // Who typed it agreed to that plan and to no other.
    let mut terminal = Terminal::start(&scene, 100, &[], &["invoke", "cluster-cleanup"]);
    terminal.shows("Apply exactly this plan? Type the account (");
    expired("other-dev").create(&scene).await.expect("a cluster");
    terminal.types(&format!("{}\n", scene.account));
    let (code, shown) = terminal.ends();
    assert!(code == Some(3) && bare(&shown).contains("STOPPED by expect_plan"), "{shown}");
    assert_eq!(standing(&scene).await, ["orders-dev", "other-dev"]);

    let mut terminal = Terminal::start(&scene, 100, &[], &["invoke", "cluster-cleanup"]);
    terminal.shows("Apply exactly this plan? Type the account (");
    terminal.types(&format!("{}\n", scene.account));
    let (code, shown) = terminal.ends();
    let shown = bare(&shown);
    assert!(code == Some(0) && shown.contains("2 changed"), "{shown}");
    assert!(shown.contains("begun acme-dev-cluster-cleanup in eu-west-1: call function"), "{shown}");
    assert!(shown.contains("the report is kept in "), "{shown}");
    let last = deployed.events().pop().expect("a call");
    assert!(last["mode"] == "apply" && last["expect_plan"].as_str().is_some(), "{last}");
    assert_eq!(standing(&scene).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_lifts_no_cap_of_a_function_whose_digests_do() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let lifts =
        [("NIGHTSHIFT_MODE", "apply"), ("NIGHTSHIFT_DIGEST_LIFTS_CAPS", "true"), ("NIGHTSHIFT_MAX_DELETIONS", "0")];
    let deployed = deployed(&scene, &lifts).await;
    let (code, shown) = Terminal::start(&scene, 100, &[], &["invoke", "cluster-cleanup"]).ends();
    assert!(code == Some(1) && bare(&shown).contains("a typed account never does"), "{shown}");
    assert!(deployed.events().is_empty());
    let word = ["--account", &scene.account, "--yes"];
    let said = invoke(&scene, &word);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    let digest = said.out.lines().find_map(|line| line.strip_prefix("plan ")).expect("a digest");
    assert_eq!(standing(&scene).await, ["orders-dev"]);
    let said = invoke(&scene, &["--account", &scene.account, "--expect-plan", digest]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(standing(&scene).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceiling_is_the_functions_own_answer_and_a_wrong_function_is_not_called() {
    let scene = Scene::new().expect("a scene");
    let deployed = deployed(&scene, &[("NIGHTSHIFT_MODE", "plan")]).await;
    let said = invoke(&scene, &["--mode", "apply"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("answered with an error: ModeRefused: the event asks for mode 'apply'"), "{}", said.err);
    let calls = deployed.events().len();
    scene.function("acme-dev-key-rotation", &[("NIGHTSHIFT_MAX_ROTATIONS", "1")]).await.expect("a function");
    scene.function("other-cluster-cleanup", &[("NIGHTSHIFT_MODE", "plan")]).await.expect("a function");
    scene.function("plain", &[("COLOUR", "red")]).await.expect("a function");
    for (more, expected) in [
        (&["--function", "acme-dev-key-rotation"][..], "NIGHTSHIFT_MAX_ROTATIONS, which cluster-cleanup does not know"),
        (&["--function", "plain"], "function plain has no NIGHTSHIFT_ variables"),
        (
            &[],
            "2 functions in eu-west-1 are of cluster-cleanup; nothing was called\n→ --function NAME, one of: acme-dev-cluster-cleanup, other-cluster-cleanup",
        ),
        (&["--region", "eu-north-1"], "no function in eu-north-1 is called after cluster-cleanup"),
        (&["--function", "absent"], "ResourceNotFoundException"),
    ] {
        let said = invoke(&scene, more);
        assert!(said.code == 1 && said.err.contains(expected), "{more:?}: {}", said.err);
    }
    // A lost answer is no reason to call again.
    scene.proxy.break_next(
        &format!("lambda:POST /2015-03-31/functions/{NAME}/invocations"),
        "",
        usize::MAX,
        Fault::Refused { status: 500, code: "ServiceException" },
    );
    let said = nightshift(&scene, &[("AWS_MAX_ATTEMPTS", "6")], &["invoke", "cluster-cleanup", "--function", NAME]);
    assert!(
        said.code == 1 && said.err.contains("lambda:InvokeFunction on function acme-dev-cluster-cleanup"),
        "{}",
        said.err
    );
    let invocations = scene.proxy.calls().iter().filter(|call| call.action.ends_with("/invocations")).count();
    assert_eq!((invocations, deployed.events().len()), (calls + 1, calls), "once: {:?}", scene.proxy.calls());
}
