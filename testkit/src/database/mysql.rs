//! `MySQL` and `MariaDB` as RDS has them: a master user who is no superuser. The programs are those that `cargo xtask setup`
//! unpacks into `.tools/`, or the machine's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, OptsBuilder, SslOpts};

use super::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use super::supervised::{LOOKS, Supervised};
use super::{Certificates, folder};
use crate::port::Port;
use crate::{missing, repository};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the server of its name")]
pub enum Flavour {
    Mysql,
    Mariadb,
}

impl Flavour {
    /// As an event has it.
    pub const fn engine(self) -> &'static str {
        match self {
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// The program of the server, if it is here; if not, that is noted of the test that asks.
    pub fn find(self) -> Option<Program> {
        let found = self.program();
        if found.is_none() {
            missing::note(self.engine());
        }
        found
    }

    fn program(self) -> Option<Program> {
        let root = repository::root().join(".tools").join(self.engine()).join("root");
        let name = match self {
            Self::Mysql => "mysqld",
            Self::Mariadb => "mariadbd",
        };
        let own = root.join("usr/sbin").join(name);
        if own.exists() {
            return Some(Program { flavour: self, path: own, root: Some(root) });
        }
        let machine = PathBuf::from("/usr/sbin").join(name);
        machine.exists().then_some(Program { flavour: self, path: machine, root: None })
    }
}

/// A server's program, and the folder it was unpacked into.
#[derive(Debug, Clone)]
pub struct Program {
    /// Which server it is.
    pub flavour: Flavour,
    path: PathBuf,
    root: Option<PathBuf>,
}

impl Program {
    /// How it is started: what was unpacked brings its own libraries, and the loader that goes with them.
    fn command(&self) -> Command {
        let libraries = self.root.as_ref().map(|root| root.join("usr/lib/x86_64-linux-gnu"));
        let loader = libraries.as_ref().map(|libraries| libraries.join("ld-linux-x86-64.so.2"));
        match (loader.filter(|loader| loader.exists()), libraries) {
            (Some(loader), Some(libraries)) => {
                let mut command = Command::new(loader);
                command.arg("--library-path").arg(libraries).arg(&self.path);
                command
            }
            _ => Command::new(&self.path),
        }
    }

    /// The client that goes with it, as a shell script calls it; what was unpacked has one. If there is none, that is noted.
    pub fn client(&self) -> Option<String> {
        let found = self.unpacked_client();
        if found.is_none() {
            missing::note(&format!("a client of {}", self.flavour.engine()));
        }
        found
    }

    fn unpacked_client(&self) -> Option<String> {
        let root = self.root.as_ref()?;
        let name = match self.flavour {
            Flavour::Mysql => "mysql",
            Flavour::Mariadb => "mariadb",
        };
        let libraries = root.join("usr/lib/x86_64-linux-gnu");
        let (loader, client) = (libraries.join("ld-linux-x86-64.so.2"), root.join("usr/bin").join(name));
        client.exists().then(|| {
            let (loader, libraries, client) = (loader.display(), libraries.display(), client.display());
            format!("exec '{loader}' --library-path '{libraries}' '{client}' \"$@\"")
        })
    }

    /// What every start has in common.
    fn with_data(&self, data: &Path) -> anyhow::Result<Command> {
        // Of its own: MariaDB tidies up what it takes for left over there, which may be another server's.
        let temporary = data.with_file_name("tmp");
        std::fs::create_dir(&temporary)?;
        folder::hand_over(&temporary)?;
        let mut command = self.command();
        command.args(["--no-defaults", "--datadir"]).arg(data);
        command.arg(format!("--tmpdir={}", temporary.display()));
        if let Some(root) = &self.root {
            let share = share(root);
            command.arg(format!("--lc-messages-dir={}", share.display()));
            if self.flavour == Flavour::Mysql {
                command.arg(format!("--character-sets-dir={}", share.join("charsets").display()));
            }
        }
        Ok(command)
    }

    fn template(&self) -> anyhow::Result<PathBuf> {
        let ready = folder::template(self.flavour.engine());
        if ready.exists() {
            return Ok(ready);
        }
        let making = folder::fresh("making-")?;
        let data = making.path().join("data");
        std::fs::create_dir(&data)?;
        folder::hand_over(&data)?;
        let mut first = match self.flavour {
            Flavour::Mysql => {
                let mut command = self.with_data(&data)?;
                command.args(["--initialize-insecure", "--secure-file-priv=NULL", "--mysqlx=OFF"]);
                folder::as_server(&command)
            }
            Flavour::Mariadb => {
                let mut command = self.with_data(&data)?;
                command.args(["--bootstrap", "--skip-log-bin"]);
                let mut command = folder::as_server(&command);
                command.stdin(std::fs::File::open(self.bootstrap(making.path())?)?);
                command
            }
        };
        let done = first.output().context("could not initialise the data")?;
        ensure!(done.status.success(), "{}: {}", self.flavour.engine(), String::from_utf8_lossy(&done.stderr));
        let _ = std::fs::rename(&data, &ready);
        ensure!(ready.exists(), "the template of {} could not be kept", self.flavour.engine());
        Ok(ready)
    }

