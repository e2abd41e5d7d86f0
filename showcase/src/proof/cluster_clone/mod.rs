//! `cluster-clone` as a subject: one clone, from the wish to the hand-over, beside clusters that must not be touched.

mod anonymised;

use serde_json::{Value, json};

use super::Subject;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::world::{clusters, expired, tags_of};

pub use anonymised::AnonymisedClone;

/// One wish, broken at every call.
#[derive(Debug, Clone, Copy)]
pub struct ClusterClone;

impl Subject for ClusterClone {
    const NAME: &'static str = "cluster-clone";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_INVOKERS", "trusted"),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
            ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
        ]
    }

    async fn event(&self, _: &Scene) -> anyhow::Result<Value> {
        Ok(json!({"source": "orders", "owner": "ana", "expires": "7d", "instances": 2}))
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.mail_identity("nightshift@example.com").await?;
        expired("orders").tag("auto-delete-after", "").tag("owner", "").tag("env", "staging").create(scene).await?;
        expired("bystander").tag("env", "prod").create(scene).await
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let standing = clusters(scene, REGION).await?;
        if standing != ["bystander", "orders", "orders-ana"] {
            wrong.push(format!("these stand: {}", standing.join(", ")));
        }
        for (id, many) in [("orders", 1), ("bystander", 3)] {
            let found = tags_of(scene, id).await?;
            if found.as_ref().is_none_or(|found| found.len() != many) {
                wrong.push(format!("the tags of {id} are {found:?}"));
            }
        }
        let tags = tags_of(scene, "orders-ana").await?.unwrap_or_default();
        for (key, value) in [
            ("owner", "ana"),
            ("env", "dev"),
            ("auto-delete-after", "2026-11-28T02:00:00Z"),
            ("nightshift:clone", "ready"),
        ] {
            if tags.get(key).is_none_or(|found| found != value) {
                wrong.push(format!("{key} of the clone is {:?}", tags.get(key)));
            }
        }
        if tags.contains_key("nightshift:clone-untold") {
            wrong.push("it says still that its owner was not told".to_owned());
        }
        wrong.extend(Self::unusable(scene).await?);
        wrong.extend(Self::untold(scene).await?);
        Ok(wrong)
    }
}

impl ClusterClone {
    /// Once at least: who dies between telling and remembering tells again.
    async fn untold(scene: &Scene) -> anyhow::Result<Option<String>> {
        let mail = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
        let ready =
            |one: &&Value| one["subject"].as_str().is_some_and(|subject| subject.contains("orders-ana is ready"));
        let hers = mail.iter().filter(ready).filter(|one| one["to"][0] == "ana@example.com").count();
        Ok((hers == 0).then(|| "its owner was not told that it is ready".to_owned()))
    }

    async fn unusable(scene: &Scene) -> anyhow::Result<Vec<String>> {
        let rds = scene.rds(REGION).await;
        let mut pages = rds.describe_db_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found?;
            if found.db_cluster_identifier() != Some("orders-ana") {
                continue;
            }
            let mut members: Vec<_> =
                found.db_cluster_members().iter().filter_map(|member| member.db_instance_identifier()).collect();
            members.sort_unstable();
            let mut wrong = Vec::new();
            if members != ["orders-ana-1", "orders-ana-2"] {
                wrong.push(format!("its members are {members:?}"));
            }
            if found.master_user_secret().is_none() {
                wrong.push("it has the master password of its source".to_owned());
            }
            return Ok(wrong);
        }
        Ok(vec!["there is no clone".to_owned()])
    }
}
