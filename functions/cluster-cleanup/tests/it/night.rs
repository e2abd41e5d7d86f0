//! A whole believable night: planned, applied, and applied again.

use aws_sdk_rds::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{self, clusters, expired, snapshots};
use serde_json::json;

use crate::{ids, said, start};

/// A dozen clusters in two regions, each with something else about it.
async fn a_dozen(scene: &Scene) -> anyhow::Result<()> {
    expired("orders-dev").members(3).create(scene).await?;
    expired("billing-dev").engine("aurora-mysql").tag("auto-delete-after", "2026-11-18").create(scene).await?;
    expired("naive-dev").tag("auto-delete-after", "2026-11-20T12:00:00.123456").create(scene).await?;
    expired("later-dev").tag("auto-delete-after", "2026-12-24T12:00:00Z").create(scene).await?;
    expired("kept-dev").tag("auto-delete-after", "never").create(scene).await?;
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(scene).await?;
    expired("twice-dev").tag("Auto_Delete_After", "2026-11-20").create(scene).await?;
    expired("payments").tag("env", "prod").create(scene).await?;
    expired("gold-dev").create(scene).await?;
    expired("locked-dev").protected().create(scene).await?;
    expired("asleep-dev").with("status", "stopped").create(scene).await?;
    expired("global-dev").with("global_cluster_identifier", "world").create(scene).await?;
    expired("graph-dev").engine("neptune").members(0).create(scene).await?;
    expired("docs-dev").engine("docdb").members(0).create(scene).await?;
    expired("plain").tag("auto-delete-after", "").create(scene).await?;
    expired("north-dev").region("eu-north-1").create(scene).await
}

const POLICY: [(&str, &str); 3] =
    [("NIGHTSHIFT_REGIONS", "eu-west-1,eu-north-1"), ("NIGHTSHIFT_PROTECTED", "gold-*"), ("NIGHTSHIFT_MODE", "apply")];

#[tokio::test]
async fn exactly_the_expired_go_and_a_second_night_finds_nothing_to_do() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    a_dozen(&scene).await?;
    let mut function = start(&scene, &POLICY)?;

    let plan = function.invoke(&json!({"mode": "plan"})).await?.report();
    assert_eq!(
        ids(&plan, "planned"),
        ["billing-dev", "north-dev", "orders-dev", "naive-dev"],
        "the oldest expiry first"
    );
    for (id, outcome, code) in [
        ("later-dev", "skipped", "not-due"),
        ("kept-dev", "skipped", "never"),
        ("typo-dev", "skipped", "malformed-expiry"),
        ("twice-dev", "skipped", "look-alike-tags"),
        ("payments", "skipped", "missing-mark"),
        ("gold-dev", "skipped", "protected"),
        ("locked-dev", "skipped", "deletion-protection"),
        ("asleep-dev", "skipped", "stopped"),
        ("global-dev", "skipped", "global-cluster-member"),
    ] {
        assert_eq!(said(&plan, id), (outcome, code), "{id}");
    }
    let writes = |report: &serde_json::Value| {
        let calls = report["calls"].as_object().cloned().unwrap_or_default();
        calls
            .keys()
            .filter(|action| !action.contains("Describe") && !action.contains("Get"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(writes(&plan), Vec::<String>::new(), "a plan only reads");
    assert_eq!(clusters(&scene, "eu-west-1").await?.len(), 15);

    let applied = function.invoke(&json!({})).await?.report();
    assert_eq!(applied["plan_digest"], plan["plan_digest"]);
    assert_eq!(applied["tripped"], json!(null));
    assert_eq!(ids(&applied, "changed"), ids(&plan, "planned"));
    assert_eq!(
        clusters(&scene, "eu-west-1").await?,
        [
            "asleep-dev",
            "docs-dev",
            "global-dev",
            "gold-dev",
            "graph-dev",
            "kept-dev",
            "later-dev",
            "locked-dev",
            "payments",
            "plain",
            "twice-dev",
            "typo-dev"
        ]
    );
    assert_eq!(clusters(&scene, "eu-north-1").await?, Vec::<String>::new());
    let kept = snapshots(&scene, "eu-west-1").await?;
    assert_eq!(kept.len(), 3, "none of them was a clone");
    for (name, tags) in &kept {
        assert_eq!(tags.get("nightshift:purge-after").map(String::as_str), Some("2026-12-21T02:00:00Z"), "{name}");
        assert_eq!(tags.get("owner").map(String::as_str), Some("ana"));
        assert!(
            !tags.contains_key("auto-delete-after") && !tags.contains_key("nightshift:delete-requested"),
            "{name}: {tags:?}"
        );
    }

    let again = function.invoke(&json!({})).await?.report();
    assert_eq!(ids(&again, "changed"), Vec::<&str>::new());
    assert_eq!(ids(&again, "failed"), Vec::<&str>::new());
    assert_eq!(writes(&again), Vec::<String>::new());
    assert_eq!(snapshots(&scene, "eu-west-1").await?, kept);
    Ok(())
}

#[tokio::test]
async fn every_page_is_read_and_nothing_is_asked_per_cluster() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for number in 0..205 {
        let later = expired(&format!("c{number:03}")).members(0).tag("auto-delete-after", "2026-12-24T12:00:00Z");
        later.create(&scene).await?;
    }
    expired("z-last").members(0).create(&scene).await?;
    let report = start(&scene, &[])?.invoke(&json!({})).await?.report();
    assert_eq!(report["counts"]["observed"], 206);
    assert_eq!(ids(&report, "planned"), ["z-last"]);
    assert_eq!(report["calls"]["rds:DescribeDBClusters"], 3);
    assert!(report["calls"].get("rds:ListTagsForResource").is_none());
    Ok(())
}

/// The last of so many says that it is to go, and that is nobody's of ours: who had not read it would not say so.
#[tokio::test]
async fn a_snapshot_on_the_second_page_is_seen() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.control("quota", json!({"name": "ManualClusterSnapshots", "max": 200})).await?;
    expired("orders-dev").tag("auto-delete-after", "never").members(0).create(&scene).await?;
    let rds = scene.rds(REGION).await;
    let purge = Tag::builder().key("nightshift:purge-after").value("2026-01-01T00:00:00Z").build();
    let many: Vec<_> = (0..100).map(|number| format!("s{number:03}")).chain(["z-last".to_owned()]).collect();
    for name in &many {
        let call = rds.create_db_cluster_snapshot().db_cluster_identifier("orders-dev");
        let tags = (name == "z-last").then(|| vec![purge.clone()]);
        call.db_cluster_snapshot_identifier(name).set_tags(tags).send().await?;
    }
    let report = start(&scene, &[])?.invoke(&json!({})).await?.report();
    assert_eq!(report["calls"]["rds:DescribeDBClusterSnapshots"], 2);
    assert_eq!(said(&report, "z-last"), ("skipped", "not-our-snapshot"));
    Ok(())
}

