//! Databases on one real server, each with a table and some users to be, and the event about each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::account::Secrets;
use crate::bench::{Calls, Responder};
use nightshift_testkit::database::postgres::{MASTER, PASSWORD};
use nightshift_testkit::database::world::{HOST, MASTER_SECRET, REGION};
use nightshift_testkit::database::{Cutter, Installation, Postgres};

/// How many, and what a call to AWS takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) databases: usize,
    pub(super) users: usize,
    pub(super) latency: Duration,
}

/// See the module.
pub(super) struct World {
    server: Postgres,
    cutter: Cutter,
    aws: Responder,
    size: Size,
}

/// What one pass over all events cost.
#[derive(Debug)]
pub(super) struct Cost {
    pub(super) time: Duration,
    pub(super) statements: usize,
    pub(super) trips: usize,
    pub(super) calls: Calls,
}

impl World {
    pub(super) async fn new(version: &Installation, size: Size) -> anyhow::Result<Self> {
        let server = Postgres::start(version, HOST, "template").await?;
        let template = server.master("template").await?;
        template.batch_execute("CREATE TABLE old (id serial, note text)").await?;
        drop(template);
        let shared = server.master("postgres").await?;
        for number in 0..size.databases {
            shared.batch_execute(&format!("CREATE DATABASE {} TEMPLATE template", database(number))).await?;
        }
        let secrets = Secrets::default();
        let master = json!({
            "engine": "postgres", "host": HOST, "port": 5432, "username": MASTER, "password": PASSWORD,
        });
        secrets.put(MASTER_SECRET, &master);
        let aws = Responder::start(Arc::new(secrets), size.latency).await?;
        let cutter = Cutter::start(server.address())?;
        Ok(Self { server, cutter, aws, size })
    }

    /// Makes `count` more tables in the first database, some at a time: a transaction can lock only so many.
    pub(super) async fn make_tables(&self, count: usize) -> anyhow::Result<()> {
        const AT_ONCE: usize = 250;
        let master = self.server.master(&database(0)).await?;
        for from in (0..count).step_by(AT_ONCE) {
            let to = (from + AT_ONCE).min(count) - 1;
            master
                .batch_execute(&format!(
                    "DO $$ BEGIN FOR n IN {from}..{to} LOOP EXECUTE format('CREATE TABLE one_of_many_tables_%s (id int)', n); \
                     END LOOP; END $$"
                ))
                .await?;
        }
        Ok(())
    }

    /// What leads a program here.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let [url, address] = [self.aws.url(), self.cutter.address.to_string()];
        let authority: PathBuf = self.server.certificates.authority.clone();
        [
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "111122223333"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("NIGHTSHIFT_DB_ADDRESS", &address),
            ("NIGHTSHIFT_DB_CA_FILE", &authority.display().to_string()),
            ("NIGHTSHIFT_MODE", "apply"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    /// The round trips of a login with nothing after it.
    pub(super) async fn trips_of_a_login(&self) -> anyhow::Result<usize> {
        self.cutter.reset();
        drop(self.server.log_in_through(self.cutter.address, MASTER, PASSWORD, "postgres").await?);
        Ok(self.cutter.round_trips())
    }

    /// One event for each database: one user who makes tables, the others who write or read what it makes.
    pub(super) fn events(&self) -> Vec<Value> {
        (0..self.size.databases).map(|number| event(number, self.size.users)).collect()
    }

    /// Forgets what was counted.
    pub(super) fn begin(&self) -> anyhow::Result<usize> {
        self.cutter.reset();
        self.aws.take_calls()?;
        self.statements()
    }

    /// What was counted since `begin`, which answered `before`.
    pub(super) fn end(&self, before: usize, time: Duration) -> anyhow::Result<Cost> {
        let (statements, calls) = (self.statements()? - before, self.aws.take_calls()?);
        Ok(Cost { time, statements, trips: self.cutter.round_trips(), calls })
    }

    /// Statements the server has logged, but for those that begin and end a question's transaction or are about the session.
    fn statements(&self) -> anyhow::Result<usize> {
        let counts = |line: &&str| {
            let statement = line.split_once("LOG:  statement: ").map(|(_, statement)| statement);
            let around = |statement: &str| AROUND.contains(&statement.trim());
            line.contains("LOG:  execute ") || statement.is_some_and(|statement| !around(statement))
        };
        Ok(self.server.log()?.lines().filter(counts).count())
    }
}

/// What begins and ends a transaction, and says that it lasts.
const AROUND: [&str; 5] = ["BEGIN", "BEGIN READ ONLY", "BEGIN READ WRITE", "COMMIT", "SET transaction_timeout = 0"];

fn database(number: usize) -> String {
    format!("shop_{number:02}")
}

fn event(number: usize, users: usize) -> Value {
    let database = database(number);
    let maker = format!("{database}-maker");
    let users: Vec<_> = (0..users)
        .map(|user| {
            let name = if user == 0 { maker.clone() } else { format!("{database}-{user}") };
            let privileges = if user % 2 == 0 { "SELECT,INSERT,UPDATE,DELETE" } else { "SELECT" };
            json!({
                "db_user": name, "user_secret_name": format!("secret-of-{name}"), "grant_privileges": privileges,
                "grant_ddl": if user == 0 { "true" } else { "false" },
                "grantor": if user == 0 { "None" } else { maker.as_str() },
            })
        })
        .collect();
    json!({
        "secret_name": MASTER_SECRET, "database_name": database, "rds_host": HOST, "region": REGION,
        "db_engine": "postgres", "users": users,
    })
}
