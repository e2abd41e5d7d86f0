//! What is printed for machines is what its schema says, and the schemas in the documents are the ones the command prints.

use aws_sdk_secretsmanager::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::repository;
use nightshift_testkit::world::expired;
use serde_json::{Value, json};

use crate::{Said, nightshift, policy_file};

const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");

fn schema(scene: &Scene, name: &str) -> Value {
    let said = nightshift(scene, &[], &["schema", name]);
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).expect("a schema is JSON")
}

/// The same schema, letting no field by that it does not name; what a domain adds to an item is under a name of its own.
fn closed(mut schema: Value) -> Value {
    if let Value::Object(parts) = &mut schema {
        if parts.contains_key("properties") && !parts.contains_key("additionalProperties") {
            parts.insert("additionalProperties".to_owned(), json!(false));
        }
        for (_, part) in parts.iter_mut() {
            *part = closed(part.take());
        }
    }
    schema
}

#[track_caller]
pub(crate) fn holds(scene: &Scene, name: &str, said: &Said) -> Value {
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.err));
    let validator = jsonschema::validator_for(&closed(schema(scene, name))).expect("a schema");
    let faults: Vec<_> =
        validator.iter_errors(&document).map(|fault| format!("{fault} at {}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_is_what_its_schema_says() {
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW.1).await.expect("a clock");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(&scene).await.expect("a cluster");
    scene.user("ana", &[("owner", "team")]).await.expect("a user");
    scene.key("ana", NOW.1, 400, None).await.expect("a key");
    scene.user("bob", &[]).await.expect("a user");
    scene.key("bob", NOW.1, 10, Some(1)).await.expect("a key");
    let (_folder, policy) =
        policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_MAX_DELETIONS=0\n");
    let policy = policy.to_str().expect("a path");
    let state = tempfile::tempdir().expect("a folder");
    let kept = ("XDG_STATE_HOME", state.path().to_str().expect("a path"));
    let said = |arguments: &[&str]| nightshift(&scene, &[NOW, kept], &[arguments, &["--output", "json"]].concat());

    let plan = holds(&scene, "report", &said(&["plan", "cluster-cleanup", "--policy", policy]));
    assert_eq!(plan["tripped"]["guard"], "max_deletions");
    let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--expect-plan"];
    let digest = plan["plan_digest"].as_str().expect("a digest");
    let report = holds(&scene, "report", &said(&[&apply[..], &[digest]].concat()));
    assert_eq!(report["counts"]["changed"], 1);
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(report["caller"].as_str().is_some_and(|arn| arn.starts_with("arn:aws:")), "{report:#}");
    assert_eq!(report["policy_digest"], plan["policy_digest"]);
    holds(&scene, "report", &said(&["plan", "key-rotation"]));

    let keys = holds(&scene, "keys", &said(&["keys", "list"]));
    let old: Vec<_> =
        keys["keys"].as_array().into_iter().flatten().filter(|key| key["age_days"].as_i64() > Some(365)).collect();
    assert_eq!(old.len(), 1, "a question about an age is answered by it: {keys:#}");
    let ana = old[0];
    assert_eq!((&ana["user"], &ana["never_used"], &ana["last_used_at"]), (&json!("ana"), &json!(true), &Value::Null));
    assert_eq!((&keys["account"], &keys["started_at"]), (&json!(scene.account), &json!("2026-11-21T02:00:00Z")));

    let shown = holds(&scene, "policy", &said(&["policy", "show", "cluster-cleanup", "--policy", policy]));
    assert_eq!(shown["policy_digest"], report["policy_digest"]);
    let reports = holds(&scene, "reports", &said(&["reports", "list"]));
    assert_eq!(
        (&reports["reports"][0]["counts"]["changed"], &reports["reports"][0]["finished"]),
        (&json!(1), &json!(true))
    );
    let again = holds(&scene, "report", &said(&["reports", "show", "latest"]));
    assert_eq!(again, report, "what was kept is what was printed");
    holds(&scene, "doctor", &said(&["doctor"]));
    let adoption = holds(&scene, "adoption", &said(&["adopt", "key-rotation"]));
    assert_eq!(adoption["nights"][0]["of"], json!({"rotations": 1}), "{adoption:#}");
    let mark = Tag::builder().key("nightshift:db-user").value("reader").build();
    let made = scene.secrets().await.create_secret().name("app-reader").secret_string("x").tags(mark).send().await;
    made.expect("a secret");
    holds(&scene, "secrets", &said(&["secrets", "list"]));
    let secret = holds(&scene, "secret", &said(&["secrets", "show", "app-reader"]));
    assert_eq!(secret["secret"]["function"], "db-users");
    let users = holds(&scene, "users", &said(&["users", "list"]));
    assert_eq!(users["users"][0]["user"], "reader");
    let left = holds(&scene, "clusters", &said(&["clusters", "list", "--all"]));
    assert_eq!(left["clusters"][0]["id"], "typo-dev");
    let shown = holds(&scene, "cluster", &said(&["clusters", "show", "typo-dev"]));
    assert_eq!(shown["cluster"]["id"], left["clusters"][0]["id"]);
    assert_eq!(shown["next"][1]["reason"]["code"], "malformed-expiry", "{shown}");
    let kept = holds(&scene, "snapshots", &said(&["clusters", "snapshots"]));
    assert_eq!(kept["snapshots"][0]["cluster"], "orders-dev");
}

#[test]
fn the_schemas_in_the_documents_are_the_ones_it_prints() {
    let scene = Scene::new().expect("a scene");
    let names = nightshift(&scene, &[], &["schema"]).out;
    assert!(names.lines().count() > 5, "{names}");
    for name in names.lines() {
        let path = format!("docs/schema/{name}.json");
        let kept = std::fs::read_to_string(repository::root().join(&path)).unwrap_or_default();
        let printed = nightshift(&scene, &[], &["schema", name]).out;
        assert!(kept == printed, "cargo run -p nightshift-cli -- schema {name} > {path}");
    }
}
