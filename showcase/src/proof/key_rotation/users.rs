//! The users each world begins with.

use anyhow::Context as _;
use aws_sdk_iam::types::StatusType;
use jiff::{SignedDuration, Timestamp};
use nightshift::domains::keys::naming::version_of;
use serde_json::json;

use super::{KeyRotation, NOW};
use nightshift_testkit::scene::Scene;

pub(super) async fn build(world: KeyRotation, scene: &Scene) -> anyhow::Result<()> {
    match world {
        KeyRotation::Minting => {
            scene.key("due", NOW, 95, Some(3)).await?;
            orphaned(scene, "orphan").await?;
            pending(scene, "pending").await
        }
        KeyRotation::Retiring => {
            rotated(scene, "quiet", 8).await?;
            switched_off(scene, "recovering").await
        }
        KeyRotation::Waiting => {
            rotated(scene, "held", 25).await?;
            in_use(scene, "held", NOW).await?;
            came_back(scene, "back").await?;
            scene.key("idle", NOW, 200, Some(120)).await?;
            scene.key("idle", NOW, 150, Some(0)).await?;
            scene.key("blocked", NOW, 100, Some(0)).await?;
            scene.key("blocked", NOW, 95, Some(0)).await.map(|_| ())
        }
        KeyRotation::Leaked => {
            scene.key("sole", NOW, 10, Some(0)).await?;
            scene.key("ci-robot", NOW, 400, Some(0)).await?;
            scene.key("pair", NOW, 200, Some(0)).await?;
            scene.key("pair", NOW, 10, Some(0)).await.map(|_| ())
        }
        KeyRotation::RollingBack => switched_off(scene, "back").await,
    }
}

/// The oldest key of `user` was used today.
pub(super) async fn in_use(scene: &Scene, user: &str, now: &str) -> anyhow::Result<()> {
    match scene.keys(user).await?.as_slice() {
        [old, _] if old.active => scene.control("age-key", json!({"key": old.id, "last_used": now})).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Each of `users` who has a secret fetches what it hands out: only then is an old key taken from anybody.
pub(super) async fn fetch(scene: &Scene, users: &[&str]) -> anyhow::Result<()> {
    for user in users {
        if scene.labels(user).await.is_ok() {
            scene.handed_out(user).await?;
        }
    }
    Ok(())
}

/// A due key, and one that was minted an hour ago and never stored.
async fn orphaned(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let old = scene.key(user, NOW, 95, Some(3)).await?;
    let orphan = scene.key(user, NOW, 0, None).await?;
    scene.control("age-key", json!({"key": orphan, "created": "2026-11-21T01:00:00Z"})).await?;
    scene.empty_secret(user).await?;
    scene.tag(user, "nightshift:intent", &format!("2026-11-21T01:00:00Z {old} minted={orphan}")).await
}

/// A due key, and one that was stored an hour ago and never proven.
async fn pending(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let old = scene.key(user, NOW, 95, Some(3)).await?;
    stored(scene, user, 0, "AWSPENDING").await?;
    scene.tag(user, "nightshift:intent", &format!("2026-11-21T01:00:00Z {old}")).await
}

/// A key that took the place of another so many days ago; the other's id.
async fn rotated(scene: &Scene, user: &str, days: i64) -> anyhow::Result<String> {
    let old = scene.key(user, NOW, days + 90, Some(5)).await?;
    let new = stored(scene, user, days, "AWSCURRENT").await?;
    let told = NOW.parse::<Timestamp>()?.checked_sub(SignedDuration::from_hours(24 * days))?;
    scene.tag(user, "nightshift:told:rotated", &format!("{new} {told}")).await?;
    Ok(old)
}

/// A key that was replaced and switched off by this tool.
async fn switched_off(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let old = came_back(scene, user).await?;
    let off = scene.iam().await;
    off.update_access_key().user_name(user).access_key_id(&old).status(StatusType::Inactive).send().await?;
    Ok(())
}

/// The same, and its owner switched it on again; its id.
async fn came_back(scene: &Scene, user: &str) -> anyhow::Result<String> {
    let old = rotated(scene, user, 20).await?;
    scene.tag(user, &format!("nightshift:off:{old}"), "done 2026-11-12T02:00:00Z").await?;
    scene.tag(user, "nightshift:told:deactivated", &format!("{old} 2026-11-12T02:00:00Z")).await?;
    Ok(old)
}

/// Mints a key and stores it as this tool does, under `label`; its id.
async fn stored(scene: &Scene, user: &str, age_days: i64, label: &str) -> anyhow::Result<String> {
    let iam = scene.iam().await;
    let key = iam.create_access_key().user_name(user).send().await?.access_key.context("no key")?;
    scene.age_key(&key.access_key_id, NOW, age_days, (age_days > 0).then_some(0)).await?;
    let value = json!({"Version": 1, "AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key});
    let (name, id) = scene.empty_secret(user).await?;
    let secrets = scene.secrets().await;
    secrets
        .put_secret_value()
        .secret_id(&name)
        .client_request_token(version_of(&scene.account, &id, &key.access_key_id))
        .secret_string(value.to_string())
        .version_stages(label)
        .send()
        .await?;
    Ok(key.access_key_id)
}
