//! `key-rotation`: users whose keys are in every state that takes another call, and an administrator who is excluded.

use anyhow::{Context as _, ensure};
use aws_sdk_iam::types::AccessKey;
use jiff::SignedDuration;
use nightshift::domains::keys::naming;
use nightshift::domains::keys::tags::{INTENT, Intent};
use serde_json::{Value, json};

use super::{Subject, item};
use crate::deploy::account::{Account, ago, now};
use crate::deploy::raw::Invoked;
use nightshift_testkit::scene::Scene;

/// See the module.
#[derive(Debug)]
pub(in crate::deploy) struct KeyRotation;

/// Who is excluded, by the path that `everything_override.tf` names.
const ADMINISTRATOR: &str = "root-of-all";

impl Subject for KeyRotation {
    const NAME: &'static str = "key-rotation";

    async fn fill(&mut self, account: &Account) -> anyhow::Result<()> {
        let scene = &account.scene;
        // One whose key is due, and one whose secret is on its way out besides.
        due(scene, "ana", 1).await?;
        due(scene, "ben", 1).await?;
        leaving_secret(scene, "ben").await?;
        // One whose new key was stored when a run died.
        due(scene, "cay", 1).await?;
        interrupted(scene, "cay").await?;
        // One whose new key was never stored.
        due(scene, "dan", 1).await?;
        orphan(scene, "dan").await?;
        // One with two keys, of which one is used.
        due(scene, "eve", 1).await?;
        due(scene, "eve", 95).await?;
        let administrator = scene.iam().await.create_user().user_name(ADMINISTRATOR).path("/admin/");
        administrator.send().await?;
        scene.key(ADMINISTRATOR, &now().to_string(), 100, Some(1)).await.map(drop)
    }

    async fn work(&self, account: &Account) -> anyhow::Result<Vec<Invoked>> {
        let nightly = account.invoke(Self::NAME, &json!({})).await?;
        let key = leaked(&account.scene).await?;
        let leak = account.invoke(Self::NAME, &json!({ "compromised": { "access_key_id": key } })).await?;
        Ok(vec![nightly, leak])
    }

    async fn held(&self, account: &Account, told: &Value) -> anyhow::Result<&'static str> {
        let mut otherwise = told.clone();
        otherwise.as_object_mut().and_then(|told| told.remove("NIGHTSHIFT_EXCLUDE"));
        account.tell(Self::NAME, &otherwise).await?;
        let Invoked { answer, .. } = account.invoke(Self::NAME, &json!({ "users": [ADMINISTRATOR] })).await?;
        account.tell(Self::NAME, told).await?;
        let item = item(&answer, ADMINISTRATOR).with_context(|| format!("it did not try: {answer:#}"))?;
        let denied = item["reason"]["message"].as_str().is_some_and(|why| why.contains("iam:CreateAccessKey"));
        ensure!(item["reason"]["code"] == "access-denied" && denied, "the administrator was not refused: {item:#}");
        ensure!(account.scene.keys(ADMINISTRATOR).await?.len() == 1, "the administrator has a new key");
        Ok("told to exclude nobody, it is refused by its role where it would make an administrator's key")
    }
}

/// The id of the key that is found in the open: the one `eve` uses.
pub(in crate::deploy) async fn leaked(scene: &Scene) -> anyhow::Result<String> {
    let keys = scene.keys("eve").await?;
    keys.into_iter().find(|key| key.active).map(|key| key.id).context("eve has no active key left")
}

/// A key that is due, of somebody who gets mail.
async fn due(scene: &Scene, user: &str, used_days: i64) -> anyhow::Result<()> {
    if scene.keys(user).await.is_err() {
        scene.user(user, &[("mail", &format!("{user}@example.com"))]).await?;
    }
    scene.key(user, &now().to_string(), 99 + used_days, Some(used_days)).await.map(drop)
}

async fn leaving_secret(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let (name, _) = scene.empty_secret(user).await?;
    scene.secrets().await.delete_secret().secret_id(name).recovery_window_in_days(7).send().await?;
    Ok(())
}

async fn minted(scene: &Scene, user: &str) -> anyhow::Result<AccessKey> {
    let made = scene.iam().await.create_access_key().user_name(user).send().await?;
    made.access_key.context("no key in the answer")
}

async fn interrupted(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let (name, id) = scene.empty_secret(user).await?;
    let key = minted(scene, user).await?;
    let value = json!({
        "Version": 1, "AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key, "UserName": user,
    });
    let version = naming::version_of(&scene.account, &id, &key.access_key_id);
    let stored = scene.secrets().await.put_secret_value().secret_id(name).client_request_token(version);
    stored.secret_string(value.to_string()).version_stages("AWSPENDING").send().await?;
    Ok(())
}

async fn orphan(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let before = scene.keys(user).await?.into_iter().map(|key| key.id).collect();
    let at = ago(1);
    let created = (at + SignedDuration::from_secs(5)).to_string();
    scene.empty_secret(user).await?;
    let key = minted(scene, user).await?.access_key_id;
    scene.tag(user, INTENT, &Intent { at, before, minted: Some(key.clone()) }.value()).await?;
    scene.control("age-key", json!({"key": key, "created": created, "last_used": null})).await.map(drop)
}
