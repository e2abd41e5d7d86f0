//! What was begun and never handed over goes; everything that only looks like it stays.

use nightshift_testkit::Scene;
use nightshift_testkit::world::clusters;
use serde_json::{Value, json};

use crate::{orders, start, wish};

/// A clone whose maker could not go on, made at `created`.
async fn died(scene: &Scene, created: &str) -> anyhow::Result<()> {
    scene.proxy.deny("rds:ModifyDBCluster");
    start(scene, &[])?.invoke(&wish("ana")).await?.fault();
    scene.proxy.forgive();
    scene.control("cluster", json!({"id": "orders-ana", "created": created})).await?;
    Ok(())
}

async fn swept(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    Ok(start(scene, policy)?.invoke(&json!({})).await?.report())
}

#[tokio::test]
async fn what_was_begun_a_day_ago_and_has_no_members_goes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    died(&scene, "2026-11-20T02:00:00Z").await?;
    let planned = swept(&scene, &[("NIGHTSHIFT_MODE", "plan")]).await?;
    assert_eq!(planned["counts"]["planned"], 1);
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana"]);
    let none = swept(&scene, &[("NIGHTSHIFT_MAX_DELETIONS", "0")]).await?;
    assert_eq!(none["tripped"]["guard"], "max_deletions");
    let report = swept(&scene, &[]).await?;
    assert_eq!((&report["items"][0]["id"], &report["items"][0]["outcome"]), (&json!("orders-ana"), &json!("changed")));
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    assert_eq!(swept(&scene, &[]).await?["items"], json!([]));
    Ok(())
}

#[tokio::test]
async fn what_is_younger_or_was_handed_over_stays() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    died(&scene, "2026-11-20T02:00:01Z").await?;
    start(&scene, &[])?.invoke(&wish("ben")).await?.report();
    scene.control("cluster", json!({"id": "orders-ben", "created": "2026-11-01T00:00:00Z"})).await?;
    assert_eq!(swept(&scene, &[]).await?["items"], json!([]));
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana", "orders-ben"]);
    Ok(())
}
