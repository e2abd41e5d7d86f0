//! What else happens at the same moment: another call of the step, another session at the same row, a master's secret that is rotated,
//! a server that says neither yes nor no.

use nightshift_testkit::database::world::MASTER_SECRET;
use nightshift_testkit::database::{Client, Cutter};
use nightshift_testkit::{Fault, Rotation};
use serde_json::json;

use crate::FUNCTION;
use crate::alternating::paired;
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
