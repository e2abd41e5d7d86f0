//! Two accounts that take turns on `MySQL` and `MariaDB`: the value that was handed out before works until the next rotation, and
//! both may do the same, by whatever they may do it.

use mysql_async::prelude::Queryable as _;
use nightshift_testkit::Rotation;
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::world::MASTER_SECRET;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use nightshift_testkit::rotation::STEPS;
use serde_json::{Value, json};

use crate::FUNCTION;
use crate::world::{SECRET, is_silent, kind, on_other, others};

/// Its login may write, and read through a role that it has by default; and its secret names the master's.
pub(crate) async fn paired(program: &Program) -> anyhow::Result<MysqlWorld> {
    let world = on_other(program).await?;
    let master = world.secrets.describe_secret().secret_id(MASTER_SECRET).send().await?;
    let mut value = world.secret(SECRET).await?;
    value["masterarn"] = json!(master.arn());
    world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string()).send().await?;
    let (role, default) = match program.flavour {
        Flavour::Mysql => ("crew@'%'", "SET DEFAULT ROLE crew@'%' TO app@'%'"),
        Flavour::Mariadb => ("crew", "SET DEFAULT ROLE crew FOR app@'%'"),
    };
    let (made, given, passed) = (
        format!("CREATE ROLE {role}"),
        format!("GRANT {role} TO app@'%'"),
        format!("GRANT {role} TO master@'%' WITH ADMIN OPTION"),
    );
    let mut admin = vec![made.as_str(), "GRANT DELETE ON my_shop.task TO crew", &given, &passed, default];
    admin.extend([
        "GRANT INSERT, CREATE, CREATE VIEW, SHOW VIEW ON `my\\_shop`.* TO app@'%'",
        "GRANT UPDATE (id) ON my_shop.task TO app@'%'",
        "ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 50",
    ]);
    world.server.admin(&admin).await?;
    Ok(world)
}

async fn by(world: &MysqlWorld, value: &Value) -> anyhow::Result<mysql_async::Conn> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    world.server.log_in(&text("username"), &text("password"), "my_shop").await
}

#[tokio::test]
async fn an_account_that_somebody_set_by_hand_is_followed_by_the_other_of_its_pair() -> anyhow::Result<()> {
    for program in others() {
        let world = paired(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        for (by_hand, expected) in [(false, "app_clone"), (true, "app"), (false, "app_clone")] {
            if by_hand {
                world.server.admin(&["ALTER USER app_clone@'%' IDENTIFIED BY 'by hand'"]).await?;
                assert!(by(&world, &world.secret(SECRET).await?).await.is_err(), "what is handed out is refused");
            }
            let rotation = Rotation::begin(&world, SECRET).await?;
            assert_eq!(rotation.whole(&mut function).await?, Ok(()), "{}", program.flavour.engine());
            let value = world.secret(SECRET).await?;
            assert_eq!(value["username"], expected);
            by(&world, &value).await?.query_drop("INSERT INTO task VALUES (1)").await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_application_never_fails_across_ten_rotations_and_either_may_what_the_other_may() -> anyhow::Result<()> {
    for program in others() {
        turns(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn turns(program: &Program) -> anyhow::Result<()> {
    let world = paired(program).await?;
    let mut function = world.start(FUNCTION, &[])?;
    for round in 0..10 {
        // Whoever read it before this rotation began gets in until the next one does.
        let kept = world.secret(SECRET).await?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        for step in STEPS {
            is_silent(&rotation.step(&mut function, step).await?);
            for value in [&kept, &world.secret(SECRET).await?] {
                let mut session = by(&world, value).await?;
                for does in ["INSERT INTO task VALUES (1)", "UPDATE task SET id = 2", "DELETE FROM task"] {
                    session.query_drop(does).await?;
                }
            }
        }
        let expected = if round % 2 == 0 { "app_clone" } else { "app" };
        assert_eq!(world.secret(SECRET).await?["username"], expected);
        let mut session = by(&world, &world.secret(SECRET).await?).await?;
        // MySQL 9 refuses a definer with a default role what its own view says, whoever that is (1356).
        let security = if program.flavour == Flavour::Mysql { "SQL SECURITY INVOKER " } else { "" };
        session.query_drop(format!("CREATE {security}VIEW v{round} AS SELECT id FROM task")).await?;
        session.query_drop(format!("CREATE TABLE t{round} (id int)")).await?;
        let mut other = by(&world, &kept).await?;
        other.query_drop(format!("SELECT * FROM v{round}")).await?;
        other.query_drop(format!("INSERT INTO t{round} VALUES (1)")).await?;
    }
    let password = world.secret(SECRET).await?["password"].as_str().unwrap_or_default().to_owned();
    assert!(!world.server.log().contains(&password) && !function.into_output().contains(&password));
    Ok(())
}

#[tokio::test]
async fn what_drifted_is_named_by_the_test_and_mended_and_a_strangers_account_is_left_alone() -> anyhow::Result<()> {
    for program in others() {
        drift(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn drift(program: &Program) -> anyhow::Result<()> {
    let world = paired(program).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    world.server.admin(&["CREATE USER app_clone@'%' IDENTIFIED BY 'a-strangers-1'"]).await?;
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "CloneNotOurs");
    world.server.log_in("app_clone", "a-strangers-1", "").await?;
    world.server.admin(&["DROP USER app_clone@'%'"]).await?;
    // Killed behind the first statement.
    let half = "CREATE USER app_clone@'%' IDENTIFIED BY 'nobodys-1' WITH MAX_QUERIES_PER_HOUR 4011985 ACCOUNT LOCK";
    world.server.admin(&[half]).await?;
    if program.flavour == Flavour::Mysql {
        // Then it takes no password twice.
        world.server.admin(&["SET GLOBAL password_history = 3"]).await?;
    }
    for step in &STEPS[1..3] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    world
        .server
        .admin(&["REVOKE INSERT ON `my\\_shop`.* FROM app_clone@'%'", "GRANT DROP ON `my\\_shop`.* TO app_clone@'%'"])
        .await?;
    let (kind, message) = rotation.step(&mut function, "testSecret").await?.fault();
    assert_eq!(kind, "RightsDiffer", "{message}");
    assert!(message.contains("only app has INSERT on") && message.contains("only app_clone has DROP on"), "{message}");
    assert_eq!(rotation.whole(&mut function).await?, Ok(()), "the whole sequence again");
    let mut session = by(&world, &world.secret(SECRET).await?).await?;
    session.query_drop("INSERT INTO task VALUES (1)").await?;
    assert!(session.query_drop("DROP TABLE task").await.is_err());
    // Whoever administers the server gets no second.
    world.server.admin(&["GRANT CREATE USER ON *.* TO app@'%'"]).await?;
    let next = Rotation::begin(&world, SECRET).await?;
    is_silent(&next.step(&mut function, "createSecret").await?);
    assert_eq!(self::kind(next.step(&mut function, "setSecret").await?), "PairRefused");
    Ok(())
}
