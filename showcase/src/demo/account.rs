//! What there is in the demo's account, read past the function and its proxy: what the tables show and what the verdict
//! goes by.

use aws_sdk_rds::types::{DbCluster, DbClusterSnapshot, Tag};

use super::world;
use nightshift_testkit::Scene;

/// Everything in the demo's regions, sorted by name.
#[derive(Debug, PartialEq)]
pub(super) struct Account {
    pub(super) clusters: Vec<Cluster>,
    pub(super) snapshots: Vec<Snapshot>,
    /// Instances of any cluster.
    pub(super) instances: Vec<String>,
}

/// One cluster, as a person looks at it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cluster {
    pub(super) id: String,
    pub(super) region: &'static str,
    pub(super) engine: String,
    pub(super) owner: String,
    pub(super) env: String,
    pub(super) expiry: String,
    pub(super) members: usize,
    pub(super) status: String,
}

/// One manual snapshot.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Snapshot {
    pub(super) id: String,
    pub(super) region: &'static str,
    pub(super) cluster: String,
    pub(super) owner: String,
    pub(super) purge_after: String,
}

impl Account {
    /// As it is now.
    pub(super) async fn read(scene: &Scene) -> anyhow::Result<Self> {
        let mut account = Self { clusters: Vec::new(), snapshots: Vec::new(), instances: Vec::new() };
        for region in world::REGIONS {
            let rds = scene.rds(region).await;
            let mut clusters = rds.describe_db_clusters().into_paginator().items().send();
            while let Some(found) = clusters.next().await {
                account.clusters.push(Cluster::of(region, &found?));
            }
            let mut snapshots =
                rds.describe_db_cluster_snapshots().snapshot_type("manual").into_paginator().items().send();
            while let Some(found) = snapshots.next().await {
                account.snapshots.push(Snapshot::of(region, &found?));
            }
            let mut instances = rds.describe_db_instances().into_paginator().items().send();
            while let Some(found) = instances.next().await {
                account.instances.extend(found?.db_instance_identifier);
            }
        }
        account.clusters.sort();
        account.snapshots.sort();
        account.instances.sort();
        Ok(account)
    }

    /// The names of the clusters.
    pub(super) fn cluster_ids(&self) -> Vec<&str> {
        self.clusters.iter().map(|cluster| cluster.id.as_str()).collect()
    }
}

impl Cluster {
    fn of(region: &'static str, found: &DbCluster) -> Self {
        Self {
            id: found.db_cluster_identifier().unwrap_or_default().to_owned(),
            region,
            engine: found.engine().unwrap_or_default().to_owned(),
            owner: tag(found.tag_list(), "owner"),
            env: tag(found.tag_list(), "env"),
            expiry: tag(found.tag_list(), "auto-delete-after"),
            members: found.db_cluster_members().len(),
            status: found.status().unwrap_or_default().to_owned(),
        }
    }
}

impl Snapshot {
    fn of(region: &'static str, found: &DbClusterSnapshot) -> Self {
        Self {
            id: found.db_cluster_snapshot_identifier().unwrap_or_default().to_owned(),
            region,
            cluster: found.db_cluster_identifier().unwrap_or_default().to_owned(),
            owner: tag(found.tag_list(), "owner"),
            purge_after: tag(found.tag_list(), "nightshift:purge-after"),
        }
    }
}

fn tag(tags: &[Tag], key: &str) -> String {
    let found = tags.iter().find(|tag| tag.key() == Some(key)).and_then(Tag::value);
    found.unwrap_or("-").to_owned()
}
