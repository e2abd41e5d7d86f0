//! A database server and the account its secrets are in: what an event of `db-users` is about.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use aws_sdk_secretsmanager::Client;
use serde_json::{Value, json};

use super::Mysql;
use super::postgres::{Installation, MASTER, PASSWORD, Postgres};
use crate::function::FunctionProcess;
use crate::scene::Scene;

/// The server's name and the master's secret, as the first sample event has them.
pub const HOST: &str = "dp-db-ue1-af-activation-dev.cluster-xxxxxxxxxxxx.us-east-1.rds.amazonaws.com";
/// See [`HOST`].
pub const MASTER_SECRET: &str = "dp-sec-db-ue1-af-activation-master_user-dev";
/// The cluster the secret names.
pub const CLUSTER: &str = "dp-db-ue1-af-activation-dev";
/// The Region of all.
pub const REGION: &str = "us-east-1";
/// The database.
pub const DATABASE: &str = "airflow";

/// With a `PostgreSQL` server.
pub type DatabaseWorld = World<Postgres>;

/// What a function has to know to reach a server.
pub trait Server {
    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// The file with the authority that vouches for it.
    fn authority(&self) -> &Path;
}

/// See the module.
#[derive(Debug)]
pub struct World<S> {
    /// The account.
    pub scene: Scene,
    /// The server.
    pub server: S,
    /// Secrets Manager, past the proxy.
    pub secrets: Client,
}

impl World<Postgres> {
    /// A server of `version`, an empty database, and the master's secret.
    pub async fn new(version: &Installation) -> anyhow::Result<Self> {
        Self::of(Scene::new()?, version).await
    }

    /// The same in the account of `scene`.
    pub async fn of(scene: Scene, version: &Installation) -> anyhow::Result<Self> {
        let server = Postgres::start(version, HOST, DATABASE).await?;
        let secrets = Client::new(&scene.sdk_config(REGION).await);
        let world = Self { scene, server, secrets };
        let master = json!({
            "engine": "postgres", "host": HOST, "port": 5432, "username": MASTER, "password": PASSWORD,
            "dbClusterIdentifier": CLUSTER,
        });
        world.put(MASTER_SECRET, &master).await?;
        Ok(world)
    }

    /// Logs in as what the current version of a secret says.
    pub async fn log_in_by(&self, name: &str) -> anyhow::Result<tokio_postgres::Client> {
        let secret = self.secret(name).await?;
        let text = |key: &str| secret[key].as_str().unwrap_or_default().to_owned();
        self.server.log_in(&text("username"), &text("password"), &text("dbname")).await
    }

    /// Logs in as an application that knows its password.
    pub async fn log_in_by_name(&self, user: &str, password: &str) -> anyhow::Result<tokio_postgres::Client> {
        self.server.log_in(user, password, DATABASE).await
    }

    /// Makes the cluster the master's secret names, and answers with the endpoint RDS gives it.
    pub async fn cluster_endpoint(&self) -> anyhow::Result<String> {
        let rds = self.scene.rds(REGION).await;
        let call = rds.create_db_cluster().db_cluster_identifier(CLUSTER).engine("aurora-postgresql");
        let made = call.master_username(MASTER).master_user_password(PASSWORD).send().await?;
        let cluster = made.db_cluster().context("no cluster")?;
        Ok(cluster.endpoint().context("no endpoint")?.to_owned())
    }
}

impl<S: Server> World<S> {
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

    /// What leads a function here, with `policy` on top.
    pub fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut environment = self.scene.environment(&[]);
        let address = self.server.address().to_string();
        let authority = self.server.authority().display().to_string();
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

impl Server for Postgres {
    fn address(&self) -> SocketAddr {
        self.address()
    }

    fn authority(&self) -> &Path {
        &self.certificates.authority
    }
}

impl Server for Mysql {
    fn address(&self) -> SocketAddr {
        self.address()
    }

    fn authority(&self) -> &Path {
        &self.certificates.authority
    }
}
