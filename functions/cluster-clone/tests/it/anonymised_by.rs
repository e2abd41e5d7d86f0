//! Where the rules of an anonymised clone may lie, and the clone that is not handed over because it could bring originals back.

use aws_sdk_rds::operation::modify_db_cluster::builders::ModifyDBClusterFluentBuilder;
use aws_sdk_rds::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::quarantine::{Source, keys, put_rules, wish, wrong};
use nightshift_testkit::world::clusters;

use crate::anonymised::{Stage, places, production};

const NONE_IN_S3: &str = "version = 1\n";

async fn secret(scene: &Scene, name: &str, value: &str) -> anyhow::Result<()> {
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-west-1").await);
    secrets.create_secret().name(name).secret_string(value).send().await?;
    Ok(())
}

#[tokio::test]
async fn rules_are_read_from_a_secret_and_out_of_the_package() -> anyhow::Result<()> {
    let stage = Stage::new().await?;
    let package = tempfile::tempdir()?;
    std::fs::write(package.path().join("orders.toml"), Source::Postgres.rules())?;
    let folder = package.path().to_str().expect("a path");
    for (place, missing) in
        [("secret:rules/{source}", "secret:rules/orders"), ("package:{source}.toml", "package:orders.toml")]
    {
        let scene = production().await?;
        // Whoever read these would make nothing.
        put_rules(&scene, NONE_IN_S3).await?;
        stage.filled().await?;
        let elsewhere = tempfile::tempdir()?;
        let nowhere = elsewhere.path().to_str().expect("a path");
        let from = |folder| [("NIGHTSHIFT_ANONYMISE_RULES", place), ("LAMBDA_TASK_ROOT", folder)];
        let (_, message) = stage.start(&scene, &from(nowhere))?.invoke(&wish()).await?.fault();
        assert!(message.contains("orders (no-rules") && message.contains(missing), "{message}");
        assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"], "{message}");
        secret(&scene, "rules/orders", &Source::Postgres.rules()).await?;
        let report = stage.start(&scene, &from(folder))?.invoke(&wish()).await?.report();
        assert_eq!(report["counts"]["changed"], 1, "{place}: {report:#}");
        assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new(), "{place}");
    }
    Ok(())
}

/// What comes of it where somebody does something to the raw copy after the look at it, and before the first statement.
async fn meanwhile(stage: &Stage, scene: &Scene, change: ModifyDBClusterFluentBuilder) -> anyhow::Result<String> {
    stage.filled().await?;
    scene.proxy.break_next("secretsmanager:CreateSecret", "", 1, Fault::HoldBefore);
    let mut function = stage.start(scene, &[])?;
    function.send(&wish()).await?;
    scene.proxy.reached().await?;
    change.db_cluster_identifier("orders-ana-raw").vpc_security_group_ids("sg-open").send().await?;
    scene.proxy.release();
    let (_, message) = function.answer().await?.fault();
    assert!(message.contains("stands outside its quarantine: its security groups are others"), "{message}");
    Ok(message)
}

/// Whoever opened the quarantine while the work went on may have read what stood there.
#[tokio::test]
async fn a_raw_copy_that_was_opened_while_it_was_anonymised_is_not_handed_over() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    let change = scene.rds("eu-west-1").await.modify_db_cluster();
    let message = meanwhile(&stage, &scene, change).await?;
    assert_eq!(stage.wrong().await?, Vec::<String>::new(), "the work itself was done");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"], "{message}");
    assert_eq!(keys(&scene).await?, Vec::<String>::new());
    Ok(())
}

/// Whoever protects it wants it kept, and it is for them to say what becomes of it.
#[tokio::test]
async fn a_raw_copy_that_somebody_protected_stays_and_it_is_said() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    let change = scene.rds("eu-west-1").await.modify_db_cluster().deletion_protection(true);
    let message = meanwhile(&stage, &scene, change).await?;
    assert!(message.contains("cluster orders-ana-raw is not what was made for this any more"), "{message}");
    assert!(!message.contains("all that was made for it was deleted again"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana-raw"], "{message}");
    Ok(())
}

/// An attempt that died right after its only call of `action` about `cluster`.
async fn died_behind(action: &str, cluster: &str) -> anyhow::Result<(Stage, Scene)> {
    let stage = Stage::new().await?;
    let whole = production().await?;
    stage.filled().await?;
    stage.start(&whole, &[])?.invoke(&wish()).await?.report();
    let calls = whole.proxy.calls();
    let [place] = places(&calls, action, ("DBClusterIdentifier", cluster))[..] else { panic!("{calls:#?}") };
    let scene = production().await?;
    stage.filled().await?;
    stage.killed_after(&scene, place).await?;
    Ok((stage, scene))
}

/// The raw copy is gone by then, and nobody would look at its rules again.
#[tokio::test]
async fn a_clone_that_was_made_by_other_rules_than_there_are_now_is_not_handed_over() -> anyhow::Result<()> {
    let (stage, scene) = died_behind("rds:DeleteDBCluster", "orders-ana-raw").await?;
    put_rules(&scene, &(Source::Postgres.rules() + "# read again\n")).await?;
    let (_, message) = stage.start(&scene, &[])?.invoke(&wish()).await?.fault();
    assert!(message.contains("cluster orders-ana was made by other rules than there are now"), "{message}");
    assert!(message.contains("all that was made for it was deleted again"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"], "{message}");
    Ok(())
}

/// A moment that the clone can be restored to lies before its data was nobody's: AWS would bring the originals back.
#[tokio::test]
async fn a_clone_that_could_be_restored_as_it_was_before_is_not_handed_over() -> anyhow::Result<()> {
    let (stage, scene) = died_behind("rds:RestoreDBClusterToPointInTime", "orders-ana").await?;
    // The raw copy says now that its originals stood until after the clone of it was made.
    let arn = format!("arn:aws:rds:eu-west-1:{}:cluster:orders-ana-raw", scene.account);
    let later = Tag::builder().key("nightshift:anonymised-at").value("2099-01-01T00:00:00Z").build();
    scene.rds("eu-west-1").await.add_tags_to_resource().resource_name(arn).tags(later).send().await?;
    let (_, message) = stage.start(&scene, &[])?.invoke(&wish()).await?.fault();
    assert!(message.contains("cluster orders-ana could be restored as it was at"), "{message}");
    assert!(message.contains("all that was made for it was deleted again"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"], "{message}");
    assert_eq!(keys(&scene).await?, Vec::<String>::new());
    Ok(())
}
