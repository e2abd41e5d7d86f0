//! Small helpers over the testkit's database world.

use nightshift_testkit::FunctionProcess;
use nightshift_testkit::database::{DatabaseWorld, Installation, postgres};
use serde_json::Value;

use crate::FUNCTION;

/// A world with some version of the server.
pub(crate) async fn any() -> anyhow::Result<DatabaseWorld> {
    DatabaseWorld::new(&Installation::any()?).await
}

/// Every version that is here.
pub(crate) fn every() -> Vec<Installation> {
    let here: Vec<_> = postgres::VERSIONS.into_iter().filter_map(Installation::find).collect();
    assert!(!here.is_empty(), "no PostgreSQL at all: run `cargo xtask setup`");
    here
}

/// The oldest and the newest version that are here: between them lies what differs.
pub(crate) fn ends() -> Vec<Installation> {
    let every = every();
    let ends = [every.first(), every.last()];
    ends.into_iter().flatten().cloned().collect()
}

/// A user whose secret is named after it.
pub(crate) fn user(name: &str, more: &Value) -> Value {
    let mut user = serde_json::json!({"db_user": name, "user_secret_name": format!("{name}-secret")});
    for (key, value) in more.as_object().into_iter().flatten() {
        user[key] = value.clone();
    }
    user
}

/// The function there, allowed to apply.
pub(crate) fn start(world: &DatabaseWorld) -> anyhow::Result<FunctionProcess> {
    world.start(FUNCTION, &[])
}

/// The event of the pipeline this function was first made for, exactly as that writes it.
pub(crate) fn airflow() -> Value {
    serde_json::from_str(include_str!("../../../../events/db-users/airflow.json")).expect("it is JSON")
}

/// `event` with `mode` in it.
pub(crate) fn with_mode(mut event: Value, mode: &str) -> Value {
    event["mode"] = mode.into();
    event
}

/// Whether `statement` is allowed to whoever `client` is; anything but a denial is an error.
pub(crate) async fn may(client: &nightshift_testkit::database::Client, statement: &str) -> anyhow::Result<bool> {
    match client.batch_execute(statement).await {
        Ok(()) => Ok(true),
        Err(error) if error.code().is_some_and(|code| code.code() == "42501") => Ok(false),
        Err(error) => Err(anyhow::anyhow!("{statement}: {:?}", error.as_db_error())),
    }
}

/// An event about the world's database with these users.
pub(crate) fn event(users: &[Value]) -> Value {
    let mut event = airflow();
    event["users"] = users.to_vec().into();
    event.as_object_mut().and_then(|event| event.remove("kms_key_id"));
    event
}

/// An event with one user, whose secret is named after it.
pub(crate) fn one_user(name: &str, privileges: &str) -> Value {
    event(&[serde_json::json!({
        "db_user": name, "user_secret_name": format!("{name}-secret"), "grant_privileges": privileges,
    })])
}
