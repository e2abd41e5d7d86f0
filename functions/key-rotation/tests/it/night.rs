//! A whole believable night: planned, and applied.

use nightshift_testkit::Scene;
use serde_json::json;

use crate::{APPLY, NOW, item, said, start, start_at};

#[tokio::test]
async fn a_due_key_is_replaced_and_the_old_one_goes_on_working() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    scene.user("bob", &[]).await?;
    scene.user("ci", &[]).await?;
    scene.user("console", &[]).await?;
    let ana = scene.key("ana", NOW, 95, Some(1)).await?;
    scene.key("bob", NOW, 10, Some(1)).await?;
    scene.key("ci", NOW, 400, Some(0)).await?;
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_EXCLUDE", "ci")]).await?;

    let plan = function.invoke(&json!({"mode": "plan"})).await?.report();
    assert_eq!(said(&plan, "ana"), ("planned", ""));
    assert_eq!(said(&plan, "bob"), ("already_right", "not-due"));
    assert_eq!(said(&plan, "ci"), ("skipped", "excluded"));
    assert_eq!(plan["counts"]["observed"], 4);
    assert!(
        plan["calls"]
            .as_object()
            .unwrap()
            .keys()
            .all(|call| call.contains(":Get") || call.contains(":List") || call.contains(":Describe"))
    );
    assert_eq!(scene.keys("ana").await?.len(), 1, "a plan only reads");

    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(report["plan_digest"], plan["plan_digest"]);
    assert_eq!(said(&report, "ana"), ("changed", "not-told"), "{:#}", item(&report, "ana"));
    let keys = scene.keys("ana").await?;
    assert!(keys.len() == 2 && keys.iter().all(|key| key.active), "{keys:?}");
    let value = scene.handed_out("ana").await?;
    let new = keys.iter().find(|key| key.id != ana).unwrap();
    assert_eq!((&value["Version"], &value["UserName"]), (&json!(1), &json!("ana")));
    assert_eq!((&value["AccessKeyId"], &value["PreviousAccessKeyId"]), (&json!(new.id), &json!(ana)));
    assert_eq!(scene.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"]);

    let again = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&again, "ana"), ("skipped", "not-told"), "nobody was told, so nothing is taken");
    assert_eq!(again["counts"]["changed"], 0);
    assert_eq!(scene.keys("ana").await?, keys);
    Ok(())
}

/// Mail by the stand-in's SES, which keeps it.
const MAIL: [(&str, &str); 2] =
    [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];

async fn verify_sender(scene: &Scene) -> anyhow::Result<()> {
    scene.mail_identity("nightshift@example.com").await
}

/// To whom mail went that is not the summary, and about what.
async fn mail(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let received = scene.control("mail", json!({})).await?;
    let received = received["mail"].as_array().cloned().unwrap_or_default();
    let line = |one: &serde_json::Value| {
        let text = one["text"].as_str().unwrap_or_default();
        assert!(!text.contains("AKIA"), "a whole key id in a mail: {text}");
        format!("{} <- {}", one["to"][0].as_str().unwrap_or_default(), one["subject"].as_str().unwrap_or_default())
    };
    // The ids are other ones each time.
    let without_id = |line: String| {
        line.split('…')
            .map(|part| part.trim_start_matches(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()))
            .collect::<Vec<_>>()
            .join("…")
    };
    let account = format!("[{}] ", scene.account);
    Ok(received
        .iter()
        .map(line)
        .map(without_id)
        .filter(|line| !line.contains("key-rotation: "))
        .map(|line| line.replace(&account, ""))
        .collect())
}

