//! The same on `MySQL` and `MariaDB`. A server that is not here is named and its test says so: it is not counted as passed
//! in what `cargo xtask test` prints about database servers.

use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use serde_json::{Value, json};

use crate::world::with_mode;
use crate::{FUNCTION, ids, item, said, steps, writes};

pub(crate) fn user(name: &str, privileges: &str) -> Value {
    json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "grant_privileges": privileges})
}

pub(crate) async fn log_in(world: &MysqlWorld, user: &str) -> anyhow::Result<Conn> {
    world.log_in_by(&format!("{user}-secret")).await
}

pub(crate) async fn may(session: &mut Conn, statement: &str) -> anyhow::Result<bool> {
    match session.query_drop(statement).await {
        Ok(()) => Ok(true),
        Err(mysql_async::Error::Server(said)) if [1044, 1142, 1227, 1370].contains(&said.code) => Ok(false),
        Err(error) => Err(anyhow::anyhow!("{statement}: {error}")),
    }
}

/// Every flavour that is here; at least `MariaDB` or `MySQL` has to be.
pub(crate) fn here() -> Vec<Program> {
    [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find).collect()
}

#[tokio::test]
async fn each_server_gets_users_who_may_do_what_is_asked_and_no_more() -> anyhow::Result<()> {
    for program in here() {
        whole_story(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn whole_story(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    // A pattern in a grant on my_shop would open this one, too.
    world.server.admin(&["CREATE DATABASE `myXshop`", "CREATE TABLE `myXshop`.secret (id int)"]).await?;
    let mut ddl = user("airflow-rw-ddl", "SELECT,INSERT,UPDATE,DELETE");
    ddl["grant_ddl"] = json!("true");
    let ro = user("airflow-ro", "SELECT");
    let hostile = "o'rl\\y;--`%";
    let event = world.event(&[ddl, ro, user(hostile, "SELECT")]);
    let mut function = world.start(FUNCTION, &[])?;
    let plan = function.invoke(&event).await?.report();
    assert_eq!(ids(&plan, "planned").len(), 3, "{plan:#}");
    if program.flavour == Flavour::Mariadb {
        insta::assert_snapshot!(steps(&plan, "airflow-ro"), @r"
        create secret airflow-ro-secret with a new password
        CREATE USER 'airflow-ro'@'%' IDENTIFIED BY PASSWORD '********' ACCOUNT LOCK
        GRANT SELECT ON `my\_shop`.* TO 'airflow-ro'@'%'
        ALTER USER 'airflow-ro'@'%' IDENTIFIED BY PASSWORD '********' ACCOUNT UNLOCK
        log in as airflow-ro
        ");
    } else {
        insta::assert_snapshot!(steps(&plan, "airflow-ro"), @r"
        create secret airflow-ro-secret with a new password
        CREATE USER 'airflow-ro'@'%' IDENTIFIED BY '********' ACCOUNT LOCK
        GRANT SELECT ON `my\_shop`.* TO 'airflow-ro'@'%'
        ALTER USER 'airflow-ro'@'%' IDENTIFIED BY '********' ACCOUNT UNLOCK
        log in as airflow-ro
        ");
    }
    let applied = function.invoke(&with_mode(event.clone(), "apply")).await?.report();
    assert_eq!(ids(&applied, "changed").len(), 3, "{applied:#}");
    assert_eq!(applied["plan_digest"], plan["plan_digest"]);

    let (mut ddl, mut ro) = (log_in(&world, "airflow-rw-ddl").await?, log_in(&world, "airflow-ro").await?);
    assert!(may(&mut ddl, "CREATE TABLE task (id int)").await?);
    for (statement, ddl_may, ro_may) in [
        ("INSERT INTO task VALUES (1)", true, false),
        ("SELECT * FROM task", true, true),
        ("CREATE VIEW v AS SELECT 1", true, false),
        ("SELECT * FROM myXshop.secret", false, false),
        ("SELECT * FROM mysql.user", false, false),
        ("TRUNCATE task", true, false),
    ] {
        assert_eq!(may(&mut ddl, statement).await?, ddl_may, "ddl: {statement}");
        assert_eq!(may(&mut ro, statement).await?, ro_may, "ro: {statement}");
    }
    log_in(&world, hostile).await?;

    let again = function.invoke(&with_mode(event, "apply")).await?.report();
    assert_eq!(ids(&again, "already_right").len(), 3, "{again:#}");
    assert_eq!(writes(&again), Vec::<String>::new());
    let (log, said) = (world.server.log(), function.into_output());
    for user in ["airflow-rw-ddl", "airflow-ro", hostile] {
        let password =
            world.secret(&format!("{user}-secret")).await?["password"].as_str().unwrap_or_default().to_owned();
        assert!(!log.contains(&password), "a password is in the server's log");
        assert!(!said.contains(&password), "a password is in the function's log");
    }
    assert!(log.contains("GRANT SELECT ON `my\\_shop`.*"), "the log was to hold the statements");
    Ok(())
}

#[tokio::test]
async fn drift_is_mended_fewer_privileges_are_taken_back_and_a_user_goes() -> anyhow::Result<()> {
    for program in here() {
        over_time(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn over_time(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let event = with_mode(world.event(&[user("app", "SELECT,INSERT")]), "apply");
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "changed");
    world
        .server
        .admin(&[
            "ALTER USER app@'%' IDENTIFIED BY 'Changed-by-hand-1' ACCOUNT LOCK",
            "REVOKE INSERT ON `my\\_shop`.* FROM app@'%'",
        ])
        .await?;
    assert!(log_in(&world, "app").await.is_err());
    let mended = function.invoke(&event).await?.report();
    assert_eq!(said(&mended, "app"), ("changed", ""), "{mended:#}");
    log_in(&world, "app").await?;

    let mut fewer = with_mode(world.event(&[user("app", "SELECT")]), "apply");
    assert_eq!(said(&function.invoke(&fewer).await?.report(), "app").0, "already_right");
    fewer["revoke"] = json!("managed");
    let taken = function.invoke(&fewer).await?.report();
    assert_eq!(steps(&taken, "app"), "REVOKE INSERT ON `my\\_shop`.* FROM 'app'@'%'", "{taken:#}");

    let mut open = log_in(&world, "app").await?;
    let mut gone = user("app", "");
    gone["state"] = json!("absent");
    let event = with_mode(world.event(&[gone]), "apply");
    world.server.admin(&["CREATE DEFINER = app@'%' VIEW `my_shop`.hers AS SELECT 1 AS one"]).await?;
    let kept = function.invoke(&event).await?.report();
    assert_eq!(said(&kept, "app"), ("skipped", "owns-objects"), "{kept:#}");
    assert!(item(&kept, "app")["reason"]["message"].as_str().unwrap_or_default().contains("my_shop"));
    world.server.admin(&["DROP VIEW `my_shop`.hers", "CREATE USER app_clone@'%' ACCOUNT LOCK"]).await?;
    assert_eq!(said(&function.invoke(&event).await?.report(), "app"), ("skipped", "has-clone"));
    world.server.admin(&["DROP USER app_clone@'%'"]).await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(open.query_drop("SELECT 1").await.is_err(), "its session was ended");
    assert_eq!(said(&function.invoke(&event).await?.report(), "app"), ("already_right", "gone"));
    Ok(())
}

#[tokio::test]
async fn who_administers_by_whatever_way_is_left_alone() -> anyhow::Result<()> {
    for program in here() {
        administrators(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn administrators(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    let mut statements = vec![
        "CREATE ROLE boss, bosses, clerks",
        "GRANT CREATE USER ON *.* TO boss",
        "GRANT boss TO bosses",
        "GRANT SELECT ON my_shop.* TO clerks",
        "CREATE USER by_role, by_chain, by_tables, by_pattern, clerk",
        "GRANT boss TO by_role",
        "GRANT bosses TO by_chain",
        "GRANT clerks TO clerk",
        "GRANT INSERT ON mysql.* TO by_tables",
        "GRANT UPDATE ON `%`.* TO by_pattern",
        "CREATE USER by_table, by_column, by_proxy, everywhere, protected, watcher",
        "GRANT UPDATE ON mysql.user TO by_table",
        "GRANT UPDATE (user) ON mysql.db TO by_column",
        "GRANT PROXY ON rdsadmin@'%' TO by_proxy",
        "GRANT SELECT ON *.* TO everywhere",
        "GRANT PROCESS, REPLICATION CLIENT ON *.* TO watcher",
        "CREATE ROLE inner_circle, circle",
        "GRANT inner_circle TO circle",
        "GRANT circle TO protected",
    ];
    let mut refused =
        vec!["by_role", "by_chain", "by_tables", "by_pattern", "by_table", "by_column", "by_proxy", "everywhere"];
    let mut ordinary = vec!["clerk", "watcher"];
    if program.flavour == Flavour::Mysql {
        statements.extend(["CREATE USER by_grant", "GRANT ROLE_ADMIN ON *.* TO by_grant"]);
        refused.push("by_grant");
    } else {
        statements.extend([
            "CREATE USER by_definer, by_replay, lag",
            "CREATE ROLE definers",
            "GRANT SET USER ON *.* TO definers",
            "GRANT definers TO by_definer",
            "GRANT BINLOG REPLAY ON *.* TO by_replay",
            "GRANT SLAVE MONITOR ON *.* TO lag",
        ]);
        refused.extend(["by_definer", "by_replay"]);
        ordinary.push("lag");
    }
    world.server.admin(&statements).await?;
    let users: Vec<_> =
        refused.iter().chain(&ordinary).chain(&["protected"]).map(|name| user(name, "SELECT")).collect();
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "inner_*")])?;
    let report = function.invoke(&world.event(&users)).await?.report();
    for name in refused {
        assert_eq!(said(&report, name), ("skipped", "privileged-role"), "{report:#}");
    }
    assert_eq!(said(&report, "protected"), ("skipped", "protected"), "{report:#}");
    for name in ordinary {
        assert_eq!(
            said(&report, name).0,
            "planned",
            "an ordinary role is no matter, nor is who only looks on: {report:#}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn truncate_is_refused_with_the_way_out() -> anyhow::Result<()> {
    let Some(program) = here().into_iter().next() else { return Ok(()) };
    let world = MysqlWorld::new(&program).await?;
    let event = world.event(&[user("app", "SELECT,TRUNCATE")]);
    let (kind, message) = world.start(FUNCTION, &[])?.invoke(&event).await?.fault();
    assert_eq!(kind, "EventRefused");
    insta::assert_snapshot!(message, @"the event is refused and nothing was done: user 'app': 'grant_privileges': there is no TRUNCATE privilege here, emptying a table takes DROP; give DROP if that is meant");
    Ok(())
}

#[tokio::test]
async fn an_account_for_other_hosts_is_made_and_kept_without_trying_it() -> anyhow::Result<()> {
    for program in here() {
        for_others(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn for_others(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let mut app = user("app", "SELECT");
    app["host"] = json!("10.0.0.0/255.0.0.0");
    let event = with_mode(world.event(&[app]), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(!steps(&report, "app").contains("logged in"), "{report:#}");
    assert!(item(&report, "app")["dbusers"]["notes"].to_string().contains("login-untried"), "{report:#}");
    assert!(log_in(&world, "app").await.is_err(), "it is not for this host");
    let again = function.invoke(&event).await?.report();
    assert_eq!((said(&again, "app").0, writes(&again)), ("already_right", Vec::new()), "{again:#}");

    // A new version of the secret is one of the database, too, though nobody could look.
    let mut value = world.secret("app-secret").await?;
    value["port"] = json!(1);
    world.secrets.put_secret_value().secret_id("app-secret").secret_string(value.to_string()).send().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    world.server.admin(&["RENAME USER app@'10.0.0.0/255.0.0.0' TO app@'%'"]).await?;
    log_in(&world, "app").await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_is_not_spoken_to() -> anyhow::Result<()> {
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        let event = world.event(&[user("app", "SELECT")]);
        let fault = async |policy: &[(&str, &str)], event: &Value| -> anyhow::Result<String> {
            Ok(world.start(FUNCTION, policy)?.invoke(event).await?.fault().1)
        };
        let message = fault(&[("NIGHTSHIFT_DB_CA_FILE", "")], &event).await?;
        assert!(message.contains("UnknownIssuer"), "{message}");
        let mut alias = event.clone();
        alias["tls_server_name"] = json!("another.example");
        let message = fault(&[], &alias).await?;
        assert!(message.contains("not valid for name"), "{message}");
        alias["tls_server_name"] = json!("localhost");
        let report = world.start(FUNCTION, &[])?.invoke(&alias).await?.report();
        assert_eq!(ids(&report, "planned"), ["app"], "{report:#}");
    }
    Ok(())
}
