//! A channel that hangs, throttles or refuses costs no run its end, and what was not told is told by the next one.

use std::time::Duration;

use nightshift::clock;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, expired_clone, snapshots, tags_of};
use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::{Value, json};

use crate::{ids, said, start};

const MAIL: [(&str, &str); 5] = [
    ("NIGHTSHIFT_MODE", "apply"),
    ("NIGHTSHIFT_MIN_NOTICE_HOURS", "20"),
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
];
const SEND: &str = "ses:SendEmail";
const OWNERS: [&str; 4] = ["ana", "bob", "cid", "dee"];

/// One due cluster for each owner, all of whom were told of it in time.
async fn due(scene: &Scene) -> anyhow::Result<()> {
    scene.mail_identity("nightshift@example.com").await?;
    for owner in OWNERS {
        let cluster = expired(&format!("{owner}-dev")).tag("owner", owner).notified("2026-11-20T00:00:00Z");
        cluster.create(scene).await?;
    }
    Ok(())
}

fn calls(scene: &Scene, action: &str) -> usize {
    scene.proxy.calls().iter().filter(|call| call.action == action).count()
}

async fn called(scene: &Scene, action: &str) {
    for _ in 0..600 {
        if calls(scene, action) > 0 {
            return;
        }
        clock::sleep(Duration::from_millis(50)).await;
    }
    panic!("{action} was not called");
}

/// The lines with this message.
fn lines(log: &str, message: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == message).collect()
}

async fn untold(scene: &Scene) -> anyhow::Result<usize> {
    let snapshots = snapshots(scene, REGION).await?;
    Ok(snapshots.iter().filter(|(_, tags)| tags.contains_key("nightshift:untold")).count())
}

async fn mails(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let mail = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
    let account = format!("[{}] ", scene.account);
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(&account, "");
    Ok(mail.iter().map(|one| (text(&one["to"][0]), text(&one["subject"]))).collect())
}

/// Every owner was told of their deleted cluster, once, by a run after the one that could not.
async fn all_are_told_by_the_next_run(scene: &Scene) -> anyhow::Result<()> {
    scene.proxy.forgive();
    start(scene, &MAIL)?.invoke(&json!({})).await?.report();
    assert_eq!(untold(scene).await?, 0);
    let told = mails(scene).await?;
    for owner in OWNERS {
        let of =
            |(to, subject): &&(String, String)| *to == format!("{owner}@example.com") && subject.contains("deleted");
        assert_eq!(told.iter().filter(of).count(), 1, "{owner}: {told:?}");
    }
    Ok(())
}

/// The run ended by itself and left everything that it owes.
fn is_whole(log: &str, report: &Value) {
    for owner in OWNERS {
        let id = format!("{owner}-dev");
        assert_eq!(said(report, &id), ("changed", ""), "{report:#}");
        let of = |line: &&Value| line["item.id"] == id.as_str();
        assert_eq!(lines(log, "about to apply").iter().filter(of).count(), 1, "{log}");
        assert_eq!(lines(log, "item").iter().filter(of).count(), 1, "no item is logged twice: {log}");
    }
    let notices = report["notices"].as_array().cloned().unwrap_or_default();
    assert_eq!(lines(log, "notice").len(), notices.len(), "{log}");
    assert!(notices.iter().any(|notice| notice["kind"] == "summary"), "the operators' summary was tried: {notices:?}");
    assert!(notices.iter().all(|notice| notice["outcome"] == "failed"), "{notices:?}");
    assert_eq!(lines(log, "run finished").len(), 1, "{log}");
    assert!(log.contains("\"NoticesFailed\":5"), "the metrics: {log}");
}

