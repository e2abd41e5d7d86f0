//! Builders of clusters on the stand-in: each says what differs from an ordinary expired development cluster.

use anyhow::Context as _;
use aws_sdk_rds::operation::describe_db_clusters::DescribeDBClustersError;
use aws_sdk_rds::types::{ServerlessV2ScalingConfiguration, Tag};
use nightshift::domains::clusters::notice;
use serde_json::{Value, json};

use crate::scene::{REGION, Scene};

/// A cluster to be.
#[derive(Debug, Clone)]
pub struct ClusterBuilder {
    id: String,
    region: String,
    engine: String,
    tags: Vec<(String, String)>,
    members: usize,
    protected: bool,
    copies_tags: bool,
    created: String,
    notified: Option<String>,
    control: Value,
}

/// An Aurora cluster with one member, created long ago, tagged `env=dev`, `owner=ana` and expired.
pub fn expired(id: &str) -> ClusterBuilder {
    ClusterBuilder {
        id: id.to_owned(),
        region: REGION.to_owned(),
        engine: "aurora-postgresql".to_owned(),
        tags: Vec::new(),
        members: 1,
        protected: false,
        copies_tags: false,
        created: "2026-11-01T00:00:00Z".to_owned(),
        notified: None,
        control: json!({}),
    }
    .tag("env", "dev")
    .tag("owner", "ana")
    .tag("auto-delete-after", "2026-11-20T00:00:00Z")
}

impl ClusterBuilder {
    /// Sets or replaces a tag; an empty value removes it.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.retain(|(found, _)| found != key);
        if !value.is_empty() {
            self.tags.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    /// Where it is.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Its engine.
    #[must_use]
    pub fn engine(mut self, engine: &str) -> Self {
        engine.clone_into(&mut self.engine);
        self
    }

    /// How many members; the first is the writer.
    #[must_use]
    pub fn members(mut self, members: usize) -> Self {
        self.members = members;
        self
    }

    /// When it was created.
    #[must_use]
    pub fn created(mut self, at: &str) -> Self {
        at.clone_into(&mut self.created);
        self
    }

    /// Its owner was told at `at` that it expires when it does. Its expiry has to be an RFC 3339 time.
    #[must_use]
    pub fn notified(mut self, at: &str) -> Self {
        self.notified = Some(at.to_owned());
        self
    }

    /// With deletion protection.
    #[must_use]
    pub fn protected(mut self) -> Self {
        self.protected = true;
        self
    }

    /// With `CopyTagsToSnapshot`.
    #[must_use]
    pub fn copies_tags(mut self) -> Self {
        self.copies_tags = true;
        self
    }

    /// A field of the stand-in's control call `cluster`: what no API can set.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.control[field] = value.into();
        self
    }

    /// Makes it.
    pub async fn create(self, scene: &Scene) -> anyhow::Result<()> {
        let rds = scene.rds(&self.region).await;
        let tags: Vec<_> = self.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        rds.create_db_cluster()
            .db_cluster_identifier(&self.id)
            .engine(&self.engine)
            .master_username("root")
            .master_user_password("not-a-secret-1")
            .deletion_protection(self.protected)
            .copy_tags_to_snapshot(self.copies_tags)
            .serverless_v2_scaling_configuration(
                ServerlessV2ScalingConfiguration::builder().min_capacity(0.5).max_capacity(4.0).build(),
            )
            .set_tags(Some(tags.clone()))
            .send()
            .await?;
        for number in 1..=self.members {
            rds.create_db_instance()
                .db_instance_identifier(format!("{}-{number}", self.id))
                .db_cluster_identifier(&self.id)
                .db_instance_class("db.serverless")
                .engine(&self.engine)
                .set_tags(Some(tags.clone()))
                .send()
                .await?;
        }
        let mut control = self.control;
        control["id"] = json!(self.id);
        control["region"] = json!(self.region);
        control["created"] = json!(self.created);
        scene.control("cluster", control).await?;
        let expiry = self.tags.iter().find(|(key, _)| key == "auto-delete-after");
        if let (Some(told), Some((_, expiry))) = (self.notified, expiry) {
            notified(scene, &self.region, &self.id, &told, expiry).await?;
        }
        Ok(())
    }
}

