//! Where secret halves are kept: whose a secret is, who reads it, what it looks like, and what was there before.

use nightshift_testkit::Scene;
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start};

async fn due(scene: &Scene, user: &str) -> anyhow::Result<String> {
    scene.user(user, &[]).await?;
    scene.key(user, NOW, 95, Some(1)).await
}

async fn apply(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    let policy: Vec<_> = [APPLY].iter().chain(policy).copied().collect();
    Ok(start(scene, &policy).await?.invoke(&json!({})).await?.report())
}

#[tokio::test]
async fn a_new_secret_has_the_key_the_copies_and_the_readers_the_policy_asks_for() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    let security = format!("arn:aws:iam::{}:role/security", scene.account);
    let report = apply(
        &scene,
        &[
            ("NIGHTSHIFT_SECRET_PREFIX", "keys/"),
            ("NIGHTSHIFT_SECRET_REGION", "eu-north-1"),
            ("NIGHTSHIFT_SECRET_KMS_KEY", "alias/keys"),
            ("NIGHTSHIFT_SECRET_REPLICA_REGIONS", "eu-west-1,eu-central-1"),
            ("NIGHTSHIFT_SECRET_READERS", &security),
            ("NIGHTSHIFT_SMTP_REGIONS", "eu-west-1"),
        ],
    )
    .await?;
    assert_eq!(said(&report, "ana").0, "changed", "{:#}", item(&report, "ana"));
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-north-1").await);
    let found = secrets.describe_secret().secret_id("keys/ana").send().await?;
    assert_eq!(found.kms_key_id(), Some("alias/keys"));
    let mut copies: Vec<_> = found.replication_status().iter().filter_map(|copy| copy.region()).collect();
    copies.sort_unstable();
    assert_eq!(copies, ["eu-central-1", "eu-west-1"]);
    let policy = secrets.get_resource_policy().secret_id("keys/ana").send().await?;
    assert!(policy.resource_policy().unwrap_or_default().contains(&security));
    let value = secrets.get_secret_value().secret_id("keys/ana").send().await?;
    let value: Value = serde_json::from_str(value.secret_string().unwrap_or_default())?;
    assert_eq!(value["SmtpPasswords"].as_object().map(serde_json::Map::len), Some(1));
    // The copies follow what is written later.
    let elsewhere = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-west-1").await);
    let theirs = elsewhere.get_secret_value().secret_id("keys/ana").send().await?;
    assert_eq!(serde_json::from_str::<Value>(theirs.secret_string().unwrap_or_default())?, value);
    Ok(())
}

#[tokio::test]
async fn the_shape_of_older_rotators_is_written_where_it_is_asked_for() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    apply(&scene, &[("NIGHTSHIFT_SECRET_SHAPE", "legacy")]).await?;
    let value = scene.handed_out("ana").await?;
    let mut fields: Vec<_> = value.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    fields.sort();
    assert_eq!(fields, ["AccessKey", "SecretAccessKey"]);
    Ok(())
}

#[tokio::test]
async fn a_secret_on_its_way_out_is_restored_and_then_written() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let old = due(&scene, "ana").await?;
    apply(&scene, &[]).await?;
    // A month on: the old key is gone, the new one is due again, and somebody threw the secret away.
    let new = scene.handed_out("ana").await?["AccessKeyId"].as_str().unwrap_or_default().to_owned();
    scene.iam().await.delete_access_key().user_name("ana").access_key_id(old).send().await?;
    scene.age_key(&new, NOW, 95, Some(1)).await?;
    let secrets = scene.secrets().await;
    secrets.delete_secret().secret_id("/aws/iam/credentials/ana").send().await?;
    let report = apply(&scene, &[]).await?;
    assert_eq!(said(&report, "ana").0, "changed", "{:#}", item(&report, "ana"));
    assert_eq!(item(&report, "ana")["steps"][0], "restored secret /aws/iam/credentials/ana");
    let value = scene.handed_out("ana").await?;
    assert_eq!(value["PreviousAccessKeyId"], new);
    Ok(())
}

#[tokio::test]
async fn who_comes_after_somebody_of_the_same_name_inherits_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    apply(&scene, &[]).await?;
    let before = scene.handed_out("ana").await?;
    let iam = scene.iam().await;
    for key in scene.keys("ana").await? {
        iam.delete_access_key().user_name("ana").access_key_id(key.id).send().await?;
    }
    iam.delete_user().user_name("ana").send().await?;
    due(&scene, "ana").await?;
    let report = apply(&scene, &[]).await?;
    assert_eq!(said(&report, "ana"), ("skipped", "secret-of-another"));
    assert_eq!((scene.handed_out("ana").await?, scene.keys("ana").await?.len()), (before, 1));
    Ok(())
}

#[tokio::test]
async fn every_name_iam_allows_has_a_secret_of_its_own() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let users = ["a,b", "a=2Cb", "a=b", "a+b@c.d_e", "robot-abc123", "ana", "anabel"];
    for user in users {
        due(&scene, user).await?;
    }
    apply(&scene, &[("NIGHTSHIFT_MAX_ROTATION_PERCENT", "100")]).await?;
    let names = scene.secrets().await.list_secrets().send().await?;
    let mut names: Vec<_> = names.secret_list().iter().filter_map(|secret| secret.name().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), users.len(), "{names:?}");
    for name in names {
        let value = scene.secrets().await.get_secret_value().secret_id(&name).send().await?;
        let value: Value = serde_json::from_str(value.secret_string().unwrap_or_default())?;
        let owner = value["UserName"].as_str().unwrap_or_default();
        let keys = scene.keys(owner).await?;
        assert!(keys.iter().any(|key| value["AccessKeyId"] == key.id.as_str()), "{name} is {owner}'s");
    }
    Ok(())
}
