//! What applying does and does not do, one case at a time.

use aws_sdk_rds::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, expired_clone, snapshots};
use serde_json::{Value, json};

use crate::{ids, said, start};

const APPLY: (&str, &str) = ("NIGHTSHIFT_MODE", "apply");

async fn apply(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    let policy: Vec<_> = [APPLY].iter().chain(policy).copied().collect();
    Ok(start(scene, &policy)?.invoke(&json!({})).await?.report())
}

#[tokio::test]
async fn readers_go_before_the_writer_and_the_cluster_at_once() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").members(3).create(&scene).await?;
    apply(&scene, &[]).await?;
    let writes: Vec<_> = scene
        .proxy
        .calls()
        .into_iter()
        .filter(|call| !call.action.contains("Describe") && !call.action.contains("GetCaller"))
        .map(|call| {
            let object = ["DBInstanceIdentifier", "DBClusterIdentifier", "ResourceName"]
                .iter()
                .find_map(|name| call.parameters.get(*name));
            format!("{} {}", call.action, object.and_then(|object| object.rsplit(':').next()).unwrap_or_default())
        })
        .collect();
    let snapshot = &snapshots(&scene, REGION).await?[0].0;
    assert_eq!(
        writes,
        [
            "rds:AddTagsToResource orders-dev",
            "rds:DeleteDBInstance orders-dev-2",
            "rds:DeleteDBInstance orders-dev-3",
            "rds:DeleteDBInstance orders-dev-1",
            "rds:DeleteDBCluster orders-dev",
            &format!("rds:AddTagsToResource {snapshot}"),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_cap_that_trips_means_no_step_at_all_and_the_plan_is_shown_whole() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for id in ["a-dev", "b-dev", "c-dev"] {
        expired(id).create(&scene).await?;
    }
    let report = apply(&scene, &[("NIGHTSHIFT_MAX_DELETIONS", "2")]).await?;
    assert_eq!(
        (&report["tripped"]["guard"], &report["tripped"]["limit"], &report["tripped"]["wanted"]),
        (&json!("max_deletions"), &json!(2), &json!(3))
    );
    assert_eq!(ids(&report, "planned"), ["a-dev", "b-dev", "c-dev"]);
    assert_eq!(clusters(&scene, REGION).await?.len(), 3);

    // A function lifts a cap for a reviewed plan only where it was told to.
    let event = json!({"expect_plan": report["plan_digest"]});
    let policy = [APPLY, ("NIGHTSHIFT_MAX_DELETIONS", "2")];
    let still = start(&scene, &policy)?.invoke(&event).await?.report();
    assert_eq!(still["tripped"]["guard"], "max_deletions");
    let lifting = [policy[0], policy[1], ("NIGHTSHIFT_DIGEST_LIFTS_CAPS", "true")];
    let lifted = start(&scene, &lifting)?.invoke(&event).await?.report();
    assert_eq!(lifted["tripped"], Value::Null);
    assert_eq!(clusters(&scene, REGION).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn half_of_what_carries_the_marks_is_the_most_a_night_takes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for id in ["a-dev", "b-dev", "c-dev", "d-dev", "e-dev", "f-dev"] {
        expired(id).members(0).create(&scene).await?;
    }
    for id in ["g-dev", "h-dev", "i-dev", "j-dev"] {
        expired(id).members(0).tag("auto-delete-after", "2027-01-01").create(&scene).await?;
    }
    let report = apply(&scene, &[]).await?;
    assert_eq!(
        (&report["tripped"]["guard"], &report["tripped"]["wanted"]),
        (&json!("max_deletion_percent"), &json!(60))
    );
    assert_eq!(clusters(&scene, REGION).await?.len(), 10);
    Ok(())
}

#[tokio::test]
async fn a_plan_that_is_not_the_reviewed_one_is_not_applied() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("a-dev").create(&scene).await?;
    let mut function = start(&scene, &[])?;
    let reviewed = function.invoke(&json!({"mode": "plan"})).await?.report();
    expired("b-dev").create(&scene).await?;
    let event = json!({"mode": "apply", "expect_plan": reviewed["plan_digest"]});
    let report = function.invoke(&event).await?.report();
    assert_eq!(report["tripped"]["guard"], "expect_plan");
    assert_eq!(clusters(&scene, REGION).await?, ["a-dev", "b-dev"]);
    scene.rds(REGION).await.delete_db_instance().db_instance_identifier("b-dev-1").send().await?;
    scene.rds(REGION).await.delete_db_cluster().db_cluster_identifier("b-dev").skip_final_snapshot(true).send().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(report["tripped"], Value::Null);
    assert_eq!(clusters(&scene, REGION).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_clone_goes_without_a_snapshot_and_its_source_does_not() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("source").tag("auto-delete-after", "").create(&scene).await?;
    expired_clone("clone-dev", "source", &scene).await?;
    expired("alone-dev").tag("nightshift:source", "source").create(&scene).await?;
    let report = apply(&scene, &[]).await?;
    assert_eq!(ids(&report, "changed"), ["alone-dev", "clone-dev"]);
    let kept: Vec<_> = snapshots(&scene, REGION).await?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].starts_with("nightshift-alone-dev-20261120t000000z-"), "{kept:?}");
    Ok(())
}

