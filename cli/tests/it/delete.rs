//! `clusters delete`: one clone, on its owner's word, by the run the night makes.

use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, snapshots, tags_of};
use nightshift_testkit::{Scene, repository};
use serde_json::json;

use crate::clones::{ana, scene};
use crate::{Said, nightshift, policy_file};

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
        "\n  delete writer orders-ana-1\n",
        "in snapshot nightshift-orders-ana-20261121t020000z-",
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
    by_what_a_developer_may(&scene);
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
    let more = ["clusters", "extend", "orders-ben", "--until", "2026-12-20"];
    for named in [&[][..], &["--owner", "ben"]] {
        let said = ana(&scene, &key, &[&more[..], named].concat());
        assert!(
            said.code == 1
                && said.err.contains("it is ben's, and you are ana; nothing was changed; ask ben to extend it"),
            "{}",
            said.err
        );
    }
    let in_spanish: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let line = ["clusters", "delete", "orders-ben", "--policy", policy, "--dry-run"];
    let said = nightshift(&scene, &[&in_spanish[..], &[("LANG", "es_ES.UTF-8")]].concat(), &line);
    assert!(
        said.err.contains(
            "es de otra persona [another-owner: it is ben's, and you are ana]; no se ha eliminado nada; pídaselo"
        ),
        "{}",
        said.err
    );
    let calls = scene.proxy.calls();
    assert!(calls.iter().all(|call| !call.action.contains("Delete") && !call.action.contains("AddTags")), "{calls:?}");
    let standing = clusters(&scene, REGION).await.expect("a list");
    assert_eq!(standing, ["ana-dev", "keep-this", "orders", "orders-ben"]);
    let bare = ana(&scene, &key, &["clusters", "delete", "orders-ben", "--yes", "--account", &scene.account]);
    assert!(bare.code == 1 && bare.err.contains("a deletion needs the policy"), "{}", bare.err);
}

/// The subjects that went to ana.
async fn told(scene: &Scene) -> Vec<String> {
    let all = scene.control("mail", json!({})).await.expect("the mail");
    let all = all["mail"].as_array().cloned().unwrap_or_default();
    let hers = all.iter().filter(|one| one["to"][0] == "ana@example.com");
    hers.map(|one| {
        one["subject"].as_str().map_or_else(String::new, |it| it.replace(&format!("[{}] ", scene.account), ""))
    })
    .collect()
}

