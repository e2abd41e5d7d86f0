//! What changes behind the function's back: the master's password, and the passwords of users that are rotated.

use std::net::SocketAddr;

use aws_sdk_secretsmanager::Client;
use nightshift_testkit::Rotation;
use nightshift_testkit::database::{DatabaseWorld, world};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::world::{any, may, one_user, start, with_mode};
use crate::{FUNCTION, ids, item, said, writes};

/// Leads to `server`; at the first connection the master's secret gets `password`, as RDS does when it rotates.
async fn gate(server: SocketAddr, secrets: Client, password: &'static str) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((mut client, _)) = listener.accept().await {
            if std::mem::take(&mut first) {
                put_password(&secrets, world::MASTER_SECRET, password).await.expect("the secret is there");
            }
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    Ok(address)
}

async fn put_password(secrets: &Client, name: &str, password: &str) -> anyhow::Result<()> {
    let found = secrets.get_secret_value().secret_id(name).send().await?;
    let mut value: Value = serde_json::from_str(found.secret_string().unwrap_or_default())?;
    value["password"] = json!(password);
    secrets.put_secret_value().secret_id(name).secret_string(value.to_string()).send().await?;
    Ok(())
}

#[tokio::test]
async fn a_master_password_that_was_rotated_meanwhile_is_read_again_and_only_once() -> anyhow::Result<()> {
    let world = any().await?;
    world.server.admin("postgres").await?.batch_execute("ALTER ROLE master PASSWORD 'the-next'").await?;
    let through = gate(world.server.address(), world.secrets.clone(), "the-next").await?.to_string();
    let policy = [("NIGHTSHIFT_DB_ADDRESS", through.as_str())];
    let report = world.start(FUNCTION, &policy)?.invoke(&one_user("app", "SELECT")).await?.report();
    assert_eq!(said(&report, "app").0, "planned", "{report:#}");
    assert_eq!(report["calls"]["secretsmanager:GetSecretValue"], 2, "{report:#}");

    put_password(&world.secrets, world::MASTER_SECRET, "an-old-one").await?;
    let through = gate(world.server.address(), world.secrets.clone(), "still-wrong").await?.to_string();
    let policy = [("NIGHTSHIFT_DB_ADDRESS", through.as_str())];
    let (kind, message) = world.start(FUNCTION, &policy)?.invoke(&one_user("app", "SELECT")).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    assert!(message.contains("28P01") && !message.contains("still-wrong"), "{message}");
    let refused = world.server.log()?.matches("password authentication failed for user \"master\"").count();
    assert_eq!(refused, 3, "one before it was read again; then two, and no third that would lock an account");
    Ok(())
}

/// The second of a pair as AWS's rotation makes it: a member of the first, current in the secret.
async fn rotate(world: &DatabaseWorld) -> anyhow::Result<()> {
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE ROLE app_clone LOGIN PASSWORD 'of-the-clone'; GRANT app TO app_clone").await?;
    let mut value = world.secret("app-secret").await?;
    (value["username"], value["password"]) = (json!("app_clone"), json!("of-the-clone"));
    world.secrets.put_secret_value().secret_id("app-secret").secret_string(value.to_string()).send().await?;
    Ok(())
}

