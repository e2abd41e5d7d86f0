//! A pair that AWS's template made, or that somebody changed behind a rotation: the login in use loses nothing, and no login is
//! handed out that may do less, or more, than the other.

use nightshift_testkit::Rotation;
use nightshift_testkit::database::{Client, DatabaseWorld};
use nightshift_testkit::rotation::STEPS;
use serde_json::json;

use crate::alternating::{by, paired, rotate};
use crate::world::{SECRET, any, every, is_silent, on, start};

/// The clone is in use, and each of the two acts as itself: what it made is its own.
#[tokio::test]
async fn the_clone_of_awss_template_keeps_what_it_made_until_that_is_handed_over() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE ROLE app_clone LOGIN PASSWORD 'clones-1'; GRANT app TO app_clone").await?;
    let mut value = world.secret(SECRET).await?;
    (value["username"], value["password"]) = (json!("app_clone"), json!("clones-1"));
    world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string()).send().await?;
    by(&world, &value).await?.batch_execute("CREATE TABLE made (id int)").await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert!(kind == "SecondHasItsOwn" && message.contains("it owns 1 things in database airflow"), "{kind}: {message}");
    by(&world, &value).await?.batch_execute("INSERT INTO made VALUES (1)").await?;
    // As the message says.
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute(r#"REASSIGN OWNED BY "app_clone" TO "app""#).await?;
    for step in STEPS {
        is_silent(&rotation.step(&mut function, step).await?);
        for value in [&value, &world.secret(SECRET).await?] {
            by(&world, value).await?.batch_execute("INSERT INTO made VALUES (1)").await?;
        }
    }
    Ok(())
}

async fn tested(world: &DatabaseWorld, by: &Client, changed: &str) -> anyhow::Result<String> {
    let mut function = start(world)?;
    let rotation = Rotation::begin(world, SECRET).await?;
    for step in &STEPS[..2] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    by.batch_execute(changed).await?;
    let (kind, message) = rotation.step(&mut function, "testSecret").await?.fault();
    assert_eq!(kind, "RightsDiffer", "{changed}: {message}");
    let gone = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    gone.remove_from_version_id(&rotation.token).send().await?;
    Ok(message)
}

/// Its setting says that it acts as the base, and the server does not let it: its sessions would begin with a warning and nothing else.
#[tokio::test]
async fn a_clone_that_may_no_longer_act_as_the_base_is_not_handed_out() -> anyhow::Result<()> {
    // Before 16 a membership is all it takes.
    for version in every().into_iter().filter(|version| [15, 16].contains(&version.version)) {
        let world = paired(on(&version).await?).await?;
        rotate(&world, &mut start(&world)?).await?;
        rotate(&world, &mut start(&world)?).await?;
        let master = world.server.master("airflow").await?;
        let message = tested(&world, &master, "REVOKE app FROM app_clone").await?;
        assert!(message.contains("what app_clone makes belongs to app_clone"), "{}: {message}", version.version);
    }
    Ok(())
}

#[tokio::test]
async fn what_only_the_clone_has_is_named_and_what_both_have_is_no_matter() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("CREATE TABLE pay (id int); CREATE ROLE payers; GRANT SELECT ON pay TO payers").await?;
    rotate(&world, &mut start(&world)?).await?;
    rotate(&world, &mut start(&world)?).await?;
    for (changed, named, back) in [
        (
            "GRANT UPDATE ON pay TO app_clone",
            "only app_clone has UPDATE on public.pay",
            "REVOKE UPDATE ON pay FROM app_clone",
        ),
        ("GRANT payers TO app_clone", "only app_clone has membership in payers", "REVOKE payers FROM app_clone"),
        ("ALTER ROLE app_clone CREATEDB", "only app_clone has CREATEDB", "ALTER ROLE app_clone NOCREATEDB"),
        (
            "GRANT app TO app_clone WITH ADMIN OPTION",
            "only app_clone has leave to make members of the other",
            "REVOKE ADMIN OPTION FOR app FROM app_clone",
        ),
    ] {
        let message = tested(&world, &admin, changed).await?;
        assert!(message.contains(named), "{changed}: {message}");
        admin.batch_execute(back).await?;
    }
    admin.batch_execute("GRANT payers TO app, app_clone; GRANT UPDATE ON pay TO app, app_clone").await?;
    rotate(&world, &mut start(&world)?).await
}

/// Said of the database, for everybody.
#[tokio::test]
async fn where_a_database_says_as_whom_everybody_acts_so_does_the_clone() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let admin = world.server.admin("airflow").await?;
    admin
        .batch_execute(
            "CREATE ROLE owner NOLOGIN; GRANT owner TO app; GRANT CREATE ON SCHEMA public TO owner;
             ALTER DATABASE airflow SET role TO 'owner'",
        )
        .await?;
    let mut function = start(&world)?;
    for table in ["one", "two"] {
        by(&world, &world.secret(SECRET).await?)
            .await?
            .batch_execute(&format!("CREATE TABLE {table} (id int)"))
            .await?;
        rotate(&world, &mut function).await?;
    }
    let owners =
        admin.query("SELECT DISTINCT tableowner::text FROM pg_tables WHERE tablename IN ('one', 'two')", &[]).await?;
    assert_eq!(owners.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["owner"]);
    Ok(())
}
