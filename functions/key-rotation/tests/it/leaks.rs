//! Leaked keys: every one that an event names is off afterwards, or the invocation fails, so that Lambda tries again and
//! its queue and alarm say so.

use nightshift_testkit::{Answer, Call, Fault, Scene};
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start};

const MAIL: [(&str, &str); 2] =
    [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];
pub(crate) const POLICY: [(&str, &str); 3] = [APPLY, MAIL[0], MAIL[1]];

/// Ana and bob with a pair of keys each, cyd with one.
pub(crate) async fn people() -> anyhow::Result<(Scene, Vec<String>)> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let mut keys = Vec::new();
    for (user, count) in [("ana", 2), ("bob", 2), ("cyd", 1)] {
        scene.user(user, &[("mail", &format!("{user}@example.com"))]).await?;
        for number in 0..count {
            keys.push(scene.key(user, NOW, 20 - number, Some(0)).await?);
        }
    }
    Ok((scene, keys))
}

pub(crate) fn named(user: &str, key: &str) -> Value {
    json!({"user": user, "access_key_id": key})
}

pub(crate) async fn off(scene: &Scene, user: &str) -> anyhow::Result<Vec<String>> {
    Ok(scene.keys(user).await?.into_iter().filter(|key| !key.active).map(|key| key.id).collect())
}

/// The keys of `user` that are noted as leaked.
async fn noted(scene: &Scene, user: &str) -> anyhow::Result<Vec<String>> {
    let tags = scene.user_tags(user).await?;
    Ok(sorted(&tags.keys().filter_map(|tag| tag.strip_prefix("nightshift:leaked:")).collect::<Vec<_>>()))
}

fn sorted(ids: &[impl ToString]) -> Vec<String> {
    let mut ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

pub(crate) async fn invoke(scene: &Scene, event: &Value) -> anyhow::Result<Answer> {
    start(scene, &POLICY).await?.invoke(event).await
}

/// Who was told of a leak, and of which key by its end.
async fn told(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let received = scene.control("mail", json!({})).await?;
    let line = |mail: &Value| {
        let subject = mail["subject"].as_str().unwrap_or_default();
        let key = subject.split_once('…').map(|(_, rest)| rest.chars().take(4).collect::<String>());
        format!("{} {}", mail["to"][0].as_str().unwrap_or_default(), key.unwrap_or_default())
    };
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let of_leaks = mail.iter().filter(|one| one["subject"].as_str().is_some_and(|subject| subject.contains("leaked")));
    let mut told: Vec<_> = of_leaks.map(line).collect();
    told.sort();
    Ok(told)
}

#[tokio::test]
async fn every_key_that_an_event_names_is_off_however_many_there_are_of_a_user() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    // Twice the same, one by its id alone, and a third user beside them.
    let event = json!({"compromised": [
        named("ana", &keys[0]), named("ana", &keys[1]), named("ana", &keys[0]),
        named("bob", &keys[2]), {"access_key_id": keys[3]}, {"access_key_id": keys[4]},
    ]});
    let report = invoke(&scene, &event).await?.report();
    assert_eq!((off(&scene, "ana").await?, off(&scene, "bob").await?), (keys[..2].to_vec(), keys[2..4].to_vec()));
    assert_eq!(off(&scene, "cyd").await?, keys[4..], "and cyd, who has no other, gets another");
    assert_eq!(scene.keys("cyd").await?.len(), 2);
    for user in ["ana", "bob", "cyd"] {
        assert_eq!((said(&report, user), &item(&report, user)["keys"]["leak"]), (("changed", ""), &json!("off")));
    }
    assert_eq!(noted(&scene, "ana").await?, sorted(&keys[..2]));
    let end = |number: usize| &keys[number][keys[number].len() - 4..];
    let mut expected: Vec<_> = [("ana", 0), ("ana", 1), ("bob", 2), ("bob", 3), ("cyd", 4)]
        .iter()
        .flat_map(|(user, key)| [format!("{user}@example.com {}", end(*key)), format!("ops@example.com {}", end(*key))])
        .collect();
    expected.sort();
    assert_eq!(told(&scene).await?, expected);
    // The event comes twice: nothing is left to do, and nobody is told again.
    let report = invoke(&scene, &event).await?.report();
    for user in ["ana", "bob", "cyd"] {
        assert_eq!(said(&report, user), ("skipped", "leaked-kept"), "{user}");
    }
    assert_eq!(told(&scene).await?, expected);
    Ok(())
}

