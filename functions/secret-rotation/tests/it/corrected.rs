//! What a person writes into the secret of one login while a rotation of it is on its way, or because one failed: it is kept wherever it
//! can be, it is said where it cannot, and whoever corrects what was wrong has nothing else to do.

use nightshift_testkit::Fault;
use nightshift_testkit::database::Flavour;
use nightshift_testkit::database::world::{HOST, REGION};
use nightshift_testkit::rotation::STEPS;
use serde_json::{Value, json};

use crate::either::World;
use crate::world::{SECRET, any, is_silent, kind, on_other, others};

/// One login knows one password: once the server has the coming one, that is handed out, whatever somebody wrote.
async fn of_one_login(world: &World) -> anyhow::Result<()> {
    let moved = json!({"tlsServerName": "localhost"});
    let noted = |what: &str| json!({"note": what});
    for behind in 1..STEPS.len() {
        for (change, moves) in [(&moved, true), (&noted(STEPS[behind]), false)] {
            let what = format!("{change} behind {}", STEPS[behind - 1]);
            let mut function = world.start()?;
            let rotation = world.begin().await?;
            for step in &STEPS[..behind] {
                is_silent(&rotation.step(&mut function, step).await?);
            }
            let before = world.edit(SECRET, change).await?;
            let is_set = behind > 1;
            let ended = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
            assert_eq!(ended, if moves && !is_set { Err("EditedMeanwhile".to_owned()) } else { Ok(()) }, "{what}");
            world.is_whole(&what).await?;
            let now = world.value(SECRET).await?;
            let (key, wanted) = change.as_object().and_then(|change| change.iter().next()).expect("one");
            if moves && is_set {
                // It stands in the version before, and the log says so.
                assert_eq!(now[key], before[key], "{what}");
                assert!(function.into_output().contains("edit-not-kept"), "{what}");
            } else {
                assert_eq!(now[key], *wanted, "{what}");
            }
            world.edit(SECRET, &json!({"tlsServerName": HOST})).await?;
            assert_eq!(world.rotate(&mut world.start()?).await?, Ok(()), "{what}");
        }
    }
    // Somebody writes another user.
    let mut function = world.start()?;
    for behind in 1..STEPS.len() {
        let user = format!("user{behind}");
        world
            .sql(&if world.is_postgres() {
                format!("CREATE ROLE {user} LOGIN PASSWORD 'theirs-1'")
            } else {
                format!("CREATE USER {user}@'%' IDENTIFIED BY 'theirs-1'")
            })
            .await?;
        let rotation = world.begin().await?;
        for step in &STEPS[..behind] {
            is_silent(&rotation.step(&mut function, step).await?);
        }
        world.edit(SECRET, &json!({"username": user, "password": "theirs-1"})).await?;
        let ended = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
        assert_eq!(ended, Err("EditedMeanwhile".to_owned()), "{user}");
        world.is_whole(&user).await?;
        assert_eq!(world.rotate(&mut function).await?, Ok(()), "{user}");
        assert_eq!(world.value(SECRET).await?["username"], user.as_str());
        world.is_whole(&user).await?;
    }
    Ok(())
}

