//! Who is told what became of a wish: once, though the same event comes again, and not never, though the process dies.

use nightshift_testkit::Scene;
use nightshift_testkit::slack::Slack;
use serde_json::{Value, json};

use crate::{orders, start, tags, wish};

const MAIL: [(&str, &str); 3] = [
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
];

/// A scene with a cluster to clone and a sender.
async fn scene() -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    orders(&scene).await?;
    Ok(scene)
}

/// The subjects that `ana` got, and the last text.
async fn got(scene: &Scene) -> anyhow::Result<(Vec<String>, String)> {
    let all = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
    let hers: Vec<_> = all.iter().filter(|one| one["to"][0] == "ana@example.com").collect();
    let account = format!("[{}] ", scene.account);
    let subject = |one: &&Value| one["subject"].as_str().unwrap_or_default().replace(&account, "");
    let text = hers.last().map(ToString::to_string).unwrap_or_default();
    Ok((hers.iter().map(subject).collect(), text))
}

#[tokio::test]
async fn who_gets_a_clone_is_told_once_how_to_connect_and_never_with_what() -> anyhow::Result<()> {
    let scene = scene().await?;
    let mut function = start(&scene, &MAIL)?;
    let report = function.invoke(&wish("ana")).await?.report();
    let steps = report["items"][0]["steps"].to_string();
    assert!(steps.contains("told ana@example.com by mail"), "{steps}");
    let (subjects, text) = got(&scene).await?;
    assert_eq!(subjects, ["orders-ana is ready, until Sat 28 Nov 2026, 02:00 UTC"]);
    for part in ["orders-ana.cluster-", "secret:rds!cluster", "nightshift clusters extend orders-ana --until"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let tags = tags(&scene, "orders-ana").await?.expect("it is there");
    assert!(!tags.contains_key("nightshift:clone-untold"), "{tags:?}");
    // The same again, and the night after, say nothing new.
    function.invoke(&wish("ana")).await?.report();
    function.invoke(&json!({})).await?.report();
    assert_eq!(got(&scene).await?.0.len(), 1);
    Ok(())
}

/// Between handing over and telling a process may die; what it left says so.
#[tokio::test]
async fn who_was_not_told_is_told_by_the_same_event_or_by_the_night() -> anyhow::Result<()> {
    for event in [wish("ana"), json!({})] {
        let scene = scene().await?;
        scene.proxy.deny("ses:SendEmail");
        let report = start(&scene, &MAIL)?.invoke(&wish("ana")).await?.report();
        assert_eq!(report["items"][0]["reason"]["code"], "not-told", "{report:#}");
        let had = tags(&scene, "orders-ana").await?.expect("it is there");
        assert_eq!((had["nightshift:clone"].as_str(), had["nightshift:clone-untold"].as_str()), ("ready", "ana"));
        scene.proxy.forgive();
        let report = start(&scene, &MAIL)?.invoke(&event).await?.report();
        assert_eq!(report["items"][0]["steps"], json!(["told ana@example.com by mail"]), "{report:#}");
        assert_eq!(got(&scene).await?.0.len(), 1);
        assert_eq!(start(&scene, &MAIL)?.invoke(&json!({})).await?.report()["items"], json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn who_has_too_many_is_told_once_though_the_event_comes_again() -> anyhow::Result<()> {
    let scene = scene().await?;
    let one: Vec<_> = MAIL.iter().copied().chain([("NIGHTSHIFT_CLONES_PER_OWNER", "1")]).collect();
    start(&scene, &one)?.invoke(&wish("ana")).await?.report();
    let mut second = wish("ana");
    second["name"] = json!("second");
    for _ in 0..3 {
        let (kind, message) = start(&scene, &one)?.invoke(&second).await?.fault();
        assert!(kind == "NotCarriedOut" && message.contains("(quota: ana has 1 of 1 clones: orders-ana)"), "{message}");
    }
    let (subjects, text) = got(&scene).await?;
    assert_eq!(subjects[1..], ["second was not made: you have 1 of 1 clones"]);
    assert!(text.contains("nightshift clusters list"), "{text}");
    Ok(())
}

#[tokio::test]
async fn whose_clone_came_to_nothing_is_told_once() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.proxy.deny("rds:ModifyDBCluster");
    for _ in 0..2 {
        start(&scene, &MAIL)?.invoke(&wish("ana")).await?.fault();
    }
    let (subjects, text) = got(&scene).await?;
    assert_eq!(subjects, ["orders-ana could not be made"]);
    assert!(text.contains("rds:ModifyDBCluster"), "{text}");
    scene.proxy.forgive();
    start(&scene, &MAIL)?.invoke(&wish("ana")).await?.report();
    assert_eq!(got(&scene).await?.0.len(), 2);
    Ok(())
}

#[tokio::test]
async fn without_mail_the_channels_there_are_carry_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let slack = Slack::start(&[]).await?;
    let topic = scene.topic("night").await?;
    scene.secret("slack/webhook", &slack.url()).await?;
    let policy = [("NIGHTSHIFT_SNS_TOPIC_ARN", &*topic), ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")];
    start(&scene, &policy)?.invoke(&wish("ana")).await?.report();
    let published = scene.control("sns", json!({})).await?["topics"][&topic].as_array().cloned().unwrap_or_default();
    let subjects: Vec<_> = published.iter().map(|one| one["subject"].as_str().unwrap_or_default()).collect();
    assert!(subjects[0].ends_with("orders-ana is ready, until Sat 28 Nov 2026, 02:00 UTC"), "{subjects:?}");
    assert!(slack.messages()[0].to_string().contains("orders-ana is ready"));
    Ok(())
}
