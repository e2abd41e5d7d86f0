//! `clusters restore`: what a night deleted comes back as it was.

use aws_sdk_rds::types::{DbCluster, ServerlessV2ScalingConfiguration, Tag};
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, snapshots};

use crate::{nightshift, policy_file};

/// Whoever runs the tests works for the owner of all there is.
const OWNER: (&str, &str) = ("NIGHTSHIFT_OWNER_OF", "arn:*=ana");

async fn described(scene: &Scene, id: &str) -> DbCluster {
    let answer = scene
        .rds(REGION)
        .await
        .describe_db_clusters()
        .db_cluster_identifier(id)
        .into_paginator()
        .items()
        .send()
        .next()
        .await;
    answer.expect("a cluster").expect("an answer")
}

/// Subnet groups, security groups and the rest: all that a snapshot forgets.
async fn a_particular_cluster(scene: &Scene) {
    let ec2 = scene.network().await.expect("a network");
    let rds = scene.rds(REGION).await;
    rds.create_db_subnet_group()
        .db_subnet_group_name("private")
        .db_subnet_group_description("x")
        .set_subnet_ids(Some(ec2.subnets))
        .send()
        .await
        .expect("a subnet group");
    rds.create_db_cluster_parameter_group()
        .db_cluster_parameter_group_name("tuned")
        .db_parameter_group_family("aurora-postgresql16")
        .description("x")
        .send()
        .await
        .expect("a parameter group");
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let tags =
        vec![tag("env", "dev"), tag("owner", "ana"), tag("team", "billing"), tag("auto-delete-after", "2026-11-20")];
    rds.create_db_cluster()
        .db_cluster_identifier("orders-dev")
        .engine("aurora-postgresql")
        .master_username("root")
        .master_user_password("not-a-secret-1")
        .db_subnet_group_name("private")
        .vpc_security_group_ids(ec2.security_group)
        .db_cluster_parameter_group_name("tuned")
        .port(5433)
        .enable_iam_database_authentication(true)
        .enable_cloudwatch_logs_exports("postgresql")
        .serverless_v2_scaling_configuration(
            ServerlessV2ScalingConfiguration::builder().min_capacity(0.5).max_capacity(4.0).build(),
        )
        .set_tags(Some(tags))
        .send()
        .await
        .expect("a cluster");
    for (id, tier) in [("orders-dev-a", 1), ("orders-dev-b", 15)] {
        rds.create_db_instance()
            .db_instance_identifier(id)
            .db_cluster_identifier("orders-dev")
            .db_instance_class("db.r6g.large")
            .engine("aurora-postgresql")
            .promotion_tier(tier)
            .send()
            .await
            .expect("a member");
    }
    scene
        .control("cluster", serde_json::json!({"id": "orders-dev", "created": "2026-11-01T00:00:00Z"}))
        .await
        .expect("a date");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_comes_back_as_it_was_and_outlives_the_next_night() {
    let scene = Scene::new().expect("a scene");
    a_particular_cluster(&scene).await;
    let before = described(&scene, "orders-dev").await;
    let (_folder, policy) = policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n");
    let apply = [
        "apply",
        "cluster-cleanup",
        "--policy",
        policy.to_str().expect("a path"),
        "--account",
        &scene.account,
        "--yes",
    ];
    let said = nightshift(&scene, &[], &apply);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new());
    let snapshot = snapshots(&scene, REGION).await.expect("a list").remove(0).0;

    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", &snapshot, "--dry-run"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    assert!(
        said.out.contains("subnet group private") && said.out.contains("create writer orders-dev-a (db.r6g.large)"),
        "{}",
        said.out
    );
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new());

    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", &snapshot]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @"
    cluster orders-dev: restore requested
    instance orders-dev-a: creation requested
    instance orders-dev-b: creation requested
    cluster orders-dev is restored; its expiry is never
    ");
    let after = described(&scene, "orders-dev").await;
    assert_eq!(after.db_subnet_group, before.db_subnet_group);
    assert_eq!(after.vpc_security_groups, before.vpc_security_groups);
    assert_eq!(after.db_cluster_parameter_group, before.db_cluster_parameter_group);
    assert_eq!(after.port, before.port);
    assert_eq!(after.iam_database_authentication_enabled, before.iam_database_authentication_enabled);
    assert_eq!(after.enabled_cloudwatch_logs_exports, before.enabled_cloudwatch_logs_exports);
    assert_eq!(after.serverless_v2_scaling_configuration, before.serverless_v2_scaling_configuration);
    let members = |cluster: &DbCluster| {
        let mut members: Vec<_> = cluster
            .db_cluster_members()
            .iter()
            .map(|m| (m.db_instance_identifier.clone(), m.is_cluster_writer))
            .collect();
        members.sort();
        members
    };
    assert_eq!(members(&after), members(&before));
    let tag = |key: &str| {
        after.tag_list().iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value().map(str::to_owned))
    };
    assert_eq!((tag("team").as_deref(), tag("auto-delete-after").as_deref()), (Some("billing"), Some("never")));

    let said = nightshift(&scene, &[], &apply);
    assert_eq!(said.code, 0);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders-dev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_restore_goes_on_and_a_taken_name_is_refused() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").members(2).create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n");
    nightshift(
        &scene,
        &[],
        &[
            "apply",
            "cluster-cleanup",
            "--policy",
            policy.to_str().expect("a path"),
            "--account",
            &scene.account,
            "--yes",
        ],
    );
    let snapshot = snapshots(&scene, REGION).await.expect("a list").remove(0).0;
    // Nobody brings back what is another's, and no flag makes it theirs.
    for (of, more, complaint) in [
        ("", &[][..], "you stand for no owner: its name is one that its caller chose"),
        ("arn:*=ben", &[], "it is ana's, and you are ben; nothing was made; ask ana to restore it"),
        ("arn:*=ben", &["--owner", "ana"], "it is ana's, and you are ben; nothing was made; ask ana to restore it"),
        ("arn:*=*", &[], "it is ana's, and you did not say for whom you act; nothing was made; say --owner ana if"),
        ("arn:*=*", &["--owner", "ben"], "it is ana's, not ben's; nothing was made"),
    ] {
        let line = [&["clusters", "restore", snapshot.as_str()], more].concat();
        let said = nightshift(&scene, &[("NIGHTSHIFT_OWNER_OF", of)], &line);
        assert!(said.code == 1 && said.err.contains(complaint), "{of} {more:?}: {}", said.err);
    }
    let whole = ["clusters", "restore", &snapshot, "--owner", "ana", "--dry-run"];
    let said = nightshift(&scene, &[("NIGHTSHIFT_OWNER_OF", "arn:*=*")], &whole);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "whoever works for everybody may, for whom they name");
    let said = nightshift(&scene, &[OWNER, ("LANG", "es_ES.UTF-8")], &whole);
    assert!(
        said.out.contains("se haría: restaurar orders-dev de ")
            && said.out.contains("se haría: crear la instancia de escritura orders-dev-1"),
        "{}",
        said.out
    );
    scene.proxy.deny("rds:CreateDBInstance");
    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", &snapshot]);
    assert_eq!(said.code, 2, "it made the cluster and failed half-way");
    assert!(
        said.err.contains("rds:CreateDBInstance on instance orders-dev-1 did not succeed: AccessDenied"),
        "{}",
        said.err
    );
    scene.proxy.forgive();
    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", &snapshot]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    assert!(!said.out.contains("restore requested"), "the cluster is there already: {}", said.out);
    assert_eq!(described(&scene, "orders-dev").await.db_cluster_members().len(), 2);

    expired("mine").create(&scene).await.expect("a cluster");
    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", &snapshot, "--as", "mine"]);
    assert_eq!(said.code, 1);
    assert_eq!(
        said.complaints(),
        "nightshift: a cluster named mine exists and was not restored from this snapshot; nothing was made; choose another name with --as"
    );
    let said = nightshift(&scene, &[OWNER], &["clusters", "restore", "no-such-snapshot"]);
    assert!(
        said.complaints().starts_with("nightshift: there is no cluster snapshot no-such-snapshot in eu-west-1"),
        "{}",
        said.err
    );
}
