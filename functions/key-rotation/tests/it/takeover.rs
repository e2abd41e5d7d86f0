//! An old key works until its successor was taken over: fetched by somebody, or used by somebody. What this tool does with
//! the new key itself is neither.

use nightshift::domains::keys::naming::{placeholder_of, version_of};
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start_at};

const MAIL: [(&str, &str); 2] =
    [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];
const POLICY: [(&str, &str); 3] = [APPLY, MAIL[0], MAIL[1]];

/// Ana, whose key is due and was last used eight days ago; its id.
async fn ana() -> anyhow::Result<(Scene, String)> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    let old = scene.key("ana", NOW, 95, Some(8)).await?;
    Ok((scene, old))
}

async fn night(scene: &Scene, now: &str, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    Ok(start_at(scene, now, policy).await?.invoke(&json!({})).await?.report())
}

async fn works(scene: &Scene, key: &str) -> anyhow::Result<bool> {
    Ok(scene.keys("ana").await?.iter().any(|one| one.id == key && one.active))
}

/// The key the secret of ana hands out, without reading it.
async fn new_key(scene: &Scene, old: &str) -> anyhow::Result<String> {
    let keys = scene.keys("ana").await?;
    Ok(keys.into_iter().find(|key| key.id != old).map(|key| key.id).unwrap_or_default())
}

/// To whom a mail about `what` went, sorted.
async fn told(scene: &Scene, what: &str) -> anyhow::Result<Vec<String>> {
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let about = mail.iter().filter(|one| one["subject"].as_str().is_some_and(|subject| subject.contains(what)));
    let mut to: Vec<_> = about.map(|one| one["to"][0].as_str().unwrap_or_default().to_owned()).collect();
    to.sort();
    Ok(to)
}

#[tokio::test]
async fn an_old_key_works_until_somebody_fetched_the_new_one_however_long_it_takes() -> anyhow::Result<()> {
    let (scene, old) = ana().await?;
    night(&scene, NOW, &POLICY).await?;
    let report = night(&scene, "2026-11-29T02:00:00Z", &POLICY).await?;
    assert!(works(&scene, &old).await?, "nobody has the new key: {:#}", item(&report, "ana"));
    assert_eq!(told(&scene, "nobody has taken over").await?, ["ana@example.com", "ops@example.com"]);
    for now in ["2026-11-30T02:00:00Z", "2026-12-30T02:00:00Z", "2027-06-30T02:00:00Z"] {
        let report = night(&scene, now, &POLICY).await?;
        assert_eq!(said(&report, "ana"), ("skipped", "not-taken-over"), "{now}");
        assert!(works(&scene, &old).await?, "{now}");
    }
    assert_eq!(told(&scene, "nobody has taken over").await?.len(), 2, "once");
    scene.handed_out("ana").await?;
    night(&scene, "2027-07-01T02:00:00Z", &POLICY).await?;
    assert!(!works(&scene, &old).await?, "it was fetched");
    night(&scene, "2027-07-09T02:00:00Z", &POLICY).await?;
    assert_eq!(scene.keys("ana").await?.len(), 1, "and after recovery the old one goes");
    Ok(())
}

#[tokio::test]
async fn where_the_policy_has_an_end_each_notice_names_it_and_the_key_goes_off_then() -> anyhow::Result<()> {
    let (scene, old) = ana().await?;
    let policy = [APPLY, MAIL[0], MAIL[1], ("NIGHTSHIFT_HOLD_LIMIT_DAYS", "20")];
    for now in [NOW, "2026-11-29T02:00:00Z", "2026-12-10T02:00:00Z"] {
        night(&scene, now, &policy).await?;
        assert!(works(&scene, &old).await?, "{now}");
    }
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let of_ana = mail.iter().filter(|one| one["subject"].as_str().is_some_and(|subject| subject.contains("] ana: ")));
    let named =
        of_ana.filter(|one| one["text"].as_str().is_some_and(|text| text.contains("Fri 11 Dec 2026, 02:00 UTC")));
    assert_eq!(named.count(), 3, "the new key to ana, the hold to her and to the operators: {received:#}");
    night(&scene, "2026-12-11T03:00:00Z", &policy).await?;
    assert!(!works(&scene, &old).await?);
    Ok(())
}

#[tokio::test]
async fn a_use_of_the_new_key_an_hour_after_our_own_is_somebodys_whatever_the_service() -> anyhow::Result<()> {
    for (used, service, taken) in [
        // Our proof itself, as the stand-in keeps it.
        (None, "sts", false),
        (Some("2026-11-21T02:45:00Z"), "sts", false),
        (Some("2026-11-21T03:15:00Z"), "sts", true),
        (Some("2026-11-21T03:15:00Z"), "s3", true),
    ] {
        let (scene, old) = ana().await?;
        night(&scene, NOW, &POLICY).await?;
        let new = new_key(&scene, &old).await?;
        if let Some(used) = used {
            scene.control("age-key", json!({"key": new, "last_used": used, "service": service})).await?;
        }
        let report = night(&scene, "2026-11-29T02:00:00Z", &POLICY).await?;
        let last = item(&report, "ana")["keys"]["access_keys"][0]["last_used"]["service"].clone();
        assert_eq!(last, service, "AWS knows of the use");
        assert_eq!(!works(&scene, &old).await?, taken, "{used:?} {service}");
    }
    Ok(())
}

