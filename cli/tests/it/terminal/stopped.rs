//! Ctrl-C in the middle of an apply: once lets it finish what is begun, twice ends it.

use std::time::Duration;

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};

use super::{Terminal, bare};
use crate::policy_file;
use crate::record::called;

const POLICY: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_CONCURRENCY=1\n";
const CTRL_C: &str = "\u{3}";

async fn scene() -> Scene {
    let scene = Scene::new().expect("a scene");
    for id in ["a-dev", "b-dev"] {
        expired(id).create(&scene).await.expect("a cluster");
    }
    scene.proxy.delay(Duration::from_millis(150));
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn once_finishes_what_is_begun_and_shows_the_report() {
    let scene = scene().await;
    let (_folder, policy) = policy_file(POLICY);
    let apply = ["apply", "cluster-cleanup", "--policy", policy.to_str().expect("a path"), "--account", &scene.account];
    let mut terminal = Terminal::start(&scene, 100, &[], &[&apply[..], &["--yes"]].concat());
    called(&scene, "rds:DeleteDBInstance", 1).await;
    terminal.types(CTRL_C);
    terminal
        .shows("nightshift: asked to stop: what is begun is finished, nothing new is begun; once more ends it at once");
    let (code, shown) = terminal.ends();
    let shown = bare(&shown);
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("1 changed") && shown.contains("1 deferred"), "{shown}");
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["b-dev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_ends_it_at_once_and_the_record_is_on_the_disk() {
    let scene = scene().await;
    let (_folder, policy) = policy_file(POLICY);
    let apply = ["apply", "cluster-cleanup", "--policy", policy.to_str().expect("a path"), "--account", &scene.account];
    let mut terminal = Terminal::start(&scene, 200, &[], &[&apply[..], &["--yes"]].concat());
    terminal.shows(".jsonl");
    called(&scene, "rds:DeleteDBCluster", 1).await;
    // What is begun would never be finished.
    scene.proxy.silence("rds:AddTagsToResource");
    terminal.types(CTRL_C);
    terminal.shows("asked to stop");
    terminal.types(CTRL_C);
    let (code, shown) = terminal.ends();
    let shown = bare(&shown);
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("nightshift: ended at once"), "{shown}");
    assert!(!shown.contains("observed:"), "there was no time for a report: {shown}");
    let kept = shown.lines().find_map(|line| line.strip_prefix("nightshift: the record of this run is kept in "));
    let record = std::fs::read_to_string(kept.expect("its place").trim()).expect("the record");
    let first: serde_json::Value = serde_json::from_str(record.lines().next().expect("a line")).expect("JSON");
    assert_eq!((first["event"].as_str(), first["id"].as_str()), (Some("begun"), Some("a-dev")), "{record}");
}
