//! `key-rotation` as a subject: users in the states that matter, each of whom has to end with one key that works, is what
//! their secret hands out, and was there all the time.

use anyhow::{Context as _, ensure};
use aws_sdk_iam::types::StatusType;
use jiff::{SignedDuration, Timestamp};
use nightshift::keys::naming::{placeholder_of, version_of};
use serde_json::json;

use super::Subject;
use crate::scene::Scene;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct KeyRotation {
    /// Keys to mint and to go on with; otherwise keys to take out of use.
    pub minting: bool,
}

const NOW: &str = "2026-11-21T02:00:00Z";
const NIGHTS: [&str; 5] = [
    "2026-11-21T02:45:00Z",
    "2026-11-22T02:00:00Z",
    "2026-11-30T02:00:00Z",
    "2026-12-09T02:00:00Z",
    "2026-12-10T02:00:00Z",
];

impl Subject for KeyRotation {
    const NAME: &'static str = "key-rotation";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", NOW),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "operators@example.com"),
            ("NIGHTSHIFT_EXCLUDE", "ci"),
            // One after the other, so that each number is the same call each time.
            ("NIGHTSHIFT_CONCURRENCY", "1"),
        ]
    }

    fn nights(&self) -> &'static [&'static str] {
        &NIGHTS
    }

    async fn dawn(&self, scene: &Scene, now: &str) -> anyhow::Result<()> {
        for user in self.users() {
            ensure!(scene.keys(user).await?.iter().any(|key| key.active), "{user} has no key that works");
        }
        scene.set_clock(now).await
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.mail_identity("nightshift@example.com").await?;
        scene.set_clock(NOW).await?;
        for user in self.users() {
            scene.user(user, &[("mail", &format!("{user}@example.com"))]).await?;
        }
        scene.user("ci", &[]).await?;
        scene.key("ci", NOW, 400, Some(0)).await?;
        if self.minting {
            scene.key("due", NOW, 95, Some(3)).await?;
            orphaned(scene, "orphan").await?;
            pending(scene, "pending").await
        } else {
            rotated(scene, "quiet", 8).await?;
            let old = rotated(scene, "recovering", 20).await?;
            let off = scene.iam().await;
            off.update_access_key()
                .user_name("recovering")
                .access_key_id(&old)
                .status(StatusType::Inactive)
                .send()
                .await?;
            scene.tag("recovering", &format!("nightshift:off:{old}"), "done 2026-11-12T02:00:00Z").await?;
            scene.tag("recovering", "nightshift:told:deactivated", &format!("{old} 2026-11-12T02:00:00Z")).await
        }
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        for user in self.users() {
            let keys = scene.keys(user).await?;
            let value = scene.handed_out(user).await?;
            match keys.as_slice() {
                [key] if key.active && value["AccessKeyId"] == key.id.as_str() => {}
                _ => wrong.push(format!("{user} has {keys:?} and is handed out {}", value["AccessKeyId"])),
            }
            let labels = scene.labels(user).await?;
            if labels.iter().any(|labels| labels.contains("AWSPENDING")) {
                wrong.push(format!("something of {user} is never proven: {labels:?}"));
            }
            let tags = scene.user_tags(user).await?;
            if tags.len() != 1 {
                wrong.push(format!("left on {user}: {tags:?}"));
            }
        }
        if !matches!(scene.keys("ci").await?.as_slice(), [key] if key.active) {
            wrong.push("the excluded user was touched".to_owned());
        }
        let told = told(scene).await?;
        for user in self.users() {
            for what in
                if self.minting { &["ready to fetch", "switched off", "was deleted"][..] } else { &["was deleted"] }
            {
                if !told.iter().any(|subject| subject.contains(user) && subject.contains(what)) {
                    wrong.push(format!("{user} was never told '{what}'"));
                }
            }
        }
        Ok(wrong)
    }
}

impl KeyRotation {
    fn users(self) -> &'static [&'static str] {
        if self.minting { &["due", "orphan", "pending"] } else { &["quiet", "recovering"] }
    }
}

/// A due key, and one that was minted an hour ago and never stored.
async fn orphaned(scene: &Scene, user: &str) -> anyhow::Result<()> {
    let old = scene.key(user, NOW, 95, Some(3)).await?;
    let orphan = scene.key(user, NOW, 0, None).await?;
    scene.control("age-key", json!({"key": orphan, "created": "2026-11-21T01:00:00Z"})).await?;
    scene.tag(user, "nightshift:intent", &format!("2026-11-21T01:00:00Z {old}")).await
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

/// Mints a key and stores it as this tool does, under `label`; its id.
async fn stored(scene: &Scene, user: &str, age_days: i64, label: &str) -> anyhow::Result<String> {
    let iam = scene.iam().await;
    let key = iam.create_access_key().user_name(user).send().await?.access_key.context("no key")?;
    let id = iam.get_user().user_name(user).send().await?.user.context("no user")?.user_id;
    scene.age_key(&key.access_key_id, NOW, age_days, (age_days > 0).then_some(0)).await?;
    let value = json!({"Version": 1, "AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key});
    let mark = aws_sdk_secretsmanager::types::Tag::builder().key("nightshift:user-id").value(&id).build();
    let (secrets, name) = (scene.secrets().await, format!("/aws/iam/credentials/{user}"));
    secrets
        .create_secret()
        .name(&name)
        .client_request_token(placeholder_of(&scene.account, &id))
        .secret_string("{}")
        .tags(mark)
        .send()
        .await?;
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

/// The subjects of all mail so far.
async fn told(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let received = scene.control("mail", json!({})).await?;
    let subjects = received["mail"].as_array().into_iter().flatten();
    Ok(subjects.filter_map(|one| one["subject"].as_str()).map(str::to_owned).collect())
}
