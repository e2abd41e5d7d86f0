//! `clusters delete`: one clone, on its owner's word, by the run the night makes.

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, snapshots, tags_of};

use crate::clones::{ana, scene};
use crate::{Said, policy_file};

const POLICY: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=20\nNIGHTSHIFT_FINAL_SNAPSHOT=always\nNIGHTSHIFT_PROTECTED=keep-*\n";

async fn a_clone(scene: &Scene, id: &str, owner: &str) {
    let one = expired(id).tag("owner", owner).tag("auto-delete-after", "2026-12-05").tag("nightshift:clone", "ready");
    one.create(scene).await.expect("a cluster");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_goes_on_its_owners_word_and_says_how_it_comes_back() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ana", "ana").await;
    let (_folder, policy) = policy_file(&format!("{POLICY}NIGHTSHIFT_CLONES_PER_OWNER=3\n"));
    let policy = policy.to_str().expect("a path");
    let delete = |more: &[&str]| -> Said {
        ana(&scene, &key, &[&["clusters", "delete", "orders-ana", "--policy", policy], more].concat())
    };
    let said = delete(&["--dry-run"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let account = &scene.account;
    assert!(
        said.out.starts_with(&format!("to delete: orders-ana in eu-west-1 of account {account}\n")),
        "{}",
        said.out
    );
    for line in [
        "\n  delete its writer orders-ana-1\n",
        "in the snapshot nightshift-orders-ana-20261121t020000z-",
        "to bring it back: nightshift clusters restore nightshift-orders-ana-",
    ] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let tags = tags_of(&scene, "orders-ana").await.expect("a list").expect("it stands");
    assert_eq!(tags["auto-delete-after"], "2026-12-05", "a dry run writes nothing");
    // Nobody is there to be asked, and the account is not named.
    let said = delete(&[]);
    assert!(said.code == 1 && said.err.contains("there is no terminal to ask on"), "{}", said.err);
    let said = delete(&["--yes"]);
    assert!(said.code == 1 && said.err.contains("--yes needs the account"), "{}", said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders", "orders-ana"]);

    let said = delete(&["--yes", "--account", account]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.starts_with("orders-ana is being deleted\n"), "{}", said.out);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders"]);
    let kept = snapshots(&scene, REGION).await.expect("a list");
    assert!(
        kept.len() == 1 && said.out.contains(&format!("clusters restore {} --region eu-west-1", kept[0].0)),
        "{kept:?} {}",
        said.out
    );
    let again = delete(&["--yes", "--account", account]);
    assert!(again.code == 1 && again.err.contains("there is no Aurora cluster of that name"), "{}", again.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ones_own_to_delete_is_refused_with_the_next_step_and_stays() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ben", "ben").await;
    a_clone(&scene, "keep-this", "ana").await;
    expired("ana-dev").tag("owner", "ana").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    for (id, complaint) in [
        ("orders-ben", "it is ben's, and you are ana; nothing was deleted; ask ben to delete it"),
        ("keep-this", "NIGHTSHIFT_PROTECTED protects it by 'keep-*'; nothing was deleted"),
        (
            "ana-dev",
            "it is no clone of this tool: it has no tag nightshift:clone; nothing was deleted; give it an expiry",
        ),
        ("orders", "it has no tag owner, so nobody can say whose it is; nothing was deleted"),
    ] {
        let said =
            ana(&scene, &key, &["clusters", "delete", id, "--policy", policy, "--yes", "--account", &scene.account]);
        assert!(said.code == 1 && said.err.contains(complaint), "{id}: {}", said.err);
    }
    let calls = scene.proxy.calls();
    assert!(calls.iter().all(|call| !call.action.contains("Delete")), "{calls:?}");
    let standing = clusters(&scene, REGION).await.expect("a list");
    assert_eq!(standing, ["ana-dev", "keep-this", "orders", "orders-ben"]);
    let bare = ana(&scene, &key, &["clusters", "delete", "orders-ben", "--yes", "--account", &scene.account]);
    assert!(bare.code == 1 && bare.err.contains("a deletion needs the policy"), "{}", bare.err);
}
