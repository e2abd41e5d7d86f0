//! The event this function was first made for, unchanged: three users, one of whom makes the tables.

use nightshift_testkit::database::{DatabaseWorld, Installation, postgres};

use crate::world::{airflow, any, may, start, with_mode};
use crate::{ids, steps, writes};

const USERS: [&str; 3] = ["airflow-rw-ddl", "airflow-rw-dml", "airflow-ro-dml"];
const SECRETS: [&str; 3] = [
    "dp-sec-db-ue1-af-activation-af_rw_ddl-dev",
    "dp-sec-db-ue1-af-activation-af_rw-dev",
    "dp-sec-db-ue1-af-activation-af_ro-dev",
];

#[tokio::test]
async fn the_plan_is_the_sql_to_the_letter_and_changes_nothing() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let report = function.invoke(&airflow()).await?.report();
    assert_eq!(ids(&report, "planned"), USERS, "{report:#}");
    assert_eq!(writes(&report), Vec::<String>::new());
    insta::assert_snapshot!(steps(&report, "airflow-rw-ddl"), @r#"
    create secret dp-sec-db-ue1-af-activation-af_rw_ddl-dev encrypted with xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx with a new password
    CREATE ROLE "airflow-rw-ddl" LOGIN PASSWORD '********'
    GRANT CONNECT, TEMPORARY, CREATE ON DATABASE "airflow" TO "airflow-rw-ddl"
    GRANT USAGE, CREATE ON SCHEMA "public" TO "airflow-rw-ddl"
    ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "public" GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO "airflow-rw-ddl"
    ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "public" GRANT USAGE, SELECT ON SEQUENCES TO "airflow-rw-ddl"
    log in as airflow-rw-ddl
    "#);
    insta::assert_snapshot!(steps(&report, "airflow-ro-dml"), @r#"
    create secret dp-sec-db-ue1-af-activation-af_ro-dev encrypted with xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx with a new password
    CREATE ROLE "airflow-ro-dml" LOGIN PASSWORD '********'
    GRANT "airflow-rw-ddl" TO "master" WITH INHERIT TRUE, SET TRUE
    GRANT CONNECT ON DATABASE "airflow" TO "airflow-ro-dml"
    GRANT USAGE ON SCHEMA "public" TO "airflow-ro-dml"
    ALTER DEFAULT PRIVILEGES FOR ROLE "airflow-rw-ddl" IN SCHEMA "public" GRANT SELECT ON TABLES TO "airflow-ro-dml"
    ALTER DEFAULT PRIVILEGES FOR ROLE "airflow-rw-ddl" IN SCHEMA "public" GRANT SELECT ON SEQUENCES TO "airflow-ro-dml"
    REVOKE "airflow-rw-ddl" FROM "master"
    log in as airflow-ro-dml
    "#);
    let roles = world
        .server
        .master("postgres")
        .await?
        .query("SELECT 1 FROM pg_roles WHERE rolname LIKE 'airflow%'", &[])
        .await?;
    assert!(roles.is_empty());
    assert!(world.secret(SECRETS[0]).await.is_err());
    Ok(())
}

#[tokio::test]
async fn each_version_gets_three_users_who_may_do_what_is_asked_and_no_more() -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for version in postgres::VERSIONS {
        match Installation::find(version) {
            Some(installation) => {
                whole_story(&installation).await.map_err(|error| error.context(format!("version {version}")))?;
            }
            None => missing.push(version),
        }
    }
    assert!(missing.len() < postgres::VERSIONS.len(), "no PostgreSQL at all: run `cargo xtask setup`");
    Ok(())
}

async fn whole_story(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let plan = function.invoke(&airflow()).await?.report();
    let applied = function.invoke(&with_mode(airflow(), "apply")).await?.report();
    assert_eq!(ids(&applied, "changed"), USERS, "{applied:#}");
    assert_eq!(applied["plan_digest"], plan["plan_digest"]);

    let (ddl, rw, ro) =
        (world.log_in_by(SECRETS[0]).await?, world.log_in_by(SECRETS[1]).await?, world.log_in_by(SECRETS[2]).await?);
    // Made after the fact: tomorrow's objects, a serial column among them.
    assert!(may(&ddl, "CREATE TABLE public.task (id serial PRIMARY KEY, name text)").await?);
    assert!(may(&ddl, "CREATE SCHEMA own").await?);
    for (statement, rw_may, ro_may) in [
        ("INSERT INTO public.task (name) VALUES ('a')", true, false),
        ("SELECT * FROM public.task", true, true),
        ("SELECT last_value FROM public.task_id_seq", true, true),
        ("UPDATE public.task SET name = 'b'", true, false),
        ("DELETE FROM public.task", true, false),
        ("TRUNCATE public.task", false, false),
        ("CREATE TABLE own.x ()", false, false),
    ] {
        assert_eq!(may(&rw, statement).await?, rw_may, "rw: {statement}");
        assert_eq!(may(&ro, statement).await?, ro_may, "ro: {statement}");
    }
    if version.version >= 15 {
        assert!(!may(&rw, "CREATE TABLE public.y ()").await?);
    }
    let versions = world.versions(SECRETS[0]).await?;

    let again = function.invoke(&with_mode(airflow(), "apply")).await?.report();
    assert_eq!(ids(&again, "already_right"), USERS, "{again:#}");
    assert_eq!(writes(&again), Vec::<String>::new());
    assert_eq!(world.versions(SECRETS[0]).await?, versions, "no new version of a secret that is right");

    let (log, said) = (world.server.log()?, function.into_output());
    for secret in SECRETS {
        let password = world.secret(secret).await?["password"].as_str().unwrap_or_default().to_owned();
        assert_eq!(password.len(), 32);
        assert!(!log.contains(&password), "a password is in the server's log");
        assert!(!said.contains(&password), "a password is in the function's log");
    }
    assert!(log.contains("SCRAM-SHA-256$4096:"), "the log was to hold the statements");
    Ok(())
}

#[tokio::test]
async fn every_sample_event_is_one_the_function_takes() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let events = nightshift_testkit::repository::events("db-users")?;
    assert!(events.len() >= 3);
    for path in events {
        let mut event: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        if event["db_engine"] != "postgres" && event["db_engine"] != "aurora-postgresql" {
            // The server here is another one; what counts is that the event is read, down to the master's secret.
            event["secret_name"] = "no-such-secret".into();
            let (kind, message) = function.invoke(&event).await?.fault();
            assert_eq!(kind, "EventRefused", "{message}");
            assert!(message.contains("no-such-secret is not there"), "{message}");
            continue;
        }
        let report = function.invoke(&event).await?.report();
        assert_eq!(report["function"], "db-users", "{}", path.display());
        assert_eq!(report["counts"]["failed"], 0, "{report:#}");
    }
    Ok(())
}
