//! `key-rotation` as a subject: users in the states that matter, each of whom has to come out of it with a key that works
//! and was there all the time, and with every key that was not to be touched.

mod judge;
mod users;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Subject;
use nightshift_testkit::scene::Scene;

/// A world, and what is asked for in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRotation {
    /// Keys to mint and to go on with.
    Minting,
    /// Keys to take out of use.
    Retiring,
    /// Keys that wait for a person: held, switched on again, or two of a stranger's.
    Waiting,
    /// An event calls keys compromised.
    Leaked,
    /// An event asks for an old key back.
    RollingBack,
}

const NOW: &str = "2026-11-21T02:00:00Z";

impl KeyRotation {
    /// All of them, with the name each has in the table.
    pub const WORLDS: [(Self, &'static str); 5] = [
        (Self::Minting, "keys to mint"),
        (Self::Retiring, "keys to retire"),
        (Self::Waiting, "keys that wait for a person"),
        (Self::Leaked, "keys that leaked"),
        (Self::RollingBack, "a key to bring back"),
    ];

    fn users(self) -> &'static [&'static str] {
        match self {
            Self::Minting => &["due", "orphan", "pending"],
            Self::Retiring => &["quiet", "recovering"],
            Self::Waiting => &["held", "back", "idle", "blocked"],
            Self::Leaked => &["sole", "pair", "ci-robot"],
            Self::RollingBack => &["back"],
        }
    }
}

impl Subject for KeyRotation {
    const NAME: &'static str = "key-rotation";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", NOW),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "operators@example.com"),
            ("NIGHTSHIFT_EXCLUDE", "ci*"),
            // One after the other, so that each number is the same call each time.
            ("NIGHTSHIFT_CONCURRENCY", "1"),
        ]
    }

    async fn event(&self, scene: &Scene) -> anyhow::Result<Value> {
        match self {
            Self::Minting | Self::Retiring | Self::Waiting => Ok(json!({})),
            Self::RollingBack => Ok(json!({"rollback": {"user": "back"}})),
            Self::Leaked => {
                let mut leaks = Vec::new();
                for user in self.users() {
                    // The oldest is never deleted, so it is the same key in each run.
                    let keys = scene.keys(user).await?;
                    let leaked = &keys.first().with_context(|| format!("{user} has no key"))?.id;
                    leaks.push(json!({"user": user, "access_key_id": leaked}));
                }
                Ok(json!({ "compromised": leaks }))
            }
        }
    }

    fn nights(&self) -> &'static [&'static str] {
        match self {
            Self::Minting | Self::Retiring => &[
                "2026-11-21T02:45:00Z",
                "2026-11-22T02:00:00Z",
                "2026-11-30T02:00:00Z",
                "2026-12-09T02:00:00Z",
                "2026-12-10T02:00:00Z",
            ],
            Self::Waiting => &["2026-11-22T02:00:00Z", "2026-11-30T02:00:00Z", "2026-12-09T02:00:00Z"],
            Self::Leaked => &["2026-11-21T02:45:00Z", "2026-11-22T02:00:00Z", "2026-12-09T02:00:00Z"],
            Self::RollingBack => &["2026-11-22T02:00:00Z", "2026-12-25T02:00:00Z"],
        }
    }

    async fn dawn(&self, scene: &Scene, now: &str) -> anyhow::Result<()> {
        // A leaked key goes before there is another; where the run that minted it died, it takes until the next night.
        let early = *self == Self::Leaked && now.parse::<Timestamp>()? < "2026-11-23T00:00:00Z".parse()?;
        for user in self.users().iter().filter(|_| !early) {
            ensure!(scene.keys(user).await?.iter().any(|key| key.active), "{user} has no key that works");
        }
        if *self == Self::Waiting {
            users::in_use(scene, "held", now).await?;
        }
        scene.set_clock(now).await?;
        if *self == Self::Minting && now.parse::<Timestamp>()? >= "2026-11-22T00:00:00Z".parse()? {
            users::fetch(scene, self.users()).await?;
        }
        Ok(())
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.mail_identity("nightshift@example.com").await?;
        scene.set_clock(NOW).await?;
        for user in self.users() {
            scene.user(user, &[("mail", &format!("{user}@example.com"))]).await?;
        }
        scene.user("ci", &[]).await?;
        scene.key("ci", NOW, 400, Some(0)).await?;
        users::build(*self, scene).await
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        judge::judge(*self, scene).await
    }
}
