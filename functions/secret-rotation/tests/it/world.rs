//! A server with one login, and its secret.

use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::world::{HOST, REGION};
use nightshift_testkit::database::{DatabaseWorld, Flavour, Installation, MysqlWorld, postgres};
use nightshift_testkit::{Answer, FunctionProcess, Rotation};
use serde_json::{Value, json};

use crate::FUNCTION;

/// The secret of the login.
pub(crate) const SECRET: &str = "app-secret";
/// Its first password.
pub(crate) const FIRST: &str = "the-first-password";

/// Every version that is here.
pub(crate) fn every() -> Vec<Installation> {
    let here: Vec<_> = postgres::VERSIONS.into_iter().filter_map(Installation::find).collect();
    assert!(!here.is_empty(), "no PostgreSQL at all: run `cargo xtask setup`");
    here
}

/// `MariaDB` and `MySQL`, as far as they are here.
pub(crate) fn others() -> impl Iterator<Item = Program> {
    [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find)
}

/// What stands in the secret, with a key that is not ours and a port that is a text.
pub(crate) fn value(engine: &str, database: &str) -> Value {
    json!({
        "engine": engine, "host": HOST, "port": "5432", "username": "app", "password": FIRST, "dbname": database,
        "proxyHost": "proxy.example",
    })
}

/// Some version of `PostgreSQL`.
pub(crate) async fn any() -> anyhow::Result<DatabaseWorld> {
    on(&Installation::any()?).await
}

/// That version.
pub(crate) async fn on(version: &Installation) -> anyhow::Result<DatabaseWorld> {
    let world = DatabaseWorld::new(version).await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute(&format!("CREATE ROLE app LOGIN PASSWORD '{FIRST}'; CREATE TABLE task (id int)")).await?;
    world.put(SECRET, &value("aurora-postgresql", "airflow")).await?;
    Ok(world)
}

/// `MariaDB` or `MySQL`.
pub(crate) async fn on_other(program: &Program) -> anyhow::Result<MysqlWorld> {
    let world = MysqlWorld::new(program).await?;
    world
        .server
        .admin(&[
            &format!("CREATE USER app@'%' IDENTIFIED BY '{FIRST}'"),
            "GRANT SELECT ON `my\\_shop`.* TO app@'%'",
            "CREATE TABLE my_shop.task (id int)",
        ])
        .await?;
    world.put(SECRET, &value(program.flavour.engine(), "my_shop")).await?;
    Ok(world)
}

/// The function there.
pub(crate) fn start(world: &DatabaseWorld) -> anyhow::Result<FunctionProcess> {
    world.start(FUNCTION, &[])
}

/// Success is silence.
#[track_caller]
pub(crate) fn is_silent(answer: &Answer) {
    assert_eq!(*answer, Answer::Report(Value::Null));
}

/// The type of the failure.
#[track_caller]
pub(crate) fn kind(answer: Answer) -> String {
    answer.fault().0
}

/// What stands in a version.
pub(crate) async fn version(secrets: &aws_sdk_secretsmanager::Client, version: &str) -> anyhow::Result<Value> {
    let found = secrets.get_secret_value().secret_id(SECRET).version_id(version).send().await?;
    Ok(serde_json::from_str(found.secret_string().unwrap_or_default())?)
}

/// Writes `value` as the coming version, as somebody else's function might.
pub(crate) async fn stage(world: &DatabaseWorld, rotation: &Rotation, value: &Value) -> anyhow::Result<()> {
    let call = world.secrets.put_secret_value().secret_id(SECRET).client_request_token(&rotation.token);
    call.secret_string(value.to_string()).version_stages("AWSPENDING").send().await?;
    Ok(())
}

/// The labels of a version.
pub(crate) async fn labels(world: &DatabaseWorld, version: &str) -> anyhow::Result<Vec<String>> {
    let mut labels = world.versions(SECRET).await?.remove(version).unwrap_or_default();
    labels.sort();
    Ok(labels)
}

/// Has the secret rotated by a function, as Secrets Manager wants it before it lets anybody cancel.
pub(crate) async fn turn_on(world: &DatabaseWorld) -> anyhow::Result<()> {
    world.scene.function_in(REGION, "rotator", &[]).await?;
    let function = format!("arn:aws:lambda:{REGION}:{}:function:rotator", world.scene.account);
    let call = world.secrets.rotate_secret().secret_id(SECRET).rotation_lambda_arn(function);
    call.rotate_immediately(false).send().await?;
    Ok(())
}
