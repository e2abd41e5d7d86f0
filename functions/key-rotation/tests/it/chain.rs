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
            "sts:GetCallerIdentity",
            "secretsmanager:CreateSecret",
            "secretsmanager:PutResourcePolicy",
            "iam:TagUser",
            "iam:CreateAccessKey",
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

#[tokio::test]
async fn an_answer_lost_at_minting_is_not_asked_for_twice_and_the_orphan_goes() -> anyhow::Result<()> {
    let whole = Scene::new()?;
    ana(&whole).await?;
    apply(&whole).await?;
    let mint = whole.proxy.calls().iter().position(|call| call.action == "iam:CreateAccessKey");
    let trial = Scene::new()?;
    ana(&trial).await?;
    trial.proxy.break_call(mint.expect("a key is minted"), Fault::AnswerLost);
    assert_eq!(said(&apply(&trial).await?, "ana"), ("failed", "no-answer"));
    assert_eq!(trial.proxy.calls().iter().filter(|call| call.action == "iam:CreateAccessKey").count(), 1);
    assert_eq!(trial.keys("ana").await?.len(), 2);
    // Right after, nobody can tell whether its run is still at work; half an hour later somebody can.
    assert_eq!(said(&apply(&trial).await?, "ana"), ("skipped", "unsettled"));
    let later = "2026-11-21T02:40:00Z";
    let report = start_at(&trial, later, &[APPLY]).await?.invoke(&json!({})).await?.report();
    assert_eq!(item(&report, "ana")["keys"]["rule"], "R2");
    assert_eq!(trial.keys("ana").await?.len(), 1);
    let report = start_at(&trial, "2026-11-22T02:00:00Z", &[APPLY]).await?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana").0, "changed");
    assert_eq!(trial.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"]);
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
