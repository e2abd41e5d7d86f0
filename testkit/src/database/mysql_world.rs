//! The same as [`DatabaseWorld`](super::DatabaseWorld) with a `MySQL` or `MariaDB` server.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use aws_sdk_secretsmanager::Client;
use mysql_async::Conn;
use serde_json::{Value, json};

use super::Mysql;
use super::mysql::Program;
use super::postgres::{MASTER, PASSWORD};
use super::world::{HOST, MASTER_SECRET, REGION};
use crate::function::FunctionProcess;
use crate::scene::Scene;

/// The database: its name has a character that is a wildcard in a grant.
pub(super) const DATABASE: &str = "my_shop";

/// See the module.
#[derive(Debug)]
pub struct MysqlWorld {
    /// The account.
    pub scene: Scene,
    /// The server.
    pub server: Mysql,
    /// Secrets Manager, past the proxy.
    pub secrets: Client,
}

impl MysqlWorld {
    /// A server, an empty database, and the master's secret.
    pub async fn new(program: &Program) -> anyhow::Result<Self> {
        let scene = Scene::new()?;
        let server = Mysql::start(program, HOST, DATABASE).await?;
        let secrets = Client::new(&scene.sdk_config(REGION).await);
        let world = Self { scene, server, secrets };
        let engine = program.flavour.engine();
        let master = json!({"username": MASTER, "password": PASSWORD, "host": HOST, "engine": engine});
        world.put(MASTER_SECRET, &master).await?;
        Ok(world)
    }

    /// Makes a secret by hand.
    pub async fn put(&self, name: &str, value: &Value) -> anyhow::Result<()> {
        self.secrets.create_secret().name(name).secret_string(value.to_string()).send().await?;
        Ok(())
    }

    /// What the current version of a secret holds.
    pub async fn secret(&self, name: &str) -> anyhow::Result<Value> {
        let answer = self.secrets.get_secret_value().secret_id(name).send().await?;
        Ok(serde_json::from_str(answer.secret_string().context("no text in it")?)?)
    }

    /// The ids of a secret's versions and their stages.
    pub async fn versions(&self, name: &str) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
        let answer = self.secrets.describe_secret().secret_id(name).send().await?;
        Ok(answer.version_ids_to_stages.unwrap_or_default().into_iter().collect())
    }

    /// Logs in as what the current version of a secret says.
    pub async fn log_in_by(&self, name: &str) -> anyhow::Result<Conn> {
        self.log_in_by_to(name, DATABASE).await
    }

    /// The same to another database; an empty name is none.
    pub async fn log_in_by_to(&self, name: &str, database: &str) -> anyhow::Result<Conn> {
        let secret = self.secret(name).await?;
        let text = |key: &str| secret[key].as_str().unwrap_or_default().to_owned();
        self.server.log_in(&text("username"), &text("password"), database).await
    }

    /// An event about these users.
    pub fn event(&self, users: &[Value]) -> Value {
        json!({
            "secret_name": MASTER_SECRET, "database_name": DATABASE, "rds_host": HOST,
            "db_engine": self.server.flavour.engine(), "users": users,
        })
    }

    /// What leads a function here, with `policy` on top.
    pub fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut environment = self.scene.environment(&[]);
        let address = self.server.address().to_string();
        let authority = self.server.certificates.authority.display().to_string();
        let own = [("AWS_REGION", REGION), ("NIGHTSHIFT_DB_ADDRESS", &address), ("NIGHTSHIFT_DB_CA_FILE", &authority)];
        for (name, value) in own.iter().chain(policy) {
            environment.insert((*name).to_owned(), (*value).to_owned());
        }
        environment
    }

    /// Starts `binary` here.
    pub fn start(&self, binary: &str, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
        FunctionProcess::start(Path::new(binary), &self.environment(policy))
    }
}
