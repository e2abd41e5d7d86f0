//! `PostgreSQL` as RDS has it. Installations are the machine's own and those `cargo xtask setup` puts into `.tools/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use nightshift::services::sql::Authorities;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::supervised::{LOOKS, Supervised};
use super::{Certificates, folder};
use crate::port::Port;
use crate::{missing, repository};

/// The user of RDS itself: the only superuser.
pub const RDS_ADMIN: &str = "rdsadmin";
/// The master user: what a customer of RDS gets.
pub const MASTER: &str = "master";
/// Their password in every test; nothing of value is behind it.
pub const PASSWORD: &str = "not-a-secret-1";
/// The versions this project is proved with.
pub const VERSIONS: [u32; 5] = [14, 15, 16, 17, 18];

/// The programs of one version.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its major version.
    pub version: u32,
    bin: PathBuf,
}

impl Installation {
    /// The one of `version`, if it is here; if not, that is noted of the test that asks.
    pub fn find(version: u32) -> Option<Self> {
        let found = Self::installed(version);
        if found.is_none() {
            missing::note(&format!("PostgreSQL {version}"));
        }
        found
    }

    fn installed(version: u32) -> Option<Self> {
        let own = repository::root().join(format!(".tools/postgres/{version}/native/bin"));
        let machine = PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
        let bin = [own, machine].into_iter().find(|bin| bin.join("initdb").exists())?;
        Some(Self { version, bin })
    }

    /// Some version, for tests that are not about versions: 16 where it is here, since there a master's rights are least.
    pub fn any() -> anyhow::Result<Self> {
        let found = [16, 17, 18, 15, 14].into_iter().find_map(Self::installed);
        found.context("no PostgreSQL is here: run `cargo xtask setup`, which takes npm, or install one")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.env("LC_ALL", "C");
        command
    }

    /// A data folder made once and copied from then on.
    fn template(&self) -> anyhow::Result<PathBuf> {
        let ready = folder::template(&format!("postgres-{}", self.version));
        if ready.exists() {
            return Ok(ready);
        }
        let making = folder::fresh("making-")?;
        let data = making.path().join("data");
        std::fs::create_dir(&data)?;
        folder::hand_over(&data)?;
        let password = making.path().join("password");
        std::fs::write(&password, PASSWORD)?;
        let mut initdb = self.program("initdb");
        initdb.args(["-U", RDS_ADMIN, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "--locale=C"]);
        initdb.arg("--pwfile").arg(&password).arg("-D").arg(&data);
        let done = folder::as_server(&initdb).output().context("could not run initdb")?;
        ensure!(done.status.success(), "initdb: {}", String::from_utf8_lossy(&done.stderr));
        // Another process may have been quicker.
        let _ = std::fs::rename(&data, &ready);
        ensure!(ready.exists(), "the template of PostgreSQL {} could not be kept", self.version);
        Ok(ready)
    }
}

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    /// Its major version.
    pub version: u32,
    /// The files of its certificates.
    pub certificates: Certificates,
    running: Supervised,
    folder: tempfile::TempDir,
}

/// TLS and nothing else; whoever is a member of `rds_iam` may not log in by password, as on RDS.
const HBA: &str = "hostssl all +rds_iam all reject\nhostssl all all all scram-sha-256\n";