#[tokio::test]
async fn a_key_that_cannot_be_switched_off_does_not_keep_another_on() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    let event = json!({"compromised": [named("ana", &keys[0]), named("ana", &keys[1]), named("bob", &keys[2])]});
    let first = |calls: &[Call]| calls.iter().position(|call| call.action == "iam:UpdateAccessKey");
    let number = {
        let (whole, keys) = people().await?;
        let event = json!({"compromised": [named("ana", &keys[0]), named("ana", &keys[1]), named("bob", &keys[2])]});
        start(&whole, &[APPLY, ("NIGHTSHIFT_CONCURRENCY", "1")]).await?.invoke(&event).await?;
        first(&whole.proxy.calls()).expect("a key is switched off")
    };
    scene.proxy.break_call(number, Fault::Refused { status: 409, code: "ConcurrentModification" });
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_CONCURRENCY", "1")]).await?;
    let (kind, message) = function.invoke(&event).await?.fault();
    assert_eq!(kind, "NotCarriedOut", "{message}");
    assert!(message.contains("ana") && !message.contains("AKIA"), "{message}");
    let went = off(&scene, "ana").await?;
    assert_eq!((went.len(), off(&scene, "bob").await?), (1, keys[2..3].to_vec()));
    assert_eq!(noted(&scene, "ana").await?, went, "what went off is noted");
    scene.proxy.reset();
    assert!(matches!(function.invoke(&event).await?, Answer::Report(_)), "Lambda's second attempt");
    assert_eq!(off(&scene, "ana").await?, keys[..2]);
    Ok(())
}

/// Ana alone, with two keys: the older leaked.
pub(crate) async fn pair() -> anyhow::Result<(Scene, String)> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    let leaked = scene.key("ana", NOW, 20, Some(0)).await?;
    scene.key("ana", NOW, 10, Some(0)).await?;
    Ok((scene, leaked))
}