#[tokio::test]
async fn copied_tags_never_leave_an_expiry_on_a_snapshot() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").copies_tags().create(&scene).await?;
    apply(&scene, &[]).await?;
    let (_, tags) = snapshots(&scene, REGION).await?.remove(0);
    assert!(!tags.contains_key("auto-delete-after"), "{tags:?}");
    assert!(!tags.contains_key("nightshift:delete-requested"), "{tags:?}");
    assert!(tags.contains_key("nightshift:purge-after"), "{tags:?}");
    Ok(())
}

#[tokio::test]
async fn a_snapshot_that_could_not_be_tagged_is_tried_again_before_the_run_ends() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    // After caller, two lists, four pre-flight reads, re-read, tag, member and cluster.
    scene.proxy.break_call(11, nightshift_testkit::Fault::Denied);
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("changed", ""), "{report:#}");
    let (_, tags) = snapshots(&scene, REGION).await?.remove(0);
    assert!(tags.contains_key("nightshift:purge-after") && tags.contains_key("nightshift:restore-01"), "{tags:?}");
    Ok(())
}

#[tokio::test]
async fn an_inherited_purge_tag_is_never_believed() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").copies_tags().tag("nightshift:purge-after", "2026-01-01T00:00:00Z").create(&scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    scene.proxy.deny("rds:RemoveTagsFromResource");
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("changed", "snapshot-not-marked"), "{report:#}");
    scene.proxy.forgive();
    function.invoke(&json!({})).await?.report();
    let (_, tags) = snapshots(&scene, REGION).await?.remove(0);
    assert_eq!(tags.get("nightshift:purge-after").map(String::as_str), Some("2026-12-21T02:00:00Z"));
    Ok(())
}

#[tokio::test]
async fn our_snapshots_go_when_they_were_kept_long_enough_and_no_others() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let rds = scene.rds(REGION).await;
    let foreign = Tag::builder().key("nightshift:purge-after").value("2026-01-01T00:00:00Z").build();
    rds.create_db_cluster_snapshot()
        .db_cluster_identifier("orders-dev")
        .db_cluster_snapshot_identifier("before-migration")
        .tags(foreign)
        .send()
        .await?;
    apply(&scene, &[]).await?;
    let names =
        || async { anyhow::Ok(snapshots(&scene, REGION).await?.into_iter().map(|(name, _)| name).collect::<Vec<_>>()) };
    assert_eq!(names().await?.len(), 2);
    let much_later = [APPLY, ("NIGHTSHIFT_NOW", "2026-12-21T02:00:00Z")];
    let report = start(&scene, &much_later)?.invoke(&json!({})).await?.report();
    assert_eq!(ids(&report, "changed").len(), 1);
    assert_eq!(said(&report, "before-migration"), ("skipped", "not-our-snapshot"));
    assert_eq!(names().await?, ["before-migration"]);
    Ok(())
}

#[tokio::test]
async fn protection_is_lifted_and_the_stopped_started_only_when_told_to() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("locked-dev").protected().create(&scene).await?;
    expired("asleep-dev").with("status", "stopped").create(&scene).await?;
    let told = [("NIGHTSHIFT_DELETION_PROTECTION", "override"), ("NIGHTSHIFT_STOPPED_CLUSTERS", "start")];
    let report = apply(&scene, &told).await?;
    assert_eq!(ids(&report, "changed"), ["asleep-dev", "locked-dev"]);
    assert_eq!(clusters(&scene, REGION).await?, ["asleep-dev"], "it is started tonight and deleted another night");
    apply(&scene, &told).await?;
    assert_eq!(clusters(&scene, REGION).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_aws_is_deleting_is_already_right_and_counts_for_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").members(2).create(&scene).await?;
    scene.control("lifecycle", json!({"mode": "held"})).await?;
    let first = apply(&scene, &[]).await?;
    assert_eq!(ids(&first, "changed"), ["orders-dev"]);
    let second = apply(&scene, &[("NIGHTSHIFT_MAX_DELETIONS", "0")]).await?;
    assert_eq!(said(&second, "orders-dev"), ("already_right", "deleting"));
    assert_eq!(second["tripped"], Value::Null);
    scene.control("settle", json!({})).await?;
    assert_eq!(apply(&scene, &[]).await?["counts"]["already_right"], 0);
    Ok(())
}

