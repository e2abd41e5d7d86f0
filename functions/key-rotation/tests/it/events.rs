//! Every sample event, fed to the function, and what each narrows a run to.

use std::fs;

use nightshift_testkit::{Answer, Scene, repository};
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start};

fn sample(name: &str) -> anyhow::Result<Value> {
    let path = repository::root().join("events/key-rotation").join(name);
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// `event` with what stands for the user and the key of the documentation replaced.
fn about(event: &Value, user_id: &str, key: &str) -> anyhow::Result<Value> {
    let text = event.to_string().replace("AIDACKCEVSQ6C2EXAMPLE", user_id).replace("AKIAIOSFODNN7EXAMPLE", key);
    Ok(serde_json::from_str(&text)?)
}

#[tokio::test]
async fn every_sample_is_understood() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let mut function = start(&scene, &[]).await?;
    let mut read = 0;
    for entry in fs::read_dir(repository::root().join("events/key-rotation"))? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        let answer = function.invoke(&sample(&name)?).await?;
        assert!(matches!(answer, Answer::Report(_)), "{name}: {answer:?}");
        read += 1;
    }
    assert!(read >= 11, "{read}");
    Ok(())
}

#[tokio::test]
async fn a_compliance_change_rotates_its_user_and_nobody_else() -> anyhow::Result<()> {
    for name in ["config.json", "config-sns.json"] {
        let scene = Scene::new()?;
        for user in ["ana", "bob"] {
            scene.user(user, &[]).await?;
            scene.key(user, NOW, 95, Some(1)).await?;
        }
        let ana = scene.iam().await.get_user().user_name("ana").send().await?.user.unwrap().user_id;
        let event = about(&sample(name)?, &ana, "")?;
        let report = start(&scene, &[APPLY]).await?.invoke(&event).await?.report();
        assert_eq!(said(&report, "ana").0, "changed", "{name}");
        assert_eq!((scene.keys("ana").await?.len(), scene.keys("bob").await?.len()), (2, 1));
    }
    Ok(())
}

#[tokio::test]
async fn a_leaked_key_is_off_before_anything_else_and_stays_there() -> anyhow::Result<()> {
    for name in ["health.json", "compromised.json"] {
        let scene = Scene::new()?;
        scene.user("ana", &[("nightshift:leaked", "AKIAELSEWHERE")]).await?;
        let key = scene.key("ana", NOW, 10, Some(0)).await?;
        let event = about(&sample(name)?, "", &key)?;
        // Neither exclusion nor a cap of nothing shields it.
        let policy = [APPLY, ("NIGHTSHIFT_EXCLUDE", "ana"), ("NIGHTSHIFT_MAX_DEACTIVATIONS", "0")];
        let report = start(&scene, &policy).await?.invoke(&event).await?.report();
        assert_eq!(item(&report, "ana")["keys"]["rule"], "R11", "{name}");
        let keys = scene.keys("ana").await?;
        assert_eq!(keys.iter().filter(|key| key.active).count(), 1, "{keys:?}");
        assert!(keys.iter().any(|one| one.id == key && !one.active), "{keys:?}");
        let tags = scene.user_tags("ana").await?;
        assert!(tags.contains_key(&format!("nightshift:leaked:{key}")), "{tags:?}");
        assert_eq!(tags["nightshift:leaked"], "AKIAELSEWHERE", "what an earlier version noted stays noted");
        let mut calls = scene.proxy.calls().into_iter().map(|call| call.action);
        let first = calls.find(|call| !call.contains(":Get") && !call.contains(":List") && !call.contains(":Describe"));
        assert_eq!(first.as_deref(), Some("iam:UpdateAccessKey"));
        // The event comes twice.
        let again = start(&scene, &policy).await?.invoke(&event).await?.report();
        assert_eq!(said(&again, "ana"), ("skipped", "leaked-kept"));
        assert_eq!(scene.keys("ana").await?, keys);
    }
    Ok(())
}

#[tokio::test]
async fn the_innocent_key_of_two_is_not_touched() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    let leaked = scene.key("ana", NOW, 10, Some(0)).await?;
    let other = scene.key("ana", NOW, 200, Some(0)).await?;
    let event = json!({"compromised": {"user": "ana", "access_key_id": leaked}});
    start(&scene, &[APPLY]).await?.invoke(&event).await?.report();
    let keys = scene.keys("ana").await?;
    assert!(keys.len() == 2 && keys.iter().all(|key| key.active == (key.id == other)), "{keys:?}");
    Ok(())
}

#[tokio::test]
async fn who_is_not_there_is_said_so_and_nobody_else_is_touched() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[]).await?;
    scene.key("ana", NOW, 95, Some(1)).await?;
    let mut function = start(&scene, &[APPLY]).await?;
    for (event, id, code) in [
        (json!({"users": ["anna"]}), "anna", "no-such-user"),
        (json!({"rollback": {"user": "anna"}}), "anna", "no-such-user"),
        // As a plan: where it applies, a leak that is not acted on fails the invocation (`leaks.rs`).
        (json!({"mode": "plan", "compromised": {"access_key_id": "AKIAIOSFODNN7NOBODY"}}), "…BODY", "no-such-key"),
        (json!({"mode": "plan", "compromised": {"user": "ana", "access_key_id": "AKIAX"}}), "ana", "no-such-key"),
    ] {
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, id), ("failed", code), "{event}");
        assert_eq!(report["counts"]["changed"], 0);
    }
    let report = function.invoke(&json!({"users": []})).await?.report();
    assert_eq!(report["items"], json!([]), "an empty list is nobody");
    assert_eq!(scene.keys("ana").await?.len(), 1);
    Ok(())
}
