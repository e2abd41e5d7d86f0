//! One login that sets its own password: on every server, from every half-way state, and with nothing in any log.

use mysql_async::prelude::Queryable as _;
use nightshift_testkit::Rotation;
use nightshift_testkit::rotation::STEPS;
use serde_json::json;

use crate::FUNCTION;
use crate::world::{FIRST, SECRET, any, every, is_silent, labels, on, on_other, others, stage, start, value};

#[tokio::test]
async fn on_every_postgresql_the_new_password_is_handed_out_when_it_works() -> anyhow::Result<()> {
    for version in every() {
        let world = on(&version).await?;
        let mut function = start(&world)?;
        for _ in 0..2 {
            let before = world.secret(SECRET).await?;
            let rotation = Rotation::begin(&world, SECRET).await?;
            for step in &STEPS[..3] {
                is_silent(&rotation.step(&mut function, step).await?);
                assert_eq!(world.secret(SECRET).await?, before, "it is handed out by the last step alone");
            }
            is_silent(&rotation.step(&mut function, "finishSecret").await?);
            let session = world.log_in_by(SECRET).await?;
            session.batch_execute("SELECT 1").await?;
            assert_eq!(labels(&world, &rotation.token).await?, ["AWSCURRENT"], "and says no more that it is coming");
            let old = before["password"].as_str().unwrap_or_default();
            assert!(world.log_in_by_name("app", old).await.is_err(), "the old one is refused from then on");
        }
        let password = world.secret(SECRET).await?["password"].as_str().unwrap_or_default().to_owned();
        let log = world.server.log()?;
        assert!(log.contains("ALTER ROLE \"app\" PASSWORD 'SCRAM-SHA-256$") && !log.contains(&password));
        assert!(!function.into_output().contains(&password));
    }
    Ok(())
}

#[tokio::test]
async fn on_mysql_and_mariadb_as_well() -> anyhow::Result<()> {
    for program in others() {
        let world = on_other(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        for _ in 0..2 {
            let rotation = Rotation::begin(&world, SECRET).await?;
            rotation.whole(&mut function).await?.map_err(|failed| anyhow::anyhow!("{failed:?}"))?;
            world.log_in_by(SECRET).await?.query_drop("SELECT * FROM task").await?;
        }
        assert!(world.server.log_in("app", FIRST, "").await.is_err());
        let value = world.secret(SECRET).await?;
        let password = value["password"].as_str().unwrap_or_default();
        assert_eq!((value["port"].as_str(), value["proxyHost"].as_str()), (Some("5432"), Some("proxy.example")));
        assert!(!world.server.log().contains(password) && !function.into_output().contains(password));
    }
    Ok(())
}

#[tokio::test]
async fn what_was_left_half_way_is_picked_up() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let master = world.server.master("postgres").await?;
    let is = async |password: &str| master.batch_execute(&format!("ALTER ROLE app PASSWORD '{password}'")).await;
    // The server has the coming one already: nothing is set again.
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    is_silent(&rotation.step(&mut function, "setSecret").await?);
    let alters = world.server.log()?.matches("ALTER ROLE \"app\"").count();
    assert_eq!(rotation.whole(&mut function).await?, Ok(()));
    assert_eq!(world.server.log()?.matches("ALTER ROLE \"app\"").count(), alters);
    // Somebody put the one before back: the previous one opens the door.
    let second = Rotation::begin(&world, SECRET).await?;
    is(FIRST).await?;
    assert_eq!(second.whole(&mut function).await?, Ok(()));
    world.log_in_by(SECRET).await?;
    // A rotation set its password, was cancelled, and its version has no label any more.
    let third = Rotation::begin(&world, SECRET).await?;
    is_silent(&third.step(&mut function, "createSecret").await?);
    is_silent(&third.step(&mut function, "setSecret").await?);
    let cancelled = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    cancelled.remove_from_version_id(&third.token).send().await?;
    assert!(world.log_in_by(SECRET).await.is_err(), "what is handed out is refused meanwhile");
    let fourth = Rotation::begin(&world, SECRET).await?;
    assert_eq!(fourth.whole(&mut function).await?, Ok(()));
    world.log_in_by(SECRET).await?;
    Ok(())
}

/// The template of AWS leaves the label of the coming one on what it hands out, and so may a crash.
#[tokio::test]
async fn a_rotation_of_awss_template_is_gone_on_with() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let mut staged = value("aurora-postgresql", "airflow");
    staged["password"] = json!("of AWS's template");
    stage(&world, &rotation, &staged).await?;
    for step in &STEPS[..3] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    assert_eq!(labels(&world, &rotation.token).await?, ["AWSPENDING"]);
    let moved = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSCURRENT");
    let from = world.versions(SECRET).await?.into_iter().find(|(_, labels)| labels.contains(&"AWSCURRENT".to_owned()));
    moved.move_to_version_id(&rotation.token).remove_from_version_id(from.unwrap_or_default().0).send().await?;
    for step in STEPS {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    assert_eq!(labels(&world, &rotation.token).await?, ["AWSCURRENT"]);
    assert_eq!(world.secret(SECRET).await?["password"], "of AWS's template");
    Ok(())
}

/// Secrets Manager tries a configuration by this step alone, with a version that holds what is current.
#[tokio::test]
async fn the_test_stands_alone() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    stage(&world, &rotation, &world.secret(SECRET).await?).await?;
    is_silent(&rotation.step(&mut function, "testSecret").await?);
    Ok(())
}

/// What lies between the server's new password and the hand-over is how long one login is refused: a test, and no more.
#[tokio::test]
async fn one_login_is_refused_for_a_test_and_a_hand_over_and_a_rotation_takes_fifteen_calls() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let calls = || {
        // Each step asks besides who it is.
        let all = world.scene.proxy.calls().into_iter().map(|call| call.action);
        all.filter_map(|action| action.strip_prefix("secretsmanager:").map(str::to_owned)).collect::<Vec<_>>()
    };
    world.scene.proxy.reset();
    for step in &STEPS[..2] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    let create = ["DescribeSecret", "GetSecretValue", "GetSecretValue", "PutSecretValue"];
    let set = ["DescribeSecret", "GetSecretValue", "GetSecretValue", "DescribeSecret"];
    assert_eq!(calls(), [&create[..], &set[..]].concat());
    assert!(world.log_in_by(SECRET).await.is_err(), "what is handed out is refused from here");
    world.scene.proxy.reset();
    is_silent(&rotation.step(&mut function, "testSecret").await?);
    assert_eq!(calls(), ["DescribeSecret", "GetSecretValue"]);
    assert!(world.log_in_by(SECRET).await.is_err());
    world.scene.proxy.reset();
    is_silent(&rotation.step(&mut function, "finishSecret").await?);
    let finish =
        ["DescribeSecret", "GetSecretValue", "GetSecretValue", "UpdateSecretVersionStage", "UpdateSecretVersionStage"];
    assert_eq!(calls(), finish);
    world.log_in_by(SECRET).await?;
    Ok(())
}