#[tokio::test]
async fn a_key_lives_through_rotation_overlap_recovery_and_deletion() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    verify_sender(&scene).await?;
    scene.user("ana", &[("Email", "ana@example.com")]).await?;
    let old = scene.key("ana", NOW, 95, Some(1)).await?;
    let policy = [APPLY, MAIL[0], MAIL[1]];
    let mut story = Vec::new();
    for (day, now) in [
        (0, "2026-11-21T02:00:00Z"),
        (1, "2026-11-22T02:00:00Z"),
        (8, "2026-11-29T02:00:00Z"),
        (9, "2026-11-30T02:00:00Z"),
        (16, "2026-12-07T02:00:00Z"),
        (17, "2026-12-08T02:00:00Z"),
        (18, "2026-12-09T02:00:00Z"),
    ] {
        let report = start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report();
        if day == 0 {
            scene.handed_out("ana").await?;
        }
        let (outcome, code) = said(&report, "ana");
        let keys = scene.keys("ana").await?;
        assert!(keys.iter().any(|key| key.active), "nobody is ever without a key");
        let alive = keys.iter().map(|key| if key.active { "on" } else { "off" }).collect::<Vec<_>>().join(", ");
        story.push(format!("day {day}: {outcome} {code}; {} {alive}", item(&report, "ana")["keys"]["rule"]));
    }
    insta::assert_snapshot!(story.join("\n"), @r#"
    day 0: changed ; "R5" on, on
    day 1: skipped overlap; "R7" on, on
    day 8: changed ; "R7" off, on
    day 9: skipped recovering; "R8" off, on
    day 16: changed ; "R8" on
    day 17: changed ; "R2" on
    day 18: already_right not-due; "R5" on
    "#);
    insta::assert_snapshot!(mail(&scene).await?.join("\n"), @"
    ana@example.com <- ana: new access key … is ready to fetch
    ana@example.com <- ana: access key … was switched off
    ana@example.com <- ana: access key … was deleted
    ");
    let left = scene.keys("ana").await?;
    assert!(left.len() == 1 && left[0].id != old);
    let tags = scene.user_tags("ana").await?;
    assert_eq!(tags.keys().collect::<Vec<_>>(), ["Email"], "nothing is left behind");
    Ok(())
}

#[tokio::test]
async fn an_old_key_in_use_is_held_and_the_operators_hear_of_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    verify_sender(&scene).await?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    let old = scene.key("ana", NOW, 95, Some(1)).await?;
    let policy = [APPLY, MAIL[0], MAIL[1]];
    let mut story = Vec::new();
    for (day, now) in [
        (0, "2026-11-21T02:00:00Z"),
        (8, "2026-11-29T02:00:00Z"),
        (9, "2026-11-30T02:00:00Z"),
        (31, "2026-12-22T02:00:00Z"),
    ] {
        scene.age_key(&old, now, 95 + day, Some(0)).await?;
        if let Some(new) = scene.keys("ana").await?.iter().find(|key| key.id != old) {
            // One of her programs has the new key, another one still the old.
            scene.age_key(&new.id, now, day, Some(0)).await?;
        }
        let report = start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report();
        let (outcome, code) = said(&report, "ana");
        story.push(format!("day {day}: {outcome} {code} {}", item(&report, "ana")["steps"]));
    }
    let new = scene.keys("ana").await?.into_iter().find(|key| key.id != old).unwrap();
    let story = story.join("\n").replace(&old[16..], "OLD").replace(&new.id[16..], "NEW");
    insta::assert_snapshot!(story, @r#"
    day 0: changed  ["made secret /aws/iam/credentials/ana","minted key …NEW","stored it in /aws/iam/credentials/ana as AWSPENDING","proved key …NEW","handed it out as AWSCURRENT","told ana@example.com by mail: rotated"]
    day 8: changed  ["told ops@example.com by mail and ana@example.com by mail: held"]
    day 9: skipped in-use []
    day 31: changed  ["switched key …OLD off","told ana@example.com by mail: deactivated"]
    "#);
    assert!(new.active && scene.keys("ana").await?.iter().any(|key| key.id == old && !key.active));

    // The owner needs it after all: one event brings it back, and no run takes it again.
    let now = "2026-12-23T02:00:00Z";
    let mut function = start_at(&scene, now, &policy).await?;
    function.invoke(&json!({"rollback": {"user": "ana"}})).await?.report();
    assert!(scene.keys("ana").await?.iter().all(|key| key.active));
    for now in ["2026-12-24T02:00:00Z", "2027-02-24T02:00:00Z"] {
        start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report();
        assert!(scene.keys("ana").await?.iter().any(|key| key.id == old && key.active), "{now}");
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_tried_again_and_nothing_is_retired_meanwhile() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    verify_sender(&scene).await?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    scene.key("ana", NOW, 95, Some(9)).await?;
    let policy = [APPLY, MAIL[0], MAIL[1]];
    scene.proxy.deny("ses:SendEmail");
    let report = start(&scene, &policy).await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("changed", "not-told"), "a mail is no reason not to rotate");
    let month_later = "2026-12-21T02:00:00Z";
    let report = start_at(&scene, month_later, &policy).await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("changed", "not-told"));
    assert!(scene.keys("ana").await?.iter().all(|key| key.active), "and one not sent is a reason not to retire");
    scene.proxy.forgive();
    start_at(&scene, month_later, &policy).await?.invoke(&json!({})).await?.report();
    let report = start_at(&scene, "2026-12-22T02:00:00Z", &policy).await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("skipped", "overlap"), "the overlap begins with the notice");
    Ok(())
}
