//! Servers that are not as one would have them: readers, another engine, busy ones, ones that warn or fail; and the logs
//! they write then.

use nightshift_testkit::Scene;
use nightshift_testkit::database::{DatabaseWorld, Flavour, MysqlWorld, world};
use serde_json::{Value, json};

use crate::world::{any, may, one_user, start, with_mode};
use crate::{FUNCTION, ids, item, said};

fn on_mysql() -> Value {
    json!({"db_user": "app", "user_secret_name": "app-secret", "grant_privileges": "SELECT"})
}

fn here() -> impl Iterator<Item = nightshift_testkit::database::mysql::Program> {
    [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find)
}

#[tokio::test]
async fn a_reader_is_refused_with_what_to_give_instead() -> anyhow::Result<()> {
    let world = any().await?;
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("ALTER SYSTEM SET default_transaction_read_only = on").await?;
    admin.batch_execute("SELECT pg_reload_conf()").await?;
    // The server reads its configuration again in its own time.
    while !world.server.log()?.contains("received SIGHUP") {
        tokio::task::yield_now().await;
    }
    let (kind, message) = start(&world)?.invoke(&one_user("app", "SELECT")).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    assert!(message.contains("takes no writes: give the writer's endpoint as 'rds_host'"), "{message}");
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        world.server.admin(&["SET GLOBAL read_only = 1"]).await?;
        let (_, message) = world.start(FUNCTION, &[])?.invoke(&world.event(&[on_mysql()])).await?.fault();
        assert!(message.contains("takes no writes"), "{message}");
    }
    Ok(())
}

