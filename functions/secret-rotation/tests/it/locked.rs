//! What a server is, and what its rules for passwords are, is found out before a password is set: nobody is locked out by a rotation,
//! and what went wrong is said in its own words.

use mysql_async::prelude::Queryable as _;
use nightshift_testkit::Rotation;
use nightshift_testkit::database::Flavour;
use nightshift_testkit::rotation::STEPS;
use serde_json::json;

use crate::FUNCTION;
use crate::world::{FIRST, SECRET, any, is_silent, kind, on_other, others, start, value, version};

/// Both speak alike. `MySQL` takes a hash for the password itself, and `MariaDB` repeats what it does not understand.
#[tokio::test]
async fn a_secret_that_names_the_other_engine_locks_nobody_out_and_nothing_repeats_its_password() -> anyhow::Result<()>
{
    for program in others() {
        let world = on_other(&program).await?;
        let other = match program.flavour {
            Flavour::Mysql => Flavour::Mariadb,
            Flavour::Mariadb => Flavour::Mysql,
        };
        let wrong = value(other.engine(), "my_shop");
        world.secrets.put_secret_value().secret_id(SECRET).secret_string(wrong.to_string()).send().await?;
        let mut function = world.start(FUNCTION, &[])?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        is_silent(&rotation.step(&mut function, "createSecret").await?);
        let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
        assert_eq!(kind, "OtherEngine", "{message}");
        world.server.log_in("app", FIRST, "").await?;
        let coming = version(&world.secrets, &rotation.token).await?;
        let coming = coming["password"].as_str().unwrap_or_default();
        assert!(!world.server.log().contains(coming) && !function.into_output().contains(coming));
    }
    Ok(())
}

/// A server may lock whoever was refused too often.
#[tokio::test]
async fn a_rotation_in_which_nothing_is_odd_is_refused_no_login() -> anyhow::Result<()> {
    let Some(program) = others().find(|program| program.flavour == Flavour::Mysql) else { return Ok(()) };
    let world = on_other(&program).await?;
    world.server.admin(&["ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED"]).await?;
    let mut function = world.start(FUNCTION, &[])?;
    for _ in 0..2 {
        let rotation = Rotation::begin(&world, SECRET).await?;
        assert_eq!(rotation.whole(&mut function).await?, Ok(()));
        world.log_in_by(SECRET).await?.query_drop("SELECT * FROM task").await?;
    }
    // A password that has run out is the right one, and that is what is said.
    world.server.admin(&["ALTER USER app@'%' PASSWORD EXPIRE"]).await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert!(kind == "LoginRefused" && message.contains("PASSWORD EXPIRE NEVER"), "{kind}: {message}");
    Ok(())
}

#[tokio::test]
async fn a_database_that_is_not_there_or_lets_nobody_in_is_no_fault_of_the_master() -> anyhow::Result<()> {
    let world = any().await?;
    let admin = world.server.admin("postgres").await?;
    for statement in ["CREATE DATABASE closed", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC"] {
        admin.batch_execute(statement).await?;
    }
    let mut function = start(&world)?;
    for database in ["nowhere", "closed"] {
        let wrong = value("postgres", database);
        world.secrets.put_secret_value().secret_id(SECRET).secret_string(wrong.to_string()).send().await?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        is_silent(&rotation.step(&mut function, "createSecret").await?);
        let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
        assert!(kind == "NoDatabase" && message.contains("'dbname'"), "{kind}: {message}");
        let gone = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
        gone.remove_from_version_id(&rotation.token).send().await?;
    }
    Ok(())
}

/// Where each statement is for good by itself, those before the one that failed are done.
#[tokio::test]
async fn what_was_done_before_a_statement_that_the_server_refuses_is_on_record() -> anyhow::Result<()> {
    for program in others() {
        let world = crate::accounts::paired(&program).await?;
        let role = if program.flavour == Flavour::Mysql { "crew@'%'" } else { "crew" };
        world.server.admin(&[&format!("REVOKE {role} FROM master@'%'")]).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        is_silent(&rotation.step(&mut function, "createSecret").await?);
        assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "SqlDenied", "{}", program.flavour.engine());
        let log = function.into_output();
        let ended = log.lines().find(|line| line.contains(r#""item.outcome":"failed"#)).unwrap_or_default();
        assert!(ended.contains("CREATE USER 'app_clone'@'%'") && ended.contains("GRANT "), "{ended} in {log}");
        assert!(!ended.contains("UNLOCK"), "{ended}");
    }
    Ok(())
}

/// A port is part of which server it is: another one on the same machine does not hear the master's password.
#[tokio::test]
async fn a_master_of_another_port_is_another_servers() -> anyhow::Result<()> {
    let world = crate::alternating::paired(any().await?).await?;
    let mut wrong = world.secret(SECRET).await?;
    wrong["port"] = json!(6543);
    world.secrets.put_secret_value().secret_id(SECRET).secret_string(wrong.to_string()).send().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, STEPS[0]).await?);
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert!(kind == "MasterUnfit" && message.contains("listens at port 5432"), "{kind}: {message}");
    Ok(())
}
