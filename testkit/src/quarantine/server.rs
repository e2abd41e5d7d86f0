//! The server that is the raw copy's. What it holds is put there as a clone has it, and read as whoever gets the clone would.

use anyhow::Context as _;
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;

use super::{Source, variables};
use crate::database::postgres::{PASSWORD, RDS_ADMIN};
use crate::database::{Client, Flavour, Installation, Mysql, Postgres};
use crate::scene::Scene;

/// The raw copy's.
const HOST: &str = "orders-ana-raw.cluster-c0ffee000000.eu-west-1.rds.amazonaws.com";
/// The master user that the stand-in's secrets name: who logs in to a raw copy.
pub const MASTER: &str = "admin";
/// The password they hold.
const MASTER_PASSWORD: &str = "P@55w0rd!";
const SHOP: &str = include_str!("../../../cli/tests/it/anonymise/small.sql");
const SHOP_OF_MYSQL: &str = include_str!("../../../cli/tests/it/anonymise/small_mysql.sql");

/// See the module.
#[derive(Debug)]
pub enum Stage {
    /// For a source of `PostgreSQL`.
    Postgres(Box<Postgres>),
    /// For one of `MySQL`.
    Mysql(Box<Mysql>),
}

impl Stage {
    /// Any version of what `source` speaks, as a quarantine's parameter group has it.
    pub async fn new(source: Source) -> anyhow::Result<Self> {
        match source {
            Source::Postgres => {
                let version = Installation::any()?;
                let server = Postgres::start(&version, HOST, "first").await?;
                let admin = server.log_in(RDS_ADMIN, PASSWORD, "first").await?;
                let member = if version.version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
                // Statements are logged here, and no parameters.
                let master = format!(
                    "CREATE ROLE {MASTER} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser PASSWORD '{MASTER_PASSWORD}'; \
                     CREATE ROLE shop; GRANT shop TO {MASTER} {member}; ALTER ROLE {MASTER} SET log_parameter_max_length = 0"
                );
                admin.batch_execute(&master).await?;
                Ok(Self::Postgres(Box::new(server)))
            }
            Source::Mysql => {
                let program = Flavour::Mysql.find().context("run `cargo xtask setup`")?;
                let server = Mysql::start(&program, HOST, "first").await?;
                let login = format!("ALTER USER '{MASTER}'@'%' IDENTIFIED BY '{MASTER_PASSWORD}'");
                let renamed = format!("RENAME USER 'master'@'%' TO '{MASTER}'@'%'");
                server.admin(&["SET GLOBAL general_log = OFF", &renamed, &login]).await?;
                Ok(Self::Mysql(Box::new(server)))
            }
        }
    }

    /// The variables of a function that works on it for `scene`.
    pub fn variables(&self, scene: &Scene) -> Vec<(&'static str, String)> {
        let (address, authority) = match self {
            Self::Postgres(server) => (server.address(), &server.certificates.authority),
            Self::Mysql(server) => (server.address(), &server.certificates.authority),
        };
        let mut all = variables(scene);
        all.push(("NIGHTSHIFT_DB_ADDRESS", address.to_string()));
        all.push(("NIGHTSHIFT_DB_CA_FILE", authority.display().to_string()));
        all
    }

    /// An administrator of it, where it is a `PostgreSQL`.
    pub async fn admin(&self, database: &str) -> anyhow::Result<Client> {
        match self {
            Self::Postgres(server) => server.log_in(RDS_ADMIN, PASSWORD, database).await,
            Self::Mysql(_) => anyhow::bail!("it is a MySQL"),
        }
    }

    /// `user` in `database`, who has the password of all.
    pub async fn log_in(&self, user: &str, database: &str) -> anyhow::Result<Client> {
        match self {
            Self::Postgres(server) => server.log_in(user, PASSWORD, database).await,
            Self::Mysql(_) => anyhow::bail!("it is a MySQL"),
        }
    }