#[tokio::test]
async fn whatever_call_fails_the_key_is_off_or_the_invocation_fails_and_the_next_attempt_mends_it() -> anyhow::Result<()>
{
    for by_id_alone in [false, true] {
        let event = |key: &str| {
            let leak = if by_id_alone { json!({"access_key_id": key}) } else { named("ana", key) };
            json!({ "compromised": leak })
        };
        let (whole, key) = pair().await?;
        start(&whole, &[APPLY]).await?.invoke(&event(&key)).await?.report();
        let calls: Vec<_> = whole.proxy.calls().into_iter().map(|call| call.action).collect();
        for (number, action) in calls.iter().enumerate() {
            for fault in [Fault::Throttled, Fault::Refused { status: 409, code: "ConcurrentModification" }] {
                let (scene, key) = pair().await?;
                scene.proxy.break_call(number, fault);
                let mut function = start(&scene, &[APPLY]).await?;
                let answer = function.invoke(&event(&key)).await?;
                let done = async || -> anyhow::Result<bool> {
                    Ok(off(&scene, "ana").await? == [key.clone()] && noted(&scene, "ana").await? == [key.clone()])
                };
                assert!(done().await? || matches!(answer, Answer::Fault { .. }), "{action} {fault:?}: {answer:?}");
                scene.proxy.reset();
                let again = function.invoke(&event(&key)).await?;
                assert!(matches!(again, Answer::Report(_)) && done().await?, "{action} {fault:?}: {again:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_key_nobody_has_fails_the_invocation_and_the_report_of_it_is_on_record() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_REPORT_BUCKET", "reports")]).await?;
    for (event, whom) in [
        (json!({"compromised": {"user": "anna", "access_key_id": "AKIAIOSFODNN7NOBODY"}}), "anna"),
        (json!({"compromised": {"user": "ana", "access_key_id": "AKIAIOSFODNN7NOBODY"}}), "ana"),
        (json!({"compromised": [named("bob", &keys[2]), {"access_key_id": "AKIAIOSFODNN7NOBODY"}]}), "…BODY"),
    ] {
        let (kind, message) = function.invoke(&event).await?.fault();
        assert_eq!(kind, "NotCarriedOut", "{event}");
        assert!(message.contains(whom) && !message.contains("AKIA"), "{message}");
    }
    assert_eq!(off(&scene, "bob").await?, keys[2..3], "what could be done is done");
    assert_eq!(off(&scene, "ana").await?, [] as [&str; 0], "nothing is touched in its place");
    let kept = scene.proxy.calls().into_iter().filter(|call| call.action.starts_with("s3:PUT /reports/")).count();
    assert_eq!(kept, 3, "each run is on record");
    let output = function.into_output();
    assert!(output.contains("run finished") && output.contains(r#""RunFaults":1"#), "{output}");
    // A plan that is no longer the one that was reviewed is not applied, and that is no success either.
    let mut stale = json!({"compromised": named("ana", &keys[0])});
    stale["expect_plan"] = json!(format!("sha256:{}", "0".repeat(64)));
    let (kind, message) = start(&scene, &POLICY).await?.invoke(&stale).await?.fault();
    assert!(kind == "NotCarriedOut" && message.contains("nothing was done"), "{message}");
    // Whoever asks for a plan gets it.
    let plan = json!({"mode": "plan", "compromised": {"user": "anna", "access_key_id": "AKIAIOSFODNN7NOBODY"}});
    assert_eq!(said(&start(&scene, &POLICY).await?.invoke(&plan).await?.report(), "anna"), ("failed", "no-such-user"));
    Ok(())
}

#[tokio::test]
async fn the_id_says_whose_a_key_is_whatever_the_event_calls_its_user() -> anyhow::Result<()> {
    for named_user in [Some("bob"), Some("anna"), None] {
        let (scene, keys) = people().await?;
        let mut entries = vec![json!({"access_key_id": keys[0], "user": named_user})];
        if named_user.is_none() {
            entries[0] = json!({"access_key_id": keys[0]});
        } else {
            entries.push(named("ana", &keys[0]));
        }
        let answer = invoke(&scene, &json!({ "compromised": entries })).await?;
        assert!(matches!(answer, Answer::Report(_)), "{named_user:?}: {answer:?}");
        assert_eq!(off(&scene, "ana").await?, keys[..1], "{named_user:?}");
        assert_eq!(off(&scene, "bob").await?, [] as [&str; 0], "{named_user:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_read_that_is_refused_keeps_a_leaked_key_on() -> anyhow::Result<()> {
    const READS: [&str; 6] = [
        "iam:GetAccountAuthorizationDetails",
        "iam:ListAccessKeys",
        "iam:GetUser",
        "iam:GetAccessKeyLastUsed",
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListSecretVersionIds",
    ];
    for read in READS {
        let (scene, key) = pair().await?;
        scene.proxy.deny(read);
        start(&scene, &[APPLY]).await?.invoke(&json!({"compromised": named("ana", &key)})).await?;
        assert_eq!(off(&scene, "ana").await?, std::slice::from_ref(&key), "{read}");
        assert_eq!(noted(&scene, "ana").await?, [key], "{read}");
    }
    // All of them at once: her name and the key's are all there is.
    let (scene, key) = pair().await?;
    for read in READS {
        scene.proxy.deny(read);
    }
    start(&scene, &[APPLY]).await?.invoke(&json!({"compromised": named("ana", &key)})).await?;
    assert_eq!(off(&scene, "ana").await?, [key]);
    Ok(())
}

#[tokio::test]
async fn two_events_at_once_lose_no_mark() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    let policy = [APPLY, ("NIGHTSHIFT_INACTIVE_KEYS", "delete")];
    let (mut one, mut other) = (start(&scene, &policy).await?, start(&scene, &policy).await?);
    let (first, second) =
        (json!({"compromised": named("ana", &keys[0])}), json!({"compromised": named("ana", &keys[1])}));
    let answers = futures_join(one.invoke(&first), other.invoke(&second)).await;
    assert!(answers.0.is_ok() && answers.1.is_ok());
    assert_eq!((off(&scene, "ana").await?, noted(&scene, "ana").await?), (keys[..2].to_vec(), sorted(&keys[..2])));
    for night in ["2026-11-22T02:00:00Z", "2026-12-22T02:00:00Z"] {
        crate::start_at(&scene, night, &policy).await?.invoke(&json!({})).await?.report();
    }
    assert_eq!(off(&scene, "ana").await?, keys[..2], "neither is ever deleted");
    Ok(())
}

/// Both at once.
async fn futures_join<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    tokio::join!(one, other)
}

#[tokio::test]
async fn a_leak_that_cannot_be_noted_on_its_user_is_loud_kept_and_finished_by_a_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    let leaked = scene.key("ana", NOW, 20, Some(0)).await?;
    let policy = [APPLY, ("NIGHTSHIFT_INACTIVE_KEYS", "delete"), ("NIGHTSHIFT_RECOVERY_DAYS", "1")];
    scene.proxy.deny("iam:TagUser");
    let event = json!({"compromised": named("ana", &leaked)});
    let (kind, message) = start(&scene, &policy).await?.invoke(&event).await?.fault();
    assert!(kind == "NotCarriedOut" && message.contains("TagUser"), "{message}");
    assert_eq!(off(&scene, "ana").await?, std::slice::from_ref(&leaked), "off it is");
    scene.proxy.forgive();
    for night in ["2026-11-22T02:00:00Z", "2026-11-24T02:00:00Z", "2026-12-22T02:00:00Z"] {
        crate::start_at(&scene, night, &policy).await?.invoke(&json!({})).await?.report();
        assert!(off(&scene, "ana").await?.contains(&leaked), "{night}: it is never deleted");
    }
    assert_eq!(noted(&scene, "ana").await?, std::slice::from_ref(&leaked), "a night wrote it down");
    let works = scene.keys("ana").await?.into_iter().filter(|key| key.active).count();
    assert_eq!(works, 1, "and she has another");
    Ok(())
}

#[tokio::test]
async fn where_both_leaked_a_new_key_comes_once_a_person_made_room() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    let event = json!({"compromised": [named("ana", &keys[0]), named("ana", &keys[1])]});
    invoke(&scene, &event).await?.report();
    let night = async |now: &str| crate::start_at(&scene, now, &POLICY).await?.invoke(&json!({})).await;
    night("2026-11-22T02:00:00Z").await?;
    assert_eq!(off(&scene, "ana").await?, keys[..2]);
    scene.iam().await.delete_access_key().user_name("ana").access_key_id(&keys[0]).send().await?;
    night("2026-11-23T02:00:00Z").await?;
    let works: Vec<_> = scene.keys("ana").await?.into_iter().filter(|key| key.active).collect();
    assert_eq!(works.len(), 1, "{works:?}");
    assert_eq!(off(&scene, "ana").await?, keys[1..2]);
    Ok(())
}

#[tokio::test]
async fn somebody_nobody_can_read_gets_no_secret_that_is_nobodys_and_a_key_by_the_next_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    let leaked = scene.key("ana", NOW, 20, Some(0)).await?;
    for read in ["iam:GetAccountAuthorizationDetails", "iam:GetUser"] {
        scene.proxy.deny(read);
    }
    for tagged in [true, false] {
        if !tagged {
            scene.proxy.deny("iam:TagUser");
        }
        start(&scene, &[APPLY]).await?.invoke(&json!({"compromised": named("ana", &leaked)})).await?;
        assert_eq!(off(&scene, "ana").await?, std::slice::from_ref(&leaked));
    }
    assert_eq!(scene.secret_names().await?, Vec::<String>::new(), "whose it is nobody could say");
    scene.proxy.forgive();
    crate::start_at(&scene, "2026-11-22T02:00:00Z", &[APPLY]).await?.invoke(&json!({})).await?.report();
    let works = scene.keys("ana").await?.into_iter().filter(|key| key.active).count();
    assert_eq!((works, scene.labels("ana").await?.len()), (1, 2), "and she has another, in a secret of hers");
    Ok(())
}

#[tokio::test]
async fn a_leak_that_cannot_be_noted_is_told_all_the_same_and_by_one_attempt() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    scene.proxy.deny("iam:TagUser");
    let event = json!({"compromised": named("ana", &keys[0])});
    for _ in 0..3 {
        assert_eq!(invoke(&scene, &event).await?.fault().0, "NotCarriedOut");
    }
    let end = &keys[0][keys[0].len() - 4..];
    assert_eq!(told(&scene).await?, [format!("ana@example.com {end}"), format!("ops@example.com {end}")]);
    Ok(())
}
