//! What happens to users over time: drift, privileges taken back, groups, and the end.

use nightshift_testkit::database::{Installation, postgres};
use serde_json::{Value, json};

use crate::world::{any, event, may, one_user, start, with_mode};
use crate::{ids, item, said, steps, writes};

#[tokio::test]
async fn what_was_changed_by_hand_is_found_and_mended() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let event = with_mode(one_user("app", "SELECT,INSERT"), "apply");
    assert_eq!(ids(&function.invoke(&event).await?.report(), "changed"), ["app"]);
    let versions = world.versions("app-secret").await?;
    let master = world.server.master("airflow").await?;
    master
        .batch_execute(
            "CREATE TABLE task (id int); REVOKE INSERT ON task FROM app; REVOKE CONNECT ON DATABASE airflow FROM app;
             ALTER ROLE app PASSWORD 'changed-by-hand'",
        )
        .await?;
    let drift = function.invoke(&with_mode(event.clone(), "plan")).await?.report();
    insta::assert_snapshot!(steps(&drift, "app"), @r#"
    ALTER ROLE "app" PASSWORD '********'
    GRANT CONNECT ON DATABASE "airflow" TO "app"
    GRANT SELECT, INSERT ON TABLE "public".task TO "app"
    log in as app
    "#);
    let mended = function.invoke(&event).await?.report();
    assert_eq!(said(&mended, "app"), ("changed", ""), "{mended:#}");
    let app = world.log_in_by("app-secret").await?;
    assert!(may(&app, "INSERT INTO task VALUES (1)").await?);
    assert_eq!(world.versions("app-secret").await?, versions, "the stored password was right all along");
    assert_eq!(ids(&function.invoke(&event).await?.report(), "already_right"), ["app"]);
    // Of one that cannot log in nobody knows but that its secret was deleted because it leaked, and has just come back.
    master.batch_execute("ALTER ROLE app NOLOGIN").await?;
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "changed");
    world.log_in_by("app-secret").await?;
    assert_ne!(world.versions("app-secret").await?, versions);
    Ok(())
}

#[tokio::test]
async fn what_the_event_no_longer_gives_goes_only_if_it_says_so() -> anyhow::Result<()> {
    let mut seen = 0;
    for version in postgres::VERSIONS {
        let Some(installation) = Installation::find(version) else { continue };
        taken_back(&installation).await.map_err(|error| error.context(format!("version {version}")))?;
        seen += 1;
    }
    assert!(seen > 0, "no PostgreSQL at all: run `cargo xtask setup`");
    Ok(())
}

async fn taken_back(version: &Installation) -> anyhow::Result<()> {
    let world = nightshift_testkit::database::DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let users = |privileges: &str, ddl: bool| {
        let maker = json!({"db_user": "maker", "user_secret_name": "maker-secret", "grant_ddl": true});
        let app = json!({
            "db_user": "app", "user_secret_name": "app-secret", "grant_ddl": ddl, "grantor": "maker",
            "grant_privileges": privileges,
        });
        with_mode(event(&[maker, app]), "apply")
    };
    function.invoke(&users("SELECT,INSERT,UPDATE", true)).await?.report();
    let maker = world.log_in_by("maker-secret").await?;
    maker.batch_execute("CREATE TABLE task (id serial); INSERT INTO task DEFAULT VALUES").await?;
    // Somebody else's grant, which the master cannot take back.
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("CREATE TABLE hers (id int); GRANT SELECT, DELETE ON hers TO app").await?;

    let fewer = users("SELECT", false);
    let kept = function.invoke(&fewer).await?.report();
    assert_eq!(said(&kept, "app").0, "already_right", "{kept:#}");

    let mut taking = fewer.clone();
    taking["revoke"] = json!("managed");
    let taken = function.invoke(&taking).await?.report();
    assert_eq!(said(&taken, "app").0, "changed", "{taken:#}");
    let app = world.log_in_by("app-secret").await?;
    assert!(may(&app, "SELECT * FROM task").await?);
    assert!(!may(&app, "INSERT INTO task DEFAULT VALUES").await?);
    assert!(!may(&app, "CREATE SCHEMA nope").await?);
    assert!(may(&app, "SELECT * FROM hers").await?, "a stranger's grant stays");
    maker.batch_execute("CREATE TABLE later (id serial)").await?;
    assert!(may(&app, "SELECT * FROM later").await? && !may(&app, "INSERT INTO later DEFAULT VALUES").await?);
    let notes = item(&taken, "app")["dbusers"]["notes"].to_string();
    assert!(notes.contains("foreign-grant"), "{notes}");
    let again = function.invoke(&taking).await?.report();
    assert_eq!(ids(&again, "changed"), Vec::<&str>::new(), "{again:#}");
    Ok(())
}

#[tokio::test]
async fn presets_open_todays_tables_and_tomorrows_to_groups() -> anyhow::Result<()> {
    let world = any().await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE old (id int)").await?;
    let user = |name: &str, preset: &str| json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "preset": preset, "schemas": "public,shop"});
    let event = event(&[user("reads", "reader"), user("writes", "writer"), user("makes", "manager")]);
    let event = with_mode(event, "apply");
    let mut function = start(&world)?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed"), ["airflow", "makes", "r_reader", "reads", "r_writer", "writes"], "{report:#}");
    let makes = world.log_in_by("makes-secret").await?;
    makes.batch_execute("CREATE TABLE shop.later (id serial)").await?;
    let (reads, writes_) = (world.log_in_by("reads-secret").await?, world.log_in_by("writes-secret").await?);
    for (statement, reader, writer) in [
        ("SELECT * FROM old", true, true),
        ("INSERT INTO old VALUES (1)", false, true),
        ("SELECT * FROM shop.later", true, true),
        ("INSERT INTO shop.later DEFAULT VALUES", false, true),
        ("CREATE TABLE shop.own (id int)", false, false),
    ] {
        assert_eq!((may(&reads, statement).await?, may(&writes_, statement).await?), (reader, writer), "{statement}");
    }
    let again = function.invoke(&event).await?.report();
    assert_eq!(ids(&again, "changed"), Vec::<&str>::new(), "{again:#}");
    assert_eq!(writes(&again), Vec::<String>::new());
    Ok(())
}

