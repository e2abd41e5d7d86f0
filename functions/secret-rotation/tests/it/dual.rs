//! One login with two passwords, as `MySQL` has them: whoever has the value before gets in until the next rotation.

use aws_sdk_secretsmanager::types::Tag;
use mysql_async::prelude::Queryable as _;
use nightshift_testkit::Rotation;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use nightshift_testkit::rotation::STEPS;
use serde_json::Value;

use crate::FUNCTION;
use crate::world::{FIRST, SECRET, is_silent, kind, on_other, others};

async fn dual(flavour: Flavour) -> anyhow::Result<Option<MysqlWorld>> {
    let Some(program) = others().find(|program| program.flavour == flavour) else { return Ok(None) };
    let world = on_other(&program).await?;
    let tag = Tag::builder().key("nightshift:rotation-strategy").value("dual-password").build();
    world.secrets.tag_resource().secret_id(SECRET).tags(tag).send().await?;
    Ok(Some(world))
}

async fn opens(world: &MysqlWorld, value: &Value) -> bool {
    world.server.log_in("app", value["password"].as_str().unwrap_or_default(), "").await.is_ok()
}

#[tokio::test]
async fn an_application_never_fails_across_ten_rotations_and_the_value_before_ends_with_the_next() -> anyhow::Result<()>
{
    let Some(world) = dual(Flavour::Mysql).await? else { return Ok(()) };
    world.server.admin(&["GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO app@'%'"]).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let mut before_last = None;
    for round in 0..10 {
        // Whoever read it before this rotation began.
        let kept = world.secret(SECRET).await?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        for step in STEPS {
            is_silent(&rotation.step(&mut function, step).await?);
            for value in [&kept, &world.secret(SECRET).await?] {
                assert!(opens(&world, value).await, "round {round}, behind {step}");
            }
        }
        if let Some(value) = &before_last {
            assert!(!opens(&world, value).await, "round {round}: the one before the last is no password any more");
        }
        before_last = Some(kept);
    }
    let output = function.into_output();
    assert!(!output.contains("no-second-password"));
    Ok(())
}

#[tokio::test]
async fn without_the_right_it_is_a_plain_rotation_and_says_so() -> anyhow::Result<()> {
    let Some(world) = dual(Flavour::Mysql).await? else { return Ok(()) };
    // It sees who else has it, the master among them.
    world.server.admin(&["GRANT SELECT ON mysql.* TO app@'%'"]).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    assert_eq!(rotation.whole(&mut function).await?, Ok(()));
    world.log_in_by(SECRET).await?;
    assert!(world.server.log_in("app", FIRST, "").await.is_err());
    assert!(function.into_output().contains("no-second-password"));
    Ok(())
}

/// The one that is handed out is then only the second password, which the next would take the place of.
#[tokio::test]
async fn after_a_rotation_that_was_cancelled_half_way_the_value_in_use_stays_one() -> anyhow::Result<()> {
    let Some(world) = dual(Flavour::Mysql).await? else { return Ok(()) };
    world.server.admin(&["GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO app@'%'"]).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let cancelled = Rotation::begin(&world, SECRET).await?;
    for step in &STEPS[..2] {
        is_silent(&cancelled.step(&mut function, step).await?);
    }
    let label = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    label.remove_from_version_id(&cancelled.token).send().await?;
    let kept = world.secret(SECRET).await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    for step in STEPS {
        is_silent(&rotation.step(&mut function, step).await?);
        assert!(opens(&world, &kept).await, "behind {step}");
    }
    world.log_in_by(SECRET).await?;
    Ok(())
}

/// Each would keep what the other had just set, and what is handed out would be no password any more.
#[tokio::test]
async fn two_invocations_at_once_keep_the_value_in_use() -> anyhow::Result<()> {
    let Some(world) = dual(Flavour::Mysql).await? else { return Ok(()) };
    world.server.admin(&["GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO app@'%'"]).await?;
    let (mut one, mut other) = (world.start(FUNCTION, &[])?, world.start(FUNCTION, &[])?);
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut one, "createSecret").await?);
    // Both are let go on from the same point.
    let mut admin = world.server.log_in("rdsadmin", "not-a-secret-1", "").await?;
    admin.query_drop("DO GET_LOCK('nightshift.db-users', 0)").await?;
    for function in [&mut one, &mut other] {
        function.send(&rotation.event("setSecret")).await?;
    }
    let waiting = "SELECT count(*) FROM performance_schema.processlist WHERE state = 'User lock'";
    let mut found = None;
    for _ in 0..20_000 {
        found = admin.query_first::<u8, _>(waiting).await?;
        if found == Some(2) {
            break;
        }
    }
    assert_eq!(found, Some(2), "each waits for whoever was there before");
    admin.query_drop("DO RELEASE_LOCK('nightshift.db-users')").await?;
    for function in [&mut one, &mut other] {
        is_silent(&function.answer().await?);
    }
    assert!(opens(&world, &world.secret(SECRET).await?).await, "what is handed out");
    assert_eq!(rotation.whole(&mut one).await?, Ok(()));
    world.log_in_by(SECRET).await?;
    Ok(())
}

#[tokio::test]
async fn mariadb_has_no_second_password_and_nothing_is_done_in_its_place() -> anyhow::Result<()> {
    let Some(world) = dual(Flavour::Mariadb).await? else { return Ok(()) };
    let rotation = Rotation::begin(&world, SECRET).await?;
    let mut function = world.start(FUNCTION, &[])?;
    assert_eq!(kind(rotation.step(&mut function, "createSecret").await?), "StrategyUnavailable");
    Ok(())
}
