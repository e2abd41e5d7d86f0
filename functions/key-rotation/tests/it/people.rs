//! Who cannot be told, whom there is no time for, and what AWS would not say: nobody of them stands in another's way.

use std::time::Duration;

use nightshift_testkit::{Fault, Scene};
use serde_json::json;

use crate::{APPLY, NOW, item, said, start, start_at};

const MAIL: [(&str, &str); 2] =
    [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];

#[tokio::test]
async fn nobodys_missing_or_broken_address_stops_the_run_and_the_operators_hear_instead() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    for (user, tags) in
        [("ana", &[][..]), ("bob", &[("email", "not-an-address")]), ("cyd", &[("mail", "cyd@example.com")])]
    {
        scene.user(user, tags).await?;
        scene.key(user, NOW, 95, Some(9)).await?;
    }
    let policy = [APPLY, MAIL[0], MAIL[1]];
    let report = start(&scene, &policy).await?.invoke(&json!({})).await?.report();
    for user in ["ana", "bob", "cyd"] {
        assert_eq!(said(&report, user), ("changed", ""), "{user}");
        let told = if user == "cyd" { "cyd@example.com" } else { "ops@example.com" };
        let steps = item(&report, user)["steps"].to_string();
        assert!(steps.contains(&format!("told {told} by mail: rotated")), "{steps}");
    }
    let received = scene.control("mail", json!({})).await?;
    let summary = received["mail"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["subject"].as_str().is_some_and(|subject| subject.contains("key-rotation: ")));
    let summary = summary.expect("a summary")["text"].as_str().unwrap_or_default().to_owned();
    assert!(summary.contains("ana") && summary.contains("bob"), "{summary}");
    // The operators were told in the place of an owner, so the overlap runs and ends, once the new key was fetched.
    scene.handed_out("ana").await?;
    let report = start_at(&scene, "2026-11-29T02:00:00Z", &policy).await?.invoke(&json!({})).await?.report();
    assert!(item(&report, "ana")["steps"].to_string().contains("off"), "{:#}", item(&report, "ana"));
    Ok(())
}

#[tokio::test]
async fn no_rotation_is_begun_that_might_not_come_to_its_end() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    scene.key("ana", NOW, 95, Some(1)).await?;
    let mut function = start(&scene, &[APPLY]).await?;
    function.timeout = Duration::from_mins(1);
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana").0, "deferred", "{:#}", item(&report, "ana"));
    assert_eq!(scene.keys("ana").await?.len(), 1);
    function.timeout = Duration::from_mins(10);
    assert_eq!(said(&function.invoke(&json!({})).await?.report(), "ana").0, "changed");
    Ok(())
}

#[tokio::test]
async fn what_could_not_be_read_leaves_its_user_alone_and_nobody_else() -> anyhow::Result<()> {
    for (call, times) in
        [("iam:ListAccessKeys", 1), ("iam:GetAccessKeyLastUsed", 2), ("secretsmanager:DescribeSecret", 1)]
    {
        let whole = Scene::new()?;
        let people = async |scene: &Scene| -> anyhow::Result<()> {
            for user in ["ana", "bob"] {
                scene.user(user, &[]).await?;
                // Two keys, so that the last use of each is asked for before anything is decided.
                scene.key(user, NOW, 200, Some(120)).await?;
                scene.key(user, NOW, 150, Some(1)).await?;
            }
            Ok(())
        };
        people(&whole).await?;
        let one = ("NIGHTSHIFT_CONCURRENCY", "1");
        start(&whole, &[one]).await?.invoke(&json!({"mode": "plan"})).await?.report();
        let numbers: Vec<_> =
            whole.proxy.calls().iter().enumerate().filter(|(_, seen)| seen.action == call).map(|(at, _)| at).collect();
        assert_eq!(numbers.len(), 2 * times, "{call}");

        let broken = Scene::new()?;
        people(&broken).await?;
        broken.proxy.break_call(numbers[0], Fault::Throttled);
        let report = start(&broken, &[one]).await?.invoke(&json!({"mode": "plan"})).await?.report();
        let codes = [said(&report, "ana").1, said(&report, "bob").1];
        let unknown = codes.iter().filter(|code| **code == "preflight-unknown").count();
        assert_eq!(unknown, 1, "{call}: {codes:?}");
    }
    Ok(())
}