#[tokio::test]
async fn a_hanging_ses_does_not_outlast_the_deadline() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene).await?;
    scene.proxy.silence(SEND);
    let mut function = start(&scene, &MAIL)?;
    // Just enough to begin an item.
    function.timeout = Duration::from_secs(50);
    let began = clock::now();
    let report = function.invoke(&json!({})).await?.report();
    let took = clock::now().duration_since(began).unsigned_abs();
    assert!(took < function.timeout, "{took:?}");
    assert_eq!(clusters(&scene, REGION).await?, [] as [&str; 0]);
    is_whole(&function.into_output(), &report);
    assert_eq!(calls(&scene, SEND), 3, "two owners, then no more of them, and the summary");
    assert_eq!(untold(&scene).await?, 4);
    all_are_told_by_the_next_run(&scene).await
}

#[tokio::test]
async fn a_throttling_ses_is_given_up_for_this_run() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene).await?;
    scene.proxy.limit(SEND, 0.0, 0.0);
    // As in Lambda, where nobody sets it.
    let mut function = start(&scene, &[&MAIL[..], &[("AWS_MAX_ATTEMPTS", "10")]].concat())?;
    function.timeout = Duration::from_secs(55);
    let began = clock::now();
    let report = function.invoke(&json!({})).await?.report();
    let took = clock::now().duration_since(began).unsigned_abs();
    assert!(took < function.timeout, "{took:?}");
    is_whole(&function.into_output(), &report);
    assert!(calls(&scene, SEND) <= 12, "{}", calls(&scene, SEND));
    Ok(())
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_asked_once() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene).await?;
    let mut function = start(&scene, &MAIL)?;
    scene.proxy.limit(SEND, 0.0, 1.0);
    let report = function.invoke(&json!({})).await?.report();
    let notices = report["notices"].as_array().cloned().unwrap_or_default();
    let sent = notices.iter().filter(|notice| notice["outcome"] == "sent").count();
    assert_eq!((sent, calls(&scene, SEND), untold(&scene).await?), (1, 3, 3), "{notices:?}");
    let words = notices[2]["reason"]["message"].as_str().unwrap_or_default();
    assert!(words.contains("nothing more is sent to owners by mail in this run"), "{words}");
    Ok(())
}

#[tokio::test]
async fn a_run_that_is_killed_while_it_tells_leaves_a_line_for_each_item() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene).await?;
    scene.proxy.silence(SEND);
    let mut function = start(&scene, &MAIL)?;
    function.send(&json!({})).await?;
    called(&scene, SEND).await;
    function.kill();
    let log = function.into_output();
    for owner in OWNERS {
        let id = format!("{owner}-dev");
        let found = lines(&log, "item").into_iter().find(|line| line["item.id"] == id.as_str());
        let found = found.unwrap_or_else(|| panic!("no line says what became of {id}: {log}"));
        assert_eq!(found["item.outcome"], "changed", "{found}");
        assert!(found["item.steps"].as_str().is_some_and(|steps| steps.contains("deletion requested")), "{found}");
    }
    all_are_told_by_the_next_run(&scene).await
}

#[tokio::test]
async fn a_run_that_is_killed_in_the_middle_of_an_item_says_which_it_had_begun() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene).await?;
    scene.proxy.silence("rds:DeleteDBCluster");
    let mut function = start(&scene, &[&MAIL[..], &[("NIGHTSHIFT_CONCURRENCY", "1")]].concat())?;
    function.send(&json!({})).await?;
    called(&scene, "rds:DeleteDBCluster").await;
    function.kill();
    let log = function.into_output();
    let begun: Vec<_> = lines(&log, "about to apply").iter().map(|line| line["item.id"].clone()).collect();
    assert_eq!(begun, ["ana-dev"], "{log}");
    assert!(
        lines(&log, "about to apply")[0]["item.tags"].as_str().is_some_and(|tags| tags.contains("restore-")),
        "{log}"
    );
    let done: Vec<_> = lines(&log, "step").iter().map(|line| line["item.step"].clone()).collect();
    assert_eq!(done.first(), Some(&json!("tagged nightshift:delete-requested")), "{log}");
    assert!(done.len() > 1, "how far it got with its members: {done:?}");
    assert_eq!(lines(&log, "item"), Vec::<Value>::new());
    Ok(())
}

