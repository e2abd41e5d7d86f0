//! The account of the demo: what a team collects in a few months, with every reason to go and to stay that shows well.

use anyhow::Context as _;
use aws_sdk_rds::types::Tag;
use nightshift::clock;
use serde_json::json;

use crate::world::{ClusterBuilder, expired};
use crate::{Scene, StandIn};

/// The night it plays in.
pub(super) const NOW: &str = "2026-11-21T02:00:00Z";

/// The function's policy. No mode, so that the event chooses.
pub(super) const POLICY: [(&str, &str); 3] =
    [("NIGHTSHIFT_REGIONS", "eu-north-1,eu-west-1"), ("NIGHTSHIFT_PROTECTED", "gold-*"), ("NIGHTSHIFT_NOW", NOW)];

/// Where the clusters are.
pub(super) const REGIONS: [&str; 2] = ["eu-north-1", "eu-west-1"];

/// What the night takes, and whether it leaves a final snapshot.
pub(super) const GOES: [(&str, bool); 5] = [
    ("billing-dev", true),
    ("orders-dev", true),
    // The data is still in the cluster it was cloned from.
    ("payments-copy", false),
    ("reports-dev", true),
    ("search-dev", true),
];

/// When the last copies may go: the policy's default of 30 days after the night.
pub(super) const KEPT_UNTIL: &str = "2026-12-21T02:00:00Z";

/// What it leaves, and the code it gives for that; none where the cluster is not its business.
pub(super) const STAYS: [(&str, Option<&str>); 9] = [
    ("audit-dev", Some("deletion-protection")),
    ("catalog-dev", Some("global-cluster-member")),
    ("fixtures-dev", Some("never")),
    ("fraud-graph", None),
    ("gold-dev", Some("protected")),
    ("invoices", Some("missing-mark")),
    ("loadtest-dev", Some("not-due")),
    ("payments", None),
    ("trial-dev", Some("malformed-expiry")),
];

/// What a reader of the plan may miss.
pub(super) const NOT_LISTED: &str =
    "fraud-graph (Neptune) and payments (no expiry tag) are not its business, and not listed";

/// Makes the account, at the policy's moment and with the same random names each time.
pub(super) async fn create() -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    // No proxy of the caller's stands between this machine and itself.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
    seed.error_for_status().context("the stand-in takes no seed for its random names")?;
    let moment: jiff::Timestamp = NOW.parse()?;
    scene.control("clock", json!({ "offset_seconds": moment.duration_since(clock::now()).as_secs() })).await?;

    let tag = "auto-delete-after";
    for cluster in [
        owned("orders-dev", "ana").members(3),
        owned("billing-dev", "ben").engine("aurora-mysql").members(2).tag(tag, "2026-11-18"),
        // As the script wrote it that these tags began with: no zone, microseconds.
        owned("search-dev", "chloe").tag(tag, "2026-11-20T12:00:00.123456"),
        owned("reports-dev", "ben").region("eu-north-1").tag(tag, "2026-11-19T18:00:00+01:00"),
        owned("loadtest-dev", "chloe").members(2).tag(tag, "2026-12-24T12:00:00Z"),
        owned("fixtures-dev", "ana").tag(tag, "never"),
        owned("trial-dev", "dan").tag(tag, "next friday"),
        owned("gold-dev", "ana"),
        owned("audit-dev", "dan").protected(),
        owned("catalog-dev", "ben").with("global_cluster_identifier", "catalog"),
        owned("fraud-graph", "chloe").engine("neptune"),
        owned("invoices", "ben").members(2).tag("env", "prod"),
        owned("payments", "dan").members(3).tag("env", "prod").tag(tag, ""),
    ] {
        cluster.create(&scene).await?;
    }
    clone(&scene, "payments", "payments-copy", "dan").await?;
    Ok(scene)
}

fn owned(id: &str, owner: &str) -> ClusterBuilder {
    expired(id).tag("owner", owner)
}

/// A copy-on-write clone with two members, which has expired.
async fn clone(scene: &Scene, source: &str, id: &str, owner: &str) -> anyhow::Result<()> {
    let tags = [("env", "dev"), ("owner", owner), ("auto-delete-after", "2026-11-20"), ("nightshift:source", source)]
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    let rds = scene.rds(crate::scene::REGION).await;
    rds.restore_db_cluster_to_point_in_time()
        .db_cluster_identifier(id)
        .source_db_cluster_identifier(source)
        .restore_type("copy-on-write")
        .use_latest_restorable_time(true)
        .set_tags(Some(tags.to_vec()))
        .send()
        .await?;
    for number in 1..=2 {
        rds.create_db_instance()
            .db_instance_identifier(format!("{id}-{number}"))
            .db_cluster_identifier(id)
            .db_instance_class("db.serverless")
            .engine("aurora-postgresql")
            .send()
            .await?;
    }
    scene.control("cluster", json!({ "id": id, "created": "2026-11-12T09:00:00Z" })).await?;
    Ok(())
}