#[tokio::test]
async fn a_deletion_begun_is_finished_even_under_a_cap_of_zero() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").members(3).create(&scene).await?;
    // An earlier run got as far as the first reader.
    let mut function = start(&scene, &[APPLY])?;
    let third_write = 10;
    scene.proxy.break_call(third_write, nightshift_testkit::Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    function.kill();
    scene.proxy.reset();
    let report = apply(&scene, &[("NIGHTSHIFT_MAX_DELETIONS", "0")]).await?;
    assert_eq!(report["tripped"], Value::Null, "{report:#}");
    assert_eq!(ids(&report, "changed"), ["orders-dev"]);
    assert_eq!(clusters(&scene, REGION).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn too_little_time_defers_and_says_so() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let mut function = start(&scene, &[APPLY])?;
    function.timeout = std::time::Duration::from_secs(30);
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("deferred", "deadline"));
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    Ok(())
}

#[tokio::test]
async fn what_aws_answers_to_the_delete_decides_how_it_is_told() -> anyhow::Result<()> {
    // After caller, two lists, four pre-flight reads, re-read, tag and member.
    let delete = 10;
    for (status, code, expected) in [
        (400, "InvalidDBClusterStateFault", ("failed", "half-deleted-blocked")),
        (400, "Throttling", ("deferred", "throttled")),
        (400, "SnapshotQuotaExceeded", ("failed", "half-deleted-blocked")),
        (400, "KMSKeyNotAccessibleFault", ("failed", "half-deleted-blocked")),
        (400, "InvalidParameterCombination", ("failed", "half-deleted-blocked")),
        (403, "AccessDenied", ("failed", "half-deleted-blocked")),
        (500, "InternalFailure", ("failed", "no-answer")),
        (500, "InvalidParameterCombination", ("failed", "no-answer")),
        (502, "AccessDenied", ("failed", "no-answer")),
        (503, "DBClusterNotFoundFault", ("failed", "no-answer")),
        (503, "a code of next year", ("failed", "no-answer")),
        (404, "DBClusterNotFoundFault", ("failed", "final-snapshot-missing")),
    ] {
        let scene = Scene::new()?;
        expired("orders-dev").create(&scene).await?;
        let mut function = start(&scene, &[APPLY])?;
        scene.proxy.break_call(delete, nightshift_testkit::Fault::Refused { status, code });
        let report = function.invoke(&json!({})).await?.report();
        assert_eq!(said(&report, "orders-dev"), expected, "{code}: {report:#}");
        assert_eq!(snapshots(&scene, REGION).await?, [], "{code}: a refusal never drops the snapshot and the data");
        assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"], "{code}");
        // The next night goes on where this one stopped.
        let report = function.invoke(&json!({})).await?.report();
        assert_eq!(said(&report, "orders-dev"), ("changed", ""), "{code}: {report:#}");
    }
    Ok(())
}

#[tokio::test]
async fn a_delete_that_was_carried_out_and_answered_with_a_fault_is_seen_to_be_one() -> anyhow::Result<()> {
    for fault in [nightshift_testkit::Fault::ServerErrorAfter, nightshift_testkit::Fault::AnswerLost] {
        let scene = Scene::new()?;
        expired("orders-dev").create(&scene).await?;
        for action in ["rds:DeleteDBInstance", "rds:DeleteDBCluster"] {
            scene.proxy.break_next(action, "", 1, fault);
        }
        let report = apply(&scene, &[]).await?;
        assert_eq!(said(&report, "orders-dev"), ("changed", ""), "{fault:?}: {report:#}");
        assert_eq!(clusters(&scene, REGION).await?, Vec::<String>::new());
        let (_, tags) = snapshots(&scene, REGION).await?.remove(0);
        assert!(tags.contains_key("nightshift:restore-01"), "{fault:?}: {tags:?}");
    }
    Ok(())
}

#[tokio::test]
async fn one_that_fails_does_not_stop_the_others() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for id in ["a-dev", "b-dev", "c-dev"] {
        expired(id).create(&scene).await?;
    }
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_CONCURRENCY", "1")])?;
    // The tagging of the first cluster: after caller, clusters, snapshots, four pre-flight reads and its re-read.
    scene.proxy.break_call(8, nightshift_testkit::Fault::Denied);
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "a-dev"), ("failed", "access-denied"));
    assert_eq!(ids(&report, "changed"), ["b-dev", "c-dev"]);
    assert_eq!(clusters(&scene, REGION).await?, ["a-dev"], "and not one member of it is gone");
    Ok(())
}
