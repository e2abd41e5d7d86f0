//! What stands in a deletion's way is seen before anything is touched, as AWS itself shows it.

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, snapshots};
use serde_json::{Value, json};

use crate::{ids, said, start};

const APPLY: (&str, &str) = ("NIGHTSHIFT_MODE", "apply");

/// Applies one night to a single cluster after `prepare` and returns what was said of it; nothing may have been written.
async fn blocked(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<String> {
    let policy: Vec<_> = [APPLY].iter().chain(policy).copied().collect();
    let report = start(scene, &policy)?.invoke(&json!({})).await?.report();
    let writes: Vec<_> = report["calls"]
        .as_object()
        .into_iter()
        .flat_map(|calls| calls.keys())
        .filter(|action| !reads(action))
        .cloned()
        .collect();
    assert_eq!(writes, Vec::<String>::new(), "{report:#}");
    let (outcome, code) = said(&report, "orders-dev");
    assert_eq!(outcome, "skipped", "{report:#}");
    Ok(code.to_owned())
}

fn reads(action: &str) -> bool {
    action.contains(":Describe") || action.contains(":Get")
}

#[tokio::test]
async fn each_blocker_is_a_skip_of_its_own_and_not_one_call_writes() -> anyhow::Result<()> {
    for (field, value, code) in [
        ("global_cluster_identifier", json!("world"), "global-cluster-member"),
        (
            "replication_source_identifier",
            json!("arn:aws:rds:us-east-1:111122223333:cluster:x"),
            "cross-region-replica",
        ),
        ("read_replica_identifiers", json!(["arn:aws:rds:us-east-1:111122223333:cluster:x"]), "replication-source"),
        ("cluster_scalability_type", json!("limitless"), "limitless"),
        ("status", json!("stopped"), "stopped"),
        ("status", json!("backing-up"), "status"),
        ("status", json!("cloning-failed"), "status-failed"),
        ("status", json!("a-status-of-next-year"), "status-unknown"),
        ("aws_tags", json!({"cloudformation:stack-name": "orders"}), "managed"),
        ("status", json!("inaccessible-encryption-credentials-recoverable"), "encryption-key-lost"),
    ] {
        let scene = Scene::new()?;
        expired("orders-dev").with(field, value).create(&scene).await?;
        assert_eq!(blocked(&scene, &[]).await?, code);
    }
    Ok(())
}

#[tokio::test]
async fn deployments_and_integrations_are_asked_for_once_and_block() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.control("blue-green", json!({"source": "orders-dev"})).await?;
    assert_eq!(blocked(&scene, &[]).await?, "blue-green-deployment");

    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let arn = format!("arn:aws:rds:{REGION}:{}:cluster:orders-dev", scene.account);
    scene.control("integration", json!({"source_arn": arn})).await?;
    assert_eq!(blocked(&scene, &[]).await?, "zero-etl-integration");
    Ok(())
}

#[tokio::test]
async fn a_used_up_quota_of_snapshots_never_drops_the_data_instead() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.control("quota", json!({"name": "ManualClusterSnapshots", "max": 0})).await?;
    assert_eq!(blocked(&scene, &[]).await?, "snapshot-quota");
    // Seen too late (another tool took the last one meanwhile), AWS's own refusal stops it just the same.
    scene.control("quota", json!({"name": "ManualClusterSnapshots", "max": 1})).await?;
    let mut function = start(&scene, &[APPLY])?;
    scene.proxy.reset();
    scene.proxy.break_call(7, nightshift_testkit::Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    scene.control("quota", json!({"name": "ManualClusterSnapshots", "max": 0})).await?;
    scene.proxy.release();
    let report: Value = function.answer().await?.report();
    assert_eq!(said(&report, "orders-dev"), ("failed", "half-deleted-blocked"), "{report:#}");
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    assert_eq!(snapshots(&scene, REGION).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_cluster_that_changes_between_plan_and_apply_is_left_alone() -> anyhow::Result<()> {
    for (change, code) in [("extended", "not-due"), ("protected", "deletion-protection")] {
        let scene = Scene::new()?;
        expired("orders-dev").create(&scene).await?;
        let mut function = start(&scene, &[APPLY])?;
        // The re-read of the cluster: after the caller, two lists and four pre-flight reads.
        scene.proxy.break_call(7, nightshift_testkit::Fault::HoldBefore);
        function.send(&json!({})).await?;
        scene.proxy.reached().await?;
        let rds = scene.rds(REGION).await;
        if change == "extended" {
            let tag = aws_sdk_rds::types::Tag::builder().key("auto-delete-after").value("2027-01-01").build();
            let arn = format!("arn:aws:rds:{REGION}:{}:cluster:orders-dev", scene.account);
            rds.add_tags_to_resource().resource_name(arn).tags(tag).send().await?;
        } else {
            rds.modify_db_cluster()
                .db_cluster_identifier("orders-dev")
                .deletion_protection(true)
                .apply_immediately(true)
                .send()
                .await?;
        }
        scene.proxy.release();
        let report = function.answer().await?.report();
        assert_eq!(said(&report, "orders-dev"), ("skipped", code));
        assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_namesake_made_meanwhile_is_not_the_one_that_was_planned() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").members(0).create(&scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    scene.proxy.break_call(6, nightshift_testkit::Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    scene
        .rds(REGION)
        .await
        .delete_db_cluster()
        .db_cluster_identifier("orders-dev")
        .skip_final_snapshot(true)
        .send()
        .await?;
    expired("orders-dev").members(0).create(&scene).await?;
    scene.proxy.release();
    let report = function.answer().await?.report();
    assert_eq!(said(&report, "orders-dev"), ("skipped", "changed-since-plan"));
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    Ok(())
}

#[tokio::test]
async fn an_action_that_is_not_known_here_is_a_feature_that_is_not_there() -> anyhow::Result<()> {
    let refused = |status, code| nightshift_testkit::Fault::Refused { status, code };
    for fault in [refused(400, "InvalidAction"), refused(501, "NotImplemented"), refused(503, "InvalidAction")] {
        let scene = Scene::new()?;
        expired("orders-dev").create(&scene).await?;
        scene.proxy.break_next("rds:DescribeIntegrations", "", usize::MAX, fault);
        let report = start(&scene, &[])?.invoke(&json!({})).await?.report();
        assert_eq!(ids(&report, "planned"), ["orders-dev"], "{fault:?} {report:#}");
        assert_eq!(report["calls"]["rds:DescribeIntegrations"], 1, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_throttled_throughout_is_put_off_and_said_to_be_throttled() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.proxy.break_next("rds:DeleteDBCluster", "", usize::MAX, nightshift_testkit::Fault::Throttled);
    let report = start(&scene, &[APPLY, ("AWS_MAX_ATTEMPTS", "3")])?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("deferred", "throttled"), "{report:#}");
    assert_eq!(report["calls"]["rds:DeleteDBCluster"], 3);
    Ok(())
}

#[tokio::test]
async fn throttling_is_absorbed() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for number in 0..4 {
        expired(&format!("c{number}-dev")).create(&scene).await?;
    }
    scene.proxy.limit("rds:DeleteDBInstance", 4.0, 1.0);
    let report = start(&scene, &[APPLY, ("AWS_MAX_ATTEMPTS", "10")])?.invoke(&json!({})).await?.report();
    assert_eq!(ids(&report, "changed").len(), 4, "{report:#}");
    assert!(report["calls"]["rds:DeleteDBInstance"].as_u64() > Some(4), "some were refused first");
    Ok(())
}