#[tokio::test]
async fn of_one_login_an_edit_is_kept_wherever_it_can_be_and_else_it_is_said() -> anyhow::Result<()> {
    of_one_login(&World::Postgres(any().await?)).await?;
    for program in others() {
        let world = World::Mysql(on_other(&program).await?, program.flavour);
        of_one_login(&world).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

/// What the messages ask for: somebody corrects the secret, and the rotation that failed for it, or the next one, ends.
#[tokio::test]
async fn who_corrects_what_a_rotation_failed_by_has_nothing_else_to_do() -> anyhow::Result<()> {
    let world = World::Postgres(any().await?);
    let mut function = world.start()?;
    for (wrong, fails) in [
        (json!({"dbname": "nowhere"}), "NoDatabase"),
        (json!({"host": "elsewhere.example"}), "SqlTls"),
        (json!({"tlsServerName": "elsewhere.example"}), "SqlTls"),
    ] {
        let before = world.edit(SECRET, &wrong).await?;
        let rotation = world.begin().await?;
        let failed = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
        assert_eq!(failed, Err(fails.to_owned()), "{wrong}");
        let right = wrong.as_object().into_iter().flatten().map(|(key, _)| (key.clone(), before[key].clone()));
        world.edit(SECRET, &Value::Object(right.collect())).await?;
        match rotation.whole(&mut function).await?.map_err(|failed| failed.kind) {
            Ok(()) => assert_eq!(fails, "NoDatabase"),
            Err(kind) => assert_eq!(kind, "EditedMeanwhile", "{wrong}"),
        }
        world.is_whole(&wrong.to_string()).await?;
        assert_eq!(world.rotate(&mut function).await?, Ok(()), "{wrong}");
        world.is_whole(&wrong.to_string()).await?;
    }
    // The database went between two steps: the test alone looks into it.
    world.sql("CREATE DATABASE short").await?;
    world.edit(SECRET, &json!({"dbname": "short"})).await?;
    let rotation = world.begin().await?;
    for step in &STEPS[..2] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    world.sql("DROP DATABASE short").await?;
    assert_eq!(kind(rotation.step(&mut function, "testSecret").await?), "NoDatabase");
    world.edit(SECRET, &json!({"dbname": "airflow"})).await?;
    for step in &STEPS[2..] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    assert_eq!(world.value(SECRET).await?["dbname"], "airflow");
    world.is_whole("dropped").await
}

/// `MySQL` and `MariaDB` speak alike: which of the two it is says the secret.
#[tokio::test]
async fn who_corrects_the_engine_has_nothing_else_to_do() -> anyhow::Result<()> {
    for program in others() {
        let world = World::Mysql(on_other(&program).await?, program.flavour);
        let mut function = world.start()?;
        let wrong = if program.flavour == Flavour::Mysql { "mariadb" } else { "mysql" };
        let before = world.edit(SECRET, &json!({"engine": wrong})).await?;
        let rotation = world.begin().await?;
        let failed = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
        assert_eq!(failed, Err("OtherEngine".to_owned()), "{wrong}");
        world.edit(SECRET, &json!({"engine": before["engine"]})).await?;
        let failed = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
        assert_eq!(failed, Err("EditedMeanwhile".to_owned()), "{wrong}");
        assert_eq!(world.rotate(&mut function).await?, Ok(()), "{wrong}");
        world.is_whole(wrong).await?;
    }
    Ok(())
}

/// Between the label that moved and what somebody had written.
#[tokio::test]
async fn who_is_killed_before_an_edit_is_kept_keeps_it_when_asked_again() -> anyhow::Result<()> {
    for (held, fault) in [
        ("secretsmanager:PutSecretValue", Fault::HoldBefore),
        ("secretsmanager:PutSecretValue", Fault::HoldAfter),
        ("secretsmanager:UpdateSecretVersionStage", Fault::HoldAfter),
    ] {
        let world = World::Postgres(any().await?);
        let mut function = world.start()?;
        let rotation = world.begin().await?;
        for step in &STEPS[..3] {
            is_silent(&rotation.step(&mut function, step).await?);
        }
        world.edit(SECRET, &json!({"note": "kept"})).await?;
        world.scene().proxy.break_next(held, "", 1, fault);
        function.send(&rotation.event("finishSecret")).await?;
        world.scene().proxy.reached().await?;
        function.kill();
        world.scene().proxy.reset();
        let mut again = world.start()?;
        let ended = rotation.whole(&mut again).await?.map_err(|failed| failed.kind);
        // Its version is that of before by then: all of it was done.
        let is_done = fault == Fault::HoldAfter && held.ends_with("PutSecretValue");
        assert_eq!(ended, if is_done { Err("VersionNotPending".to_owned()) } else { Ok(()) }, "{held} {fault:?}");
        assert_eq!(world.value(SECRET).await?["note"], "kept", "{held} {fault:?}");
        world.is_whole(held).await?;
        assert_eq!(world.rotate(&mut again).await?, Ok(()), "{held} {fault:?}");
        assert_eq!(world.value(SECRET).await?["note"], "kept");
    }
    Ok(())
}

/// A rotation set its password and was cancelled; then somebody wrote a key into the value that is handed out.
#[tokio::test]
async fn a_password_that_was_left_over_is_found_though_the_value_was_written_anew() -> anyhow::Result<()> {
    let world = World::Postgres(any().await?);
    let mut function = world.start()?;
    let rotation = world.begin().await?;
    for step in &STEPS[..2] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    let label = world.secrets().update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    label.remove_from_version_id(&rotation.token).send().await?;
    world.edit(SECRET, &json!({"note": "later"})).await?;
    let current = world.secrets().get_secret_value().secret_id(SECRET).send().await?.version_id.unwrap_or_default();
    let later = json!({"secret": SECRET, "version": current, "created": "2099-01-01T00:00:00Z", "region": REGION});
    world.scene().control("secret-version", later).await?;
    assert_eq!(world.rotate(&mut function).await?, Ok(()));
    assert_eq!(world.value(SECRET).await?["note"], "later");
    world.is_whole("left over").await
}
