//! A server of either kind with its login and the secret of that, for what holds on each.

use aws_sdk_secretsmanager::Client;
use nightshift_testkit::database::{DatabaseWorld, Flavour, MysqlWorld};
use nightshift_testkit::rotation::Failed;
use nightshift_testkit::scene::Scene;
use nightshift_testkit::{FunctionProcess, Rotation};
use serde_json::Value;

use crate::FUNCTION;
use crate::world::SECRET;

/// A server of either kind.
pub(crate) enum World {
    Postgres(DatabaseWorld),
    Mysql(MysqlWorld, Flavour),
}

impl World {
    pub(crate) fn secrets(&self) -> &Client {
        match self {
            Self::Postgres(world) => &world.secrets,
            Self::Mysql(world, _) => &world.secrets,
        }
    }

    pub(crate) fn scene(&self) -> &Scene {
        match self {
            Self::Postgres(world) => &world.scene,
            Self::Mysql(world, _) => &world.scene,
        }
    }

    pub(crate) fn start(&self) -> anyhow::Result<FunctionProcess> {
        match self {
            Self::Postgres(world) => world.start(FUNCTION, &[]),
            Self::Mysql(world, _) => world.start(FUNCTION, &[]),
        }
    }

    pub(crate) async fn begin(&self) -> anyhow::Result<Rotation> {
        match self {
            Self::Postgres(world) => Rotation::begin(world, SECRET).await,
            Self::Mysql(world, _) => Rotation::begin(world, SECRET).await,
        }
    }

    pub(crate) async fn value(&self, name: &str) -> anyhow::Result<Value> {
        match self {
            Self::Postgres(world) => world.secret(name).await,
            Self::Mysql(world, _) => world.secret(name).await,
        }
    }

    /// As an application that has this value.
    pub(crate) async fn opens(&self, value: &Value) -> bool {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        match self {
            Self::Postgres(world) => {
                world.server.log_in(&text("username"), &text("password"), &text("dbname")).await.is_ok()
            }
            Self::Mysql(world, _) => world.server.log_in(&text("username"), &text("password"), "").await.is_ok(),
        }
    }

    /// As whoever administers the server.
    pub(crate) async fn sql(&self, statement: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres(world) => Ok(world.server.admin("airflow").await?.batch_execute(statement).await?),
            Self::Mysql(world, _) => world.server.admin(&[statement]).await,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Somebody writes the value anew, with these keys changed; the value as it was.
    pub(crate) async fn edit(&self, name: &str, change: &Value) -> anyhow::Result<Value> {
        let before = self.value(name).await?;
        let mut value = before.clone();
        for (key, to) in change.as_object().into_iter().flatten() {
            value[key] = to.clone();
        }
        self.secrets().put_secret_value().secret_id(name).secret_string(value.to_string()).send().await?;
        Ok(before)
    }

    /// A rotation from its first step to its last.
    pub(crate) async fn rotate(&self, function: &mut FunctionProcess) -> anyhow::Result<Result<(), Failed>> {
        self.begin().await?.whole(function).await
    }

    /// What is handed out works, and nothing is on its way any more.
    pub(crate) async fn is_whole(&self, what: &str) -> anyhow::Result<()> {
        assert!(self.opens(&self.value(SECRET).await?).await, "{what}: what is handed out is refused");
        let described = self.secrets().describe_secret().secret_id(SECRET).send().await?;
        let labels: Vec<_> = described.version_ids_to_stages.unwrap_or_default().into_values().flatten().collect();
        assert!(!labels.contains(&"AWSPENDING".to_owned()), "{what}: {labels:?}");
        Ok(())
    }
}
