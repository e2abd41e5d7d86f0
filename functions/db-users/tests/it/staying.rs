//! A drop that is given up leaves a user as it was found, and one that goes on stops nobody on its way.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::{Value, json};

use crate::world::{ends, event, start, user, with_mode};
use crate::{item, said, steps};

fn absent(name: &str, heir: Option<&str>) -> Value {
    user(name, &json!({"state": "absent", "reassign_to": heir}))
}

fn applied(users: &[Value]) -> Value {
    with_mode(event(users), "apply")
}

#[tokio::test]
async fn what_was_taken_before_a_drop_is_given_up_is_given_back() -> anyhow::Result<()> {
    for version in ends() {
        given_back(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn given_back(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    function.invoke(&applied(&[user("app", &json!({"grant_privileges": "SELECT"}))])).await?.report();
    let master = world.server.master("airflow").await?;
    master
        .batch_execute(
            "CREATE ROLE other; CREATE TABLE task (id int); CREATE POLICY p ON task TO app, other USING (true)",
        )
        .await?;
    master.batch_execute("CREATE DATABASE second").await?;
    let second = world.server.master("second").await?;
    second
        .batch_execute(
            "CREATE TABLE task (id int, at int); GRANT SELECT, UPDATE (at) ON task TO app;
             GRANT INSERT ON task TO app WITH GRANT OPTION; CREATE POLICY p ON task TO app, other USING (true);
             CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC;
             GRANT EXECUTE ON FUNCTION f() TO app; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app",
        )
        .await?;
    let had = "SELECT (SELECT relacl::text FROM pg_class WHERE relname = 'task') || (SELECT attacl::text FROM pg_attribute \
               WHERE attname = 'at') || (SELECT proacl::text FROM pg_proc WHERE proname = 'f') || (SELECT polroles::regrole[]::text \
               FROM pg_policy) || (SELECT defaclacl::text FROM pg_default_acl)";
    let before: String = second.query_one(had, &[]).await?.get(0);
    // Somebody reads the table for as long as it likes: its policy cannot be changed.
    let mut reader = world.server.admin("airflow").await?;
    let reading = reader.transaction().await?;
    reading.batch_execute("SELECT * FROM task").await?;
    let event = applied(&[absent("app", None)]);
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("deferred", "sql-busy"), "{report:#}");
    let log = world.server.log()?;
    let tried = log.lines().filter(|line| line.contains("statement: ALTER POLICY p ON public.task TO")).count();
    let blinks = log.lines().filter(|line| line.contains("SET LOCAL lock_timeout = '200ms'")).count();
    assert!(
        tried > 5 && blinks >= tried,
        "{tried} tries, {blinks} of them for a blink: nobody waits behind them for long"
    );
    assert!(steps(&report, "app").contains("in second: GRANT SELECT ON TABLE public.task TO \"app\""), "{report:#}");
    assert_eq!(second.query_one(had, &[]).await?.get::<_, String>(0), before);
    world.log_in_by("app-secret").await?;
    reading.rollback().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    Ok(())
}

#[tokio::test]
async fn what_is_temporary_goes_with_its_session() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let mut function = start(&world)?;
        let users = ["app", "heirs"].map(|name| user(name, &json!({"grant_ddl": true})));
        function.invoke(&applied(&users)).await?.report();
        world.server.master("airflow").await?.batch_execute("CREATE ROLE heir").await?;
        let (app, heirs) = (world.log_in_by("app-secret").await?, world.log_in_by("heirs-secret").await?);
        for session in [&app, &heirs] {
            session.batch_execute("CREATE TEMPORARY TABLE mine (id serial)").await?;
        }
        heirs.batch_execute("CREATE TABLE lasting (id int)").await?;
        let report = function.invoke(&applied(&[absent("app", None), absent("heirs", Some("heir"))])).await?.report();
        for name in ["app", "heirs"] {
            assert_eq!(said(&report, name).0, "changed", "{}: {report:#}", version.version);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_an_heir_could_not_own_is_found_before_the_login_goes() -> anyhow::Result<()> {
    for version in ends() {
        not_its_to_own(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn not_its_to_own(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let names = ["publishes", "serves"];
    let users = names.map(|name| user(name, &json!({"grant_ddl": true})));
    function.invoke(&applied(&users)).await?.report();
    let admin = world.server.admin("airflow").await?;
    admin
        .batch_execute(
            "CREATE EXTENSION postgres_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO serves; SET ROLE master;
             CREATE ROLE heir; RESET ROLE",
        )
        .await?;
    let publishes = world.log_in_by("publishes-secret").await?;
    publishes.batch_execute("CREATE TABLE news (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE news").await?;
    let serves = world.log_in_by("serves-secret").await?;
    serves
        .batch_execute("CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; CREATE USER MAPPING FOR serves SERVER s")
        .await?;
    admin.batch_execute("REVOKE USAGE ON FOREIGN DATA WRAPPER postgres_fdw FROM serves").await?;
    let event = applied(&names.map(|name| absent(name, Some("heir"))));
    let report = function.invoke(&event).await?.report();
    for (name, what) in [("publishes", "the publication p"), ("serves", "the server s")] {
        assert_eq!(said(&report, name), ("skipped", "heir-cannot-own"), "{report:#}");
        assert!(item(&report, name)["reason"]["message"].to_string().contains(what), "{report:#}");
    }
    assert!(!world.server.log()?.contains("NOLOGIN"), "nothing was done to any of them");
    publishes.batch_execute("SELECT 1").await?;
    admin
        .batch_execute(
            "GRANT CREATE ON DATABASE airflow TO heir; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO heir",
        )
        .await?;
    let report = function.invoke(&event).await?.report();
    for name in names {
        assert_eq!(said(&report, name).0, "changed", "{report:#}");
    }
    Ok(())
}
