//! Which deletions keep the data, and that how a cluster was built comes along whatever AWS answers.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_rds::types::Tag;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, expired_clone, snapshots};
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::{ids, said, start};

const APPLY: (&str, &str) = ("NIGHTSHIFT_MODE", "apply");

async fn apply(scene: &Scene) -> anyhow::Result<Value> {
    Ok(start(scene, &[APPLY])?.invoke(&json!({})).await?.report())
}

/// Of the clusters named, those whose final snapshot there is.
async fn kept_of<'a>(scene: &Scene, ids: &[&'a str]) -> anyhow::Result<Vec<&'a str>> {
    let names: Vec<_> = snapshots(scene, REGION).await?.into_iter().map(|(name, _)| name).collect();
    let kept = |id: &str| names.iter().any(|name| name.starts_with(&format!("nightshift-{id}-2026")));
    Ok(ids.iter().copied().filter(|id| kept(id)).collect())
}

#[tokio::test]
async fn of_a_clone_of_a_clone_that_both_go_one_keeps_the_data() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("source").tag("auto-delete-after", "").create(&scene).await?;
    expired_clone("clone-dev", "source", &scene).await?;
    expired_clone("second-dev", "clone-dev", &scene).await?;
    scene.control("cluster", json!({"id": "second-dev", "created": "2026-11-03T00:00:00Z"})).await?;
    let report = apply(&scene).await?;
    assert_eq!(ids(&report, "changed"), ["clone-dev", "second-dev"]);
    assert_eq!(kept_of(&scene, &["clone-dev", "second-dev"]).await?, ["second-dev"]);
    Ok(())
}

