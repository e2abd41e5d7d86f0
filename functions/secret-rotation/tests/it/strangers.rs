//! Of a pair, the other login is changed only where it is this secret's: a name that happens to end in `_clone`, or to be what is
//! left without it, is not enough.

use nightshift_testkit::Rotation;
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use serde_json::json;

use crate::world::{FIRST, SECRET, any, is_silent, kind, others, start};
use crate::{FUNCTION, accounts, alternating};

/// Another user of nobody's rotation.
const THEIRS: &str = "a-strangers-1";

async fn of_the_clone(program: &Program) -> anyhow::Result<MysqlWorld> {
    let world = accounts::paired(program).await?;
    world.server.admin(&["CREATE USER app_clone@'%' IDENTIFIED BY 'its-own-1'"]).await?;
    let mut value = world.secret(SECRET).await?;
    (value["username"], value["password"]) = (json!("app_clone"), json!("its-own-1"));
    world.secrets.delete_secret().secret_id(SECRET).force_delete_without_recovery(true).send().await?;
    world.put(SECRET, &value).await?;
    Ok(world)
}

#[tokio::test]
async fn whose_own_name_ends_so_is_no_second_of_a_stranger() -> anyhow::Result<()> {
    for program in others() {
        let world = of_the_clone(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        is_silent(&rotation.step(&mut function, "createSecret").await?);
        let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
        assert!(kind == "CloneNotOurs" && message.contains("a login app@%"), "{kind}: {message}");
        world.server.log_in("app", FIRST, "").await?;
    }
    let world = alternating::paired(any().await?).await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE ROLE app_clone LOGIN PASSWORD 'its-own-1'; GRANT app TO app_clone").await?;
    let mut value = world.secret(SECRET).await?;
    (value["username"], value["password"]) = (json!("app_clone"), json!("its-own-1"));
    world.secrets.delete_secret().secret_id(SECRET).force_delete_without_recovery(true).send().await?;
    world.put(SECRET, &value).await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "CloneNotOurs");
    world.log_in_by_name("app", FIRST).await?;
    Ok(())
}

/// A rotation that was refused and cancelled leaves a version that names the stranger.
#[tokio::test]
async fn a_version_that_was_never_handed_out_makes_nobodys_account_ours() -> anyhow::Result<()> {
    for program in others() {
        let world = accounts::paired(&program).await?;
        world.server.admin(&[&format!("CREATE USER app_clone@'%' IDENTIFIED BY '{THEIRS}'")]).await?;
        let mut function = world.start(FUNCTION, &[])?;
        for _ in 0..2 {
            let rotation = Rotation::begin(&world, SECRET).await?;
            is_silent(&rotation.step(&mut function, "createSecret").await?);
            assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "CloneNotOurs");
            let label = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
            label.remove_from_version_id(&rotation.token).send().await?;
        }
        world.server.log_in("app_clone", THEIRS, "").await?;
    }
    Ok(())
}

/// Somebody puts a key into the value that is handed out: then the version before names the same login, and the other one stands in
/// one without a label.
#[tokio::test]
async fn the_other_is_found_again_though_the_value_was_written_anew() -> anyhow::Result<()> {
    for program in others() {
        let world = accounts::paired(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        for _ in 0..2 {
            let rotation = Rotation::begin(&world, SECRET).await?;
            assert_eq!(rotation.whole(&mut function).await?, Ok(()), "{}", program.flavour.engine());
            let mut value = world.secret(SECRET).await?;
            value["note"] = json!(rotation.token);
            world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string()).send().await?;
        }
        world.log_in_by(SECRET).await?;
    }
    Ok(())
}

#[tokio::test]
async fn who_logs_in_from_elsewhere_or_administers_by_a_role_gets_no_second() -> anyhow::Result<()> {
    for program in others() {
        let world = accounts::paired(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        is_silent(&rotation.step(&mut function, "createSecret").await?);
        world.server.admin(&["CREATE USER app@'10.9.%' IDENTIFIED BY 'x-1'"]).await?;
        let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
        assert!(kind == "PairRefused" && message.contains("10.9.%"), "{kind}: {message}");
        let role = if program.flavour == Flavour::Mysql { "crew@'%'" } else { "crew" };
        world.server.admin(&["DROP USER app@'10.9.%'", &format!("GRANT CREATE USER ON *.* TO {role}")]).await?;
        let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
        assert!(kind == "PairRefused" && message.contains("administers the server"), "{kind}: {message}");
        world.server.admin(&[&format!("REVOKE CREATE USER ON *.* FROM {role}")]).await?;
        assert_eq!(rotation.whole(&mut function).await?, Ok(()));
    }
    let world = alternating::paired(any().await?).await?;
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("GRANT rds_superuser TO app").await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    assert_eq!(self::kind(rotation.step(&mut function, "setSecret").await?), "PairRefused");
    Ok(())
}