fn absent(name: &str, heir: Option<&str>) -> Value {
    let mut user = json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "state": "absent"});
    if let Some(heir) = heir {
        user["reassign_to"] = heir.into();
    }
    user
}

#[tokio::test]
async fn a_user_goes_with_nothing_it_owns() -> anyhow::Result<()> {
    let mut seen = 0;
    for version in postgres::VERSIONS {
        let Some(installation) = Installation::find(version) else { continue };
        dropped(&installation).await.map_err(|error| error.context(format!("version {version}")))?;
        seen += 1;
    }
    assert!(seen > 0, "no PostgreSQL at all: run `cargo xtask setup`");
    Ok(())
}

async fn dropped(version: &Installation) -> anyhow::Result<()> {
    let world = nightshift_testkit::database::DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let maker = json!({"db_user": "maker", "user_secret_name": "maker-secret", "grant_ddl": true});
    let app =
        json!({"db_user": "app", "user_secret_name": "app-secret", "grantor": "maker", "grant_privileges": "SELECT"});
    function.invoke(&with_mode(event(&[maker, app.clone()]), "apply")).await?.report();
    let maker = world.log_in_by("maker-secret").await?;
    maker.batch_execute("CREATE TABLE task (id serial); CREATE SCHEMA own").await?;
    // It holds something in another database, too.
    let master = world.server.master("postgres").await?;
    master.batch_execute("CREATE DATABASE other").await?;
    master.batch_execute("GRANT CREATE ON DATABASE other TO maker").await?;
    let elsewhere = world.server.master("other").await?;
    let other = if version.version < 15 {
        "GRANT USAGE ON SCHEMA public TO maker"
    } else {
        "CREATE TABLE x (id int); GRANT SELECT ON x TO maker"
    };
    let _ = elsewhere.batch_execute(other).await;
    drop(elsewhere);

    let refused = function.invoke(&with_mode(event(&[absent("maker", None)]), "apply")).await?.report();
    assert_eq!(said(&refused, "maker"), ("skipped", "owns-objects"), "{refused:#}");
    assert!(item(&refused, "maker")["reason"]["message"].as_str().unwrap_or_default().contains("database airflow"));
    assert!(world.log_in_by("maker-secret").await.is_ok());

    let heir = json!({"db_user": "app", "user_secret_name": "app-secret", "grant_privileges": "SELECT"});
    let event = with_mode(event(&[absent("maker", Some("app")), heir]), "apply");
    let gone = function.invoke(&event).await?.report();
    assert_eq!(said(&gone, "maker").0, "changed", "{gone:#}");
    assert!(maker.batch_execute("SELECT 1").await.is_err(), "its sessions were ended");
    let owners = world.server.master("airflow").await?;
    let owner: String =
        owners.query_one("SELECT tableowner::text FROM pg_tables WHERE tablename = 'task'", &[]).await?.get(0);
    assert_eq!(owner, "app", "what it owned is its heir's");
    let left = owners.query("SELECT 1 FROM pg_roles WHERE rolname = 'maker'", &[]).await?;
    assert!(left.is_empty());
    let secret = world.secrets.describe_secret().secret_id("maker-secret").send().await?;
    assert!(secret.deleted_date().is_some(), "and its secret can still be had back");
    Ok(())
}

#[tokio::test]
async fn a_second_absence_is_nothing_and_each_return_brings_a_new_password() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let come = with_mode(one_user("app", "SELECT"), "apply");
    let go = with_mode(event(&[absent("app", None)]), "apply");
    function.invoke(&come).await?.report();
    let mut passwords = vec![world.secret("app-secret").await?["password"].to_string()];
    for time in ["first", "second", "third"] {
        let gone = function.invoke(&go).await?.report();
        assert_eq!(said(&gone, "app").0, "changed", "{time}: {gone:#}");
        let again = function.invoke(&go).await?.report();
        assert_eq!(said(&again, "app"), ("already_right", "gone"), "{time}: {again:#}");
        let back = function.invoke(&come).await?.report();
        assert_eq!(said(&back, "app").0, "changed", "{time}: {back:#}");
        let password = world.secret("app-secret").await?["password"].to_string();
        assert!(!passwords.contains(&password), "{time}: what was deleted came back");
        passwords.push(password);
        world.log_in_by("app-secret").await?;
        assert_eq!(ids(&function.invoke(&come).await?.report(), "already_right"), ["app"], "{time}");
    }
    Ok(())
}

#[tokio::test]
async fn more_drops_than_the_cap_are_none() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = world.start(crate::FUNCTION, &[("NIGHTSHIFT_MAX_DELETIONS", "1")])?;
    let two = [one_user("a", "SELECT"), one_user("b", "SELECT")].map(|event| event["users"][0].clone());
    function.invoke(&with_mode(event(&two), "apply")).await?.report();
    let report = function.invoke(&with_mode(event(&[absent("a", None), absent("b", None)]), "apply")).await?.report();
    assert_eq!(report["tripped"]["guard"], "max_deletions", "{report:#}");
    assert_eq!(ids(&report, "planned"), ["a", "b"]);
    world.log_in_by("a-secret").await?;
    Ok(())
}
