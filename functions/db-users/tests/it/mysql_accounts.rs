//! Accounts of `MySQL` and `MariaDB`: what a server remembers of passwords, passwords that ran out, other ways to log in, and
//! several accounts of one name.

use mysql_async::prelude::Queryable as _;
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use serde_json::json;

use crate::mysql::{here, log_in, user};
use crate::world::with_mode;
use crate::{FUNCTION, item, said, steps};

#[tokio::test]
async fn a_server_that_remembers_passwords_gets_no_password_twice() -> anyhow::Result<()> {
    for program in here().into_iter().filter(|program| program.flavour == Flavour::Mysql) {
        let world = MysqlWorld::new(&program).await?;
        world.server.admin(&["SET GLOBAL password_history = 3", "SET GLOBAL password_reuse_interval = 30"]).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let event = with_mode(world.event(&[user("app", "SELECT")]), "apply");
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{report:#}");
        log_in(&world, "app").await?;
        // As a run leaves it that died in the middle, and as somebody leaves it who meddles.
        for meddled in ["ALTER USER app@'%' ACCOUNT LOCK", "ALTER USER app@'%' IDENTIFIED BY 'Changed-by-hand-1'"] {
            world.server.admin(&[meddled]).await?;
            let report = function.invoke(&event).await?.report();
            assert_eq!(said(&report, "app").0, "changed", "{meddled}: {report:#}");
            log_in(&world, "app").await?;
        }
        assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    }
    Ok(())
}

#[tokio::test]
async fn a_password_that_ran_out_is_made_anew() -> anyhow::Result<()> {
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let event = with_mode(world.event(&[user("app", "SELECT")]), "apply");
        function.invoke(&event).await?.report();
        let before = world.secret("app-secret").await?;
        world.server.admin(&["ALTER USER app@'%' PASSWORD EXPIRE"]).await?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{}: {report:#}", program.flavour.engine());
        log_in(&world, "app").await?.query_drop("SELECT 1").await?;
        assert_ne!(world.secret("app-secret").await?["password"], before["password"]);
        assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    }
    Ok(())
}

#[tokio::test]
async fn another_way_to_log_in_stays() -> anyhow::Result<()> {
    for program in here().into_iter().filter(|program| program.flavour == Flavour::Mariadb) {
        let world = MysqlWorld::new(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let event = with_mode(world.event(&[user("app", "SELECT")]), "apply");
        function.invoke(&event).await?.report();
        let by_hand =
            "ALTER USER app@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('by-hand') OR unix_socket";
        world.server.admin(&[by_hand]).await?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{report:#}");
        log_in(&world, "app").await?;
        let mut admin = world.server.log_in("rdsadmin", "not-a-secret-1", "").await?;
        let ways: Option<String> = admin
            .query_first("SELECT JSON_EXTRACT(Priv, '$.auth_or') FROM mysql.global_priv WHERE User = 'app'")
            .await?;
        assert!(ways.unwrap_or_default().contains("unix_socket"));
        world.server.admin(&["ALTER USER app@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('a') OR mysql_native_password USING PASSWORD('b')"]).await?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app"), ("skipped", "other-plugin"), "{report:#}");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_sessions_of_the_account_that_goes_are_ended() -> anyhow::Result<()> {
    for program in here() {
        sessions(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn sessions(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    world
        .server
        .admin(&[
            "CREATE USER two@'10.9.%' IDENTIFIED BY 'Far-away-1'",
            "CREATE USER two@'127.0.0.1' IDENTIFIED BY 'Near-by-1'",
            "GRANT SELECT ON `my\\_shop`.* TO two@'127.0.0.1'",
            "CREATE DEFINER = two@'127.0.0.1' VIEW my_shop.near AS SELECT 1 AS one",
        ])
        .await?;
    let mut near = world.server.log_in("two", "Near-by-1", "my_shop").await?;
    let mut gone = user("two", "");
    gone["state"] = json!("absent");
    gone["host"] = json!("10.9.%");
    let report = world.start(FUNCTION, &[])?.invoke(&with_mode(world.event(&[gone]), "apply")).await?.report();
    assert_eq!(said(&report, "two").0, "changed", "{report:#}");
    near.query_drop("SELECT 1").await?;
    let mut gone = user("two", "");
    gone["state"] = json!("absent");
    gone["host"] = json!("127.0.0.1");
    let event = with_mode(world.event(&[gone]), "apply");
    let mut function = world.start(FUNCTION, &[])?;
    assert_eq!(said(&function.invoke(&event).await?.report(), "two"), ("skipped", "owns-objects"));
    world.server.admin(&["DROP VIEW my_shop.near"]).await?;
    assert_eq!(said(&function.invoke(&event).await?.report(), "two").0, "changed");
    assert!(near.query_drop("SELECT 1").await.is_err(), "and its own are");
    Ok(())
}

#[tokio::test]
async fn a_secret_that_other_accounts_go_by_stays_and_so_does_a_role_with_members() -> anyhow::Result<()> {
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let mut near = user("two", "SELECT");
        function.invoke(&with_mode(world.event(std::slice::from_ref(&near)), "apply")).await?.report();
        near["host"] = json!("127.0.0.%");
        function.invoke(&with_mode(world.event(std::slice::from_ref(&near)), "apply")).await?.report();
        near["state"] = json!("absent");
        let gone = with_mode(world.event(&[near]), "apply");
        let report = function.invoke(&gone).await?.report();
        assert_eq!(said(&report, "two").0, "changed", "{report:#}");
        assert!(item(&report, "two")["dbusers"]["notes"].to_string().contains("secret-kept"), "{report:#}");
        log_in(&world, "two").await?;
        assert_eq!(said(&function.invoke(&gone).await?.report(), "two"), ("already_right", "gone"));
        if program.flavour == Flavour::Mysql {
            world.server.admin(&["CREATE ROLE crew", "CREATE USER bob", "GRANT crew TO bob"]).await?;
            let mut crew = user("crew", "");
            crew["state"] = json!("absent");
            let report = function.invoke(&with_mode(world.event(&[crew]), "apply")).await?.report();
            assert_eq!(said(&report, "crew"), ("skipped", "has-members"), "{report:#}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_was_done_before_a_statement_failed_is_on_record() -> anyhow::Result<()> {
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        world.server.admin(&["REVOKE DELETE ON *.* FROM master@'%'"]).await?;
        let event = with_mode(world.event(&[user("app", "SELECT,DELETE")]), "apply");
        let report = world.start(FUNCTION, &[])?.invoke(&event).await?.report();
        assert_eq!(said(&report, "app"), ("failed", "sql-denied"), "{report:#}");
        let done = steps(&report, "app");
        assert!(done.contains("CREATE USER 'app'@'%'") && !done.contains("GRANT"), "{done}");
    }
    Ok(())
}
