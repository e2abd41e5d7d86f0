//! `RotateSecret` of the stand-in, which calls the function as Secrets Manager does.

use nightshift_testkit::Deployed;
use nightshift_testkit::database::DatabaseWorld;
use nightshift_testkit::database::world::REGION;

use crate::world::{FIRST, SECRET, any, start};

const NAME: &str = "secret-rotation";

async fn deployed(world: &DatabaseWorld) -> anyhow::Result<(Deployed, String)> {
    world.scene.function_in(REGION, NAME, &[]).await?;
    let arn = format!("arn:aws:lambda:{REGION}:{}:function:{NAME}", world.scene.account);
    Ok((world.scene.serve(NAME, start(world)?).await?, arn))
}

#[tokio::test]
async fn secrets_manager_calls_the_four_steps_and_the_secret_is_rotated() -> anyhow::Result<()> {
    let world = any().await?;
    let (deployed, arn) = deployed(&world).await?;
    // Only tried, and nothing is left of that.
    let rotate = || world.secrets.rotate_secret().secret_id(SECRET).rotation_lambda_arn(&arn);
    rotate().rotate_immediately(false).send().await?;
    let step = |event: &serde_json::Value| event["Step"].as_str().unwrap_or_default().to_owned();
    assert_eq!(deployed.events().iter().map(step).collect::<Vec<_>>(), ["testSecret"]);
    assert_eq!(
        (world.versions(SECRET).await?.len(), world.secret(SECRET).await?["password"].as_str()),
        (1, Some(FIRST))
    );
    rotate().send().await?;
    assert_ne!(world.secret(SECRET).await?["password"], FIRST);
    world.log_in_by(SECRET).await?;
    let steps: Vec<_> = deployed.events()[1..].iter().map(step).collect();
    assert_eq!(steps, nightshift_testkit::rotation::STEPS);
    Ok(())
}

#[tokio::test]
async fn a_rotation_that_failed_is_tried_again_with_its_token_and_ends() -> anyhow::Result<()> {
    let world = any().await?;
    let (deployed, arn) = deployed(&world).await?;
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("ALTER ROLE app NOLOGIN").await?;
    let rotate = || world.secrets.rotate_secret().secret_id(SECRET).rotation_lambda_arn(&arn);
    rotate().send().await?;
    assert_eq!(deployed.events().len(), 2, "setSecret failed, and nothing came after it");
    admin.batch_execute("ALTER ROLE app LOGIN").await?;
    let refused = rotate().send().await.map_err(aws_sdk_secretsmanager::Error::from).unwrap_err();
    assert!(refused.to_string().contains("A previous rotation isn't complete"), "{refused}");
    let tokens: std::collections::BTreeSet<_> =
        deployed.events().iter().map(|event| event["ClientRequestToken"].to_string()).collect();
    assert_eq!((tokens.len(), deployed.events().len()), (1, 6), "the whole sequence again, with the same token");
    world.log_in_by(SECRET).await?;
    rotate().send().await?;
    world.log_in_by(SECRET).await?;
    Ok(())
}
