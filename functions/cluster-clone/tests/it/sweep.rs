//! What was begun and never handed over goes; everything that only looks like it stays.

use aws_sdk_secretsmanager::types::Tag;
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

/// A run that died between its raw copy's deletion and its key's is taken up by nobody: the sweep sees to the key.
#[tokio::test]
async fn a_key_whose_raw_copy_is_gone_goes_and_no_other_secret() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let rds = scene.rds("eu-west-1").await;
    let mut pages = rds.describe_db_clusters().db_cluster_identifier("orders").into_paginator().items().send();
    let orders = pages.next().await.expect("it is there")?;
    let stands = format!("nightshift/anonymise/{}", orders.db_cluster_resource_id().unwrap_or_default());
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-west-1").await);
    let raw = Tag::builder().key("nightshift:raw").value("true").build();
    for (name, tags) in [
        (stands.as_str(), vec![raw.clone()]),
        ("nightshift/anonymise/cluster-GONE", vec![raw.clone()]),
        ("nightshift/anonymise/cluster-OF-A-PERSON", Vec::new()),
        ("prod/nightshift/anonymise/cluster-GONE", vec![raw]),
    ] {
        secrets.create_secret().name(name).secret_string("x").set_tags(Some(tags)).send().await?;
    }
    let quarantine = [
        ("NIGHTSHIFT_ANONYMISE_RULES", "package:{source}.toml"),
        ("NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS", "sg-quarantine"),
        ("NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP", "quarantine-{family}"),
    ];
    scene.proxy.reset();
    let report = swept(&scene, &quarantine).await?;
    let done = (&report["items"][0]["id"], &report["items"][0]["outcome"], &report["counts"]["observed"]);
    assert_eq!(done, (&json!("nightshift/anonymise/cluster-GONE"), &json!("changed"), &json!(1)), "{report:#}");
    let calls: Vec<_> = scene.proxy.calls().into_iter().map(|call| call.action).collect();
    let first = |action: &str| calls.iter().position(|call| call == action);
    assert!(first("secretsmanager:ListSecrets") < first("rds:DescribeDBClusters"), "{calls:?}");
    let mut left = nightshift_testkit::quarantine::secrets(&scene).await?;
    left.sort_unstable();
    let mut expected = [&stands, "nightshift/anonymise/cluster-OF-A-PERSON", "prod/nightshift/anonymise/cluster-GONE"]
        .map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(left, expected);
    assert_eq!(swept(&scene, &quarantine).await?["items"], json!([]));
    Ok(())
}
