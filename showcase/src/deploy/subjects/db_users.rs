//! `db-users`: users of a real `PostgreSQL`, with secrets in every state that takes another call.

use anyhow::{Context as _, ensure};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{RotationRulesType, Tag};
use serde_json::{Value, json};

use super::{Subject, item};
use crate::deploy::account::Account;
use crate::deploy::raw::Invoked;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD};
use nightshift_testkit::database::world::{CLUSTER, DATABASE, HOST, MASTER_SECRET, REGION};
use nightshift_testkit::database::{Installation, Postgres};
use nightshift_testkit::scene::Scene;

/// See the module.
#[derive(Debug)]
pub(in crate::deploy) struct DbUsers {
    server: Postgres,
    /// The server is not emptied with the account, so each time it is other users.
    round: usize,
}

impl DbUsers {
    /// Starts a server.
    pub(in crate::deploy) async fn new() -> anyhow::Result<Self> {
        let server = Postgres::start(&Installation::any()?, HOST, DATABASE).await?;
        Ok(Self { server, round: 0 })
    }

    /// Where it listens, and the file with the authority that vouches for it.
    pub(in crate::deploy) fn connection(&self) -> (String, String) {
        (self.server.address().to_string(), self.server.certificates.authority.display().to_string())
    }

    /// The server and the master's secret, as the layer `database-access` takes them.
    pub(in crate::deploy) fn server_for_terraform() -> String {
        format!(
            "      database_name = \"{DATABASE}\"\n      db_engine     = \"postgres\"\n      rds_host      = \"{HOST}\"\n      \
             secret_name   = \"{MASTER_SECRET}\"\n"
        )
    }

    /// Whether there is such a login.
    pub(in crate::deploy) async fn has_login(&self, name: &str) -> anyhow::Result<bool> {
        let admin = self.server.admin(DATABASE).await?;
        let found = admin.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1 AND rolcanlogin", &[&name]).await?;
        Ok(found.is_some())
    }

    /// Makes a role that the master administers.
    pub(in crate::deploy) async fn role(&self, name: &str) -> anyhow::Result<()> {
        let admin = self.server.admin(DATABASE).await?;
        let made = format!("CREATE ROLE \"{name}\"; GRANT \"{name}\" TO {MASTER} WITH ADMIN OPTION");
        Ok(admin.batch_execute(&made).await?)
    }

    pub(in crate::deploy) fn name(&self, part: &str) -> String {
        format!("app-{part}-{}", self.round)
    }

    fn user(&self, part: &str) -> Value {
        let name = self.name(part);
        json!({ "db_user": name, "user_secret_name": name, "grant_privileges": "SELECT" })
    }

    fn event(users: &[Value]) -> Value {
        json!({
            "mode": "apply", "secret_name": MASTER_SECRET, "database_name": DATABASE, "rds_host": HOST,
            "db_engine": "postgres", "users": users,
        })
    }
}

impl Subject for DbUsers {
    const NAME: &'static str = "db-users";

    async fn fill(&mut self, account: &Account) -> anyhow::Result<()> {
        self.round += 1;
        let (scene, secrets) = (&account.scene, &secrets(&account.scene).await);
        let master = json!({
            "engine": "postgres", "host": HOST, "port": 5432, "username": MASTER, "password": PASSWORD,
            "dbClusterIdentifier": CLUSTER,
        });
        secrets.create_secret().name(MASTER_SECRET).secret_string(master.to_string()).send().await?;
        let cluster = scene.rds(REGION).await.create_db_cluster().db_cluster_identifier(CLUSTER);
        let cluster = cluster.engine("aurora-postgresql").master_username(MASTER).master_user_password(PASSWORD);
        cluster.send().await?;
        scene.function_in(REGION, "rotate", &[]).await?;
        for part in ["taken-over", "returning", "leaving", "rotating"] {
            let name = self.name(part);
            let value = json!({ "username": name, "host": HOST, "password": format!("{name}-password") });
            let call = secrets.create_secret().name(&name).secret_string(value.to_string());
            call.tags(Tag::builder().key("nightshift:db-user").value(&name).build()).send().await?;
        }
        // What says how it is rotated goes with the rotation.
        let said = Tag::builder().key("nightshift:rotation-strategy").value("single-user").build();
        secrets.tag_resource().secret_id(self.name("rotating")).tags(said).send().await?;
        let going = secrets.delete_secret().secret_id(self.name("returning")).recovery_window_in_days(7);
        going.send().await?;
        let rotation = secrets.rotate_secret().secret_id(self.name("rotating")).rotate_immediately(false);
        let schedule = RotationRulesType::builder().schedule_expression("rate(10 days)").build();
        rotation.rotation_lambda_arn(rotator(account)).rotation_rules(schedule).send().await?;
        let leaving = self.name("leaving");
        let admin = self.server.admin(DATABASE).await?;
        Ok(admin
            .batch_execute(&format!(
                "CREATE ROLE \"{leaving}\" LOGIN; GRANT \"{leaving}\" TO {MASTER} WITH ADMIN OPTION"
            ))
            .await?)
    }

    async fn work(&self, account: &Account) -> anyhow::Result<Vec<Invoked>> {
        let mut fresh = self.user("fresh");
        fresh["rotation"] = json!({ "lambda_arn": rotator(account), "schedule": "rate(10 days)" });
        let mut rotating = self.user("rotating");
        rotating["rotation"] = json!("none");
        let mut leaving = self.user("leaving");
        leaving["state"] = json!("absent");
        let users = [fresh, self.user("taken-over"), self.user("returning"), rotating, leaving];
        let mut event = Self::event(&users);
        event["kms_key_id"] = json!(format!("arn:aws:kms:{REGION}:{}:key/ours", account.aws.account));
        let all = account.invoke(Self::NAME, &event).await?;
        // Another name of the same server, which only RDS knows.
        let mut event = Self::event(&[self.user("taken-over")]);
        event["rds_host"] = json!(endpoint(&account.scene).await?);
        event["tls_server_name"] = json!("localhost");
        let other_name = account.invoke(Self::NAME, &event).await?;
        Ok(vec![all, other_name])
    }

    async fn held(&self, account: &Account, _told: &Value) -> anyhow::Result<&'static str> {
        let user = json!({ "db_user": "greedy", "user_secret_name": "somebody-elses", "grant_privileges": "SELECT" });
        let Invoked { answer, .. } = account.invoke(Self::NAME, &Self::event(&[user])).await?;
        let item = item(&answer, "greedy").with_context(|| format!("it did not try: {answer:#}"))?;
        let why = item["reason"]["message"].as_str().unwrap_or_default();
        ensure!(why.contains("secretsmanager:DescribeSecret"), "the secret was not refused: {item:#}");
        Ok("sent an event about another's secret, it is refused by its role")
    }
}

async fn secrets(scene: &Scene) -> Client {
    Client::new(&scene.sdk_config(REGION).await)
}

fn rotator(account: &Account) -> String {
    format!("arn:aws:lambda:{REGION}:{}:function:rotate", account.aws.account)
}

/// What RDS calls the cluster.
async fn endpoint(scene: &Scene) -> anyhow::Result<String> {
    let found = scene.rds(REGION).await.describe_db_clusters().db_cluster_identifier(CLUSTER);
    let cluster = found.into_paginator().items().send().try_next().await?.context("no cluster")?;
    Ok(cluster.endpoint().context("no endpoint")?.to_owned())
}
