//! Selectors: the same everywhere, and none ever widens what a command is about.

use nightshift_testkit::Scene;
use nightshift_testkit::world::expired;

use crate::{Said, command, nightshift, policy_file, said};

const NOW: &str = "2026-11-21T02:00:00Z";

fn ids(said: &Said) -> Vec<String> {
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let ids = said.out.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned());
    ids.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_over_clusters_is_narrowed_by_owner_name_and_region_and_never_widened() {
    let scene = Scene::new().expect("a scene");
    for (id, owner, region) in [
        ("orders-dev", "ana", "eu-west-1"),
        ("orders-dev", "bob", "eu-north-1"),
        ("other-dev", "ana@example.com", "eu-west-1"),
        ("orders-test", "", "eu-west-1"),
    ] {
        expired(id).tag("owner", owner).region(region).create(&scene).await.expect("a cluster");
    }
    scene.user("ana", &[]).await.expect("a user");
    let own = scene.key("ana", NOW, 10, None).await.expect("a key");
    let (_folder, policy) = policy_file(&format!(
        "NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_REGIONS=eu-west-1,eu-north-1\n"
    ));
    let policy = policy.to_str().expect("a path");
    let plan = ["plan", "cluster-cleanup", "--policy", policy, "--output", "csv", "--only", "planned"];
    let run = |more: &[&str]| nightshift(&scene, &[("AWS_ACCESS_KEY_ID", &own)], &[&plan[..], more].concat());
    for (more, expected) in [
        (&[][..], &["orders-dev", "orders-dev", "orders-test", "other-dev"][..]),
        (&["--owner", "ana"], &["orders-dev"]),
        (&["--owner", "bob,ana@example.com"], &["orders-dev", "other-dev"]),
        (&["--match", "ORDERS-*"], &["orders-dev", "orders-dev", "orders-test"]),
        // One name in two Regions: hers alone.
        (&["--mine", "--match", "orders-*"], &["orders-dev"]),
        (&["--mine"], &["orders-dev", "other-dev"]),
        (&["--region", "eu-north-1"], &["orders-dev"]),
        (&["--region", "eu-north-1", "--mine"], &[]),
        (&["--match", "nobody-*"], &[]),
    ] {
        let said = run(more);
        let mut found = ids(&said);
        found.sort();
        assert_eq!(found, expected, "{more:?}: {}{}", said.out, said.err);
        assert_eq!(said.err.contains("so nothing is in scope"), expected.is_empty(), "{more:?}: {}", said.err);
    }
    // An event that is narrow already only gets narrower.
    let input = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(input.path(), r#"{"clusters": ["other-dev"]}"#).expect("it is written");
    let event = ["--event", input.path().to_str().expect("a path")];
    assert_eq!(ids(&run(&[&event[..], &["--match", "o*"]].concat())), ["other-dev"]);
    assert_eq!(ids(&run(&[&event[..], &["--match", "orders-*"]].concat())), Vec::<String>::new());
    assert_eq!(ids(&run(&[&event[..], &["--owner", "ana"]].concat())), Vec::<String>::new());
    std::fs::write(input.path(), r#"{"source": "aws.scheduler", "detail-type": "Scheduled Event"}"#)
        .expect("it is written");
    for (more, expected) in [
        (&[&event[..], &["--owner", "ana"]].concat()[..], "no selector or --region narrows it; nothing was done"),
        (&[&event[..], &["--region", "eu-west-1"]].concat(), "no selector or --region narrows it; nothing was done"),
        (&["--owner", ""], "an empty argument stands behind --owner"),
        (&["--match", ""], "an empty argument stands behind --match"),
        (&["--match", "a[b"], "--match: "),
        (&["--mine", "--owner", "bob"], "cannot be used with"),
        (&["--region", "us-east-1"], "'us-east-1' is not one this function works in"),
    ] {
        let said = run(more);
        assert!(
            said.code == 1 && said.out.is_empty() && said.err.contains(expected),
            "{more:?}: {}{}",
            said.out,
            said.err
        );
    }
    // The stand-in's own caller is no person.
    let said = nightshift(&scene, &[], &[&plan[..], &["--mine"]].concat());
    assert!(said.code == 1 && said.err.contains("are of no person"), "{}", said.err);
    assert!(said.err.contains("\n→ --owner NAME, as the owner tag has it"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_chosen_by_the_same_selectors_and_an_apply_keeps_to_them() {
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW).await.expect("a clock");
    for (user, owner) in [("ana", "ana@example.com"), ("ana-ci", "ana"), ("bob", "bob")] {
        scene.user(user, &[("owner", owner)]).await.expect("a user");
        scene.key(user, NOW, 95, Some(1)).await.expect("a key");
    }
    let own = scene.keys("ana").await.expect("keys")[0].id.clone();
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\n"));
    let policy = policy.to_str().expect("a path");
    let list = ["keys", "list", "--policy", policy, "--output", "csv"];
    for (more, expected) in [
        (&["--mine"][..], &["ana", "ana-ci"][..]),
        (&["--owner", "bob"], &["bob"]),
        (&["--match", "*a*"], &["ana", "ana-ci"]),
    ] {
        let mut run = command(&scene, &[("AWS_ACCESS_KEY_ID", &own)], &[&list[..], more].concat());
        let mut found = ids(&said(&mut run));
        found.sort();
        assert_eq!(found, expected, "{more:?}");
    }
    let apply = ["apply", "key-rotation", "--policy", policy, "--account", &scene.account, "--yes", "--match", "ana-*"];
    let said = nightshift(&scene, &[], &apply);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let mut counts = Vec::new();
    for user in ["ana", "ana-ci", "bob"] {
        counts.push(scene.keys(user).await.expect("keys").len());
    }
    assert_eq!(counts, [1, 2, 1], "{}", said.out);
    // What is about certain keys is not narrowed by anything else.
    let input = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(input.path(), r#"{"rollback": {"user": "bob"}}"#).expect("it is written");
    let event =
        ["plan", "key-rotation", "--policy", policy, "--event", input.path().to_str().expect("a path"), "--match", "*"];
    let said = nightshift(&scene, &[], &event);
    assert!(said.code == 1 && said.err.contains("no selector narrows it"), "{}", said.err);
}