#[tokio::test]
async fn a_source_that_comes_to_its_end_after_the_plan_was_made_stops_its_clone() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("source").tag("auto-delete-after", "2027-01-01").create(&scene).await?;
    expired_clone("clone-dev", "source", &scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    // After caller, two lists and two pre-flight reads, at its own re-read.
    scene.proxy.break_call(5, Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    let tag = Tag::builder().key("auto-delete-after").value("2026-11-20").build();
    let arn = format!("arn:aws:rds:{REGION}:{}:cluster:source", scene.account);
    scene.rds(REGION).await.add_tags_to_resource().resource_name(arn).tags(tag).send().await?;
    scene.proxy.release();
    let report = function.answer().await?.report();
    assert_eq!(said(&report, "clone-dev"), ("skipped", "changed-since-plan"), "{report:#}");
    assert_eq!(clusters(&scene, REGION).await?, ["clone-dev", "source"]);
    // The next night takes both, and keeps both.
    apply(&scene).await?;
    assert_eq!(kept_of(&scene, &["clone-dev", "source"]).await?, ["clone-dev", "source"]);
    Ok(())
}

/// One deletion during which `action` on the final snapshot fails `times` with `fault`.
async fn deletion_with(
    times: usize,
    action: &'static str,
    fault: Fault,
) -> anyhow::Result<(Value, BTreeMap<String, String>)> {
    let scene = Scene::new()?;
    expired("orders-dev").copies_tags().create(&scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    // Not long enough to wait for a thing that stays.
    function.timeout = Duration::from_secs(if times == usize::MAX { 49 } else { 300 });
    scene.proxy.break_next(action, ":cluster-snapshot:", times, fault);
    let report = function.invoke(&json!({})).await?.report();
    Ok((report, snapshots(&scene, REGION).await?.remove(0).1))
}

#[tokio::test]
async fn how_a_cluster_was_built_survives_whatever_aws_answers_for_some_seconds() -> anyhow::Result<()> {
    use Fault::{AnswerLost, Refused, RequestLost, ServerError, ServerErrorAfter, Throttled};
    let refused = |status, code| Refused { status, code };
    let faults = [
        // Those that the API reference names for both calls and that pass.
        refused(400, "InvalidDBClusterStateFault"),
        refused(400, "InvalidDBInstanceState"),
        refused(400, "InvalidDBClusterEndpointStateFault"),
        refused(404, "DBClusterNotFoundFault"),
        refused(404, "DBSnapshotNotFound"),
        refused(404, "DBClusterSnapshotNotFoundFault"),
        // And what any call may end in.
        Throttled,
        ServerError,
        ServerErrorAfter,
        RequestLost,
        AnswerLost,
    ];
    let actions = ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"];
    let trials = faults.into_iter().flat_map(|fault| actions.map(|action| (action, fault)));
    let trials: Vec<_> =
        trials.map(|(action, fault)| (action, fault, tokio::spawn(deletion_with(3, action, fault)))).collect();
    for (action, fault, trial) in trials {
        let (report, tags) = trial.await??;
        assert_eq!(said(&report, "orders-dev"), ("changed", ""), "{action} {fault:?}: {report:#}");
        assert!(tags.contains_key("nightshift:purge-after"), "{action} {fault:?}: {tags:?}");
        assert!(tags.contains_key("nightshift:restore-01"), "{action} {fault:?}: {tags:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_does_not_pass_is_told_with_something_to_do() -> anyhow::Result<()> {
    let fault = Fault::Refused { status: 400, code: "InvalidDBClusterStateFault" };
    let (report, _) = deletion_with(usize::MAX, "rds:AddTagsToResource", fault).await?;
    assert_eq!(said(&report, "orders-dev"), ("changed", "snapshot-not-marked"));
    let item = &report["items"][0];
    insta::assert_snapshot!(item["reason"]["fix"].as_str().unwrap_or_default(), @"invoke the function again within minutes: while AWS still shows the cluster, that tags the snapshot; after that the data is safe, but a restore does not know how the cluster was built: put the nightshift:restore-* tags of item.tags in this run's log line 'about to apply' on the snapshot by hand");
    Ok(())
}

#[tokio::test]
async fn a_snapshot_an_earlier_run_left_is_waited_for_as_well() -> anyhow::Result<()> {
    for (status, code) in [(400, "InvalidDBClusterStateFault"), (404, "DBClusterSnapshotNotFoundFault"), (500, "x")] {
        let scene = Scene::new()?;
        expired("orders-dev").create(&scene).await?;
        scene.control("lifecycle", json!({"mode": "held"})).await?;
        let tagging = "rds:AddTagsToResource";
        scene.proxy.break_next(tagging, ":cluster-snapshot:", 1, Fault::HoldBefore);
        let mut function = start(&scene, &[APPLY])?;
        function.send(&json!({})).await?;
        scene.proxy.reached().await?;
        function.kill();
        let busy = Fault::Refused { status, code };
        scene.proxy.break_next(tagging, ":cluster-snapshot:", 3, busy);
        let report = apply(&scene).await?;
        let (name, tags) = snapshots(&scene, REGION).await?.remove(0);
        assert_eq!(said(&report, &name), ("changed", ""), "{code}: {report:#}");
        assert!(tags.contains_key("nightshift:restore-01"), "{code}: {tags:?}");
        assert!(tags.contains_key("nightshift:purge-after"), "{code}: {tags:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_that_a_person_made_is_never_purged_and_the_original_is() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    apply(&scene).await?;
    let (name, _) = snapshots(&scene, REGION).await?.remove(0);
    let later = [APPLY, ("NIGHTSHIFT_NOW", "2027-01-01T02:00:00Z")];
    // Under the same name it stands in another Region; here it is enough that AWS shows it as a copy.
    scene.control("snapshot", json!({"id": name, "copy_of": "arn:aws:rds:x", "resource_id": null})).await?;
    let report = start(&scene, &later)?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, &name), ("skipped", "snapshot-copy"), "{report:#}");
    // An original of which AWS does not say whose it is goes in its time.
    scene.control("snapshot", json!({"id": name, "copy_of": null, "resource_id": null})).await?;
    let report = start(&scene, &later)?.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, &name), ("changed", ""), "{report:#}");
    assert_eq!(snapshots(&scene, REGION).await?, []);
    Ok(())
}

/// AWS takes the order, the answer is lost, and for a while it shows the cluster as it was: the snapshot tells that it is going.
#[tokio::test]
async fn how_a_cluster_was_built_survives_a_lost_answer_to_a_delete_that_is_not_seen_yet() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.control("lifecycle", json!({"mode": "held"})).await?;
    let mut function = start(&scene, &[APPLY, ("AWS_MAX_ATTEMPTS", "1")])?;
    scene.proxy.break_next("rds:DeleteDBInstance", "", 1, Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    scene.proxy.break_next("rds:DeleteDBCluster", "", 1, Fault::AnswerLost);
    scene.proxy.break_next("rds:DescribeDBClusters", "orders-dev", 1, Fault::HoldBefore);
    scene.proxy.release();
    scene.proxy.reached().await?;
    scene.control("cluster", json!({"id": "orders-dev", "status": "available"})).await?;
    scene.proxy.release();
    let report = function.answer().await?.report();
    assert_eq!(said(&report, "orders-dev"), ("changed", ""), "{report:#}");
    let (_, tags) = snapshots(&scene, REGION).await?.remove(0);
    assert!(tags.contains_key("nightshift:purge-after") && tags.contains_key("nightshift:restore-01"), "{tags:?}");
    Ok(())
}
