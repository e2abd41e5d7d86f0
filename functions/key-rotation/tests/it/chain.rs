//! The rotate chain, call by call.

use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start, start_at};

async fn ana(scene: &Scene) -> anyhow::Result<String> {
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    scene.key("ana", NOW, 95, Some(1)).await
}

async fn apply(scene: &Scene) -> anyhow::Result<Value> {
    Ok(start(scene, &[APPLY]).await?.invoke(&json!({})).await?.report())
}

/// The calls a run made that write, or that prove.
fn writes(scene: &Scene) -> Vec<String> {
    let calls = scene.proxy.calls().into_iter().map(|call| call.action);
    let reads = ["GetAccount", "ListAccess", "GetAccessKey", "GetUser", "Describe", "ListSecret"];
    calls.filter(|action| !reads.iter().any(|read| action.contains(read))).collect()
}

#[tokio::test]
async fn the_store_is_proven_before_a_key_is_minted_and_the_key_before_it_is_handed_out() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    ana(&scene).await?;
    apply(&scene).await?;
    assert_eq!(
        writes(&scene),
        [
            "sts:GetCallerIdentity",
            "secretsmanager:CreateSecret",
            "secretsmanager:PutResourcePolicy",
            "iam:TagUser",
            "iam:CreateAccessKey",
            "iam:TagUser",
            "secretsmanager:PutSecretValue",
            "sts:GetCallerIdentity",
            "secretsmanager:UpdateSecretVersionStage",
            "secretsmanager:UpdateSecretVersionStage",
        ]
    );
    let proof = scene.proxy.calls().into_iter().rfind(|call| call.action == "sts:GetCallerIdentity").unwrap();
    assert!(scene.keys("ana").await?.iter().any(|key| key.id == proof.key), "asked with the new key itself");
    Ok(())
}

