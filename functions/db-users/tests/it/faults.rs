//! What a user sees when the event or the way to the server is wrong: the exact words, and nothing done.

use nightshift_testkit::database::DatabaseWorld;
use serde_json::{Value, json};

use crate::world::{airflow, any, one_user, with_mode};
use crate::{FUNCTION, said};

async fn fault(world: &DatabaseWorld, policy: &[(&str, &str)], event: &Value) -> anyhow::Result<(String, String)> {
    Ok(world.start(FUNCTION, policy)?.invoke(event).await?.fault())
}

#[tokio::test]
async fn the_masters_password_goes_only_to_its_own_server() -> anyhow::Result<()> {
    let world = any().await?;
    let mut stolen = airflow();
    stolen["rds_host"] = json!("collector.example.org");
    let (kind, message) = fault(&world, &[], &stolen).await?;
    assert_eq!(kind, "EventRefused");
    insta::assert_snapshot!(message, @"the event is refused and nothing was done: the master secret dp-sec-db-ue1-af-activation-master_user-dev is not that of the server collector.example.org: it names dp-db-ue1-af-activation-dev.cluster-xxxxxxxxxxxx.us-east-1.rds.amazonaws.com, and RDS knows no such endpoint of its server; the master's password was sent nowhere");
    assert!(!world.server.log()?.contains("application_name=nightshift"));
    Ok(())
}

#[tokio::test]
async fn an_endpoint_rds_knows_is_as_good_as_the_secrets_own() -> anyhow::Result<()> {
    let world = any().await?;
    let host = world.cluster_endpoint().await?;
    let mut event = one_user("app", "SELECT");
    event["rds_host"] = json!(host);
    event["tls_server_name"] = json!("localhost");
    let report = world.start(FUNCTION, &[])?.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "planned", "{report:#}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_is_not_spoken_to() -> anyhow::Result<()> {
    let world = any().await?;
    let (kind, message) = fault(&world, &[("NIGHTSHIFT_DB_CA_FILE", "")], &airflow()).await?;
    assert_eq!(kind, "ObservationFailed");
    assert!(message.contains("logging in as the master user") && message.contains("UnknownIssuer"), "{message}");
    let mut event = airflow();
    event["tls_server_name"] = json!("another.example");
    let (_, message) = fault(&world, &[], &event).await?;
    assert!(message.contains("not valid for name"), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_master_password_is_named_and_not_shown() -> anyhow::Result<()> {
    let world = any().await?;
    world.server.admin("postgres").await?.batch_execute("ALTER ROLE master PASSWORD 'another'").await?;
    let (kind, message) = fault(&world, &[], &airflow()).await?;
    assert_eq!(kind, "ObservationFailed");
    insta::assert_snapshot!(message, @r#"nothing could be observed, so nothing was done: logging in as the master user; check the user's password, and pg_hba or the host part of the account: logging in to dp-db-ue1-af-activation-dev.cluster-xxxxxxxxxxxx.us-east-1.rds.amazonaws.com:5432/postgres as master did not succeed: 28P01: password authentication failed for user "master""#);
    Ok(())
}

#[tokio::test]
async fn every_fault_of_an_event_is_said_at_once() -> anyhow::Result<()> {
    let world = any().await?;
    let event = json!({
        "secret_name": "m", "database_name": "d", "rds_host": "h", "db_engine": "oracle", "user": [],
        "users": [
            {"db_user": "pg_x", "user_secret_name": "a", "grant_privileges": "SELECT,FLY", "grant_dll": "true"},
            {"db_user": "b", "grantor": "b", "schemas": "public,,x"},
        ],
    });
    let (kind, message) = fault(&world, &[], &event).await?;
    assert_eq!(kind, "EventRefused");
    insta::assert_snapshot!(message.replace("; ", ";\n"), @"
    the event is refused and nothing was done: 'db_engine' must be one of postgres, postgresql, aurora-postgresql, mysql, aurora-mysql, mariadb, found 'oracle';
    user 'pg_x': 'grant_privileges': 'FLY' is not a privilege here (known: SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN, ALL);
    user 'pg_x': 'db_user': the name is reserved for the server and RDS;
    user 'pg_x': unknown key 'grant_dll', did you mean 'grant_ddl'? (known: db_user, preset, user_secret_name, state, auth, grant_ddl, grant_privileges, sequences, functions, grantor, schemas, host, owner_role, reassign_to, rotation);
    user 'b': 'schemas' has an empty entry;
    user 'b': a user cannot be its own grantor, owner or heir;
    user 'b': 'user_secret_name' is missing: the secret its password is kept in;
    unknown key 'user', did you mean 'users'? (known: mode, expect_plan, db_engine, secret_name, database_name, rds_host, port, tls_server_name, region, kms_key_id, revoke, create_database, extensions, migrate_presets, fail_unless_done, tf, users)
    ");
    let (_, message) = fault(&world, &[], &json!({})).await?;
    insta::assert_snapshot!(message.replace("; ", ";\n"), @"
    the event is refused and nothing was done: 'db_engine' is missing;
    'secret_name' is missing;
    'database_name' is missing;
    'rds_host' is missing;
    'users' is missing: a list of objects, each with at least 'db_user'
    ");
    Ok(())
}

#[tokio::test]
async fn the_ceiling_holds_here_too() -> anyhow::Result<()> {
    let world = any().await?;
    let (kind, _) = fault(&world, &[("NIGHTSHIFT_MODE", "plan")], &with_mode(airflow(), "apply")).await?;
    assert_eq!(kind, "ModeRefused");
    Ok(())
}

#[tokio::test]
async fn protected_users_the_master_and_strong_roles_are_left_alone() -> anyhow::Result<()> {
    let world = any().await?;
    world
        .server
        .admin("postgres")
        .await?
        .batch_execute("CREATE ROLE strong LOGIN CREATEROLE; CREATE ROLE super SUPERUSER")
        .await?;
    let users = ["strong", "super", "master", "keep-me"].map(|name| one_user(name, "SELECT")["users"][0].clone());
    let event = with_mode(crate::world::event(&users), "apply");
    let report = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "keep-*")])?.invoke(&event).await?.report();
    for (user, code) in
        [("strong", "privileged-role"), ("super", "privileged-role"), ("master", "master"), ("keep-me", "protected")]
    {
        assert_eq!(said(&report, user), ("skipped", code), "{report:#}");
    }
    Ok(())
}