#[tokio::test]
async fn every_sample_event_is_one_the_function_takes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let mut function = start(&scene, &[])?;
    let events = nightshift_testkit::repository::events("cluster-cleanup")?;
    assert!(events.len() >= 4);
    for path in events {
        let event = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(report["function"], "cluster-cleanup", "{}", path.display());
    }
    Ok(())
}

#[tokio::test]
async fn the_night_leaves_json_lines_one_an_item_and_metrics() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(&scene).await?;
    let mut function = start(&scene, &[])?;
    function.invoke(&json!({})).await?.report();
    let output = function.into_output();
    let lines: Vec<serde_json::Value> = output.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let item = lines.iter().find(|line| line["item.id"] == "orders-dev").expect("a line for the item");
    assert_eq!(item["item.outcome"], "planned", "{item}");
    assert_eq!(item["span"]["request.id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    assert_eq!(lines.iter().filter(|line| line["message"] == "run finished").count(), 1);
    let metrics = lines.iter().find(|line| line.get("_aws").is_some()).expect("a line of metrics");
    assert_eq!(
        (metrics["Planned"].as_i64(), metrics["MalformedTags"].as_i64(), metrics["Runs"].as_i64()),
        (Some(1), Some(1), Some(1))
    );
    Ok(())
}

#[tokio::test]
async fn the_report_is_kept_in_the_bucket_and_a_lost_copy_fails_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let s3 = world::s3(&scene).await;
    s3.create_bucket().bucket("reports").create_bucket_configuration(world::here()).send().await?;
    let report = start(&scene, &[("NIGHTSHIFT_REPORT_BUCKET", "reports")])?.invoke(&json!({})).await?.report();
    let listed = s3.list_objects_v2().bucket("reports").send().await?;
    let keys: Vec<_> = listed.contents().iter().filter_map(|object| object.key()).collect();
    let day = format!("cluster-cleanup/{}/2026/11/21", scene.account);
    assert_eq!(keys, [format!("{day}/020000Z-8476a536-e9f4-11e8-9739-2dfe598c3fcd.json")]);
    let kept = s3.get_object().bucket("reports").key(keys[0]).send().await?.body.collect().await?.into_bytes();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&kept)?, report);

    let report = start(&scene, &[("NIGHTSHIFT_REPORT_BUCKET", "no-such-bucket")])?.invoke(&json!({})).await?.report();
    assert_eq!(report["counts"]["planned"], 1);
    Ok(())
}

#[tokio::test]
async fn what_a_night_saved_is_estimated_by_the_prices_an_operator_names() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").members(2).create(&scene).await?;
    expired("locked-dev").protected().create(&scene).await?;
    expired("mysql-dev").engine("aurora-mysql").create(&scene).await?;
    let path = std::env::temp_dir().join(format!("nightshift-prices-{}.json", scene.account));
    // Each member is Serverless with half a unit at the least.
    let prices = json!({"currency": "USD", "regions": {"eu-west-1": {"aurora-postgresql": {"acu_hour": 0.14}}}});
    std::fs::write(&path, prices.to_string())?;
    let named = path.to_str().unwrap_or_default();
    let mut function = start(&scene, &[("NIGHTSHIFT_MODE", "apply"), ("NIGHTSHIFT_PRICES", named)])?;
    let money = |report: &serde_json::Value, name: &str| report["estimate"][name].as_u64();
    let plan = function.invoke(&json!({"mode": "plan"})).await?.report();
    let one = 51_10;
    assert_eq!(money(&plan, "saved_per_month_hundredths"), Some(0));
    assert_eq!(money(&plan, "due_per_month_hundredths"), Some(3 * one), "{plan:#}");
    assert_eq!(plan["estimate"]["unknown"], 1, "there is no price for MySQL, and that is not nothing");
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(money(&report, "saved_per_month_hundredths"), Some(2 * one), "{report:#}");
    assert_eq!(money(&report, "due_per_month_hundredths"), Some(one));
    let without = start(&scene, &[])?.invoke(&json!({})).await?.report();
    assert!(without.get("estimate").is_none(), "without prices no figure: {without:#}");
    std::fs::remove_file(path)?;
    Ok(())
}
