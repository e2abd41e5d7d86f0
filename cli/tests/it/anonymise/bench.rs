//! What the tests of carrying out have in common: a small shop on a real server of any of the three, its mark, and the command that
//! anonymises it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Flavour, Installation, Mysql, Postgres};

use super::HOST;
use crate::{STATE, Said, said};

/// A server with shops in it.
pub(super) enum Bench {
    Postgres(Box<Postgres>),
    Mysql(Box<Mysql>),
}

/// The administrator's session, whom nobody counts as somebody else.
pub(super) enum Admin {
    Postgres(Client),
    Mysql(Box<Conn>),
}

/// A shop with its rules, and where the key of a run is kept.
pub(super) struct Laid {
    pub bench: Bench,
    pub rules: PathBuf,
    pub key: PathBuf,
    _folders: (tempfile::TempDir, tempfile::TempDir),
}

impl Laid {
    /// The shop, made anew, with the rules `text`.
    pub(super) async fn new(bench: Bench, text: &str) -> anyhow::Result<Self> {
        bench.shop("shop").await?;
        let (folder, rules) = super::rules(text)?;
        let keys = tempfile::tempdir()?;
        Ok(Self { bench, rules: rules.into(), key: keys.path().join("key"), _folders: (folder, keys) })
    }
}

/// The newest `PostgreSQL` there is here.
pub(super) fn newest() -> anyhow::Result<Installation> {
    Installation::find(18).context("run `cargo xtask setup`")
}

/// One call of the command.
pub(super) struct Call<'a> {
    pub bench: &'a Bench,
    pub database: &'a str,
    pub rules: &'a Path,
    pub key: Option<&'a Path>,
    pub through: std::net::SocketAddr,
}

impl Bench {
    pub(super) async fn postgres(version: &Installation) -> anyhow::Result<Self> {
        let server = Postgres::start(version, HOST, "first").await?;
        let admin = server.log_in(RDS_ADMIN, PASSWORD, "first").await?;
        let member = if version.version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
        // As the parameter group of a quarantine has it: statements are logged here, and no parameters.
        let quiet = "ALTER ROLE master SET log_parameter_max_length = 0";
        admin.batch_execute(&format!("CREATE ROLE shop; GRANT shop TO master {member}; {quiet}")).await?;
        Ok(Self::Postgres(Box::new(server)))
    }

    pub(super) async fn mysql(flavour: Flavour) -> anyhow::Result<Self> {
        let program = flavour.find().context("run `cargo xtask setup`")?;
        let server = Mysql::start(&program, HOST, "first").await?;
        server.admin(&["SET GLOBAL general_log = OFF"]).await?;
        Ok(Self::Mysql(Box::new(server)))
    }