impl Postgres {
    /// Starts one of `version`, whose certificate is for `host`, with an empty database `database` of the master's.
    pub async fn start(installation: &Installation, host: &str, database: &str) -> anyhow::Result<Self> {
        let folder = folder::fresh("postgres-")?;
        let data = folder.path().join("data");
        folder::copy(&installation.template()?, &data)?;
        let certificates = Certificates::make(folder.path(), &[host, "localhost"])?;
        let own = |file: &Path| data.join(file.file_name().unwrap_or_default());
        for file in [&certificates.certificate, &certificates.key] {
            std::fs::copy(file, own(file))?;
        }
        std::fs::write(data.join("pg_hba.conf"), HBA)?;
        folder::hand_over(&data)?;
        let port = Port::take()?;
        let mut server = installation.program("postgres");
        server.arg("-D").arg(&data).args(["-p", &port.number().to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "ssl=on",
            "ssl_cert_file=server.pem",
            "ssl_key_file=server.key",
            "fsync=off",
            "shared_buffers=16MB",
            "max_connections=40",
            // So that a transaction which takes a lock for each of a few thousand things finds no room.
            "max_locks_per_transaction=10",
            // What a careful administrator would switch on, and what must hold no password all the same.
            "log_statement=all",
            "log_min_error_statement=error",
        ] {
            server.args(["-c", setting]);
        }
        let running = Supervised::start(&server, "QUIT", port, &folder.path().join("log"))?;
        let mut started = Self { version: installation.version, certificates, running, folder };
        started.set_up(database).await?;
        Ok(started)
    }

    /// What RDS does before the customer gets it.
    async fn set_up(&mut self, database: &str) -> anyhow::Result<()> {
        let shared = self.first_session().await?;
        let with_admin = "pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION";
        shared
            .batch_execute(&format!(
                "CREATE ROLE rds_superuser; CREATE ROLE rds_iam; CREATE ROLE rds_password; GRANT {with_admin};
                 CREATE ROLE {MASTER} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser PASSWORD '{PASSWORD}';
                 ALTER DATABASE postgres OWNER TO {MASTER};"
            ))
            .await?;
        Ok(shared.batch_execute(&format!("CREATE DATABASE \"{database}\" OWNER {MASTER}")).await?)
    }

    /// It listens a little before it answers.
    async fn first_session(&mut self) -> anyhow::Result<Client> {
        for _ in 0..LOOKS {
            match self.admin("postgres").await {
                Err(error) if format!("{error:#}").contains("starting up") => self.running.pause().await?,
                other => return other,
            }
        }
        anyhow::bail!("PostgreSQL does not come up: {}", self.log().unwrap_or_default())
    }

    /// Where it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.running.address
    }

    /// Logs in to `database` as `user`, as an application would.
    pub async fn log_in(&self, user: &str, password: &str, database: &str) -> anyhow::Result<Client> {
        self.log_in_through(self.address(), user, password, database).await
    }

    /// The same, by another way.
    pub async fn log_in_through(
        &self,
        address: std::net::SocketAddr,
        user: &str,
        password: &str,
        database: &str,
    ) -> anyhow::Result<Client> {
        let tls = Authorities::File(self.certificates.authority.clone()).client()?;
        let mut config = tokio_postgres::Config::new();
        config.host("localhost").hostaddr(address.ip()).port(address.port());
        config.user(user).password(password).dbname(database).ssl_mode(tokio_postgres::config::SslMode::Require);
        let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// The superuser's session, for what only RDS can do.
    pub async fn admin(&self, database: &str) -> anyhow::Result<Client> {
        self.log_in(RDS_ADMIN, PASSWORD, database).await
    }

    /// The master's session.
    pub async fn master(&self, database: &str) -> anyhow::Result<Client> {
        self.log_in(MASTER, PASSWORD, database).await
    }

    /// The files of the database numbered `database` that hold one of `needles`, by their paths below the data folder.
    pub fn files_with(&self, database: u32, needles: &[&str]) -> anyhow::Result<Vec<String>> {
        let folder = format!("base/{database}");
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.folder.path().join("data").join(&folder))? {
            let entry = entry?;
            // A file may go while it is looked for.
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            if needles.iter().any(|needle| holds(&bytes, needle.as_bytes())) {
                found.push(format!("{folder}/{}", entry.file_name().display()));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Everything the server has logged.
    pub fn log(&self) -> std::io::Result<String> {
        std::fs::read_to_string(self.folder.path().join("log"))
    }
}

/// Nearly all of a file begins no needle, so it is gone through for the first byte alone.
fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(needle) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
