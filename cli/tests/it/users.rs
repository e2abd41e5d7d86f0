//! `users list` and `users show`: by the secrets alone, and with their server asked.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use nightshift_testkit::repository;
use serde_json::Value;

use crate::db_users::{nightshift, policy_of};
use crate::policy_file;

#[tokio::test(flavor = "multi_thread")]
async fn users_are_known_by_their_secrets_and_by_their_server_where_it_is_asked() -> anyhow::Result<()> {
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    let event = repository::root().join("events/db-users/airflow.json").display().to_string();
    let (_folder, policy) = policy_file(&policy_of(&world));
    let policy = policy.display().to_string();
    let ask = ["--event", &event, "--policy", &policy];
    let list = |more: &[&str]| -> Value {
        let (code, out, err) = nightshift(&world, &[&["users", "list", "--output", "json"], more].concat());
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).expect("JSON")
    };
    assert_eq!(list(&[])["users"].as_array().map(Vec::len), Some(0));
    // Nothing is there yet: the event alone knows of them.
    let planned = list(&ask);
    assert_eq!(planned["users"].as_array().map(Vec::len), Some(3), "{planned:#}");
    assert_eq!(
        (&planned["users"][0]["server"]["outcome"], &planned["users"][0]["secret"]),
        (&"planned".into(), &Value::Null)
    );

    let apply = [&["apply", "db-users"], &ask[..], &["--account", &world.scene.account, "--yes"]].concat();
    let (code, _, err) = nightshift(&world, &apply);
    assert_eq!(code, 0, "{err}");
    let calls = world.scene.proxy.calls().len();
    let region = ["--region", "us-east-1"];
    let known = list(&region);
    let names: Vec<_> = known["users"].as_array().into_iter().flatten().map(|user| user["user"].clone()).collect();
    assert_eq!(names, ["airflow-ro-dml", "airflow-rw-ddl", "airflow-rw-dml"]);
    assert!(
        known["users"][0]["server"].is_null() && known["users"][0]["secret"]["function"] == "db-users",
        "{known:#}"
    );
    let read: Vec<_> = world.scene.proxy.calls().into_iter().skip(calls).map(|call| call.action).collect();
    assert!(!read.iter().any(|action| action.contains("GetSecretValue")), "no password is read for a list: {read:?}");
    assert_eq!(list(&[&region[..], &["--match", "*-ro-*"]].concat())["users"].as_array().map(Vec::len), Some(1));

    let asked = list(&ask);
    for user in asked["users"].as_array().into_iter().flatten() {
        assert!(user["server"]["outcome"] == "already_right" && user["secret"]["name"].is_string(), "{user:#}");
    }
    assert_eq!(asked["users"].as_array().map(Vec::len), Some(3), "each is one row: {asked:#}");
    let (code, out, err) = nightshift(&world, &[&["users", "show", "airflow-ro-dml", "nobody"], &region[..]].concat());
    assert_eq!(code, 2, "{out}{err}");
    assert!(out.contains("airflow-ro-dml") && !out.contains("airflow-rw-ddl"), "{out}");
    assert!(err.contains("user nobody: db-users keeps no secret of it in us-east-1"), "{err}");
    let (code, _, err) = nightshift(&world, &["users", "list", "--policy", &policy]);
    assert!(code == 1 && err.contains("which takes an event"), "{err}");

    // An account is adopted for db-users by one event.
    let (code, out, err) = nightshift(&world, &[&["adopt", "db-users"], &ask[..]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("db-users · account ") && out.contains("nightshift plan db-users --event FILE"), "{out}");
    Ok(())
}
