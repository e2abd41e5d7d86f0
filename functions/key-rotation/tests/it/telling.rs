//! A channel that hangs costs no run its end, and a run that dies while it tells has written down what is still to be done.

use std::time::Duration;

use nightshift::clock;
use nightshift_testkit::Scene;
use serde_json::{Value, json};

use crate::{APPLY, NOW, said, start};

const SEND: &str = "ses:SendEmail";
const MAIL: [(&str, &str); 3] =
    [APPLY, ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];

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

#[tokio::test]
async fn a_run_that_dies_while_it_tells_of_a_leak_has_written_the_leak_down() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    let leaked = scene.key("ana", NOW, 10, Some(0)).await?;
    scene.proxy.silence(SEND);
    let mut function = start(&scene, &MAIL).await?;
    function.send(&json!({"compromised": {"user": "ana", "access_key_id": leaked}})).await?;
    called(&scene, SEND).await;
    function.kill();
    let tags = scene.user_tags("ana").await?;
    assert!(tags.contains_key(&format!("nightshift:leaked:{leaked}")), "that it leaked: {tags:?}");
    assert!(tags.contains_key("nightshift:intent"), "that it is to be replaced: {tags:?}");
    let told = format!("nightshift:told:leaked:{leaked}");
    assert!(tags[&told].ends_with(" sending"), "nobody was told: {tags:?}");

    // Any later night goes on from there, without the event.
    scene.proxy.forgive();
    for night in ["2026-11-22T02:00:00Z", "2026-11-23T02:00:00Z"] {
        crate::start_at(&scene, night, &MAIL).await?.invoke(&json!({})).await?.report();
    }
    let tags = scene.user_tags("ana").await?;
    assert!(!tags[&told].ends_with(" sending"), "{tags:?}");
    let keys = scene.keys("ana").await?;
    assert!(keys.iter().any(|key| key.id != leaked && key.active), "{keys:?}");
    assert!(keys.iter().all(|key| key.id != leaked || !key.active), "{keys:?}");
    Ok(())
}

#[tokio::test]
async fn a_hanging_ses_is_given_up_and_the_next_run_tells() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let users = ["ana", "bob", "cid", "dee"];
    for user in users {
        scene.user(user, &[("mail", &format!("{user}@example.com"))]).await?;
        scene.key(user, NOW, 95, Some(1)).await?;
    }
    scene.proxy.silence(SEND);
    let mut function = start(&scene, &[&MAIL[..], &[("NIGHTSHIFT_CONCURRENCY", "1")]].concat()).await?;
    function.timeout = Duration::from_secs(130);
    let began = clock::now();
    let report = function.invoke(&json!({})).await?.report();
    let took = clock::now().duration_since(began).unsigned_abs();
    assert!(took < Duration::from_secs(45), "{took:?}");
    assert_eq!(calls(&scene, SEND), 3, "two owners, then no more of them, and the summary");
    let log = function.into_output();
    let lines = || log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for user in users {
        assert_eq!(said(&report, user), ("changed", "not-told"), "{report:#}");
        let of = |line: &Value| line["message"] == "item" && line["item.id"] == user;
        assert_eq!(lines().filter(of).count(), 1, "no item is logged twice: {log}");
    }
    assert!(!log.contains("AKIA"), "key ids are masked in the log: {log}");

    scene.proxy.forgive();
    start(&scene, &MAIL).await?.invoke(&json!({})).await?.report();
    for user in users {
        assert!(scene.user_tags(user).await?.contains_key("nightshift:told:rotated"), "{user}");
    }
    Ok(())
}
