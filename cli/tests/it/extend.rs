//! `clusters extend`.

use nightshift_testkit::Scene;
use nightshift_testkit::world::{expired, half_deleted, tags_of};

use crate::{nightshift, policy_file};

const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");
/// Whoever runs the tests works for the owner of all there is.
const OWNER: (&str, &str) = ("NIGHTSHIFT_OWNER_OF", "arn:*=ana");

async fn expiry(scene: &Scene) -> String {
    let tags = tags_of(scene, "orders-dev").await.expect("a list").expect("it stands");
    tags["auto-delete-after"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_gets_more_time_on_its_owners_word() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) =
        policy_file("NIGHTSHIFT_OWNER_OF=arn:*=*\nNIGHTSHIFT_MAX_LEASE_DAYS=30\nNIGHTSHIFT_TIME_ZONE=Europe/Madrid\n");
    let policy = policy.to_str().expect("a path");
    let extend = |more: &[&str]| {
        let base = ["clusters", "extend", "orders-dev", "--policy", policy];
        nightshift(&scene, &[NOW], &[&base[..], more].concat())
    };
    let said = extend(&["--until", "2026-12-05"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("it is ana's, and you did not say for whom you act; nothing was changed; say --owner ana"),
        "{}",
        said.err
    );

    let said = extend(&["--until", "2026-12-05", "--owner", "ana", "--dry-run"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    assert_eq!(
        said.out,
        "would set auto-delete-after of orders-dev to 2026-12-05T23:00:00Z (it was 2026-11-20T00:00:00Z)\n"
    );
    assert_eq!(expiry(&scene).await, "2026-11-20T00:00:00Z");

    let said = extend(&["--until", "2026-12-05", "--owner", "ana"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "set auto-delete-after of orders-dev to 2026-12-05T23:00:00Z (it was 2026-11-20T00:00:00Z)\n"),
        "{}",
        said.err
    );
    assert_eq!(expiry(&scene).await, "2026-12-05T23:00:00Z");
    let said = extend(&["--until", "2027-02-05", "--owner", "ana"]);
    assert!(said.code == 1 && said.err.contains("more than 30 days ahead"), "{}", said.err);
    assert_eq!(expiry(&scene).await, "2026-12-05T23:00:00Z");
    // Whose word it is says AWS or the policy, and no flag.
    for (of, complaint) in [
        ("", "you stand for no owner: its name is one that its caller chose"),
        ("arn:*=ben", "it is ana's, and you are ben; nothing was changed; ask ana to extend it"),
    ] {
        let line = ["clusters", "extend", "orders-dev", "--until", "2026-12-06", "--owner", "ana"];
        let said = nightshift(&scene, &[NOW, ("NIGHTSHIFT_OWNER_OF", of)], &line);
        assert!(said.code == 1 && said.err.contains(complaint), "{of}: {}", said.err);
    }
    let said = nightshift(
        &scene,
        &[NOW, ("NIGHTSHIFT_OWNER_OF", "arn:*=ana"), ("LANG", "es_ES.UTF-8")],
        &["clusters", "extend", "orders-dev", "--until", "2026-12-07T00:00:00Z"],
    );
    assert_eq!(
        said.out, "hecho: poner auto-delete-after de orders-dev a 2026-12-07T00:00:00Z (era 2026-12-05T23:00:00Z)\n",
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_account_or_region_changes_nothing_and_says_so() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    for (arguments, complaint) in [
        (&["orders", "--until", "2026-12-05"][..], "there is no Aurora cluster orders in eu-west-1"),
        (
            &["orders-dev", "--until", "2026-12-05", "--region", "us-east-1"],
            "there is no Aurora cluster orders-dev in us-east-1",
        ),
        (
            &["orders-dev", "--until", "2026-12-05", "--account", "111122223333"],
            "not 111122223333; nothing was changed",
        ),
        (&["orders-dev", "--until", "2026-12-05", "--owner", "ana", "--tag-key", "expires"], "has no tag expires"),
    ] {
        let said = nightshift(&scene, &[NOW, OWNER], &[&["clusters", "extend"], arguments].concat());
        assert!(said.code == 1 && said.err.contains(complaint), "{}", said.err);
    }
    assert_eq!(expiry(&scene).await, "2026-11-20T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_takes_the_old_notice_along_and_says_what_a_deletion_had_taken() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").notified("2026-11-20T02:00:00Z").create(&scene).await.expect("a cluster");
    half_deleted(&scene, "orders-dev").await.expect("tags");
    let extend = ["clusters", "extend", "orders-dev", "--until", "2026-12-05", "--owner", "ana"];
    for more in [&["--dry-run"][..], &[]] {
        let said = nightshift(&scene, &[NOW, OWNER], &[&extend[..], more].concat());
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(
            said.err.contains("cluster orders-dev is half deleted") && said.err.contains("create-db-instance"),
            "{}",
            said.err
        );
    }
    assert_eq!(expiry(&scene).await, "2026-12-06T00:00:00Z");
    let tags = tags_of(&scene, "orders-dev").await.expect("a list").expect("it stands");
    assert_eq!(tags["nightshift:notified"], "void");
}
