//! What is left of an apply that is interrupted, or that nobody can read the report of.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nightshift::clock;
use nightshift_testkit::Scene;
use nightshift_testkit::child::ChildProcess;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, snapshots, tags_of};

use crate::{STATE, policy_file};

const POLICY: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_CONCURRENCY=1\n";

fn command(scene: &Scene, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    command.env_clear().envs(scene.environment(&[])).env("XDG_STATE_HOME", STATE).args(arguments).stdin(Stdio::null());
    command
}

fn apply<'a>(scene: &'a Scene, policy: &'a Path, format: &'a str) -> Vec<&'a str> {
    let policy = policy.to_str().expect("a path");
    vec!["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes", "--output", format]
}

pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(sent.expect("kill starts").success(), "the process was there to be signalled");
}

/// Waits until a call of `action` has reached the proxy so many times.
pub(crate) async fn called(scene: &Scene, action: &str, times: usize) {
    for _ in 0..1200 {
        if scene.proxy.calls().iter().filter(|call| call.action == action).count() >= times {
            return;
        }
        clock::sleep(Duration::from_millis(50)).await;
    }
    panic!("{action} was not called {times} times: {:?}", scene.proxy.calls());
}

fn all_of(child: &mut Child) -> (String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut out));
    child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut err));
    (out, err)
}

/// Exit code, standard output and standard error of a process that was left to end by itself.
pub(crate) async fn ended(mut child: ChildProcess) -> (Option<i32>, String, String) {
    tokio::task::spawn_blocking(move || {
        let (out, err) = all_of(child.get());
        (child.get().wait().ok().and_then(|status| status.code()), out, err)
    })
    .await
    .expect("it is read")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_begins_nothing_new_finishes_what_is_begun_and_shows_the_report() {
    for name in ["INT", "TERM", "HUP"] {
        let scene = Scene::new().expect("a scene");
        for id in ["a-dev", "b-dev", "c-dev"] {
            expired(id).create(&scene).await.expect("a cluster");
        }
        let (_folder, policy) = policy_file(POLICY);
        scene.proxy.delay(Duration::from_millis(200));
        let mut child = ChildProcess::start(
            command(&scene, &apply(&scene, &policy, "json")).stdout(Stdio::piped()).stderr(Stdio::piped()),
        )
        .expect("the command starts");
        called(&scene, "rds:DeleteDBInstance", 1).await;
        signal(child.get().id(), name);
        let (code, out, err) = ended(child).await;
        assert_eq!(code, Some(130), "{name}: {out}{err}");
        let report: serde_json::Value = serde_json::from_str(&out).expect("the whole report");
        let how = |id: &str| {
            let items = report["items"].as_array().expect("items");
            let item = items.iter().find(|item| item["id"] == id).expect("its item");
            (item["outcome"].as_str().unwrap_or_default(), item["reason"]["code"].as_str().unwrap_or_default())
        };
        assert_eq!(how("a-dev"), ("changed", ""), "what is begun is finished");
        assert_eq!((how("b-dev"), how("c-dev")), (("deferred", "interrupted"), ("deferred", "interrupted")));
        assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["b-dev", "c-dev"]);
        let (_, tags) = snapshots(&scene, REGION).await.expect("a list").remove(0);
        assert!(tags.contains_key("nightshift:purge-after"), "the snapshot of a-dev has its marks: {tags:?}");
        for id in ["b-dev", "c-dev"] {
            let tags = tags_of(&scene, id).await.expect("a list").expect("it stands");
            assert_eq!(tags.len(), 3, "nothing was begun on {id}: {tags:?}");
        }
        assert!(err.contains("changed a-dev in eu-west-1: "), "{err}");
    }
}

