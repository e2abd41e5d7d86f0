//! The server, the account, and who calls whom there. Names and versions are the same each time, so that what is printed is, too.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use aws_sdk_rds::types::{EngineFamily, UserAuthConfig};
use serde_json::{Value, json};

use super::text;
use nightshift_testkit::database::world::{DATABASE, HOST, MASTER_SECRET, REGION};
use nightshift_testkit::database::{DatabaseWorld, Installation};
use nightshift_testkit::function::{Answer, FunctionProcess};
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::rotation::Rotation;
use nightshift_testkit::{Scene, StandIn, repository};

/// As it is typed.
pub(super) const COMMAND: &str = "nightshift";
/// What the command goes by.
pub(super) const POLICY: &str = "demo-out/rotation.env";
/// An account of its own, the same each time: its number stands in names.
const ACCOUNT: &str = "730000000008";
const ROLE: &str = "arn:aws:iam::730000000008:role/proxy";

/// A login's secret, which bears its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secret {
    pub(super) name: &'static str,
    /// Whether it names the master's secret.
    pub(super) paired: bool,
}

/// What came of logging in.
#[derive(Debug)]
pub(super) enum Seen {
    In { user: String, acting: String },
    Refused,
}

impl Seen {
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In { user, acting } if user == acting => write!(f, "in as {user}"),
            Self::In { user, acting } => write!(f, "in as {user} for {acting}"),
            Self::Refused => f.write_str("refused"),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Stage {
    command: PathBuf,
    function: PathBuf,
    width: u16,
    world: DatabaseWorld,
    /// How many versions were made.
    versions: u32,
    /// All that was printed or logged.
    said: String,
}

impl Stage {
    pub(super) async fn new(command: &Path, function: &Path, width: u16) -> anyhow::Result<Self> {
        let scene = Scene::of(ACCOUNT)?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
        seed.error_for_status().context("the stand-in takes no seed for its random names")?;
        let world = DatabaseWorld::of(scene, &Installation::any()?).await?;
        // As it is from version 15 on.
        world.server.admin(DATABASE).await?.batch_execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await?;
        let stage = Self {
            command: command.to_owned(),
            function: function.to_owned(),
            width,
            world,
            versions: 0,
            said: String::new(),
        };
        stage.write_policy()?;
        stage.world.scene.function_in(REGION, super::FUNCTION, &[]).await?;
        Ok(stage)
    }

    pub(super) fn version(&self) -> u32 {
        self.world.server.version
    }

    fn write_policy(&self) -> anyhow::Result<()> {
        let path = repository::root().join(POLICY);
        std::fs::create_dir_all(path.parent().context("no folder")?)?;
        let all = self.world.environment(&[]);
        let own = all.iter().filter(|(name, _)| name.starts_with("NIGHTSHIFT_"));
        let lines: Vec<_> = own.map(|(name, value)| format!("{name}='{value}'")).collect();
        std::fs::write(&path, lines.join("\n") + "\n").with_context(|| format!("could not write {POLICY}"))
    }

    /// The id of the next version, which says which it is.
    fn next_version(&mut self) -> String {
        self.versions += 1;
        format!("{:08}-0000-4000-8000-000000000000", self.versions)
    }

    /// A login and its secret.
    pub(super) async fn make(&mut self, secret: Secret) -> anyhow::Result<()> {
        let (name, password) = (secret.name, first_of(secret.name));
        let master = self.world.server.master(DATABASE).await?;
        let made =
            format!("CREATE ROLE {name} LOGIN PASSWORD '{password}'; GRANT CREATE, USAGE ON SCHEMA public TO {name}");
        master.batch_execute(&made).await?;
        let mut value = json!({
            "engine": "postgres", "host": HOST, "port": 5432, "username": name, "password": password, "dbname": DATABASE,
        });
        if secret.paired {
            value["masterarn"] = json!(self.arn(MASTER_SECRET).await?);
        }
        let version = self.next_version();
        let call = self.world.secrets.create_secret().name(name).client_request_token(version);
        call.secret_string(value.to_string()).send().await?;
        let rotated = self.world.secrets.rotate_secret().secret_id(name).rotate_immediately(false);
        let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", super::FUNCTION);
        rotated.rotation_lambda_arn(function).send().await?;
        Ok(())
    }