#[tokio::test]
async fn of_a_rotated_pair_neither_password_is_touched_and_both_have_what_the_event_gives() -> anyhow::Result<()> {
    let world = any().await?;
    world.scene.function_in("us-east-1", "rotate", &[]).await?;
    let arn = format!("arn:aws:lambda:us-east-1:{}:function:rotate", world.scene.account);
    world.server.master("airflow").await?.batch_execute("CREATE TABLE task (id int)").await?;
    let mut event = with_mode(one_user("app", "SELECT"), "apply");
    event["users"][0]["rotation"] = json!({"strategy": "multi", "lambda_arn": arn, "schedule": "cron(0 4 1 * ? *)"});
    let mut function = start(&world)?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let master = world.secrets.describe_secret().secret_id(world::MASTER_SECRET).send().await?;
    let value = world.secret("app-secret").await?;
    assert_eq!(value["masterarn"].as_str(), master.arn(), "what the rotation of pairs works with");
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    let schedule = described.rotation_rules().and_then(|rules| rules.schedule_expression());
    assert_eq!((described.rotation_enabled(), schedule), (Some(true), Some("cron(0 4 1 * ? *)")));
    let first = value["password"].as_str().unwrap_or_default().to_owned();

    rotate(&world).await?;
    let again = function.invoke(&event).await?.report();
    assert_eq!((said(&again, "app").0, writes(&again)), ("already_right", Vec::new()), "{again:#}");
    event["users"][0]["grant_privileges"] = json!("SELECT,INSERT");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(writes(&report), Vec::<String>::new(), "privileges need no secret");
    for session in [world.log_in_by("app-secret").await?, world.log_in_by_name("app", &first).await?] {
        assert!(may(&session, "INSERT INTO task VALUES (1)").await? && !may(&session, "DELETE FROM task").await?);
    }
    // The one in use is refused: nobody but its rotation may put that right.
    world.server.master("airflow").await?.batch_execute("ALTER ROLE app_clone PASSWORD 'another'").await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "alternate-refused"), "{report:#}");

    let mut gone = event.clone();
    gone["users"] = json!([{"db_user": "app", "user_secret_name": "app-secret", "state": "absent"}]);
    let report = function.invoke(&gone).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "has-clone"), "{report:#}");
    gone["users"] = json!([
        {"db_user": "app", "user_secret_name": "app-secret", "state": "absent"},
        {"db_user": "app_clone", "state": "absent"},
    ]);
    let report = function.invoke(&gone).await?.report();
    assert_eq!(ids(&report, "changed"), ["app", "app_clone"], "{report:#}");
    let steps = item(&report, "app")["steps"].to_string();
    assert!(steps.contains("ended the rotation") && steps.contains("deleted secret"), "{steps}");
    Ok(())
}

/// A rotation that got so far and no further, which the event then ends.
#[tokio::test]
async fn a_rotation_that_ends_half_way_leaves_the_password_that_the_server_takes() -> anyhow::Result<()> {
    let world = any().await?;
    world.scene.function_in("us-east-1", "rotate", &[]).await?;
    let arn = format!("arn:aws:lambda:us-east-1:{}:function:rotate", world.scene.account);
    let mut on = with_mode(one_user("app", "SELECT"), "apply");
    on["users"][0]["rotation"] = json!({"lambda_arn": arn, "schedule": "rate(10 days)"});
    let mut off = on.clone();
    off["users"][0]["rotation"] = json!("none");
    let mut function = start(&world)?;
    let master = world.server.master("postgres").await?;
    let labels = async || anyhow::Ok(world.versions("app-secret").await?.into_values().flatten().collect::<Vec<_>>());
    // Nothing was written yet; it was written; the server has it.
    for (written, set) in [(false, false), (true, false), (true, true)] {
        function.invoke(&on).await?.report();
        let before = world.secret("app-secret").await?["password"].clone();
        let rotation = Rotation::begin(&world, "app-secret").await?;
        let mut value = world.secret("app-secret").await?;
        value["password"] = json!("the-coming-one");
        if written {
            let put = world.secrets.put_secret_value().secret_id("app-secret").client_request_token(&rotation.token);
            put.secret_string(value.to_string()).version_stages("AWSPENDING").send().await?;
        }
        if set {
            master.batch_execute("ALTER ROLE app PASSWORD 'the-coming-one'").await?;
        }
        let report = function.invoke(&off).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{report:#}");
        let first = writes(&report).into_iter().next();
        assert_eq!(first.as_deref(), Some("secretsmanager:CancelRotateSecret"), "before anything is decided by it");
        let expected = if set { json!("the-coming-one") } else { before };
        assert_eq!(world.secret("app-secret").await?["password"], expected);
        assert!(!labels().await?.contains(&"AWSPENDING".to_owned()), "{report:#}");
        world.log_in_by("app-secret").await?;
        assert_eq!(said(&function.invoke(&off).await?.report(), "app").0, "already_right");
    }
    // Neither is taken: nobody knows what the rotation has still to say.
    function.invoke(&on).await?.report();
    Rotation::begin(&world, "app-secret").await?;
    master.batch_execute("ALTER ROLE app PASSWORD 'nobody knows'").await?;
    let report = function.invoke(&off).await?.report();
    assert_eq!((said(&report, "app"), writes(&report)), (("failed", "neither-works"), Vec::new()), "{report:#}");
    assert!(labels().await?.contains(&"AWSPENDING".to_owned()));
    // Whoever cancels it by hand has it mended.
    world.secrets.cancel_rotate_secret().secret_id("app-secret").send().await?;
    assert_eq!(said(&function.invoke(&off).await?.report(), "app").0, "changed");
    world.log_in_by("app-secret").await?;
    Ok(())
}