/// Writes on cluster `id` that its owner was told, at `told`, that it expires at `expiry`.
pub async fn notified(scene: &Scene, region: &str, id: &str, told: &str, expiry: &str) -> anyhow::Result<()> {
    let rds = scene.rds(region).await;
    let mut found = rds.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
    let found = found.next().await.context("there is no such cluster")??;
    let owner = found.tag_list().iter().find(|tag| tag.key() == Some("owner")).and_then(Tag::value);
    let who = notice::who(owner, None);
    let by = notice::deployment("auto-delete-after", &[("env".to_owned(), "dev".to_owned())]);
    // Of a clone its letter promised no snapshot; of all others it makes no difference.
    let value =
        format!("{told} {expiry} {} {id} {by} {who} source", found.db_cluster_resource_id().unwrap_or_default());
    rds.add_tags_to_resource()
        .resource_name(found.db_cluster_arn().unwrap_or_default())
        .tags(Tag::builder().key("nightshift:notified").value(value).build())
        .send()
        .await?;
    Ok(())
}

/// Writes on cluster `id` what a deletion leaves there that took one member.
pub async fn half_deleted(scene: &Scene, id: &str) -> anyhow::Result<()> {
    let rds = scene.rds(REGION).await;
    let mut found = rds.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
    let found = found.next().await.context("there is no such cluster")??;
    let of = found.db_cluster_resource_id().unwrap_or_default();
    let of = format!("{of} {}", found.db_cluster_members().len() + 1);
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    rds.add_tags_to_resource()
        .resource_name(found.db_cluster_arn().unwrap_or_default())
        .tags(tag("nightshift:delete-requested", "2026-11-20T02:00:00Z"))
        .tags(tag("nightshift:delete-of", &of))
        .send()
        .await?;
    Ok(())
}

/// The tags of cluster `id`, if it stands.
pub async fn tags_of(scene: &Scene, id: &str) -> anyhow::Result<Option<std::collections::BTreeMap<String, String>>> {
    let rds = scene.rds(REGION).await;
    let mut pages = rds.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
    match pages.next().await.transpose() {
        Ok(found) => Ok(found.map(|found| {
            found.tag_list().iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?))).collect()
        })),
        Err(error) if error.as_service_error().is_some_and(DescribeDBClustersError::is_db_cluster_not_found_fault) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes an expired copy-on-write clone of `source`, tagged as a clone of it.
pub async fn expired_clone(id: &str, source: &str, scene: &Scene) -> anyhow::Result<()> {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let tags = vec![tag("env", "dev"), tag("auto-delete-after", "2026-11-20"), tag("nightshift:source", source)];
    let rds = scene.rds(REGION).await;
    rds.restore_db_cluster_to_point_in_time()
        .db_cluster_identifier(id)
        .source_db_cluster_identifier(source)
        .restore_type("copy-on-write")
        .use_latest_restorable_time(true)
        .set_tags(Some(tags))
        .send()
        .await?;
    scene.control("cluster", json!({"id": id, "created": "2026-11-02T00:00:00Z"})).await?;
    Ok(())
}

/// The identifiers of the clusters that stand in `region`, sorted.
pub async fn clusters(scene: &Scene, region: &str) -> anyhow::Result<Vec<String>> {
    let rds = scene.rds(region).await;
    let mut pages = rds.describe_db_clusters().into_paginator().items().send();
    let mut ids = Vec::new();
    while let Some(found) = pages.next().await {
        ids.extend(found?.db_cluster_identifier);
    }
    ids.sort();
    Ok(ids)
}

/// The manual cluster snapshots of `region` and their tags, sorted by name.
pub async fn snapshots(
    scene: &Scene,
    region: &str,
) -> anyhow::Result<Vec<(String, std::collections::BTreeMap<String, String>)>> {
    let rds = scene.rds(region).await;
    let mut pages = rds.describe_db_cluster_snapshots().snapshot_type("manual").into_paginator().items().send();
    let mut snapshots = Vec::new();
    while let Some(found) = pages.next().await {
        let found = found?;
        let tags =
            found.tag_list().iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())));
        snapshots.push((found.db_cluster_snapshot_identifier.clone().unwrap_or_default(), tags.collect()));
    }
    snapshots.sort();
    Ok(snapshots)
}

/// S3 of this account.
pub async fn s3(scene: &Scene) -> aws_sdk_s3::Client {
    let config = scene.sdk_config(REGION).await;
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}

/// A bucket in the scenes' region.
pub fn here() -> aws_sdk_s3::types::CreateBucketConfiguration {
    aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::from(REGION))
        .build()
}
