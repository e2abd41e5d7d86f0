//! A rotation that is cancelled while one of its steps is under way: no password is lost, and the next rotation ends.

use nightshift_testkit::Fault;
use nightshift_testkit::Rotation;
use nightshift_testkit::database::DatabaseWorld;
use nightshift_testkit::rotation::STEPS;

use crate::world::{SECRET, any, is_silent, kind, start, turn_on, version};

/// The call of each step that is waited for while somebody cancels.
const HELD: [&str; 4] = ["PutSecretValue", "GetSecretValue", "GetSecretValue", "UpdateSecretVersionStage"];

#[tokio::test]
async fn a_step_in_flight_when_its_rotation_is_cancelled_loses_no_password_and_the_next_ends() -> anyhow::Result<()> {
    for (at, (step, call)) in STEPS.into_iter().zip(HELD).enumerate() {
        let world = any().await?;
        let mut function = start(&world)?;
        turn_on(&world).await?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        for before in &STEPS[..at] {
            is_silent(&rotation.step(&mut function, before).await?);
        }
        let held = format!("secretsmanager:{call}");
        world.scene.proxy.break_next(&held, "", 1, Fault::HoldBefore);
        function.send(&rotation.event(step)).await?;
        world.scene.proxy.reached().await?;
        cancel(&world, &rotation).await?;
        world.scene.proxy.release();
        // What was past its guard ends as it began, but for a value that has no place any more, and a password is set for no version
        // that nobody will hand out; what comes after it is refused.
        let answer = function.answer().await?;
        match step {
            "createSecret" => assert_eq!(kind(answer), "Refused"),
            "setSecret" => {
                assert_eq!(kind(answer), "RotationOff");
                world.log_in_by(SECRET).await?;
            }
            _ => is_silent(&answer),
        }
        for after in STEPS {
            assert_eq!(kind(rotation.step(&mut function, after).await?), "RotationOff", "{step}, then {after}");
        }
        assert!(opens(&world).await?, "{step}: no version of the secret opens the door");
        let next = Rotation::begin(&world, SECRET).await?;
        assert_eq!(next.whole(&mut function).await?, Ok(()), "{step}");
        world.log_in_by(SECRET).await?.batch_execute("SELECT 1").await?;
    }
    Ok(())
}

/// As `CancelRotateSecret` does, and whoever drops the label behind it.
async fn cancel(world: &DatabaseWorld, rotation: &Rotation) -> anyhow::Result<()> {
    world.secrets.cancel_rotate_secret().secret_id(SECRET).send().await?;
    let label = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    label.remove_from_version_id(&rotation.token).send().await?;
    Ok(())
}

/// Whether some version of the secret does, labelled or not.
async fn opens(world: &DatabaseWorld) -> anyhow::Result<bool> {
    let listed = world.secrets.list_secret_version_ids().secret_id(SECRET).include_deprecated(true);
    let mut pages = listed.into_paginator().send();
    let mut ids = Vec::new();
    while let Some(page) = pages.try_next().await? {
        ids.extend(page.versions.unwrap_or_default().into_iter().filter_map(|version| version.version_id));
    }
    for id in ids {
        let Ok(value) = version(&world.secrets, &id).await else { continue };
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        if world.log_in_by_name(&text("username"), &text("password")).await.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}