    pub(super) fn engine(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::Mysql(server) => server.flavour.engine(),
        }
    }

    pub(super) fn address(&self) -> std::net::SocketAddr {
        match self {
            Self::Postgres(server) => server.address(),
            Self::Mysql(server) => server.address(),
        }
    }

    fn authority(&self) -> PathBuf {
        match self {
            Self::Postgres(server) => server.certificates.authority.clone(),
            Self::Mysql(server) => server.certificates.authority.clone(),
        }
    }

    /// The administrator, in `database`.
    pub(super) async fn admin(&self, database: &str) -> anyhow::Result<Admin> {
        Ok(match self {
            Self::Postgres(server) => Admin::Postgres(server.log_in(RDS_ADMIN, PASSWORD, database).await?),
            Self::Mysql(server) => Admin::Mysql(Box::new(server.log_in(RDS_ADMIN, PASSWORD, database).await?)),
        })
    }

    /// Somebody who works with `database`, for as long as the session is kept. Whoever runs the command has no right over them.
    pub(super) async fn somebody(&self, database: &str) -> anyhow::Result<Admin> {
        let mut admin = self.admin(database).await?;
        Ok(match self {
            Self::Postgres(server) => {
                let known = "SELECT count(*)::text FROM pg_roles WHERE rolname = 'ana'";
                if admin.ask(known).await? == "0" {
                    admin.run(&format!("CREATE ROLE ana LOGIN PASSWORD '{PASSWORD}'")).await?;
                }
                Admin::Postgres(server.log_in("ana", PASSWORD, database).await?)
            }
            Self::Mysql(server) => {
                admin.run(&format!("CREATE USER IF NOT EXISTS ana@'%' IDENTIFIED BY '{PASSWORD}'")).await?;
                admin.run("GRANT ALL ON *.* TO ana@'%'").await?;
                Admin::Mysql(Box::new(server.log_in("ana", PASSWORD, database).await?))
            }
        })
    }

    /// Makes the shop `database` anew, with nothing that says it is a copy.
    pub(super) async fn shop(&self, database: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres(server) => {
                let first = server.log_in(RDS_ADMIN, PASSWORD, "first").await?;
                // Two calls: a database is dropped in no transaction.
                first.batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await?;
                first.batch_execute(&format!("CREATE DATABASE {database} OWNER {MASTER}")).await?;
                let admin = server.log_in(RDS_ADMIN, PASSWORD, database).await?;
                admin.batch_execute("GRANT CREATE, USAGE ON SCHEMA public TO shop; SET ROLE shop").await?;
                admin.batch_execute(include_str!("small.sql")).await?;
            }
            Self::Mysql(server) => {
                let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "").await?;
                admin.query_drop(format!("DROP DATABASE IF EXISTS {database}")).await?;
                admin.query_drop("DROP DATABASE IF EXISTS nightshift_anon").await?;
                admin.query_drop(format!("CREATE DATABASE {database}")).await?;
                admin.query_drop(format!("USE {database}")).await?;
                let text = include_str!("small_mysql.sql");
                for statement in text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
                    admin.query_drop(statement).await.with_context(|| statement.to_owned())?;
                }
            }
        }
        Ok(())
    }

    /// Sets the mark of `host` in `database`.
    pub(super) async fn mark(&self, database: &str, host: &str) -> anyhow::Result<()> {
        let text = format!("nightshift: {database} at {host} is a copy");
        match self {
            Self::Postgres(server) => {
                let master = server.master(database).await?;
                let statements = format!(
                    "CREATE SCHEMA IF NOT EXISTS nightshift_copy; COMMENT ON SCHEMA nightshift_copy IS '{text}'"
                );
                master.batch_execute(&statements).await?;
            }
            Self::Mysql(server) => {
                let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "").await?;
                admin.query_drop("CREATE DATABASE IF NOT EXISTS nightshift_copy").await?;
                admin.query_drop("CREATE TABLE IF NOT EXISTS nightshift_copy.mark (one INT)").await?;
                admin.query_drop(format!("ALTER TABLE nightshift_copy.mark COMMENT = '{text}'")).await?;
            }
        }
        self.alone(database).await
    }

    /// Waits until nobody but the administrator is there: a session that was closed ends a little later.
    pub(super) async fn alone(&self, database: &str) -> anyhow::Result<()> {
        let mut admin = self.admin(database).await?;
        let question = match self {
            Self::Postgres(_) => format!(
                "SELECT count(*)::text FROM pg_stat_activity WHERE datname = '{database}' AND usename IN ('master', 'ana')"
            ),
            Self::Mysql(_) => {
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER IN ('master', 'ana')".to_owned()
            }
        };
        while admin.ask(&question).await? != "0" {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    pub(super) fn call<'a>(&'a self, database: &'a str, rules: &'a Path, key: &'a Path) -> Call<'a> {
        Call { bench: self, database, rules, key: Some(key), through: self.address() }
    }
}

impl Admin {
    pub(super) async fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        Ok(match self {
            Self::Postgres(client) => {
                let row = client.query_one(question, &[]).await.with_context(|| question.to_owned())?;
                row.get::<_, Option<String>>(0).unwrap_or_default()
            }
            Self::Mysql(session) => {
                let row: Option<mysql_async::Row> =
                    session.query_first(question).await.with_context(|| question.to_owned())?;
                row.and_then(|row| row.get_opt::<Option<String>, _>(0)?.ok()).flatten().unwrap_or_default()
            }
        })
    }

    pub(super) async fn run(&mut self, statement: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres(client) => client.batch_execute(statement).await.with_context(|| statement.to_owned()),
            Self::Mysql(session) => session.query_drop(statement).await.with_context(|| statement.to_owned()),
        }
    }
}

impl Call<'_> {
    /// The command, with what leads it to the server.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
        let shell = command.env_clear().env("COLUMNS", "300").env("XDG_STATE_HOME", STATE);
        shell.env("PGPASSWORD", PASSWORD).env("MYSQL_PWD", PASSWORD).env("NIGHTSHIFT_LOCK_TIMEOUT_SECONDS", "1");
        shell.env("NIGHTSHIFT_DB_ADDRESS", self.through.to_string());
        shell.env("NIGHTSHIFT_DB_CA_FILE", self.bench.authority());
        let scheme = if self.bench.engine() == "postgresql" { "postgres" } else { self.bench.engine() };
        let place = format!("{scheme}://master@{HOST}/{}", self.database);
        shell.args(["clusters", "anonymise", "--database", &place, "--rules"]).arg(self.rules).args(arguments);
        command
    }

    /// The digest of the plan as it is now.
    pub(super) fn reviewed(&self) -> anyhow::Result<String> {
        let planned = said(&mut self.command(&["--plan", "--output", "json"]));
        anyhow::ensure!(planned.code == 0, "{}{}", planned.out, planned.err);
        let plan: serde_json::Value = serde_json::from_str(&planned.out)?;
        Ok(plan["digest"].as_str().context("a digest")?.to_owned())
    }

    /// What carries the plan of this digest out.
    pub(super) fn applying(&self, digest: &str, more: &[&str]) -> Command {
        let mut command = self.command(&["--apply", "--expect-plan", digest, "--this-is-a-copy", self.database]);
        if let Some(key) = self.key {
            command.arg("--key-file").arg(key);
        }
        command.args(more);
        command
    }

    pub(super) fn apply(&self, digest: &str, more: &[&str]) -> Said {
        said(&mut self.applying(digest, more))
    }
}

/// Rules of the small shop.
pub(super) fn small(engine: &str, database: &str) -> String {
    let schema = if engine == "postgresql" { "public" } else { database };
    format!(
        "version = 1\nengine = \"{engine}\"\n[table.\"{schema}.person\"]\nkeep = [\"id\", \"country\"]\n\
         column.email = {{ fake = \"mail\", join = \"mail\" }}\ncolumn.notes = \"hash\"\n\
         [table.\"{schema}.orders\"]\nkeep = [\"id\", \"remark\"]\n\
         [table.\"{schema}.audit_log\"]\ntruncate = true\n"
    )
}
