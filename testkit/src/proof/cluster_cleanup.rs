//! `cluster-cleanup` as a subject: three clusters to delete, each another way, among others that must live.

use std::collections::BTreeMap;

use serde_json::json;

use super::Subject;
use crate::scene::{REGION, Scene};
use crate::world::{clusters, expired, expired_clone, snapshots};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct ClusterCleanup {
    /// Whether AWS takes its time, as it does: what is deleted stands as `deleting` until the world settles. Otherwise
    /// it is gone at once.
    pub slow_aws: bool,
}

/// What must stand in the end, and how many tags each must still have.
const BYSTANDERS: [(&str, usize); 6] =
    [("kept-dev", 3), ("later-dev", 3), ("neptune-dev", 3), ("payments", 3), ("source", 1), ("typo-dev", 3)];

impl Subject for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
            ("NIGHTSHIFT_MODE", "apply"),
            // One after the other, so that each number is the same call each time.
            ("NIGHTSHIFT_CONCURRENCY", "1"),
        ]
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        expired("orders-dev").members(2).create(scene).await?;
        expired("copying-dev").copies_tags().create(scene).await?;
        expired("later-dev").tag("auto-delete-after", "2027-01-01").create(scene).await?;
        expired("kept-dev").tag("auto-delete-after", "never").create(scene).await?;
        expired("payments").tag("env", "prod").create(scene).await?;
        expired("typo-dev").tag("auto-delete-after", "soon").create(scene).await?;
        expired("neptune-dev").engine("neptune").members(0).create(scene).await?;
        expired("source").tag("auto-delete-after", "").tag("owner", "").create(scene).await?;
        expired_clone("clone-dev", "source", scene).await?;
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
        Ok(wrong)
    }
}

impl ClusterCleanup {
    fn faults_of_snapshot(self, cluster: &str, tags: &BTreeMap<String, String>) -> Vec<String> {
        let mut wrong = Vec::new();
        if !tags.contains_key("nightshift:purge-after") {
            wrong.push(format!("the snapshot of {cluster} would be kept for ever"));
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

async fn tags_of(scene: &Scene, id: &str) -> anyhow::Result<Option<BTreeMap<String, String>>> {
    let rds = scene.rds(REGION).await;
    let mut pages = rds.describe_db_clusters().into_paginator().items().send();
    while let Some(found) = pages.next().await {
        let found = found?;
        if found.db_cluster_identifier() == Some(id) {
            let tags = found.tag_list().iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)));
            return Ok(Some(tags.collect()));
        }
    }
    Ok(None)
}
