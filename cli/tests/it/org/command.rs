//! The command as it is typed.

use nightshift_testkit::repository;
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use super::{grown, meanwhile, text};
use crate::machine::holds;
use crate::{Said, nightshift};

/// All of the rates: nobody else is on the stand-in.
fn org(scene: &Scene, arguments: &[&str]) -> Said {
    nightshift(scene, &[], &[&["org"], arguments].concat())
}

fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {} {}", said.out, said.err))
}

/// What a reader of YAML makes of it.
fn yaml_of(text: &str) -> Value {
    let python = repository::root().join(".tools/stand-in/bin/python");
    let code = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read()), sys.stdout)";
    let mut child = std::process::Command::new(python)
        .args(["-c", code])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("an answer");
    serde_json::from_slice(&output.stdout).expect("it is YAML")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reading_is_shown_in_every_form_and_compared_with_the_next() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (first, second) = (file("first.json"), file("second.json"));
    let written = org(&scene, &["dump", "--share", "100", "--out-file", &first]);
    assert_eq!((written.code, written.out.as_str()), (0, ""), "{}", written.err);
    assert!(written.complaints().contains("46 accounts, 10 units in "), "{}", written.err);
    let calls = scene.proxy.calls();
    let reads = |action: &str| ["List", "Describe", "Get"].iter().any(|verb| action.contains(verb));
    assert!(calls.iter().all(|call| reads(&call.action)), "{calls:?}");

    scene.proxy.reset();
    let dump = |more: &[&str]| org(&scene, &[&["dump", "--snapshot", &first], more].concat());
    let said = dump(&[]);
    let whole = holds(&scene, "organization", &said);
    assert_eq!(said.out, std::fs::read_to_string(&first).expect("a file"));
    assert_eq!(yaml_of(&dump(&["-f", "YAML"]).out), whole, "YAML says the same");
    assert_eq!(dump(&["--format", "csv"]).out.lines().count(), 47);
    assert_eq!(dump(&["--format", "dot"]).out.matches(" -> ").count(), 46 + 10);
    assert!(dump(&["--format", "html"]).out.starts_with("<!doctype html>"));
    let flat = json_of(&dump(&["--flatten"]));
    assert_eq!(flat.as_array().map(Vec::len), Some(46));
    assert!(flat.as_array().into_iter().flatten().any(|row| row["tag:CostCenter"] == "7"), "the case of a key stays");
    assert!(json_of(&dump(&["--no-accounts"]))["accounts"].is_null());
    let without = json_of(&dump(&["--no-policies"]));
    assert!(without["policies"].is_null() && without["accounts"][0]["inherited"].is_null());
    let tree = org(&scene, &["tree", "--snapshot", &first]).out;
    assert_eq!(tree.lines().count(), 1 + 10 + 46, "{tree}");
    let none = org(&scene, &["tree", "--snapshot", &first, "--no-accounts"]).out;
    assert_eq!(none.lines().count(), 11, "{none}");
    assert!(scene.proxy.calls().is_empty(), "a file is enough");

    let id = |name: &str| text(&ids["accounts"][name]);
    let to = json!({ "AccountId": id("account-03"), "SourceParentId": ids["units"]["A/B/C"], "DestinationParentId": ids["root"] });
    meanwhile(&scene, "move_account", to).await;
    meanwhile(&scene, "close_account", json!({ "AccountId": id("account-04") })).await;
    meanwhile(&scene, "create_account", json!({ "AccountName": "late", "Email": "late@example.com" })).await;
    let detach = json!({ "PolicyId": ids["policies"]["no-regions"], "TargetId": id("account-06") });
    meanwhile(&scene, "detach_policy", detach).await;
    let content = r#"{"Version":"2012-10-17","Statement":[]}"#;
    meanwhile(&scene, "update_policy", json!({ "PolicyId": ids["policies"]["inside"], "Content": content })).await;
    let tag = json!({ "ResourceId": ids["units"]["A"], "Tags": [{ "Key": "Env", "Value": "test" }] });
    meanwhile(&scene, "tag_resource", tag).await;
    let said = org(&scene, &["dump", "--share", "100", "--effective", "none", "-o", &second]);
    assert_eq!(said.code, 0, "{}", said.err);
    let diff = |more: &[&str]| org(&scene, &[&["diff", &first, &second], more].concat());
    let changes = holds(&scene, "organization-diff", &diff(&["--output", "json"]));
    let what: Vec<_> = changes["changes"].as_array().into_iter().flatten().map(|one| text(&one["what"])).collect();
    let mut sorted = what.clone();
    sorted.sort();
    assert_eq!(sorted, ["came", "changed", "content", "detached", "moved", "tag_set"], "{changes:#}");
    assert_eq!(changes["not_compared"], json!(["effective_policies"]));
    let words = diff(&["--detailed-exitcode"]);
    assert_eq!(words.code, 10);
    assert!(words.out.contains("state: ACTIVE -> SUSPENDED") && words.out.contains("6 changes from"), "{}", words.out);
    assert!(diff(&["--output", "markdown"]).out.contains("| account |"), "a table");
    let same = org(&scene, &["diff", &first, &first, "--detailed-exitcode"]);
    assert_eq!(same.code, 0, "{}", same.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_looked_up_live_with_as_much_as_is_asked_for() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let id = |name: &str| text(&ids["accounts"][name]);
    let both = format!("{} {}", id("account-06"), id("account-05"));
    let bare = org(&scene, &["lookup", "--share", "100", "--accounts", &both]);
    let found = holds(&scene, "organization-accounts", &bare);
    assert_eq!((bare.code, found["accounts"].as_array().map(Vec::len)), (0, Some(2)), "{}", bare.err);
    assert!(found["accounts"][0].get("tags").is_none() && found["accounts"][0].get("parents").is_none());
    let calls = scene.proxy.calls();
    assert!(!calls.iter().any(|call| call.action.contains("Polic") || call.action.contains("Tag")), "{calls:?}");

    let one = id("account-06");
    let everything = [
        "--include-parents",
        "--include-tags",
        "--include-policies",
        "--include-effective-policies",
        "--include-inherited",
    ];
    let whole = org(&scene, &[&["lookup", "--share", "100", "-a", &one], &everything[..]].concat());
    let found = &holds(&scene, "organization-accounts", &whole)["accounts"][0];
    assert_eq!(found["path"], "Root/Sandbox");
    assert_eq!(found["parents"][1]["name"], "Sandbox");
    assert_eq!(found["effective_policies"][0]["content"], r#"{"tags": {"cost": {"tag_value": ["2"]}}}"#);
    let names: Vec<_> =
        found["policies"].as_array().into_iter().flatten().map(|policy| text(&policy["name"])).collect();
    assert!(names.contains(&"no-regions".to_owned()) && names.contains(&"cost-deep".to_owned()), "{names:?}");

    let nobody = org(
        &scene,
        &["lookup", "--share", "100", "--name", "account-06", "--tag", "CostCenter=7", "--email", "no@body"],
    );
    assert_eq!(nobody.code, 2, "somebody is missing");
    assert!(
        nobody.complaints().contains("there is no such account: an account of the address no@body"),
        "{}",
        nobody.err
    );
    assert_eq!(json_of(&nobody)["accounts"].as_array().map(Vec::len), Some(1 + 11), "{}", nobody.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_at_every_call_it_prints_the_same() {
    let scene = Scene::new().expect("a scene");
    let body = json!({ "units": [{ "path": "A" }], "accounts": [{ "name": "a", "unit": "A" }] });
    scene.control("organization", body).await.expect("an organisation");
    let still = |said: &Said| {
        let mut dump = json_of(said);
        for key in ["began_at", "ended_at", "whole_at"] {
            dump[key].take();
        }
        dump
    };
    let dump = ["dump", "--share", "100", "--effective", "none"];
    let calm = org(&scene, &dump);
    let actions: std::collections::BTreeSet<_> = scene.proxy.calls().into_iter().map(|call| call.action).collect();
    for action in actions.iter().filter(|action| !action.starts_with("sts:")) {
        scene.proxy.break_next(action, "", 1, Fault::Throttled);
    }
    scene.proxy.reset();
    let throttled = org(&scene, &dump);
    assert_eq!((throttled.code, still(&throttled)), (0, still(&calm)), "{}", throttled.err);
    assert!(scene.proxy.calls().len() > actions.len() * 2 - 2, "each was made again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_how_many_calls_and_makes_none() {
    let scene = Scene::new().expect("a scene");
    let plan = ["dump", "--plan", "--share", "100", "--sizes", "accounts=200,units=50,policies=5"];
    let said = org(&scene, &plan);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("organizations:DescribePolicy") && said.out.contains("calls in at least 9 s, at 100 %"),
        "{}",
        said.out
    );
    holds(&scene, "organization-plan", &org(&scene, &[&plan[..], &["--output", "json"]].concat()));
    let nothing = org(&scene, &["dump", "--plan"]);
    assert_eq!(nothing.code, 1);
    assert!(nothing.err.contains("--sizes accounts=200,units=50,policies=5, or --like"), "{}", nothing.err);
    assert!(scene.proxy.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_the_next_step() {
    let scene = Scene::new().expect("a scene");
    let none = org(&scene, &["tree"]);
    assert_eq!((none.code, none.out.as_str()), (1, ""));
    assert!(none.err.contains("→ these credentials are of an account in no organisation"), "{}", none.err);
    let ids = grown(&scene).await;
    let member = Scene::of(&text(&ids["accounts"]["account-08"])).expect("a scene");
    let denied = org(&member, &["tree"]);
    assert_eq!(denied.code, 1);
    assert!(
        denied.err.contains("→ use credentials of the management account or of a delegated administrator"),
        "{}",
        denied.err
    );
    for (text, said) in [
        ("{", "is not JSON"),
        ("[]", "has no `schema`"),
        (r#"{"schema":2}"#, "of format 2"),
        (r#"{"schema":1}"#, "missing field"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.json");
        std::fs::write(&file, text).expect("a file");
        let refused = org(&scene, &["tree", "--snapshot", file.to_str().expect("a path")]);
        assert!(refused.code == 1 && refused.err.contains(said), "{said}: {}", refused.err);
    }
    // A file without accounts says nothing of them: neither that there are none, nor that somebody is none.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.json");
    let file = file.to_str().expect("a path");
    let units = org(&scene, &["dump", "--share", "100", "--no-accounts", "--no-policies", "--out-file", file]);
    assert_eq!(units.code, 0, "{}", units.err);
    for asked in [&["tree"][..], &["lookup", "--name", "a"], &["dump", "--format", "csv"], &["dump", "--flatten"]] {
        let said = org(&scene, &[asked, &["--snapshot", file]].concat());
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{asked:?}: {}", said.err);
        assert!(said.err.contains("accounts were not read"), "{asked:?}: {}", said.err);
    }
    let lost = org(&scene, &["dump", "--snapshot", "/nowhere/at/all.json"]);
    assert!(lost.code == 1 && lost.err.contains("cannot be read"), "{}", lost.err);
    let csv = org(&scene, &["dump", "--format", "csv", "--no-accounts"]);
    assert!(csv.code == 1 && csv.err.contains("without accounts there are no rows"), "{}", csv.err);
}
