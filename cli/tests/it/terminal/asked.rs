//! `apply` on a terminal shows the plan and asks for the account; elsewhere it takes a word by a flag.

use aws_sdk_rds::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};

use super::{Terminal, bare};
use crate::{nightshift, policy_file};

const POLICY: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n";
const QUESTION: &str = "Apply exactly this plan? Type the account (";

async fn standing(scene: &Scene) -> Vec<String> {
    clusters(scene, REGION).await.expect("a list")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_shown_and_the_account_typed_and_then_exactly_that_is_done() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let mut terminal = Terminal::start(&scene, 100, &[], &["apply", "cluster-cleanup", "--policy", policy]);
    terminal.shows(QUESTION);
    assert_eq!(standing(&scene).await, ["orders-dev"], "nothing is done before the answer");
    let calls = scene.proxy.calls();
    assert!(calls.iter().all(|call| !call.action.contains("Delete") && !call.action.contains("Tags")), "{calls:?}");
    // As the console shows it.
    let account = &scene.account;
    terminal.types(&format!("{}-{}-{}\n", &account[..4], &account[4..8], &account[8..]));
    let (code, shown) = terminal.ends();
    let shown = bare(&shown);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(standing(&scene).await, Vec::<String>::new());
    let digest = shown.lines().find_map(|line| line.strip_prefix("plan ")).expect("a digest");
    let same = format!(
        "nightshift: the same without asking: nightshift apply cluster-cleanup --policy {policy} --account {account} --expect-plan {digest}"
    );
    assert!(shown.contains(&same), "{shown}");
    for said in ["nightshift: the record of this run is kept in ", "nightshift: the report is kept in "] {
        assert!(shown.contains(said), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_answer_is_no() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let not_it = format!("nightshift: that is not {}; nothing was done\n", scene.account);
    for (typed, complaint) in [
        ("111122223333\n", not_it.as_str()),
        ("yes\n", &not_it),
        ("\n", "nightshift: nothing was typed, and nothing was done\n"),
        // The end of the file: Ctrl-D.
        ("\u{4}", "nightshift: there was no answer; nothing was done\n"),
    ] {
        let mut terminal = Terminal::start(&scene, 100, &[], &["apply", "cluster-cleanup", "--policy", policy]);
        terminal.shows(QUESTION);
        terminal.types(typed);
        let (code, shown) = terminal.ends();
        assert!(code == Some(1) && bare(&shown).ends_with(complaint), "{typed:?}: {code:?} {shown}");
    }
    // Ctrl-C ends it as it ends anything that waits for an answer.
    let mut terminal = Terminal::start(&scene, 100, &[], &["apply", "cluster-cleanup", "--policy", policy]);
    terminal.shows(QUESTION);
    terminal.types("\u{3}");
    let (code, shown) = terminal.ends();
    assert_eq!(code, None, "the signal ended it: {shown}");
    assert_eq!(standing(&scene).await, ["orders-dev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_that_moved_while_the_question_stood_is_left_as_it_is() {
    let scene = Scene::new().expect("a scene");
    for id in ["orders-dev", "other-dev"] {
        expired(id).create(&scene).await.expect("a cluster");
    }
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let mut terminal = Terminal::start(&scene, 100, &[], &["apply", "cluster-cleanup", "--policy", policy]);
    terminal.shows(QUESTION);
    let arn = format!("arn:aws:rds:{REGION}:{}:cluster:other-dev", scene.account);
    let later = Tag::builder().key("auto-delete-after").value("2027-06-01T00:00:00Z").build();
    let rds = scene.rds(REGION).await;
    rds.add_tags_to_resource().resource_name(arn).tags(later).send().await.expect("a tag");
    terminal.types(&format!("{}\n", scene.account));
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(3), "{shown}");
    assert!(bare(&shown).contains("STOPPED by expect_plan"), "{shown}");
    assert_eq!(standing(&scene).await, ["orders-dev", "other-dev"], "zero steps");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_typing_nor_yes_lifts_a_cap_and_a_reviewed_digest_does() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    // Even where the policy lets the digest of an event lift caps: one that was only shown is no event's.
    let (_folder, policy) =
        policy_file(&format!("{POLICY}NIGHTSHIFT_MAX_DELETIONS=0\nNIGHTSHIFT_DIGEST_LIFTS_CAPS=true\n"));
    let policy = policy.to_str().expect("a path");
    let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account];
    let mut terminal = Terminal::start(&scene, 100, &[], &apply);
    terminal.shows(QUESTION);
    terminal.types(&format!("{}\n", scene.account));
    let (code, shown) = terminal.ends();
    let shown = bare(&shown);
    assert!(code == Some(3) && shown.contains("STOPPED by max_deletions"), "{shown}");
    assert!(!shown.contains("the same without asking"), "a digest would say more than was said: {shown}");
    let said = nightshift(&scene, &[], &[&apply[..], &["--yes"]].concat());
    assert_eq!(said.code, 3, "{}", said.out);
    assert_eq!(standing(&scene).await, ["orders-dev"]);
    let digest = said.out.lines().find_map(|line| line.strip_prefix("plan ")).expect("a digest");
    let said = nightshift(&scene, &[], &[&apply[..], &["--expect-plan", digest]].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(standing(&scene).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_asked_a_word_is_needed_and_nothing_is_asked_of_aws() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let apply = ["apply", "cluster-cleanup", "--policy", policy.to_str().expect("a path"), "--account", &scene.account];
    let said = nightshift(&scene, &[], &apply);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err, @r"
    nightshift: apply needs your word, and there is no terminal to ask on; nothing was done
    → --expect-plan DIGEST for the plan you reviewed, or --yes for whatever the plan comes to, under its caps
    ");
    assert!(scene.proxy.calls().is_empty(), "{:?}", scene.proxy.calls());
    let said = nightshift(&scene, &[], &[&apply[..], &["--yes", "--expect-plan", "sha256:0"]].concat());
    assert!(said.code == 1 && said.err.contains("cannot be used with"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_by_its_exit_code_whether_there_is_something_to_do_where_that_is_asked() {
    let scene = Scene::new().expect("a scene");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let plan = |more: &[&str]| {
        let plan = ["plan", "cluster-cleanup", "--policy", policy];
        nightshift(&scene, &[], &[&plan[..], more].concat()).code
    };
    assert_eq!((plan(&[]), plan(&["--detailed-exitcode"])), (0, 0));
    expired("orders-dev").create(&scene).await.expect("a cluster");
    assert_eq!((plan(&[]), plan(&["--detailed-exitcode"])), (0, 10));
    let (_folder, capped) = policy_file(&format!("{POLICY}NIGHTSHIFT_MAX_DELETIONS=0\n"));
    let capped = ["plan", "cluster-cleanup", "--policy", capped.to_str().expect("a path"), "--detailed-exitcode"];
    assert_eq!(nightshift(&scene, &[], &capped).code, 3, "a guard stands over it");

    // And where there is nothing to do, nobody is asked.
    let scene = Scene::new().expect("a scene");
    let (code, shown) = Terminal::start(&scene, 100, &[], &["apply", "cluster-cleanup", "--policy", policy]).ends();
    assert!(code == Some(0) && bare(&shown).contains("nightshift: there is nothing to apply"), "{shown}");
}
