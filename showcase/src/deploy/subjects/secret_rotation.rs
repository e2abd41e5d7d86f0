//! `secret-rotation`: the steps of three rotations, as Secrets Manager asks for them.

use anyhow::{Context as _, ensure};
use aws_sdk_secretsmanager::Client;
use serde_json::{Value, json};

use super::Subject;
use crate::deploy::account::{Account, named};
use crate::deploy::raw::Invoked;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD};
use nightshift_testkit::database::world::{CLUSTER, DATABASE, HOST, MASTER_SECRET};
use nightshift_testkit::database::{Installation, Postgres};
use nightshift_testkit::rotation::STEPS;
use nightshift_testkit::scene::{REGION, Scene};

/// Another function, which some secrets name as their own.
const ANOTHER: &str = "rotate";
/// One login; one whose password is that of a version without a label; one of a pair.
const ROTATED: [&str; 3] = ["alone", "lost", "paired"];
const ANOTHERS: &str = "anothers";

/// See the module.
#[derive(Debug)]
pub(in crate::deploy) struct SecretRotation {
    server: Postgres,
    /// The server is not emptied with the account, so each time it is other logins.
    round: usize,
}

impl SecretRotation {
    /// Starts a server.
    pub(in crate::deploy) async fn new() -> anyhow::Result<Self> {
        let server = Postgres::start(&Installation::any()?, HOST, DATABASE).await?;
        Ok(Self { server, round: 0 })
    }

    /// Where it listens, and the file with the authority that vouches for it.
    pub(in crate::deploy) fn connection(&self) -> (String, String) {
        (self.server.address().to_string(), self.server.certificates.authority.display().to_string())
    }

    fn name(&self, part: &str) -> String {
        format!("app-{part}-{}", self.round)
    }

    fn version(&self, part: &str) -> String {
        format!("00000000-0000-4000-8000-{:012}-{part}", self.round)
    }

    /// A login, its secret, and the function that the secret names.
    async fn login(&self, account: &Account, part: &str, value: &Value, function: &str) -> anyhow::Result<()> {
        let (secrets, name) = (secrets(&account.scene).await, self.name(part));
        let password = password_of(&name);
        let made = format!(
            "CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'; GRANT \"{name}\" TO {MASTER} WITH ADMIN OPTION"
        );
        self.server.admin(DATABASE).await?.batch_execute(&made).await?;
        let value = of_login(value, &name, &password);
        secrets.create_secret().name(&name).secret_string(value.to_string()).send().await?;
        let rotation = secrets.rotate_secret().secret_id(&name).rotate_immediately(false);
        rotation.rotation_lambda_arn(arn(account, function)).send().await?;
        Ok(())
    }

    /// Asks for one step of the rotation of `part`.
    async fn step(&self, account: &Account, part: &str, step: &str) -> anyhow::Result<Invoked> {
        let secrets = secrets(&account.scene).await;
        let described = secrets.describe_secret().secret_id(self.name(part)).send().await?;
        let secret = described.arn().context("a secret without an ARN")?;
        let event = json!({"Step": step, "SecretId": secret, "ClientRequestToken": self.version(part)});
        account.invoke(Self::NAME, &event).await
    }

    /// What Secrets Manager does before the first step.
    async fn announce(&self, account: &Account, part: &str) -> anyhow::Result<()> {
        let announced = json!({"secret": self.name(part), "version": self.version(part), "region": REGION});
        account.scene.control("rotation", announced).await.map(drop)
    }
}

impl Subject for SecretRotation {
    const NAME: &'static str = "secret-rotation";

    async fn fill(&mut self, account: &Account) -> anyhow::Result<()> {
        self.round += 1;
        let scene = &account.scene;
        for function in [named(Self::NAME).as_str(), ANOTHER] {
            scene.function_in(REGION, function, &[]).await?;
        }
        let rds = scene.rds(REGION).await;
        let cluster = rds.create_db_cluster().db_cluster_identifier(CLUSTER).engine("aurora-postgresql");
        let made = cluster.master_username(MASTER).master_user_password(PASSWORD).send().await?;
        let endpoint = made.db_cluster().and_then(|cluster| cluster.endpoint()).context("no endpoint")?;
        // Only RDS knows that this is the master's server.
        let master = json!({
            "engine": "postgres", "port": 5432, "username": MASTER, "password": PASSWORD,
            "dbClusterIdentifier": CLUSTER, "tlsServerName": "localhost",
        });
        let secrets = secrets(scene).await;
        let made = secrets.create_secret().name(MASTER_SECRET).secret_string(master.to_string()).send().await?;

        let alone = json!({"host": HOST, "port": 5432, "dbname": DATABASE});
        let mut paired = alone.clone();
        paired["host"] = json!(endpoint);
        paired["masterarn"] = json!(made.arn());
        paired["tlsServerName"] = json!("localhost");
        let own = named(Self::NAME);
        self.login(account, "alone", &alone, &own).await?;
        self.login(account, "lost", &alone, &own).await?;
        self.login(account, "paired", &paired, &own).await?;
        self.login(account, ANOTHERS, &alone, ANOTHER).await?;
        // Twice somebody wrote down what they never told the server.
        let name = self.name("lost");
        for told in ["never-told", "never-told-either"] {
            let value = of_login(&alone, &name, told);
            secrets.put_secret_value().secret_id(&name).secret_string(value.to_string()).send().await?;
        }
        // What the server takes is in the newest version, which a rotation left without a label.
        let value = of_login(&alone, &name, &password_of(&name));
        let left = secrets.put_secret_value().secret_id(&name).secret_string(value.to_string());
        let left = left.version_stages("AWSPENDING").send().await?;
        let label = secrets.update_secret_version_stage().secret_id(&name).version_stage("AWSPENDING");
        label.remove_from_version_id(left.version_id().context("a version without an id")?).send().await?;
        Ok(())
    }

    async fn work(&self, account: &Account) -> anyhow::Result<Vec<Invoked>> {
        let mut all = Vec::new();
        for part in ROTATED {
            self.announce(account, part).await?;
            for step in STEPS {
                all.push(self.step(account, part, step).await?);
                if all.last().is_some_and(|invoked| Self::failed(&invoked.answer)) {
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Success is silence.
    fn failed(answer: &Value) -> bool {
        !answer.is_null()
    }

    async fn held(&self, account: &Account, _told: &Value) -> anyhow::Result<&'static str> {
        self.announce(account, ANOTHERS).await?;
        let Invoked { answer, .. } = self.step(account, ANOTHERS, "createSecret").await?;
        let why = answer["errorMessage"].as_str().unwrap_or_default();
        ensure!(why.contains("secretsmanager:DescribeSecret"), "the secret was not refused: {answer:#}");
        Ok("sent a step for a secret that names another function as its own, it is refused by its role")
    }
}

async fn secrets(scene: &Scene) -> Client {
    Client::new(&scene.sdk_config(REGION).await)
}

/// What the server takes of the login `name`.
fn password_of(name: &str) -> String {
    format!("{name}-password")
}

/// `place` with the login that logs in there.
fn of_login(place: &Value, name: &str, password: &str) -> Value {
    let mut value = place.clone();
    value["engine"] = json!("postgres");
    value["username"] = json!(name);
    value["password"] = json!(password);
    value
}

fn arn(account: &Account, function: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{}:function:{function}", account.aws.account)
}