#[tokio::test]
async fn what_we_read_ourselves_nobody_fetched() -> anyhow::Result<()> {
    for (fetched, taken) in [(None, false), (Some("2026-11-21T00:00:00Z"), false), (Some("2026-11-22T00:00:00Z"), true)]
    {
        let (scene, old) = ana().await?;
        // The key is stored and cannot be proven that night; the next run reads it to prove it.
        scene.proxy.deny("secretsmanager:UpdateSecretVersionStage");
        night(&scene, NOW, &POLICY).await?;
        scene.proxy.forgive();
        let report = night(&scene, "2026-11-21T03:00:00Z", &POLICY).await?;
        assert_eq!(item(&report, "ana")["keys"]["rule"], "R3");
        assert!(scene.proxy.calls().iter().any(|call| call.action == "secretsmanager:GetSecretValue"));
        let new = new_key(&scene, &old).await?;
        let id = scene.iam().await.get_user().user_name("ana").send().await?.user.map(|user| user.user_id);
        let version = version_of(&scene.account, &id.unwrap_or_default(), &new);
        if let Some(day) = fetched {
            let body = json!({"secret": "/aws/iam/credentials/ana", "version": version, "last_accessed": day});
            scene.control("secret-version", body).await?;
        }
        let report = night(&scene, "2026-11-29T02:00:00Z", &POLICY).await?;
        let day = item(&report, "ana")["keys"]["access_keys"][0]["fetched"].as_str().unwrap_or_default().to_owned();
        assert_eq!(day, fetched.unwrap_or("2026-11-21T00:00:00Z"), "our own reading left its day");
        assert_eq!(!works(&scene, &old).await?, taken, "{fetched:?}");
    }
    Ok(())
}

/// Ana, whose new key a run stored and could not hand out.
async fn pending() -> anyhow::Result<(Scene, String, String)> {
    let (scene, old) = ana().await?;
    scene.proxy.deny("secretsmanager:UpdateSecretVersionStage");
    night(&scene, NOW, &POLICY).await?;
    scene.proxy.forgive();
    let new = new_key(&scene, &old).await?;
    // AWS's word of the proof comes late.
    scene.control("age-key", json!({"key": new, "last_used": null})).await?;
    Ok((scene, old, new))
}

/// The secret hands `new` out, as a run does that is at it still, or has ended.
async fn hand_out(scene: &Scene, new: &str, ended: bool) -> anyhow::Result<()> {
    let id = scene.iam().await.get_user().user_name("ana").send().await?.user.map(|user| user.user_id);
    let id = id.unwrap_or_default();
    let (version, first) = (version_of(&scene.account, &id, new), placeholder_of(&scene.account, &id));
    let stage = scene.secrets().await.update_secret_version_stage().secret_id("/aws/iam/credentials/ana");
    let current = stage.clone().version_stage("AWSCURRENT").move_to_version_id(&version);
    current.remove_from_version_id(first).send().await?;
    if ended {
        stage.version_stage("AWSPENDING").remove_from_version_id(&version).send().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_another_run_hands_out_meanwhile_is_not_given_up() -> anyhow::Result<()> {
    let (scene, old, new) = pending().await?;
    let report = night(&scene, "2026-11-21T02:20:00Z", &POLICY).await?;
    assert_eq!(said(&report, "ana"), ("skipped", "unsettled"), "its run may be proving it");
    let mut other = start_at(&scene, "2026-11-21T02:40:00Z", &POLICY).await?;
    scene.proxy.break_next("secretsmanager:GetSecretValue", "", 1, Fault::HoldBefore);
    other.send(&json!({})).await?;
    scene.proxy.reached().await?;
    hand_out(&scene, &new, true).await?;
    scene.proxy.release();
    let report = other.answer().await?.report();
    assert_eq!(said(&report, "ana"), ("skipped", "changed-since-plan"), "{report:#}");
    assert!(works(&scene, &new).await? && works(&scene, &old).await?, "somebody may have fetched it");
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_handed_out_and_cannot_be_read_is_left_to_a_person() -> anyhow::Result<()> {
    let (scene, old, new) = pending().await?;
    hand_out(&scene, &new, false).await?;
    scene.proxy.deny("secretsmanager:GetSecretValue");
    let report = night(&scene, "2026-11-21T02:40:00Z", &POLICY).await?;
    assert_eq!(said(&report, "ana"), ("failed", "not-proven"), "{report:#}");
    assert!(works(&scene, &new).await? && works(&scene, &old).await?, "somebody may have fetched it");
    Ok(())
}