#[tokio::test]
async fn time_for_the_end_is_kept_while_owners_are_told() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").create(&scene).await?;
    let mut function = start(&scene, &MAIL)?;
    function.timeout = Duration::from_secs(25);
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("deferred", "deadline"));
    let told = [("ops@example.com".to_owned(), "cluster-cleanup: nothing changed, 1 deferred".to_owned())];
    assert_eq!(mails(&scene).await?, told);
    Ok(())
}

/// `never`, and a clone whose source holds its data: nothing stays that could say that nobody was told.
#[tokio::test]
async fn what_goes_without_a_snapshot_waits_until_its_owner_was_told_that_it_goes_now() -> anyhow::Result<()> {
    for (id, policy) in [("orders-dev", "never"), ("copy-dev", "unless-clone")] {
        let scene = Scene::new()?;
        scene.mail_identity("nightshift@example.com").await?;
        if policy == "never" {
            expired(id).create(&scene).await?;
        } else {
            expired("orders").tag("auto-delete-after", "").create(&scene).await?;
            expired_clone(id, "orders", &scene).await?;
        }
        let at = |now| [&MAIL[..], &[("NIGHTSHIFT_FINAL_SNAPSHOT", policy), ("NIGHTSHIFT_NOW", now)]].concat();
        start(&scene, &at("2026-11-21T02:00:00Z"))?.invoke(&json!({})).await?.report();
        let tags = tags_of(&scene, id).await?;
        let before = mails(&scene).await?.len();

        let night = at("2026-11-22T02:00:00Z");
        for silent in [false, true] {
            if silent {
                scene.proxy.silence(SEND);
            } else {
                scene.proxy.deny(SEND);
            }
            let report = start(&scene, &night)?.invoke(&json!({})).await?.report();
            assert_eq!(said(&report, id), ("deferred", "not-told"), "{report:#}");
            assert_eq!(tags_of(&scene, id).await?, tags, "nothing was begun");
            scene.proxy.forgive();
        }

        scene.proxy.reset();
        let report = start(&scene, &night)?.invoke(&json!({})).await?.report();
        assert_eq!(ids(&report, "changed"), [id], "{report:#}");
        let steps = report["items"][0]["steps"].to_string();
        assert!(steps.contains("that it is being deleted now"), "{steps}");
        let order: Vec<_> = scene.proxy.calls().into_iter().map(|call| call.action).collect();
        let place = |action: &str| order.iter().position(|called| called == action);
        assert!(place(SEND) < place("rds:AddTagsToResource") && place(SEND).is_some(), "{order:?}");
        let told = mails(&scene).await?.split_off(before);
        let subjects: Vec<_> = told.iter().map(|(_, subject)| subject.as_str()).collect();
        assert_eq!(
            subjects,
            ["1 cluster is being deleted now", "cluster-cleanup: 1 cluster deleted"],
            "told once: {told:?}"
        );
    }
    Ok(())
}

/// Killed right after it was told: the next run tells again, and nobody loses a cluster unawares.
#[tokio::test]
async fn a_run_killed_after_telling_tells_again_before_it_deletes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").create(&scene).await?;
    let policy = [&MAIL[..], &[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")]].concat();
    let night_before = [&policy[..], &[("NIGHTSHIFT_NOW", "2026-11-20T02:00:00Z")]].concat();
    start(&scene, &night_before)?.invoke(&json!({})).await?.report();
    scene.proxy.reset();
    let mut function: FunctionProcess = start(&scene, &policy)?;
    scene.proxy.silence("rds:AddTagsToResource");
    function.send(&json!({})).await?;
    called(&scene, "rds:AddTagsToResource").await;
    function.kill();
    scene.proxy.forgive();
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    start(&scene, &policy)?.invoke(&json!({})).await?.report();
    assert_eq!(clusters(&scene, REGION).await?, [] as [&str; 0]);
    let told = mails(&scene).await?;
    assert_eq!(told.iter().filter(|(_, subject)| subject == "1 cluster is being deleted now").count(), 2, "{told:?}");
    Ok(())
}