/// By hand or by night: who owned it hears of it once. What the hand could not tell, the night does, where anything is left that
/// remembers it.
#[tokio::test(flavor = "multi_thread")]
async fn who_deletes_by_hand_is_told_once_and_not_by_the_night_again() {
    const MAIL: &str = "NIGHTSHIFT_MAIL_FROM=nightshift@example.com\nNIGHTSHIFT_OPERATORS_MAIL=ops@example.com\nNIGHTSHIFT_OWNER_MAIL_DOMAIN=example.com\n";
    let (scene, key) = scene().await;
    scene.mail_identity("nightshift@example.com").await.expect("a sender");
    let (_folder, policy) = policy_file(&format!("{POLICY}{MAIL}"));
    let policy = policy.to_str().expect("a path");
    let delete = |id: &str| {
        ana(&scene, &key, &["clusters", "delete", id, "--policy", policy, "--yes", "--account", &scene.account])
    };
    let night = || {
        let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"];
        let said = nightshift(&scene, &[], &apply);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    };
    a_clone(&scene, "orders-ana", "ana").await;
    let said = delete("orders-ana");
    assert!(said.code == 0 && said.out.contains("\ntold ana@example.com by mail\n"), "{}{}", said.out, said.err);
    night();
    assert_eq!(told(&scene).await, ["orders-ana was deleted by hand"]);

    a_clone(&scene, "second-ana", "ana").await;
    scene.proxy.deny("ses:SendEmail");
    let said = delete("second-ana");
    assert!(said.out.contains("second-ana is being deleted"), "what was not told holds nothing up: {}", said.out);
    assert!(said.err.contains("its owner was not told: "), "{}", said.err);
    scene.proxy.forgive();
    night();
    night();
    assert_eq!(told(&scene).await[1..], ["1 cluster was deleted"]);

    // Nor twice by hand, where nothing is kept and the night would tell before.
    a_clone(&scene, "third-ana", "ana").await;
    let (_folder, policy) = policy_file(&format!("{}{MAIL}", POLICY.replace("=always", "=never")));
    let line = ["clusters", "delete", "third-ana", "--policy", policy.to_str().expect("a path"), "--yes"];
    let said = ana(&scene, &key, &[&line[..], &["--account", &scene.account]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(told(&scene).await[2..], ["third-ana was deleted by hand"]);
}

/// AWS deletes no stopped cluster: where the policy starts them, the command does, and the same command goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_clone_is_started_and_deleted_by_the_same_command() {
    let (scene, key) = scene().await;
    let one = expired("orders-ana").tag("auto-delete-after", "2026-12-05").tag("nightshift:clone", "ready");
    one.with("status", "stopped").create(&scene).await.expect("a cluster");
    let delete = |variables: &str, yes: &[&str]| {
        let (_folder, policy) = policy_file(&format!("{POLICY}{variables}"));
        let line = ["clusters", "delete", "orders-ana", "--policy", policy.to_str().expect("a path")];
        ana(&scene, &key, &[&line[..], yes].concat())
    };
    let yes = ["--yes", "--account", &scene.account];
    let said = delete("", &yes);
    assert!(
        said.code == 1
            && said
                .err
                .contains("start it (aws rds start-db-cluster --region eu-west-1 --db-cluster-identifier orders-ana)"),
        "{}",
        said.err
    );
    let start = "NIGHTSHIFT_STOPPED_CLUSTERS=start\n";
    let said = delete(start, &["--dry-run"]);
    assert!(said.out.contains("\n  start cluster orders-ana") && !said.out.contains("bring it back"), "{}", said.out);
    let said = delete(start, &yes);
    assert!(
        said.code == 0 && said.out.starts_with("orders-ana is being started: AWS deletes no stopped cluster\n"),
        "{}{}",
        said.out,
        said.err
    );
    let tags = tags_of(&scene, "orders-ana").await.expect("a list").expect("it stands");
    assert_eq!(tags["auto-delete-after"], "2026-11-21T02:00:00Z", "the word is written down");
    scene.control("cluster", json!({"id": "orders-ana", "status": "available"})).await.expect("it runs");
    let said = delete(start, &yes);
    assert!(said.code == 0 && said.out.starts_with("orders-ana is being deleted\n"), "{}{}", said.out, said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders"]);
}

/// What the module `ownership` gives for a command, as text.
fn document(name: &str) -> String {
    let path = repository::root().join("terraform/layer/cluster-clone/ownership/main.tf");
    let text = std::fs::read_to_string(path).expect("the module");
    let begin = format!("data \"aws_iam_policy_document\" \"{name}\" {{");
    let (_, rest) = text.split_once(&begin).expect("a document");
    rest.split("\n}\n").next().unwrap_or_default().to_owned()
}

/// All texts in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

/// The tag keys that the statement `sid` lets be written.
fn keys<'a>(document: &'a str, sid: &str) -> Vec<&'a str> {
    let (_, rest) = document.split_once(&format!("\"{sid}\"")).expect("a statement");
    let (_, rest) = rest.split_once("aws:TagKeys\"").expect("a condition");
    let (list, _) = rest.split_once(']').expect("its end");
    // The expiry tag is the module's variable.
    let expiry = list.contains("var.tag_key").then_some("auto-delete-after");
    quoted(list).into_iter().chain(expiry).collect()
}

fn fits(key: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(key == pattern, |start| key.starts_with(start))
}

/// What the command calls, and the tags it writes in one call, are what `per_command` lets a developer do.
fn by_what_a_developer_may(scene: &Scene) {
    let (look, delete) = (document("look"), document("delete"));
    let granted: Vec<_> = quoted(&look).into_iter().chain(quoted(&delete)).collect();
    let mut written = 0;
    for call in scene.proxy.calls().iter().filter(|call| call.action != "sts:GetCallerIdentity") {
        assert!(granted.contains(&call.action.as_str()), "per_command lets nobody call {}", call.action);
        let arn = call.parameters.get("ResourceName").map(String::as_str).unwrap_or_default();
        let sid = match call.action.as_str() {
            "rds:AddTagsToResource" if arn.contains(":cluster:") => "NoteThatItWasAskedFor",
            "rds:RemoveTagsFromResource" => "TakeOurTagsOffOnesOwnSnapshot",
            _ => continue,
        };
        let allowed = keys(&delete, sid);
        let is_key = |name: &&String| name.ends_with(".Key") || name.starts_with("TagKeys.");
        for name in call.parameters.keys().filter(is_key) {
            let key = &call.parameters[name];
            written += 1;
            assert!(
                allowed.iter().any(|pattern| fits(key, pattern)),
                "{sid} does not let {key} be written: {allowed:?}"
            );
        }
    }
    assert!(written >= 5, "the tags were seen: {:?}", scene.proxy.calls());
}