    async fn arn(&self, name: &str) -> anyhow::Result<String> {
        let described = self.world.secrets.describe_secret().secret_id(name).send().await?;
        described.arn.context("a secret has no ARN")
    }

    pub(super) async fn put_behind_a_proxy(&self, secret: Secret) -> anyhow::Result<()> {
        let auth = UserAuthConfig::builder().secret_arn(self.arn(secret.name).await?).build();
        let subnets = self.world.scene.network_in(REGION).await?.subnets;
        let rds = self.world.scene.rds(REGION).await;
        let call = rds.create_db_proxy().db_proxy_name("front").engine_family(EngineFamily::Postgresql);
        call.auth(auth).role_arn(ROLE).set_vpc_subnet_ids(Some(subnets)).send().await?;
        Ok(())
    }

    /// What is handed out.
    pub(super) async fn current(&self, secret: Secret) -> anyhow::Result<Value> {
        self.world.secret(secret.name).await
    }

    pub(super) async fn labels(&self, secret: Secret) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
        self.world.versions(secret.name).await
    }

    pub(super) async fn begin(&mut self, secret: Secret) -> anyhow::Result<Rotation> {
        let token = self.next_version();
        Rotation::begin_as(&self.world, secret.name, &token).await
    }

    /// One step, which succeeds; what was done is shown as the function's log has it.
    pub(super) async fn asks(&mut self, out: &mut dyn Write, rotation: &Rotation, step: &str) -> anyhow::Result<()> {
        let (answer, done) = self.calls(rotation, step).await?;
        ensure!(answer == Answer::Report(Value::Null), "{step}: {answer:?}");
        tell(out, step, &done)
    }

    /// One step, which fails; its kind.
    pub(super) async fn fails(
        &mut self,
        out: &mut dyn Write,
        rotation: &Rotation,
        step: &str,
    ) -> anyhow::Result<String> {
        match self.calls(rotation, step).await?.0 {
            Answer::Fault { kind, message } => {
                tell(out, step, &[format!("{kind}: {message}")])?;
                Ok(kind)
            }
            Answer::Report(report) => bail!("{step} answered {report}"),
        }
    }

    /// A process of its own for each step, so that nothing is remembered and its log can be read.
    async fn calls(&mut self, rotation: &Rotation, step: &str) -> anyhow::Result<(Answer, Vec<String>)> {
        let mut function = FunctionProcess::start(&self.function, &self.world.environment(&[]))?;
        let answer = rotation.step(&mut function, step).await?;
        let log = function.into_output();
        let done = what_was_done(&log);
        self.said.push_str(&log);
        Ok((answer, done))
    }

    /// The same step, killed as soon as Secrets Manager has done the first thing it was asked to change.
    pub(super) async fn is_killed(
        &mut self,
        out: &mut dyn Write,
        rotation: &Rotation,
        step: &str,
    ) -> anyhow::Result<()> {
        let proxy = &self.world.scene.proxy;
        proxy.break_next("secretsmanager:UpdateSecretVersionStage", "", 1, Fault::HoldAfter);
        let mut function = FunctionProcess::start(&self.function, &self.world.environment(&[]))?;
        function.send(&rotation.event(step)).await?;
        proxy.reached().await?;
        self.said.push_str(&function.into_output());
        self.world.scene.proxy.reset();
        tell(out, step, &["killed when AWSCURRENT had moved, before anybody was told".to_owned()])
    }

    /// As `aws secretsmanager cancel-rotate-secret` does, and whoever takes the label away behind it.
    pub(super) async fn cancel(&self, out: &mut dyn Write, secret: Secret, of: &Rotation) -> anyhow::Result<()> {
        let id = secret.name;
        writeln!(out, "$ aws secretsmanager cancel-rotate-secret --secret-id {id}")?;
        writeln!(
            out,
            "$ aws secretsmanager update-secret-version-stage --secret-id {id} --version-stage AWSPENDING \\\n    \
             --remove-from-version-id {}",
            of.token
        )?;
        self.world.secrets.cancel_rotate_secret().secret_id(id).send().await?;
        let label = self.world.secrets.update_secret_version_stage().secret_id(id).version_stage("AWSPENDING");
        label.remove_from_version_id(&of.token).send().await?;
        Ok(())
    }

