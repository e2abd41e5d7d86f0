//! `cluster-cleanup` as a subject: three clusters to delete, each another way, among others that must live.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Subject;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::world::{clusters, expired, expired_clone, notified, snapshots, tags_of};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct ClusterCleanup {
    /// Whether AWS takes its time, as it does: what is deleted stands as `deleting` until the world settles. Otherwise
    /// it is gone at once.
    pub slow_aws: bool,
}

/// What must stand in the end, and how many tags each must still have.
const BYSTANDERS: [(&str, usize); 7] = [
    ("kept-dev", 3),
    ("later-dev", 3),
    ("neptune-dev", 3),
    ("payments", 3),
    ("source", 1),
    // Its owner was asked to mend its expiry.
    ("typo-dev", 4),
    ("untold-dev", 4),
];
/// When the owners of what goes were told.
const TOLD: &str = "2026-11-20T02:00:00Z";

impl Subject for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "operators@example.com"),
            ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
            // One after the other, so that each number is the same call each time.
            ("NIGHTSHIFT_CONCURRENCY", "1"),
        ]
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.mail_identity("nightshift@example.com").await?;
        expired("orders-dev").members(2).notified(TOLD).create(scene).await?;
        expired("copying-dev").copies_tags().notified(TOLD).create(scene).await?;
        expired("untold-dev").tag("owner", "bob").create(scene).await?;
        expired("later-dev").tag("auto-delete-after", "2027-01-01").create(scene).await?;
        expired("kept-dev").tag("auto-delete-after", "never").create(scene).await?;
        expired("payments").tag("env", "prod").create(scene).await?;
        expired("typo-dev").tag("auto-delete-after", "soon").create(scene).await?;
        expired("neptune-dev").engine("neptune").members(0).create(scene).await?;
        expired("source").tag("auto-delete-after", "").tag("owner", "").create(scene).await?;
        expired_clone("clone-dev", "source", scene).await?;
        // Its expiry is a day, which ends when the next begins.
        notified(scene, REGION, "clone-dev", TOLD, "2026-11-21T00:00:00Z").await?;
        if self.slow_aws {
            scene.control("lifecycle", json!({"mode": "held"})).await?;
        }
        Ok(())
    }

    async fn settle(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.control("settle", json!({})).await.map(|_| ())
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let standing = clusters(scene, REGION).await?;
        if standing != BYSTANDERS.map(|(id, _)| id) {
            wrong.push(format!("these stand: {}", standing.join(", ")));
        }
        for (id, tags) in BYSTANDERS {
            let found = tags_of(scene, id).await?;
            if found.as_ref().is_none_or(|found| found.len() != tags) {
                wrong.push(format!("the tags of {id} are {found:?}"));
            }
        }
        let kept = snapshots(scene, REGION).await?;
        for cluster in ["copying-dev", "orders-dev"] {
            let of: Vec<_> =
                kept.iter().filter(|(name, _)| name.starts_with(&format!("nightshift-{cluster}-"))).collect();
            match of.as_slice() {
                [(_, tags)] => wrong.extend(self.faults_of_snapshot(cluster, tags)),
                others => wrong.push(format!("{cluster} has {} snapshots", others.len())),
            }
        }
        if kept.len() != 2 {
            wrong.push(format!("there are {} snapshots", kept.len()));
        }
        wrong.extend(self.untold(scene).await?);
        Ok(wrong)
    }
}

impl ClusterCleanup {
    /// Who was told too little: each owner once at least of what goes and went, the operators of the night.
    async fn untold(self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let mail = scene.control("mail", json!({})).await?;
        let mail = mail["mail"].as_array().cloned().unwrap_or_default();
        for (to, word) in [
            ("ana@example.com", "nightshift-orders-dev-"),
            ("ana@example.com", "nightshift-copying-dev-"),
            ("bob@example.com", "untold-dev"),
            ("operators@example.com", "cluster-cleanup"),
        ] {
            // Where AWS forgets a cluster at once, its owner may be forgotten with it; then the operators are told.
            let reached =
                |one: &Value| one["to"][0] == to || (!self.slow_aws && one["to"][0] == "operators@example.com");
            let told = |one: &Value| reached(one) && one["text"].as_str().is_some_and(|text| text.contains(word));
            if !mail.iter().any(told) {
                wrong.push(format!("{to} was not told of {word}"));
            }
        }
        let tags = tags_of(scene, "untold-dev").await?.unwrap_or_default();
        if !tags.contains_key("nightshift:notified") {
            wrong.push("untold-dev will never be known as told".to_owned());
        }
        Ok(wrong)
    }

    fn faults_of_snapshot(self, cluster: &str, tags: &BTreeMap<String, String>) -> Vec<String> {
        let mut wrong = Vec::new();
        if !tags.contains_key("nightshift:purge-after") {
            wrong.push(format!("the snapshot of {cluster} would be kept for ever"));
        }
        if tags.contains_key("nightshift:untold") {
            wrong.push(format!("the owner of {cluster} would be told of its end for ever"));
        }
        if tags.contains_key("auto-delete-after") {
            wrong.push(format!("the snapshot of {cluster} has an expiry"));
        }
        // Where AWS forgets a cluster at once, a process killed right after the delete takes its memory along. Real AWS
        // does not: it shows the cluster, tags and all, while it makes the snapshot.
        if self.slow_aws && !tags.contains_key("nightshift:restore-01") {
            wrong.push(format!("the snapshot of {cluster} cannot be restored as it was"));
        }
        wrong
    }
}