/// A key that was minted is handed out before the end; nobody else's rotation begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_begun_is_finished_and_the_others_are_not_begun() {
    const NOW: &str = "2026-11-21T02:00:00Z";
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW).await.expect("a clock");
    for user in ["ana", "bob", "cid"] {
        scene.user(user, &[("owner", "team")]).await.expect("a user");
        scene.key(user, NOW, 95, Some(1)).await.expect("a key");
    }
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_CONCURRENCY=1\n"));
    scene.proxy.delay(Duration::from_millis(100));
    let mut arguments = apply(&scene, &policy, "json");
    arguments[1] = "key-rotation";
    let mut child = ChildProcess::start(command(&scene, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))
        .expect("the command starts");
    called(&scene, "iam:CreateAccessKey", 1).await;
    signal(child.get().id(), "INT");
    let (code, out, err) = ended(child).await;
    assert_eq!(code, Some(130), "{out}{err}");
    let report: serde_json::Value = serde_json::from_str(&out).expect("the whole report");
    assert_eq!((report["counts"]["changed"].as_i64(), report["counts"]["deferred"].as_i64()), (Some(1), Some(2)));
    for (user, keys) in [("ana", 2), ("bob", 1), ("cid", 1)] {
        assert_eq!(scene.keys(user).await.expect("keys").len(), keys, "{user}");
    }
    assert!(err.contains("handed it out as AWSCURRENT") && !err.contains("AKIA"), "key ids are masked: {err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_and_what_was_done_is_on_record() {
    let scene = Scene::new().expect("a scene");
    for id in ["a-dev", "b-dev"] {
        expired(id).create(&scene).await.expect("a cluster");
    }
    let (_folder, policy) = policy_file(POLICY);
    scene.proxy.delay(Duration::from_millis(200));
    let mut child = ChildProcess::start(
        command(&scene, &apply(&scene, &policy, "json")).stdout(Stdio::piped()).stderr(Stdio::piped()),
    )
    .expect("the command starts");
    called(&scene, "rds:DeleteDBCluster", 1).await;
    scene.proxy.silence("rds:AddTagsToResource");
    let process = child.get().id();
    signal(process, "INT");
    clock::sleep(Duration::from_millis(500)).await;
    signal(process, "INT");
    let (code, out, err) = ended(child).await;
    assert_eq!((code, out.as_str()), (Some(130), ""), "{err}");
    assert!(err.contains("begun a-dev in eu-west-1: "), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_whose_report_cannot_be_written_goes_on_to_its_end_and_leaves_it_on_standard_error() {
    for format in ["table", "json", "markdown"] {
        let scene = Scene::new().expect("a scene");
        for id in ["a-dev", "b-dev"] {
            expired(id).create(&scene).await.expect("a cluster");
        }
        let (_folder, policy) = policy_file(POLICY);
        let full = File::options().write(true).open("/dev/full").expect("a full device");
        let child =
            ChildProcess::start(command(&scene, &apply(&scene, &policy, format)).stdout(full).stderr(Stdio::piped()))
                .expect("the command starts");
        let (code, _, err) = ended(child).await;
        assert!(code == Some(4) && !err.contains("panicked"), "{format}: {code:?} {err}");
        assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new(), "{format}");
        for id in ["a-dev", "b-dev"] {
            assert!(err.contains(&format!("changed {id} in eu-west-1: ")), "{format}: {err}");
        }
        assert!(err.contains("No space left on device") && err.contains("sha256:"), "the report follows: {err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_stops_no_apply_and_no_plan_panics() {
    for verb in ["apply", "plan"] {
        let scene = Scene::new().expect("a scene");
        for id in ["a-dev", "b-dev"] {
            expired(id).create(&scene).await.expect("a cluster");
        }
        let (_folder, policy) = policy_file(POLICY);
        let mut arguments = apply(&scene, &policy, "json");
        arguments[0] = verb;
        if verb == "plan" {
            arguments.retain(|argument| *argument != "--yes");
        }
        let mut child = ChildProcess::start(command(&scene, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))
            .expect("the command starts");
        drop(child.get().stdout.take());
        let (code, _, err) = ended(child).await;
        assert!(code == Some(4) && !err.contains("panicked"), "{verb}: {code:?} {err}");
        assert!(err.contains("Broken pipe"), "{verb}: {err}");
        let stand = clusters(&scene, REGION).await.expect("a list");
        assert_eq!(stand.is_empty(), verb == "apply", "{stand:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_both_outputs_gone_an_apply_still_ends_properly() {
    let scene = Scene::new().expect("a scene");
    for id in ["a-dev", "b-dev"] {
        expired(id).create(&scene).await.expect("a cluster");
    }
    let (_folder, policy) = policy_file(POLICY);
    let full = || File::options().write(true).open("/dev/full").expect("a full device");
    // At this level the code below us says much, too.
    let mut command = command(&scene, &apply(&scene, &policy, "table"));
    let child = ChildProcess::start(command.env("RUST_LOG", "debug").stdout(full()).stderr(full()))
        .expect("the command starts");
    let (code, _, _) = ended(child).await;
    assert_eq!(code, Some(4));
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_command_prints_a_full_output_is_a_message_and_an_exit_code() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let (_folder, owners) = policy_file(&format!("{POLICY}NIGHTSHIFT_OWNER_OF=arn:*=ana\n"));
    let owners = owners.to_str().expect("a path");
    for (arguments, code) in [
        (vec!["--help"], 4),
        (vec!["--version"], 4),
        (vec!["keys", "list"], 4),
        (vec!["keys", "list", "--output", "csv"], 4),
        (vec!["keys", "list", "--output", "json"], 4),
        (vec!["plan", "cluster-cleanup", "--policy", policy], 4),
        (vec!["clusters", "extend", "orders-dev", "--until", "2026-12-01", "--owner", "ana", "--policy", owners], 4),
        (vec!["clusters", "restore", "none"], 1),
    ] {
        let full = File::options().write(true).open("/dev/full").expect("a full device");
        let child =
            ChildProcess::start(command(&scene, &arguments).stdout(full).stderr(Stdio::piped())).expect("it starts");
        let (found, _, err) = ended(child).await;
        assert!(found == Some(code) && !err.contains("panicked"), "{arguments:?}: {found:?} {err}");
        assert!(code == 1 || err.contains("No space left on device"), "{arguments:?}: {err}");
    }
    let tags = tags_of(&scene, "orders-dev").await.expect("a list").expect("it stands");
    assert_eq!(tags["auto-delete-after"], "2026-12-02T00:00:00Z", "what was asked for is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_goes_on_without_a_reader_and_stops_between_its_steps_when_asked() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").members(2).create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let done = command(&scene, &apply(&scene, &policy, "json")).output().expect("the command starts");
    assert!(done.status.success());
    let snapshot = snapshots(&scene, REGION).await.expect("a list").remove(0).0;

    scene.proxy.reset();
    scene.proxy.delay(Duration::from_millis(300));
    let restoring = || {
        let mut restoring = command(&scene, &["clusters", "restore", &snapshot]);
        restoring.env("NIGHTSHIFT_OWNER_OF", "arn:*=ana");
        restoring
    };
    let mut child = ChildProcess::start(restoring().stdout(Stdio::piped()).stderr(Stdio::piped())).expect("it");
    called(&scene, "rds:RestoreDBClusterFromSnapshot", 1).await;
    signal(child.get().id(), "INT");
    let (code, out, err) = ended(child).await;
    assert_eq!((code, out.as_str()), (Some(130), "cluster orders-dev: restore requested\n"), "{err}");
    assert!(err.contains("begun orders-dev in eu-west-1: ") && err.contains("the same command"), "{err}");
    assert!(!scene.proxy.calls().iter().any(|call| call.action == "rds:CreateDBInstance"));

    let full = File::options().write(true).open("/dev/full").expect("a full device");
    let child = ChildProcess::start(restoring().stdout(full).stderr(Stdio::piped())).expect("it starts");
    let (code, _, err) = ended(child).await;
    assert!(code == Some(4) && !err.contains("panicked"), "{code:?} {err}");
    assert!(err.contains("instance orders-dev-2: creation requested"), "{err}");
}