#[tokio::test]
async fn the_wrong_engine_is_named_with_the_right_one() -> anyhow::Result<()> {
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        let mut event = world.event(&[on_mysql()]);
        let (wrong, right) = match program.flavour {
            Flavour::Mysql => ("mariadb", "mysql"),
            Flavour::Mariadb => ("mysql", "mariadb"),
        };
        event["db_engine"] = json!(wrong);
        let (_, message) = world.start(FUNCTION, &[])?.invoke(&event).await?.fault();
        assert!(message.contains(&format!("is {right}, and 'db_engine' says {wrong}")), "{message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_that_rds_manages_is_the_masters_by_its_tags() -> anyhow::Result<()> {
    let world = any().await?;
    let host = world.cluster_endpoint().await?;
    let cluster = format!("arn:aws:rds:{}:{}:cluster:{}", world::REGION, world.scene.account, world::CLUSTER);
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key("aws:rds:primaryDBClusterArn").value(cluster).build();
    let value = json!({"username": "master", "password": "not-a-secret-1"}).to_string();
    world.secrets.create_secret().name("rds!cluster-1").secret_string(value).tags(tag).send().await?;
    let mut event = with_mode(one_user("app", "SELECT"), "apply");
    event["secret_name"] = json!("rds!cluster-1");
    event["rds_host"] = json!(host);
    event["tls_server_name"] = json!("localhost");
    let mut function = start(&world)?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let secret = world.secret("app-secret").await?;
    assert_eq!((&secret["dbClusterIdentifier"], &secret["host"]), (&json!(world::CLUSTER), &json!(host)));
    event["rds_host"] = json!("collector.example.org");
    let (kind, message) = function.invoke(&event).await?.fault();
    assert_eq!(kind, "EventRefused");
    assert!(message.contains("the master's password was sent nowhere"), "{message}");
    Ok(())
}

#[tokio::test]
async fn what_another_session_holds_is_waited_for_and_then_put_off() -> anyhow::Result<()> {
    let world = any().await?;
    let mut holder = world.server.master("airflow").await?;
    holder.batch_execute("CREATE TABLE task (id int); CREATE ROLE other").await?;
    let held = holder.transaction().await?;
    held.batch_execute("GRANT SELECT ON task TO other").await?;
    let event = with_mode(one_user("app", "SELECT"), "apply");
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_LOCK_TIMEOUT_SECONDS", "1")])?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("deferred", "sql-busy"), "{report:#}");
    let roles = world.server.master("postgres").await?;
    assert!(roles.query("SELECT 1 FROM pg_roles WHERE rolname = 'app'", &[]).await?.is_empty(), "nothing was kept");
    held.commit().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(may(&world.log_in_by("app-secret").await?, "SELECT * FROM task").await?);
    Ok(())
}

#[tokio::test]
async fn a_warning_undoes_what_came_before_it() -> anyhow::Result<()> {
    let world = any().await?;
    // What a server says of a GRANT that grants nothing: it is no error there.
    let admin = world.server.admin("airflow").await?;
    admin
        .batch_execute(
            "CREATE FUNCTION public.warns() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE WARNING 'no privileges were granted' USING ERRCODE = '01007'; END $$;
             CREATE EVENT TRIGGER warns ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION public.warns()",
        )
        .await?;
    let report = start(&world)?.invoke(&with_mode(one_user("app", "SELECT"), "apply")).await?.report();
    let item = item(&report, "app");
    assert_eq!(item["outcome"], "failed", "{report:#}");
    assert!(
        item["reason"]["message"].as_str().is_some_and(|said| said.contains("no privileges were granted")),
        "{item}"
    );
    assert!(admin.query("SELECT 1 FROM pg_roles WHERE rolname = 'app'", &[]).await?.is_empty());
    Ok(())
}

async fn stored(scene: &Scene) -> anyhow::Result<String> {
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config(world::REGION).await);
    let found = secrets.get_secret_value().secret_id("app-secret").send().await?;
    let value: Value = serde_json::from_str(found.secret_string().unwrap_or_default())?;
    Ok(value["password"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn no_log_holds_a_password_not_even_of_a_statement_that_failed() -> anyhow::Result<()> {
    let world = any().await?;
    world.server.admin("postgres").await?.batch_execute("ALTER ROLE master NOCREATEROLE").await?;
    let mut function = start(&world)?;
    let report = function.invoke(&with_mode(one_user("app", "SELECT"), "apply")).await?.report();
    assert_eq!(said(&report, "app"), ("failed", "sql-denied"), "{report:#}");
    let (password, log) = (stored(&world.scene).await?, world.server.log()?);
    assert!(log.contains("STATEMENT:  CREATE ROLE \"app\""), "the log was to hold the statement");
    assert!(password.len() == 32 && !log.contains(&password) && !function.into_output().contains(&password));
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        world.server.admin(&["REVOKE CREATE USER, INSERT, UPDATE ON *.* FROM master@'%'"]).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let report = function.invoke(&with_mode(world.event(&[on_mysql()]), "apply")).await?.report();
        assert_eq!(said(&report, "app"), ("failed", "sql-denied"), "{report:#}");
        let (password, log) = (stored(&world.scene).await?, world.server.log());
        assert!(log.contains("CREATE USER 'app'"), "the log was to hold the statement");
        assert!(password.len() == 32 && !log.contains(&password) && !function.into_output().contains(&password));
    }
    Ok(())
}

#[tokio::test]
async fn two_runs_at_once_on_mysql_do_what_one_does() -> anyhow::Result<()> {
    let Some(program) = here().next() else { return Ok(()) };
    let world = MysqlWorld::new(&program).await?;
    let (mut one, mut other) = (world.start(FUNCTION, &[])?, world.start(FUNCTION, &[])?);
    let event = with_mode(world.event(&[on_mysql()]), "apply");
    let (first, second) = tokio::join!(one.invoke(&event), other.invoke(&event));
    let (first, second) = (first?.report(), second?.report());
    let mut outcomes = [said(&first, "app").0, said(&second, "app").0];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["already_right", "changed"]);
    Ok(())
}

#[tokio::test]
async fn presets_are_plain_privileges_where_there_are_no_owners() -> anyhow::Result<()> {
    use mysql_async::prelude::Queryable as _;
    for program in here() {
        let world = MysqlWorld::new(&program).await?;
        let of = |name: &str| json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "preset": name});
        let event = with_mode(world.event(&[of("reader"), of("writer"), of("manager")]), "apply");
        let mut function = world.start(FUNCTION, &[])?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(ids(&report, "changed"), ["reader", "writer", "manager"], "{report:#}");
        let mut manager = world.log_in_by("manager-secret").await?;
        manager.query_drop("CREATE TABLE later (id int)").await?;
        for (name, writes) in [("reader", false), ("writer", true)] {
            let mut session = world.log_in_by(&format!("{name}-secret")).await?;
            session.query_drop("SELECT * FROM later").await?;
            assert_eq!(session.query_drop("INSERT INTO later VALUES (1)").await.is_ok(), writes, "{name}");
            assert!(session.query_drop("DROP TABLE later").await.is_err());
        }
        assert_eq!(ids(&function.invoke(&event).await?.report(), "already_right").len(), 3);
    }
    Ok(())
}

#[tokio::test]
async fn what_a_user_owns_in_other_databases_goes_to_its_heir_too() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    function.invoke(&with_mode(one_user("app", "SELECT"), "apply")).await?.report();
    let master = world.server.master("postgres").await?;
    master.batch_execute("CREATE DATABASE other").await?;
    master.batch_execute("CREATE ROLE heir NOLOGIN").await?;
    world.server.master("other").await?.batch_execute("GRANT CREATE ON SCHEMA public TO app").await?;
    let password = stored(&world.scene).await?;
    world.server.log_in("app", &password, "other").await?.batch_execute("CREATE TABLE hers (id int)").await?;
    let mut gone = with_mode(one_user("app", ""), "apply");
    gone["users"] = json!([{"db_user": "app", "user_secret_name": "app-secret", "state": "absent"}]);
    let report = function.invoke(&gone).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "owns-objects"), "{report:#}");
    assert!(item(&report, "app")["reason"]["message"].to_string().contains("1 object in database other"));
    gone["users"][0]["reassign_to"] = json!("heir");
    let report = function.invoke(&gone).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(owner_in(&world, "other").await?, "heir");
    Ok(())
}

async fn owner_in(world: &DatabaseWorld, database: &str) -> anyhow::Result<String> {
    let session = world.server.master(database).await?;
    Ok(session.query_one("SELECT tableowner::text FROM pg_tables WHERE tablename = 'hers'", &[]).await?.get(0))
}
