//! `cluster-cleanup`: clusters whose time is over, and a snapshot of an earlier one.

use anyhow::{Context as _, ensure};
use aws_sdk_rds::types::Tag;
use serde_json::{Value, json};

use super::{Subject, item};
use crate::deploy::account::{Account, ago};
use crate::deploy::raw::Invoked;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{self, ClusterBuilder, expired, snapshots};

/// See the module.
#[derive(Debug)]
pub(in crate::deploy) struct ClusterCleanup;

impl Subject for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";

    /// A cluster with a member, one that copies its tags, one that is protected, one that stands still, a snapshot whose
    /// time is over; and one that is not its business.
    async fn fill(&mut self, account: &Account) -> anyhow::Result<()> {
        let scene = &account.scene;
        overdue("old-dev").create(scene).await?;
        account.invoke(Self::NAME, &json!({})).await?;
        outdate_snapshots(account).await?;
        overdue("orders-dev").create(scene).await?;
        overdue("copying-dev").copies_tags().create(scene).await?;
        overdue("locked-dev").protected().create(scene).await?;
        overdue("asleep-dev").with("status", "stopped").create(scene).await?;
        overdue("payments").tag("env", "prod").create(scene).await
    }

    async fn work(&self, account: &Account) -> anyhow::Result<Vec<Invoked>> {
        Ok(vec![account.invoke(Self::NAME, &json!({})).await?])
    }

    async fn held(&self, account: &Account, told: &Value) -> anyhow::Result<&'static str> {
        let mut otherwise = told.clone();
        otherwise["NIGHTSHIFT_REQUIRED_TAGS"] = json!("env=prod");
        account.tell(Self::NAME, &otherwise).await?;
        let Invoked { answer, .. } = account.invoke(Self::NAME, &json!({})).await?;
        account.tell(Self::NAME, told).await?;
        let item = item(&answer, "payments").with_context(|| format!("it did not try payments: {answer:#}"))?;
        ensure!(item["reason"]["code"] == "access-denied", "payments was not refused: {item:#}");
        ensure!(clusters(account).await?.contains(&"payments".to_owned()), "payments is gone");
        Ok("told to delete what is marked otherwise, it is refused by its role")
    }
}

/// The names of the clusters that stand.
pub(in crate::deploy) async fn clusters(account: &Account) -> anyhow::Result<Vec<String>> {
    world::clusters(&account.scene, REGION).await
}

async fn outdate_snapshots(account: &Account) -> anyhow::Result<()> {
    let rds = account.scene.rds(REGION).await;
    let yesterday = Tag::builder().key("nightshift:purge-after").value(ago(24).to_string()).build();
    for (snapshot, _) in snapshots(&account.scene, REGION).await? {
        let arn = format!("arn:aws:rds:{REGION}:{}:cluster-snapshot:{snapshot}", account.aws.account);
        rds.add_tags_to_resource().resource_name(arn).tags(yesterday.clone()).send().await?;
    }
    Ok(())
}

/// Expired by the clock on the wall: a deployed function has no other.
fn overdue(id: &str) -> ClusterBuilder {
    expired(id).tag("auto-delete-after", &ago(24).to_string()).created(&ago(240).to_string())
}