#[tokio::test]
async fn where_the_secret_cannot_be_written_no_key_is_minted() -> anyhow::Result<()> {
    for call in ["secretsmanager:CreateSecret", "secretsmanager:PutResourcePolicy", "iam:TagUser"] {
        let scene = Scene::new()?;
        ana(&scene).await?;
        scene.proxy.deny(call);
        let report = apply(&scene).await?;
        assert_eq!(said(&report, "ana"), ("failed", "access-denied"), "{call}");
        assert_eq!(scene.keys("ana").await?.len(), 1, "{call}");
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_cannot_be_stored_goes_again() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let old = ana(&scene).await?;
    scene.proxy.deny("secretsmanager:PutSecretValue");
    let report = apply(&scene).await?;
    assert_eq!(said(&report, "ana"), ("failed", "access-denied"));
    assert_eq!(scene.keys("ana").await?.iter().map(|key| key.id.clone()).collect::<Vec<_>>(), [old]);
    scene.proxy.forgive();
    assert_eq!(said(&apply(&scene).await?, "ana").0, "changed");
    Ok(())
}

const PUT: &str = "secretsmanager:PutSecretValue";
const MINT: &str = "iam:CreateAccessKey";

#[tokio::test]
async fn a_minted_key_whose_storing_nobody_knows_of_is_never_thrown_away() -> anyhow::Result<()> {
    let refused = |status, code| Fault::Refused { status, code };
    // What becomes of storing the key, and of looking for it; whether the run goes on, since it is stored for all that.
    for (storing, looking, goes_on) in [
        (vec![Fault::ServerErrorAfter; 2], None, true),
        (vec![Fault::AnswerLost; 2], None, true),
        (vec![Fault::ServerErrorAfter, Fault::Denied], None, true),
        (vec![Fault::AnswerLost, Fault::Throttled], None, true),
        (vec![Fault::Throttled, refused(503, "AccessDeniedException")], None, false),
        (vec![Fault::ServerError; 2], None, false),
        (vec![Fault::RequestLost; 2], None, false),
        (vec![Fault::AnswerLost, Fault::Denied], Some(Fault::Denied), false),
    ] {
        let scene = Scene::new()?;
        let old = ana(&scene).await?;
        for fault in &storing {
            scene.proxy.break_next(PUT, "", 1, *fault);
        }
        if let Some(fault) = looking {
            // The run reads the secret's labels before, too: only what follows on the storing is broken.
            let whole = Scene::new()?;
            ana(&whole).await?;
            apply(&whole).await?;
            let calls = whole.proxy.calls();
            let put = calls.iter().position(|call| call.action == PUT).expect("a key is stored");
            scene.proxy.break_call(put + 2, fault);
        }
        let report = apply(&scene).await?;
        let keys = scene.keys("ana").await?;
        assert_eq!(keys.len(), 2, "{storing:?}: the key stays: {report:#}");
        assert!(keys.iter().any(|key| key.id == old && key.active), "{storing:?}");
        assert_eq!(said(&report, "ana").0 == "changed", goes_on, "{storing:?}: {report:#}");
        scene.proxy.forgive();
        // The next night goes on with what was stored, and deletes what was not; the one after mints another.
        for night in ["2026-11-21T02:40:00Z", "2026-11-22T02:00:00Z"] {
            start_at(&scene, night, &[APPLY]).await?.invoke(&json!({})).await?.report();
        }
        let handed_out = scene.handed_out("ana").await?["AccessKeyId"].clone();
        let keys = scene.keys("ana").await?;
        assert_eq!(keys.len(), 2, "{storing:?}");
        assert!(keys.iter().any(|key| key.id != old && handed_out == key.id.as_str()), "{storing:?}: {keys:?}");
        assert_eq!(scene.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"], "{storing:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_fault_of_iam_at_minting_is_no_refusal() -> anyhow::Result<()> {
    for (fault, code, keys) in [
        (Fault::ServerError, "no-answer", 1),
        // With any other status this one says that there are two keys already.
        (Fault::Refused { status: 500, code: "LimitExceeded" }, "no-answer", 1),
        (Fault::Refused { status: 409, code: "EntityTemporarilyUnmodifiable" }, "not-ready", 1),
    ] {
        let scene = Scene::new()?;
        ana(&scene).await?;
        scene.proxy.break_next(MINT, "", 1, fault);
        let report = apply(&scene).await?;
        assert_eq!(said(&report, "ana").1, code, "{fault:?}: {report:#}");
        assert_eq!(scene.keys("ana").await?.len(), keys, "{fault:?}");
        for night in ["2026-11-21T02:40:00Z", "2026-11-22T02:00:00Z"] {
            start_at(&scene, night, &[APPLY]).await?.invoke(&json!({})).await?.report();
        }
        assert_eq!(scene.keys("ana").await?.len(), 2, "{fault:?}");
        assert_eq!(scene.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"], "{fault:?}");
    }
    Ok(())
}

/// Ana, of whose new key AWS's answer was lost; the old key.
async fn lost(fault: Fault, policy: &[(&str, &str)]) -> anyhow::Result<(Scene, String)> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let old = ana(&scene).await?;
    scene.proxy.break_next(MINT, "", 1, fault);
    let report = start(&scene, policy).await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("failed", "no-answer"));
    assert_eq!(scene.proxy.calls().iter().filter(|call| call.action == MINT).count(), 1, "asked once");
    assert_eq!(scene.keys("ana").await?.len(), 2);
    Ok((scene, old))
}

const TOLD: [(&str, &str); 3] =
    [APPLY, ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];

#[tokio::test]
async fn a_key_whose_answer_was_lost_is_told_of_and_touched_by_nobody() -> anyhow::Result<()> {
    for fault in [Fault::AnswerLost, Fault::ServerErrorAfter] {
        let (scene, _) = lost(fault, &TOLD).await?;
        // Right after, nobody can tell whether its run is still at work; half an hour later somebody can.
        let report = start(&scene, &TOLD).await?.invoke(&json!({})).await?.report();
        assert_eq!(said(&report, "ana"), ("skipped", "unsettled"));
        for night in ["2026-11-21T02:40:00Z", "2026-11-22T02:00:00Z", "2026-11-30T02:00:00Z", "2027-02-01T02:00:00Z"] {
            start_at(&scene, night, &TOLD).await?.invoke(&json!({})).await?.report();
            let keys = scene.keys("ana").await?;
            assert!(keys.len() == 2 && keys.iter().all(|key| key.active), "{fault:?} {night}: {keys:?}");
        }
        let received = scene.control("mail", json!({})).await?;
        let mail = received["mail"].as_array().cloned().unwrap_or_default();
        let about: Vec<_> = mail
            .iter()
            .filter(|one| one["subject"].as_str().is_some_and(|said| said.contains("nobody has claimed")))
            .collect();
        assert_eq!(about.len(), 2, "its owner and the operators, once: {about:?}");
        assert!(
            about.iter().all(|one| one["text"].as_str().is_some_and(|text| text.contains("aws iam delete-access-key")))
        );
        let report = start_at(&scene, "2027-02-02T02:00:00Z", &TOLD).await?.invoke(&json!({})).await?.report();
        assert_eq!(said(&report, "ana"), ("skipped", "unclaimed"), "it is named where it stands in the way");
    }
    Ok(())
}

#[tokio::test]
async fn by_policy_an_unclaimed_key_goes_off_and_after_recovery_the_rotation_goes_on() -> anyhow::Result<()> {
    let policy = [TOLD[0], TOLD[1], TOLD[2], ("NIGHTSHIFT_ORPHANS", "switch-off")];
    let (scene, old) = lost(Fault::AnswerLost, &policy).await?;
    for (now, keys) in [
        ("2026-11-21T02:40:00Z", "on, on"),
        ("2026-11-22T03:00:00Z", "on, off"),
        ("2026-11-29T02:00:00Z", "on, off"),
        ("2026-11-29T04:00:00Z", "on"),
    ] {
        let report = start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report();
        let stand: Vec<_> = scene.keys("ana").await?.iter().map(|key| if key.active { "on" } else { "off" }).collect();
        assert_eq!(stand.join(", "), keys, "{now}: {:#}", item(&report, "ana"));
    }
    for now in ["2026-11-30T02:00:00Z", "2026-12-01T02:00:00Z", "2026-12-02T02:00:00Z"] {
        start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report();
    }
    let keys = scene.keys("ana").await?;
    let handed_out = scene.handed_out("ana").await?;
    assert!(keys.len() == 2 && keys.iter().any(|key| key.id == old && key.active), "{keys:?}");
    assert!(keys.iter().any(|key| key.id != old && handed_out["AccessKeyId"] == key.id.as_str()), "{keys:?}");
    Ok(())
}

#[tokio::test]
async fn a_key_whose_id_was_noted_and_that_was_never_stored_goes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let old = ana(&scene).await?;
    // Neither stored nor deleted again: both are asked for and refused.
    scene.proxy.deny(PUT);
    scene.proxy.deny("iam:DeleteAccessKey");
    apply(&scene).await?;
    assert_eq!(scene.keys("ana").await?.len(), 2);
    scene.proxy.forgive();
    let report = start_at(&scene, "2026-11-21T02:40:00Z", &[APPLY]).await?.invoke(&json!({})).await?.report();
    assert_eq!(item(&report, "ana")["keys"]["rule"], "R2", "{report:#}");
    assert_eq!(scene.keys("ana").await?.iter().map(|key| key.id.clone()).collect::<Vec<_>>(), [old]);
    start_at(&scene, "2026-11-22T02:00:00Z", &[APPLY]).await?.invoke(&json!({})).await?.report();
    assert_eq!(scene.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"]);
    Ok(())
}

#[tokio::test]
async fn a_stored_key_that_cannot_be_proven_goes_and_the_next_night_begins_anew() -> anyhow::Result<()> {
    const HAND_OUT: &str = "secretsmanager:UpdateSecretVersionStage";
    const READ: &str = "secretsmanager:GetSecretValue";
    let scene = Scene::new()?;
    let old = ana(&scene).await?;
    scene.proxy.deny(HAND_OUT);
    apply(&scene).await?;
    let keys = scene.keys("ana").await?;
    let new = keys.iter().find(|key| key.id != old).expect("minted and stored, and handed to nobody").id.clone();
    // AWS's word of a use comes late, that of the proof as well.
    scene.control("age-key", json!({"key": new, "created": NOW, "last_used": null})).await?;
    scene.proxy.forgive();
    scene.proxy.deny(READ);
    let night = |now| start_at(&scene, now, &[APPLY]);
    let report = night("2026-11-21T02:40:00Z").await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("changed", "begun-anew"), "{report:#}");
    assert_eq!(scene.keys("ana").await?.iter().map(|key| key.id.clone()).collect::<Vec<_>>(), [old.as_str()]);
    scene.proxy.forgive();
    let report = night("2026-11-22T02:00:00Z").await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana").0, "changed", "{report:#}");
    let handed_out = scene.handed_out("ana").await?;
    let keys = scene.keys("ana").await?;
    assert!(keys.iter().any(|key| key.id != old && handed_out["AccessKeyId"] == key.id.as_str()), "{keys:?}");
    Ok(())
}

/// A key that `user` made by hand three minutes into the night, and has not used.
async fn made_by_hand(scene: &Scene, user: &str) -> anyhow::Result<String> {
    let key = scene.key(user, NOW, 0, None).await?;
    scene.control("age-key", json!({"key": key, "created": "2026-11-21T02:03:00Z", "last_used": null})).await?;
    Ok(key)
}

/// Nobody took `key` away, neither half an hour later nor on the next night.
async fn stays(scene: &Scene, user: &str, key: &str, when: &str) -> anyhow::Result<()> {
    for now in ["2026-11-21T02:40:00Z", "2026-11-22T02:00:00Z", "2026-11-23T02:00:00Z"] {
        start_at(scene, now, &[APPLY]).await?.invoke(&json!({})).await?.report();
        let keys = scene.keys(user).await?;
        assert!(keys.iter().any(|one| one.id == key && one.active), "{when}: the key is gone by {now}: {keys:?}");
    }
    Ok(())
}

/// The number of the first `action` of an unbroken run of `event`.
async fn number_of(action: &str, event: &Value) -> anyhow::Result<usize> {
    let whole = Scene::new()?;
    let key = ana(&whole).await?;
    let event = serde_json::from_str(&event.to_string().replace("KEY", &key))?;
    start(&whole, &[APPLY]).await?.invoke(&event).await?.report();
    let number = whole.proxy.calls().iter().position(|call| call.action == action);
    Ok(number.unwrap_or_else(|| panic!("{action} is not called")))
}

#[tokio::test]
async fn a_key_made_by_hand_after_a_definite_no_is_nobodys_orphan() -> anyhow::Result<()> {
    let leak = json!({"compromised": {"user": "ana", "access_key_id": "KEY"}});
    for event in [json!({}), leak] {
        for (action, fault) in [
            ("iam:CreateAccessKey", Fault::Refused { status: 409, code: "LimitExceeded" }),
            ("iam:CreateAccessKey", Fault::Refused { status: 409, code: "EntityTemporarilyUnmodifiable" }),
            ("iam:CreateAccessKey", Fault::Refused { status: 400, code: "ValidationError" }),
            ("iam:CreateAccessKey", Fault::Throttled),
            ("iam:CreateAccessKey", Fault::Denied),
            // The key is minted, cannot be stored, and goes again.
            ("secretsmanager:PutSecretValue", Fault::Denied),
        ] {
            let number = number_of(action, &event).await?;
            let scene = Scene::new()?;
            let old = ana(&scene).await?;
            scene.proxy.break_call(number, fault);
            let event: Value = serde_json::from_str(&event.to_string().replace("KEY", &old))?;
            start(&scene, &[APPLY]).await?.invoke(&event).await?.report();
            scene.proxy.reset();
            let key = made_by_hand(&scene, "ana").await?;
            stays(&scene, "ana", &key, &format!("{event} {action} {fault:?}")).await?;
            assert!(!scene.user_tags("ana").await?.contains_key("nightshift:intent"), "{event} {action} {fault:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_key_made_by_hand_in_the_place_of_one_that_leaked_is_nobodys_orphan() -> anyhow::Result<()> {
    // No key of ours can be minted: the secret of that name is somebody else's.
    let scene = Scene::new()?;
    let leaked = ana(&scene).await?;
    scene.secrets().await.create_secret().name("/aws/iam/credentials/ana").secret_string("theirs").send().await?;
    let event = json!({"compromised": {"user": "ana", "access_key_id": leaked}});
    start(&scene, &[APPLY]).await?.invoke(&event).await?.report();
    let key = made_by_hand(&scene, "ana").await?;
    stays(&scene, "ana", &key, "a leak").await?;
    assert!(!scene.user_tags("ana").await?.contains_key("nightshift:intent"), "nothing is owed to her any more");
    Ok(())
}

#[tokio::test]
async fn no_secret_half_is_in_anything_the_function_says() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    ana(&scene).await?;
    let mut function = start(&scene, &[APPLY, ("AWS_LAMBDA_LOG_LEVEL", "trace")]).await?;
    let report = function.invoke(&json!({})).await?.report();
    let secret = scene.handed_out("ana").await?["SecretAccessKey"].as_str().unwrap().to_owned();
    assert!(secret.len() >= 30);
    let output = function.into_output();
    assert!(output.contains("minted key"), "the log was looked at");
    assert!(!output.contains(&secret) && !report.to_string().contains(&secret));
    Ok(())
}