    /// As an application does, with what it read.
    pub(super) async fn logs_in(&self, value: &Value) -> anyhow::Result<Seen> {
        let Ok(session) = self.world.log_in_by_name(text(value, "username"), text(value, "password")).await else {
            return Ok(Seen::Refused);
        };
        let row = session.query_one("SELECT session_user::text, current_user::text", &[]).await?;
        Ok(Seen::In { user: row.get(0), acting: row.get(1) })
    }

    pub(super) async fn makes_a_table(&self, value: &Value, table: &str) -> anyhow::Result<()> {
        let session = self.world.log_in_by_name(text(value, "username"), text(value, "password")).await?;
        Ok(session.batch_execute(&format!("CREATE TABLE {table} (id int)")).await?)
    }

    /// Whose each table is whose name begins so.
    pub(super) async fn owners(&self, prefix: &str) -> anyhow::Result<Vec<String>> {
        let admin = self.world.server.admin(DATABASE).await?;
        let query = "SELECT tableowner::text FROM pg_tables WHERE starts_with(tablename, $1)";
        Ok(admin.query(query, &[&prefix]).await?.iter().map(|row| row.get(0)).collect())
    }

    /// Types `words` behind the command's name, and shows them and what is printed; an error where it does not end with `code`.
    pub(super) async fn types(&mut self, out: &mut dyn Write, words: &str, code: i32) -> anyhow::Result<()> {
        writeln!(out, "$ {COMMAND} {words}")?;
        out.flush()?;
        let mut command = Command::new(&self.command);
        let own = self.world.environment(&[]).into_iter().filter(|(name, _)| name.starts_with("AWS_"));
        command.args(words.split_whitespace()).env_clear().envs(own).env("COLUMNS", self.width.to_string());
        command.current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let shown = String::from_utf8(done.stderr)? + &String::from_utf8(done.stdout)?;
        ensure!(done.status.code() == Some(code), "`{COMMAND} {words}` ended with {}:\n{shown}", done.status);
        self.said.push_str(&shown);
        crate::demo::shown(out, &shown)
    }

    /// An error if a password was printed, logged, or is in the server's log.
    pub(super) async fn no_password_was_said(&self) -> anyhow::Result<()> {
        let log = self.world.server.log()?;
        for name in [super::ORDERS.name, super::SHOP.name] {
            for version in self.world.versions(name).await?.into_keys() {
                let call = self.world.secrets.get_secret_value().secret_id(name).version_id(&version);
                let value: Value = serde_json::from_str(call.send().await?.secret_string().unwrap_or_default())?;
                let password = text(&value, "password");
                ensure!(!password.is_empty() && !self.said.contains(password), "a password of {name} was said");
                let is_by_hand = password == first_of(name);
                ensure!(is_by_hand || !log.contains(password), "a password of {name} is in the server's log");
            }
        }
        Ok(())
    }
}

/// Set in clear, by hand.
fn first_of(name: &str) -> String {
    format!("the-first-of-{name}")
}

fn tell(out: &mut dyn Write, step: &str, done: &[String]) -> anyhow::Result<()> {
    let names = std::iter::once(step).chain(std::iter::repeat(""));
    for (name, line) in names.zip(done) {
        writeln!(out, "{name:14}{line}")?;
    }
    Ok(())
}

/// Of the function's log: each thing it did, or why there was nothing to do.
fn what_was_done(log: &str) -> Vec<String> {
    let lines = || log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of = |message: &str, key: &str| {
        let named = lines().filter(|line| line["message"] == message);
        named.filter_map(|line| line[key].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let steps = of("step", "item.step");
    if steps.is_empty() { of("item", "reason.message") } else { steps }
}
