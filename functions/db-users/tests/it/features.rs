//! What an event may ask for beside the first one's keys, each tried by logging in.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::json;

use crate::world::{any, ends as both_ends, event, may, start, user, with_mode};
use crate::{ids, item, said, steps, writes};

async fn owner_of(world: &DatabaseWorld, table: &str) -> anyhow::Result<String> {
    let query = "SELECT tableowner::text FROM pg_tables WHERE tablename = $1";
    Ok(world.server.master("airflow").await?.query_one(query, &[&table]).await?.get(0))
}

#[tokio::test]
async fn what_a_pair_of_makers_makes_is_their_owner_roles() -> anyhow::Result<()> {
    for version in both_ends() {
        owned_together(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn owned_together(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let maker = |name| user(name, &json!({"grant_ddl": true, "owner_role": "shop_owner", "schemas": "shop"}));
    let reads = user("reads", &json!({"grantor": "one", "grant_privileges": "SELECT", "schemas": "shop"}));
    let event = with_mode(event(&[maker("one"), maker("other"), reads]), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed"), ["airflow", "shop_owner", "one", "other", "reads"], "{report:#}");

    let (one, other) = (world.log_in_by("one-secret").await?, world.log_in_by("other-secret").await?);
    one.batch_execute("CREATE TABLE shop.first (id serial)").await?;
    other.batch_execute("CREATE TABLE shop.second (id serial); ALTER TABLE shop.first ADD note text").await?;
    one.batch_execute("INSERT INTO shop.second DEFAULT VALUES").await?;
    assert_eq!((owner_of(&world, "first").await?, owner_of(&world, "second").await?), both("shop_owner"));
    let reads = world.log_in_by("reads-secret").await?;
    assert!(may(&reads, "SELECT * FROM shop.first").await? && may(&reads, "SELECT * FROM shop.second").await?);
    assert!(!may(&reads, "DELETE FROM shop.first").await?);

    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    // Neither owns a thing, so either can go.
    let mut gone = event.clone();
    gone["users"] = json!([user("one", &json!({"state": "absent"}))]);
    let report = function.invoke(&gone).await?.report();
    assert_eq!(said(&report, "one").0, "changed", "{report:#}");
    assert_eq!(owner_of(&world, "first").await?, "shop_owner");
    Ok(())
}

fn both(name: &str) -> (String, String) {
    (name.to_owned(), name.to_owned())
}

#[tokio::test]
async fn a_database_and_its_extensions_are_made_if_the_event_says_so() -> anyhow::Result<()> {
    for version in both_ends() {
        made(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn made(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let mut event = with_mode(event(&[user("app", &json!({"grant_privileges": "SELECT"}))]), "apply");
    event["database_name"] = json!("brand-new");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "database-missing"), "{report:#}");
    event["create_database"] = json!("true");
    event["extensions"] = json!("pg_trgm,citext");
    let plan = function.invoke(&with_mode(event.clone(), "plan")).await?.report();
    assert_eq!(
        steps(&plan, "brand-new"),
        "CREATE DATABASE \"brand-new\" TEMPLATE \"template0\"\nCREATE EXTENSION \"pg_trgm\" SCHEMA \"public\"\n\
         CREATE EXTENSION \"citext\" SCHEMA \"public\"",
        "{plan:#}"
    );
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed"), ["brand-new", "app"], "{report:#}");
    let app = world.log_in_by("app-secret").await?;
    app.batch_execute("SELECT similarity('night', 'shift'), 'A'::citext = 'a'").await?;
    world.server.master("brand-new").await?.batch_execute("CREATE TABLE later (id int)").await?;
    assert!(may(&app, "SELECT * FROM later").await?);
    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");

    // One that only a superuser may make: nobody is made in a database that is not as it was asked for.
    event["extensions"] = json!(["file_fdw"]);
    event["users"] = json!([user("late", &json!({"grant_privileges": "SELECT"}))]);
    let report = function.invoke(&event).await?.report();
    if version.version < 15 {
        // Everybody may put something into the schema public there.
        assert_eq!(said(&report, "late"), ("skipped", "unsafe-schema"), "{report:#}");
    } else {
        assert_eq!(said(&report, "brand-new"), ("failed", "sql-denied"), "{report:#}");
        assert_eq!(said(&report, "late"), ("deferred", "need-failed"));
    }
    Ok(())
}

#[tokio::test]
async fn everything_the_event_does_not_give_goes_if_it_says_all() -> anyhow::Result<()> {
    for version in both_ends() {
        all_taken(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn all_taken(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let mut event = with_mode(event(&[user("app", &json!({"grant_privileges": "SELECT"}))]), "apply");
    function.invoke(&event).await?.report();
    let master = world.server.master("airflow").await?;
    master
        .batch_execute(
            "CREATE SCHEMA other; CREATE TABLE other.old (id int); GRANT USAGE ON SCHEMA other TO app;
             GRANT SELECT ON other.old TO app; CREATE ROLE team; GRANT team TO app;
             ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT INSERT ON TABLES TO app;
             ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO app; CREATE TABLE here (id int);
             GRANT UPDATE (id) ON here TO app",
        )
        .await?;
    event["revoke"] = json!("managed");
    let report = function.invoke(&event).await?.report();
    let notes = item(&report, "app")["dbusers"]["notes"].to_string();
    assert!(notes.contains("DELETE on all tables that master makes in whatever schema"), "{notes}");
    assert!(notes.contains("1 single column"), "{notes}");
    let app = world.log_in_by("app-secret").await?;
    assert!(may(&app, "SELECT * FROM other.old").await?, "what is elsewhere is not managed");
    assert!(!may(&app, "DELETE FROM here").await?);

    event["revoke"] = json!("all");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(!may(&app, "SELECT * FROM other.old").await?);
    master.batch_execute("CREATE TABLE other.new (id int); CREATE TABLE later (id int)").await?;
    assert!(may(&app, "SELECT * FROM later").await? && !may(&app, "DELETE FROM later").await?);
    let member = "SELECT pg_has_role('app', 'team', 'MEMBER')";
    assert!(!master.query_one(member, &[]).await?.get::<_, bool>(0), "nor is it in the team any more");
    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    Ok(())
}

#[tokio::test]
async fn sequences_and_functions_are_given_as_asked_today_and_tomorrow() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let maker = user("maker", &json!({"grant_ddl": true}));
    function.invoke(&with_mode(event(std::slice::from_ref(&maker)), "apply")).await?.report();
    let session = world.log_in_by("maker-secret").await?;
    session
        .batch_execute(
            "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC; CREATE SEQUENCE old_number;
             CREATE FUNCTION old_one() RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE PROCEDURE old_work(a int, b text) LANGUAGE sql AS 'SELECT 1'; CREATE TABLE old (id serial);
             CREATE TYPE public.text AS ENUM ('a'); CREATE DOMAIN kind AS int;
             CREATE FUNCTION old_kind(a public.text, b kind) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        )
        .await?;
    let calls = user(
        "calls",
        &json!({"grantor": "maker", "functions": "EXECUTE", "sequences": ["USAGE"], "grant_privileges": "INSERT"}),
    );
    let bare = user("bare", &json!({"grantor": "maker", "sequences": [], "grant_privileges": "INSERT"}));
    let event = with_mode(event(&[maker, calls, bare]), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(report["counts"]["failed"], 0, "{report:#}");
    session
        .batch_execute(
            "CREATE SEQUENCE new_number; CREATE FUNCTION new_one() RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE TABLE new (id serial)",
        )
        .await?;
    let (calls, bare) = (world.log_in_by("calls-secret").await?, world.log_in_by("bare-secret").await?);
    for statement in [
        "SELECT old_one()",
        "SELECT new_one()",
        "CALL old_work(1, 'x')",
        "SELECT old_kind('a', 1)",
        "SELECT nextval('old_number')",
        "SELECT nextval('new_number')",
        "INSERT INTO old DEFAULT VALUES",
        "INSERT INTO new DEFAULT VALUES",
    ] {
        assert!(may(&calls, statement).await?, "{statement}");
        assert!(!may(&bare, statement).await?, "{statement}");
    }
    assert!(!may(&calls, "SELECT last_value FROM old_number").await?);
    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    Ok(())
}

#[tokio::test]
async fn what_each_of_several_managers_makes_is_open_to_readers() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let of = |name: &str, preset: &str| user(name, &json!({"preset": preset}));
    let event = with_mode(event(&[of("reads", "reader"), of("one", "manager"), of("other", "manager")]), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed"), ["one", "other", "r_reader", "reads"], "{report:#}");
    world.log_in_by("one-secret").await?.batch_execute("CREATE TABLE first (id int)").await?;
    world.log_in_by("other-secret").await?.batch_execute("CREATE TABLE second (id int)").await?;
    let reads = world.log_in_by("reads-secret").await?;
    assert!(may(&reads, "SELECT * FROM first").await? && may(&reads, "SELECT * FROM second").await?);
    assert!(!may(&reads, "DELETE FROM first").await? && !may(&reads, "DELETE FROM second").await?);
    Ok(())
}