    /// What `mariadb-install-db` feeds the server with.
    fn bootstrap(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let share = share(self.root.as_deref().unwrap_or(Path::new("/")));
        let mut text = String::from("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n");
        for name in ["mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"] {
            // Newer versions have renamed their files, too.
            let path = [name.to_owned(), name.replacen("mysql", "mariadb", 1)].map(|name| share.join(name));
            let path = path.iter().find(|path| path.exists()).with_context(|| format!("no {name}"))?;
            text.push_str(&std::fs::read_to_string(path)?);
            text.push('\n');
        }
        let file = folder.join("bootstrap.sql");
        std::fs::write(&file, text)?;
        Ok(file)
    }
}

/// Where a server's messages and scripts are.
fn share(root: &Path) -> PathBuf {
    let found = ["usr/share/mariadb", "usr/share/mysql"].map(|folder| root.join(folder));
    let [own, old] = found;
    if own.join("english").exists() { own } else { old }
}

/// A running server.
#[derive(Debug)]
pub struct Mysql {
    /// Which server it is.
    pub flavour: Flavour,
    /// The files of its certificates.
    pub certificates: Certificates,
    running: Supervised,
    folder: tempfile::TempDir,
}

impl Mysql {
    /// Starts one whose certificate is for `host`, with an empty database `database`.
    pub async fn start(program: &Program, host: &str, database: &str) -> anyhow::Result<Self> {
        let folder = folder::fresh("mysql-")?;
        let data = folder.path().join("data");
        folder::copy(&program.template()?, &data)?;
        let certificates = Certificates::make(folder.path(), &[host, "localhost"])?;
        for file in [&certificates.certificate, &certificates.key, &certificates.authority] {
            std::fs::copy(file, data.join(file.file_name().unwrap_or_default()))?;
        }
        let setup = data.join("setup.sql");
        std::fs::write(&setup, Self::setup(program.flavour, database))?;
        folder::hand_over(&data)?;
        let port = Port::take()?;
        let mut server = program.with_data(&data)?;
        server.args([
            "--bind-address=127.0.0.1",
            &format!("--port={}", port.number()),
            "--require-secure-transport=ON",
        ]);
        server.arg(format!("--socket={}", data.join("s").display()));
        server.arg(format!("--pid-file={}", data.join("pid").display()));
        server.arg(format!("--init-file={}", setup.display()));
        server.args(["--ssl-ca=authority.pem", "--ssl-cert=server.pem", "--ssl-key=server.key"].map(|option| {
            let (name, file) = option.split_once('=').unwrap_or((option, ""));
            format!("{name}={}", data.join(file).display())
        }));
        // What a careful administrator would switch on, and what must hold no password all the same.
        server.args(["--general-log=ON", &format!("--general-log-file={}", data.join("general.log").display())]);
        server.args(["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve"]);
        if program.flavour == Flavour::Mysql {
            server.args(["--secure-file-priv=NULL", "--mysqlx=OFF"]);
        }
        let running = Supervised::start(&server, "KILL", port, &folder.path().join("log"))?;
        let mut started = Self { flavour: program.flavour, certificates, running, folder };
        started.ready().await?;
        Ok(started)
    }

    /// What RDS does before the customer gets it.
    fn setup(flavour: Flavour, database: &str) -> String {
        let privileges = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, \
                          SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, \
                          REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, \
                          TRIGGER";
        let (kill, second) = match flavour {
            Flavour::Mysql => ("CONNECTION_ADMIN", ", APPLICATION_PASSWORD_ADMIN"),
            Flavour::Mariadb => ("CONNECTION ADMIN", ""),
        };
        // RDS lets its master end sessions by a procedure of its own; here the right itself stands in for it.
        format!(
            "CREATE DATABASE IF NOT EXISTS `{database}`;\n\
             CREATE USER '{RDS_ADMIN}'@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{RDS_ADMIN}'@'%' WITH GRANT OPTION;\n\
             CREATE USER '{MASTER}'@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT {privileges}{second} ON *.* TO '{MASTER}'@'%' WITH GRANT OPTION;\n\
             GRANT {kill} ON *.* TO '{MASTER}'@'%';\n"
        )
    }

    /// It listens before its users are there.
    async fn ready(&mut self) -> anyhow::Result<()> {
        let mut last = None;
        for _ in 0..LOOKS {
            match self.log_in(RDS_ADMIN, PASSWORD, "").await {
                Ok(_) => return Ok(()),
                Err(error) => last = Some(error),
            }
            self.running.pause().await?;
        }
        anyhow::bail!("{} does not come up ({last:?}): {}", self.flavour.engine(), self.log())
    }

    /// Where it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.running.address
    }

    /// Logs in as an application would.
    pub async fn log_in(&self, user: &str, password: &str, database: &str) -> anyhow::Result<Conn> {
        let tls = SslOpts::default()
            .with_disable_built_in_roots(true)
            .with_root_certs(vec![self.certificates.authority.clone().into()]);
        let options = OptsBuilder::default()
            .ip_or_hostname("localhost")
            .resolved_ips(Some(vec![self.address().ip()]))
            .tcp_port(self.address().port())
            .prefer_socket(false)
            .user(Some(user))
            .pass(Some(password))
            .db_name((!database.is_empty()).then_some(database))
            .ssl_opts(tls);
        Ok(Conn::new(options).await?)
    }

    /// Runs statements as the server's own administrator.
    pub async fn admin(&self, statements: &[&str]) -> anyhow::Result<()> {
        let mut session = self.log_in(RDS_ADMIN, PASSWORD, "").await?;
        for statement in statements {
            session.query_drop(*statement).await.with_context(|| (*statement).to_owned())?;
        }
        Ok(())
    }

    /// Everything the server has logged, statements included.
    pub fn log(&self) -> String {
        let general = std::fs::read(self.folder.path().join("data/general.log")).unwrap_or_default();
        let errors = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&[general, errors].concat()).into_owned()
    }
}
