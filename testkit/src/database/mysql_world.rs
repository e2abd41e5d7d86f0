//! The same as [`DatabaseWorld`](super::DatabaseWorld) with a `MySQL` or `MariaDB` server.

use aws_sdk_secretsmanager::Client;
use mysql_async::Conn;
use serde_json::{Value, json};

use super::Mysql;
use super::mysql::Program;
use super::postgres::{MASTER, PASSWORD};
use super::world::{HOST, MASTER_SECRET, REGION, World};
use crate::scene::Scene;

/// The database: its name has a character that is a wildcard in a grant.
pub(super) const DATABASE: &str = "my_shop";

/// See the module.
pub type MysqlWorld = World<Mysql>;

impl World<Mysql> {
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
}
