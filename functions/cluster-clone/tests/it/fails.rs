//! What cannot become a clone ends at once, with the reason, and leaves nothing that nobody knows.

use nightshift_testkit::Scene;
use nightshift_testkit::world::{clusters, expired};
use serde_json::json;

use crate::{orders, start, tags, wish};

#[tokio::test]
async fn what_aws_could_not_make_is_deleted_again_and_may_be_asked_for_again() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    scene.proxy.deny("rds:ModifyDBCluster");
    start(&scene, &[])?.invoke(&wish("ana")).await?.fault();
    scene.proxy.forgive();
    scene.control("cluster", json!({"id": "orders-ana", "status": "cloning-failed"})).await?;
    let (kind, message) = start(&scene, &[])?.invoke(&wish("ana")).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    insta::assert_snapshot!(message, @"1 of 1 not done: orders-ana (clone-failed: AWS could not make cluster orders-ana: it was 'cloning-failed')");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    start(&scene, &[])?.invoke(&wish("ana")).await?.report();
    assert_eq!(tags(&scene, "orders-ana").await?.expect("it is there")["nightshift:clone"], "ready");
    Ok(())
}

#[tokio::test]
async fn a_name_that_something_else_bears_is_not_waited_for() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    expired("orders-ana").engine("neptune").create(&scene).await?;
    let (_, message) = start(&scene, &[])?.invoke(&wish("ana")).await?.fault();
    assert!(
        message.contains("orders-ana (name-taken: a cluster named orders-ana exists, of engine neptune"),
        "{message}"
    );
    Ok(())
}

#[tokio::test]
async fn a_member_by_a_name_that_is_taken_ends_it_with_the_name() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let rds = scene.rds("eu-west-1").await;
    let call = rds.create_db_instance().db_instance_identifier("orders-ana-1").db_cluster_identifier("orders");
    call.db_instance_class("db.t4g.medium").engine("aurora-postgresql").send().await?;
    let (_, message) = start(&scene, &[])?.invoke(&wish("ana")).await?.fault();
    insta::assert_snapshot!(message, @"1 of 1 not done: orders-ana (name-taken: an instance named orders-ana-1 exists and belongs to cluster orders)");
    assert_eq!(tags(&scene, "orders-ana").await?.expect("it is there")["nightshift:clone"], "creating");
    Ok(())
}