    /// Waits until `user` has no session any more.
    pub async fn left(&self, user: &str) -> anyhow::Result<()> {
        let admin = self.admin("first").await?;
        let question = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        while admin.query_one(question, &[&user]).await?.get::<_, i64>(0) != 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// The data of production, as a raw copy has it.
    pub async fn filled(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(_) => {
                let first = self.admin("first").await?;
                first.batch_execute("DROP DATABASE IF EXISTS shop WITH (FORCE)").await?;
                first.batch_execute(&format!("CREATE DATABASE shop OWNER {MASTER}")).await?;
                let inside = self.admin("shop").await?;
                inside.batch_execute("GRANT CREATE, USAGE ON SCHEMA public TO shop; SET ROLE shop").await?;
                Ok(inside.batch_execute(SHOP).await?)
            }
            Self::Mysql(server) => {
                let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "").await?;
                for database in ["shop", "nightshift_anon", "nightshift_copy"] {
                    admin.query_drop(format!("DROP DATABASE IF EXISTS {database}")).await?;
                }
                admin.query_drop("CREATE DATABASE shop").await?;
                admin.query_drop("USE shop").await?;
                for statement in SHOP_OF_MYSQL.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
                    admin.query_drop(statement).await.with_context(|| statement.to_owned())?;
                }
                Ok(())
            }
        }
    }

    /// Waits until nobody who was killed is there any more.
    pub async fn alone(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(_) => {
                let admin = self.admin("first").await?;
                let question = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{MASTER}'");
                while admin.query_one(&question, &[]).await?.get::<_, i64>(0) != 0 {
                    tokio::task::yield_now().await;
                }
            }
            Self::Mysql(server) => {
                let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "").await?;
                let question = format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{MASTER}'");
                while number(&mut admin, &question).await? != 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
        Ok(())
    }

    /// What is wrong with the data, or nothing: each original has become something else, joins held, and a seal says so.
    pub async fn wrong(&self) -> anyhow::Result<Vec<String>> {
        let of_both = [
            ("SELECT count(*) FROM person WHERE email LIKE '%needle%' OR notes LIKE '%needle%'", 0),
            ("SELECT count(*) FROM person p JOIN orders o ON o.mail = p.email AND o.id = p.id", 40),
            ("SELECT count(*) FROM audit_log", 0),
            // One pass of a hash, and not two.
            ("SELECT count(*) FROM person WHERE length(notes) = 20", 40),
        ];
        let mut wrong = Vec::new();
        let mut judge = |question: &str, found: i64, expected: i64| {
            if found != expected {
                wrong.push(format!("{question}: {found}, not {expected}"));
            }
        };
        let mark = match self {
            Self::Postgres(_) => {
                let inside = self.admin("shop").await?;
                let own = [
                    ("SELECT count(*) FROM mails WHERE email LIKE '%needle%'", 0),
                    ("SELECT count(*) FROM pg_namespace WHERE nspname = 'nightshift_anon'", 0),
                ];
                for (question, expected) in of_both.into_iter().chain(own) {
                    judge(question, inside.query_one(question, &[]).await?.get(0), expected);
                }
                let mark = "SELECT coalesce(obj_description(to_regnamespace('nightshift_copy'), 'pg_namespace'), '')";
                inside.query_one(mark, &[]).await?.get(0)
            }
            Self::Mysql(server) => {
                let mut inside = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
                let helper = "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'nightshift_anon'";
                for (question, expected) in of_both.into_iter().chain([(helper, 0)]) {
                    judge(question, number(&mut inside, question).await?, expected);
                }
                let mark = "SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'nightshift_copy'";
                inside.query_first::<String, _>(mark).await?.unwrap_or_default()
            }
        };
        if !mark.starts_with(&format!("nightshift: shop at {HOST} was anonymised by plan sha256:")) {
            wrong.push(format!("the mark says '{mark}'"));
        }
        Ok(wrong)
    }
}

async fn number(session: &mut Conn, question: &str) -> anyhow::Result<i64> {
    Ok(session.query_first(question).await?.unwrap_or_default())
}
