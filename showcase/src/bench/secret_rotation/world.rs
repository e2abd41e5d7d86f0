//! A real server with one login and its secret, and what rotations of that cost.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::Tag;
use serde_json::{Value, json};

use nightshift_testkit::database::world::{HOST, MASTER_SECRET};
use nightshift_testkit::database::{Cutter, DatabaseWorld, MysqlWorld};
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::rotation::Rotation;
use nightshift_testkit::scene::Scene;

const SECRET: &str = "app-secret";
const PASSWORD: &str = "the-first-password";
/// As many as come to each of two logins in turn.
pub(super) const ROTATIONS: u8 = 4;

/// What one rotation cost, on average: two logins that take turns do not cost the same.
#[derive(Debug)]
pub(super) struct Cost {
    pub(super) calls: f64,
    /// Asking whose account it is.
    pub(super) spare_calls: f64,
    pub(super) logins: f64,
    pub(super) statements: f64,
}

/// A server and its account.
pub(super) trait Rotated {
    fn scene(&self) -> &Scene;
    fn secrets(&self) -> &Client;
    /// Between a program and the server.
    fn cutter(&self) -> anyhow::Result<Cutter>;
    fn environment(&self, cutter: &Cutter) -> BTreeMap<String, String>;
    /// Makes the login, and answers with what its secret says besides.
    fn login(&self) -> impl Future<Output = anyhow::Result<Value>>;
    fn begin(&self) -> impl Future<Output = anyhow::Result<Rotation>>;
    /// Statements the server has logged so far.
    fn statements(&self) -> anyhow::Result<usize>;
}

/// Makes the login and its secret.
pub(super) async fn make(world: &impl Rotated, paired: bool, dual: bool) -> anyhow::Result<()> {
    let mut value = world.login().await?;
    value["host"] = json!(HOST);
    value["username"] = json!("app");
    value["password"] = json!(PASSWORD);
    if paired {
        let master = world.secrets().describe_secret().secret_id(MASTER_SECRET).send().await?;
        value["masterarn"] = json!(master.arn());
    }
    let call = world.secrets().create_secret().name(SECRET).secret_string(value.to_string());
    let tag = dual.then(|| Tag::builder().key("nightshift:rotation-strategy").value("dual-password").build());
    call.set_tags(tag.map(|tag| vec![tag])).send().await?;
    Ok(())
}

/// Rotates once, and then so many times that are counted.
pub(super) async fn rotations(
    world: &impl Rotated,
    cutter: &Cutter,
    process: &mut FunctionProcess,
) -> anyhow::Result<Cost> {
    once(world, process).await?;
    world.scene().proxy.reset();
    cutter.reset();
    let before = world.statements()?;
    for _ in 0..ROTATIONS {
        once(world, process).await?;
    }
    let calls = world.scene().proxy.calls();
    let spare = calls.iter().filter(|call| call.action.starts_with("sts:")).count();
    let each = |all: usize| anyhow::Ok(f64::from(u32::try_from(all)?) / f64::from(ROTATIONS));
    Ok(Cost {
        calls: each(calls.len() - spare)?,
        spare_calls: each(spare)?,
        logins: each(cutter.connections())?,
        statements: each(world.statements()? - before)?,
    })
}

/// After the second in which the last one made its version: what was made in the same one is tried by `setSecret`, as what somebody may
/// have left half-way.
async fn once(world: &impl Rotated, process: &mut FunctionProcess) -> anyhow::Result<()> {
    nightshift::clock::sleep(std::time::Duration::from_millis(1_100)).await;
    let rotation = world.begin().await?;
    let done = rotation.whole(process).await?;
    done.map_err(|failed| anyhow::anyhow!("{failed:?}")).context("a rotation failed")
}

impl Rotated for DatabaseWorld {
    fn scene(&self) -> &Scene {
        &self.scene
    }

    fn secrets(&self) -> &Client {
        &self.secrets
    }

    fn cutter(&self) -> anyhow::Result<Cutter> {
        Ok(Cutter::start(self.server.address())?)
    }

    fn environment(&self, cutter: &Cutter) -> BTreeMap<String, String> {
        before(self.environment(&[("NIGHTSHIFT_DB_ADDRESS", &cutter.address.to_string())]))
    }

    async fn login(&self) -> anyhow::Result<Value> {
        let master = self.server.master("airflow").await?;
        master.batch_execute(&format!("CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")).await?;
        Ok(json!({ "engine": "postgres", "port": 5432, "dbname": "airflow" }))
    }

    async fn begin(&self) -> anyhow::Result<Rotation> {
        Rotation::begin(self, SECRET).await
    }

    fn statements(&self) -> anyhow::Result<usize> {
        let counts = |line: &&str| {
            let simple = line.split_once("LOG:  statement: ").map(|(_, statement)| statement);
            let all = simple.or_else(|| {
                line.split_once("LOG:  execute ")
                    .and_then(|(_, rest)| rest.split_once(": "))
                    .map(|(_, statement)| statement)
            });
            all.is_some_and(|statement| !is_around(statement))
        };
        Ok(self.server.log()?.lines().filter(counts).count())
    }
}

impl Rotated for MysqlWorld {
    fn scene(&self) -> &Scene {
        &self.scene
    }

    fn secrets(&self) -> &Client {
        &self.secrets
    }

    fn cutter(&self) -> anyhow::Result<Cutter> {
        Ok(Cutter::start(self.server.address())?)
    }

    fn environment(&self, cutter: &Cutter) -> BTreeMap<String, String> {
        before(self.environment(&[("NIGHTSHIFT_DB_ADDRESS", &cutter.address.to_string())]))
    }

    async fn login(&self) -> anyhow::Result<Value> {
        let made = format!("CREATE USER app@'%' IDENTIFIED BY '{PASSWORD}'");
        let given = ["GRANT SELECT ON `my\\_shop`.* TO app@'%'", "GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO app@'%'"];
        self.server.admin(&[&made, given[0], given[1]]).await?;
        Ok(json!({ "engine": "mysql", "port": 3306, "dbname": "my_shop" }))
    }

    async fn begin(&self) -> anyhow::Result<Rotation> {
        Rotation::begin(self, SECRET).await
    }

    fn statements(&self) -> anyhow::Result<usize> {
        let log = self.server.log();
        let statement = |line: &str| {
            let rest = line.split_once("Query\t").or_else(|| line.split_once("Execute\t"));
            rest.map(|(_, statement)| statement.to_owned())
        };
        Ok(log.lines().filter_map(statement).filter(|statement| !is_around(statement)).count())
    }
}

/// What boto3 reads as well.
fn before(mut environment: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let region = environment.get("AWS_REGION").cloned().unwrap_or_default();
    environment.insert("AWS_DEFAULT_REGION".to_owned(), region);
    environment
}

/// What begins and ends a transaction, or is about the session alone.
fn is_around(statement: &str) -> bool {
    const AROUND: [&str; 7] =
        ["BEGIN", "COMMIT", "ROLLBACK", "SET ", "START TRANSACTION", "SHOW VARIABLES", "SELECT @@"];
    let is =
        |word: &&str| statement.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let is_password = statement.trim_start().get(..12).is_some_and(|start| start.eq_ignore_ascii_case("SET PASSWORD"));
    AROUND.iter().any(is) && !is_password
}
