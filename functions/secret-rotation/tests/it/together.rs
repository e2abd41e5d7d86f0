//! What else happens at the same moment: another call of the step, another session at the same row, a master's secret that is rotated,
//! a server that says neither yes nor no.

use nightshift_testkit::database::world::MASTER_SECRET;
use nightshift_testkit::database::{Client, Cutter};
use nightshift_testkit::{Fault, Rotation};
use serde_json::json;

use crate::FUNCTION;
use crate::alternating::{by, paired};
use crate::world::{SECRET, any, is_silent, kind, start};

/// Waits until so many sessions of the function wait for somebody.
async fn waiting(admin: &Client, sessions: i64) -> anyhow::Result<()> {
    let query =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nightshift' AND wait_event_type = 'Lock'";
    for _ in 0..20_000 {
        if admin.query_one(query, &[]).await?.get::<_, i64>(0) == sessions {
            return Ok(());
        }
    }
    anyhow::bail!("never were {sessions} waiting")
}

/// What two of them read at the same moment both would do.
#[tokio::test]
async fn two_rotations_of_pairs_wait_for_one_another() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let (mut one, mut other) = (start(&world)?, start(&world)?);
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut one, "createSecret").await?);
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("SELECT pg_advisory_lock(7956003944967206259)").await?;
    for function in [&mut one, &mut other] {
        function.send(&rotation.event("setSecret")).await?;
    }
    waiting(&admin, 2).await?;
    admin.batch_execute("SELECT pg_advisory_unlock(7956003944967206259)").await?;
    for function in [&mut one, &mut other] {
        is_silent(&function.answer().await?);
    }
    assert_eq!(rotation.whole(&mut one).await?, Ok(()));
    Ok(())
}

/// The next rotation may have ended behind its back: a password that it set would be that of a version nobody hands out.
#[tokio::test]
async fn a_step_that_waited_for_another_run_sets_no_password_for_a_rotation_that_is_over() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let (mut one, mut other) = (start(&world)?, start(&world)?);
    let first = Rotation::begin(&world, SECRET).await?;
    is_silent(&first.step(&mut one, "createSecret").await?);
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("SELECT pg_advisory_lock(7956003944967206259)").await?;
    one.send(&first.event("setSecret")).await?;
    waiting(&admin, 1).await?;
    let label = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    label.remove_from_version_id(&first.token).send().await?;
    let next = Rotation::begin(&world, SECRET).await?;
    is_silent(&next.step(&mut other, "createSecret").await?);
    admin.batch_execute("SELECT pg_advisory_unlock(7956003944967206259)").await?;
    assert_eq!(kind(one.answer().await?), "PreviousIncomplete");
    assert_eq!(next.whole(&mut other).await?, Ok(()));
    // And with nobody on its way, or with all of it done by another invocation of the same rotation.
    for (ends, said) in [(false, Some("VersionNotPending")), (true, None)] {
        let late = Rotation::begin(&world, SECRET).await?;
        is_silent(&late.step(&mut one, "createSecret").await?);
        world.scene.proxy.break_next("secretsmanager:GetSecretValue", "", 1, Fault::HoldAfter);
        one.send(&late.event("setSecret")).await?;
        world.scene.proxy.reached().await?;
        if ends {
            assert_eq!(late.whole(&mut other).await?, Ok(()));
        } else {
            let label = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
            label.remove_from_version_id(&late.token).send().await?;
        }
        world.scene.proxy.release();
        let answer = one.answer().await?;
        match said {
            Some(said) => assert_eq!(kind(answer), said),
            None => is_silent(&answer),
        }
        by(&world, &world.secret(SECRET).await?).await?.batch_execute("SELECT 1").await?;
    }
    Ok(())
}

/// The one that waited is told that the row is another by now.
#[tokio::test]
async fn a_statement_that_met_another_session_is_tried_again() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let (admin, eyes) = (world.server.admin("postgres").await?, world.server.admin("postgres").await?);
    admin.batch_execute("BEGIN; ALTER ROLE app CONNECTION LIMIT 9").await?;
    function.send(&rotation.event("setSecret")).await?;
    waiting(&eyes, 1).await?;
    admin.batch_execute("COMMIT").await?;
    is_silent(&function.answer().await?);
    Ok(())
}

#[tokio::test]
async fn a_master_whose_password_changed_behind_the_reading_is_read_again() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let right = world.secret(MASTER_SECRET).await?;
    let mut before = right.clone();
    before["password"] = json!("the one before");
    let put = async |value: &serde_json::Value| {
        world.secrets.put_secret_value().secret_id(MASTER_SECRET).secret_string(value.to_string()).send().await
    };
    put(&before).await?;
    world.scene.proxy.break_next("secretsmanager:GetSecretValue", MASTER_SECRET, 1, Fault::HoldAfter);
    function.send(&rotation.event("setSecret")).await?;
    world.scene.proxy.reached().await?;
    put(&right).await?;
    world.scene.proxy.release();
    is_silent(&function.answer().await?);
    Ok(())
}

/// Nobody knows then whether that password was right, and no other one is sent.
#[tokio::test]
async fn where_the_server_says_neither_yes_nor_no_it_is_asked_no_more() -> anyhow::Result<()> {
    let world = any().await?;
    let cutter = Cutter::start(world.server.address())?;
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_DB_ADDRESS", &cutter.address.to_string())])?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    world.server.admin("postgres").await?.batch_execute("ALTER ROLE app NOLOGIN").await?;
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "LoginRefused");
    assert_eq!(cutter.connections(), 1);
    Ok(())
}
