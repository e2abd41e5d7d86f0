//! `connect`: a real PostgreSQL behind a real sshd, and a stand-in for what Session Manager starts.

mod manager;
mod ssh;
mod typed;

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nightshift::clock;
use nightshift_testkit::Fault;
use nightshift_testkit::child::ChildProcess;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD};
use nightshift_testkit::database::world::{DATABASE, Server, World};
use nightshift_testkit::database::{DatabaseWorld, Flavour, Installation, MysqlWorld, Postgres};
use serde_json::{Value, json};

use crate::record::signal;
use crate::{Said, said};
use manager::{PLUGIN, SSM, autoscaling};
use ssh::Sshd;

/// Where nobody listens.
const OTHER: u16 = 9;
/// What is meant for another server of MySQL.
const MY_CNF: &str = "[client]\npassword=of-another\nport=9\nssl-mode=DISABLED\nskip-ssl\ndatabase=of-another\n";

/// The secret of the one who connects.
const SECRET: &str = "AuroraDemoReader";

/// Whether what these tests go by is here. The step *sshd and psql* of `cargo xtask test` says so where it is not.
fn can_be_tried() -> bool {
    let programs = ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/psql"];
    let missing = programs.iter().find(|program| !Path::new(program).exists());
    if let Some(missing) = missing {
        nightshift_testkit::missing::note(missing);
    }
    missing.is_none()
}

/// A server, its secret, and a folder for what the command keeps.
struct Place<S = Postgres> {
    world: World<S>,
    engine: &'static str,
    database: &'static str,
    state: tempfile::TempDir,
}

impl Place {
    async fn new() -> anyhow::Result<Self> {
        Self::of(DatabaseWorld::new(&Installation::any()?).await?, "postgres", DATABASE).await
    }
}

impl<S: Server> Place<S> {
    async fn of(world: World<S>, engine: &'static str, database: &'static str) -> anyhow::Result<Self> {
        let place = Self { world, engine, database, state: tempfile::tempdir()? };
        place.world.put(SECRET, &place.secret("localhost")).await?;
        Ok(place)
    }

    fn secret(&self, host: &str) -> Value {
        let port = self.world.server.address().port();
        json!({
            "engine": self.engine, "host": host, "port": port, "username": MASTER, "password": PASSWORD,
            "dbname": self.database,
        })
    }

    fn command(&self, path: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
        let mut environment = self.world.environment(&[]);
        // Nothing stands between but what is typed.
        environment.remove("NIGHTSHIFT_DB_ADDRESS");
        command
            .env_clear()
            .envs(environment)
            .env("XDG_STATE_HOME", self.state.path())
            .env("PATH", path)
            .env("COLUMNS", "200");
        // What a person may have set for other servers names a password or an address of theirs.
        let home = self.state.path();
        let service = format!("[other]\nhost=127.0.0.1\nport={OTHER}\npassword=of-another\n");
        let files = [(".pg_service.conf", service), (".my.cnf", MY_CNF.to_owned())];
        for (file, text) in files {
            std::fs::write(home.join(file), text).expect("a folder of our own");
        }
        command
            .env("HOME", home)
            .env("PGSERVICE", "other")
            .env("PGHOSTADDR", "127.0.0.2")
            .env("PGSSLMODE", "disable")
            .env("MYSQL_TEST_LOGIN_FILE", home.join(".my.cnf"));
        command.arg("connect").args(arguments);
        command
    }

    fn connect(&self, path: &str, arguments: &[&str]) -> Said {
        said(&mut self.command(path, arguments))
    }

    /// The same by a proxy, whose certificate is of an authority that this machine knows and RDS is not.
    async fn by_proxy(&self, path: &str, arguments: &[&str]) -> anyhow::Result<Said> {
        let mut behind = self.secret("db.invalid");
        behind["proxyHost"] = json!("localhost");
        self.world.put("BehindProxy-reader", &behind).await?;
        let mut command = self.command(path, &[&["BehindProxy", "--as", "reader"], arguments].concat());
        let own = command.get_envs().find(|(name, _)| *name == "NIGHTSHIFT_DB_CA_FILE").and_then(|(_, path)| path);
        let own = own.expect("an authority of the test's own").to_owned();
        let refused = said(command.env_remove("NIGHTSHIFT_DB_CA_FILE").env("SSL_CERT_FILE", "/dev/null"));
        assert!(refused.code != 0 && refused.out.is_empty(), "believed without a reason: {}", refused.out);
        Ok(said(command.env("SSL_CERT_FILE", own)))
    }

    /// The command with a tunnel alone, once it has said that it is open.
    async fn opened(&self, path: &str, arguments: &[&str], port: &str) -> anyhow::Result<ChildProcess> {
        let said = self.state.path().join("said");
        let mut command = self.command(path, arguments);
        command.stdin(Stdio::null()).stdout(File::create(&said)?).stderr(Stdio::null());
        let child = ChildProcess::start(&mut command)?;
        let opened = format!("is 127.0.0.1:{port}\n");
        until("the tunnel is open", || std::fs::read_to_string(&said).is_ok_and(|said| said.ends_with(&opened))).await;
        Ok(child)
    }

    /// What the command left on the disk, but for authorities, which are no secret.
    fn left(&self) -> Vec<String> {
        let folder = self.state.path().join("nightshift");
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.ends_with("-roots.pem"));
        names.sort();
        names
    }
}

fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn free() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string())
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        clock::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within 20 seconds: {what}");
}

const ASK: [&str; 3] =
    ["--", "-Atc", "SELECT current_user, ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()"];
const ANSWER: &str = "master|t\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_name_leads_to_a_prompt_and_through_ssh_nothing_is_left_of_the_way() -> anyhow::Result<()> {
    if !can_be_tried() {
        return Ok(());
    }
    let place = Place::new().await?;
    let direct = place.connect("/usr/bin:/bin", &[&[SECRET][..], &ASK].concat());
    assert_eq!((direct.code, direct.out.as_str()), (0, ANSWER), "{}", direct.err);
    let by_proxy = place.by_proxy("/usr/bin:/bin", &ASK).await?;
    assert_eq!((by_proxy.code, by_proxy.out.as_str()), (0, ANSWER), "{}", by_proxy.err);

    let sshd = Sshd::start().await?;
    let key = std::fs::read_to_string(&sshd.key)?;
    place.world.secrets.create_secret().name("jump/key").secret_string(key).send().await?;
    let port = free()?;
    let through = ["--via", "ssh:bastion", "--ssh-key-secret", "jump/key", "--local-port", &port];
    let tunnelled = place.connect(&sshd.path(), &[&["AuroraDemo", "--as", "reader"], &through[..], &ASK].concat());
    assert_eq!((tunnelled.code, tunnelled.out.as_str()), (0, ANSWER), "{}", tunnelled.err);
    assert!(!is_open(port.parse()?), "the tunnel ended with the client");
    assert_eq!(place.left(), Vec::<String>::new(), "no key is left");

    // What the client says no with is the client's to say; the tunnel ends all the same.
    let failed = place.connect(&sshd.path(), &[&[SECRET], &through[..], &["--", "-c", "SELECT nothing"]].concat());
    assert!(failed.code == 2 && failed.err.contains("nothing"), "{}", failed.err);
    assert!(!is_open(port.parse()?) && place.left().is_empty());

    // Another server's name is not this one's.
    place.world.put("elsewhere", &place.secret("127.0.0.1")).await?;
    let other = place.connect(&sshd.path(), &[&["elsewhere"], &through[..], &ASK].concat());
    assert!(other.code == 2 && other.err.contains("does not match host name"), "{}", other.err);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_it_leaves_neither_a_tunnel_nor_a_key() -> anyhow::Result<()> {
    if !can_be_tried() {
        return Ok(());
    }
    let place = Place::new().await?;
    let sshd = Sshd::start().await?;
    let key = std::fs::read_to_string(&sshd.key)?;
    place.world.secrets.create_secret().name("jump/key").secret_string(key).send().await?;
    let port = free()?;
    let arguments =
        [SECRET, "--via", "ssh:bastion", "--ssh-key-secret", "jump/key", "--local-port", &port, "--tunnel-only"];
    for how in ["KILL", "INT", "TERM"] {
        let mut child = place.opened(&sshd.path(), &arguments, &port).await?;
        let folder = place.left();
        assert_eq!(folder.len(), 1, "the key is there while it is needed: {folder:?}");
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], port.parse()?));
        let client = place.world.server.log_in_through(here, MASTER, PASSWORD, DATABASE).await;
        assert!(client.is_ok(), "a program of one's own gets through");
        signal(child.get().id(), how);
        let code = child.get().wait()?.code();
        assert!(how == "KILL" || code == Some(0), "{how}: {code:?}");
        until("the tunnel is gone", || !is_open(port.parse().unwrap())).await;
        until("the key is gone", || place.left().is_empty()).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_and_what_would_be_run_is_shown_without_a_password() -> anyhow::Result<()> {
    if !can_be_tried() {
        return Ok(());
    }
    let place = Place::new().await?;
    let shown =
        place.connect("/usr/bin:/bin", &[SECRET, "--via", "ssm:i-0abc", "--local-port", "40123", "--print-only"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.starts_with("aws ssm start-session --region us-east-1 --target i-0abc "), "{}", shown.out);
    assert!(
        shown.out.contains("hostaddr=127.0.0.1 port=40123") && shown.out.contains("sslmode=verify-full"),
        "{}",
        shown.out
    );
    assert!(!shown.out.contains(PASSWORD) && shown.out.contains("PGPASSWORD='(the password in arn:"), "{}", shown.out);
    assert_eq!(shown.out.lines().count(), 2);

    // A cluster whose password RDS keeps is its own manager's.
    let rds = place.world.scene.rds("us-east-1").await;
    let call =
        rds.create_db_cluster().db_cluster_identifier("orders").engine("aurora-postgresql").database_name("shop");
    let made = call.master_username("chief").manage_master_user_password(true).send().await?;
    let endpoint = made.db_cluster().and_then(|cluster| cluster.endpoint()).unwrap_or_default().to_owned();
    let shown = place.connect("/usr/bin:/bin", &["orders", "--print-only"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains(&format!("host={endpoint} port=5432 user=")), "{}", shown.out);
    let refused = place.connect("/usr/bin:/bin", &["orders", "--as", "reader", "--print-only"]);
    assert!(
        refused.err.contains("cluster orders is there, but no secret ordersReader, orders-reader"),
        "{}",
        refused.err
    );

    // Whoever may read one secret is refused every other name that is tried before it.
    let denied = Fault::Denied;
    for name in ["OtherReader", "Other-reader", "Other_reader"] {
        place.world.scene.proxy.break_next("secretsmanager:GetSecretValue", name, usize::MAX, denied);
    }
    place.world.put("Other/reader", &place.secret("localhost")).await?;
    let shown = place.connect("/usr/bin:/bin", &["Other", "--as", "reader", "--print-only"]);
    assert!(shown.code == 0 && shown.out.contains("host=localhost"), "{}", shown.err);
    place.world.scene.proxy.break_next("secretsmanager:GetSecretValue", "nobodys", usize::MAX, denied);
    let refused = place.connect("/usr/bin:/bin", &["nobodys", "--print-only"]);
    assert!(refused.code == 1 && refused.err.contains("AccessDenied"), "{}", refused.err);

    let empty = tempfile::tempdir()?;
    let nowhere = empty.path().display().to_string();
    for (arguments, expected) in [
        (&[SECRET][..], "there is no program psql on this machine"),
        (&[SECRET, "--client", "pgcli"], "there is no program pgcli"),
        (&[SECRET, "--via", "ssh:bastion"], "there is no program ssh"),
        (&[SECRET, "--via", "ssm:i-0abc"], "there is no program aws"),
        (&["nobody"], "there is no secret nobody and no cluster nobody in us-east-1"),
        (&[SECRET, "--tunnel-only"], "there is no tunnel to open"),
    ] {
        let refused = place.connect(&nowhere, arguments);
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert!(refused.err.contains(expected) && refused.err.contains("→ "), "{}", refused.err);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let refused = place.connect("/usr/bin:/bin", &[SECRET, "--via", "ssh:nowhere.invalid", "--local-port", &port]);
    assert!(refused.code == 1 && refused.err.contains(&format!("127.0.0.1:{port}")), "{}", refused.err);
    let refused = place.connect("/usr/bin:/bin", &[SECRET, "--via", "ssh:nowhere.invalid"]);
    assert!(refused.code == 1 && refused.err.contains("the tunnel did not open"), "{}", refused.err);
    Ok(())
}

/// With the client of each, both of which many machines call mysql.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_mysql_starts_only_where_the_servers_name_was_verified_through_the_tunnel() -> anyhow::Result<()> {
    for flavour in [Flavour::Mysql, Flavour::Mariadb] {
        let Some((program, client)) = flavour.find().and_then(|found| Some((found.clone(), found.client()?))) else {
            continue;
        };
        let place = Place::of(MysqlWorld::new(&program).await?, flavour.engine(), "my_shop").await?;
        let folder = tempfile::tempdir()?;
        let bin = folder.path().join("bin");
        ssh::program(&bin, "mysql", &client)?;
        ssh::program(&bin, "aws", SSM)?;
        ssh::program(&bin, "session-manager-plugin", PLUGIN)?;
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let ask = ["--", "--batch", "--skip-column-names", "--execute=SELECT CURRENT_USER(), DATABASE()"];
        let direct = place.connect(&path, &[&[SECRET][..], &ask].concat());
        assert_eq!((direct.code, direct.out.as_str()), (0, "master@%\tmy_shop\n"), "{flavour:?}: {}", direct.err);
        let through = ["--via", "ssm:i-0abc"];
        let tunnelled = place.connect(&path, &[&[SECRET][..], &through[..], &ask[..]].concat());
        assert_eq!(
            (tunnelled.code, tunnelled.out.as_str()),
            (0, direct.out.as_str()),
            "{flavour:?}: {}",
            tunnelled.err
        );
        assert!(tunnelled.err.contains("checked through the tunnel"), "{}", tunnelled.err);
        let by_proxy = place.by_proxy(&path, &[&through[..], &ask[..]].concat()).await?;
        assert_eq!((by_proxy.code, by_proxy.out.as_str()), (0, direct.out.as_str()), "{flavour:?}: {}", by_proxy.err);
        // A server of another name: no client starts, and no password is sent.
        place.world.put("elsewhere", &place.secret("127.0.0.1")).await?;
        let refused = place.connect(&path, &[&["elsewhere"][..], &through[..], &ask[..]].concat());
        assert!(refused.code == 1 && refused.out.is_empty(), "{flavour:?}: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("certificate"), "{flavour:?}: {}", refused.err);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn session_manager_opens_the_way_and_a_stopped_jump_host_is_started() -> anyhow::Result<()> {
    if !can_be_tried() {
        return Ok(());
    }
    let place = Place::new().await?;
    let folder = tempfile::tempdir()?;
    let bin = folder.path().join("bin");
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let through = |via: &'static str| [&[SECRET, "--via", via][..], &ASK].concat();
    ssh::program(&bin, "aws", &autoscaling(folder.path()))?;
    let refused = place.connect(&path, &through("ssm:i-0abc"));
    assert!(refused.err.contains("there is no program session-manager-plugin"), "{}", refused.err);
    ssh::program(&bin, "session-manager-plugin", PLUGIN)?;
    let port = free()?;
    let done = place.connect(&path, &[&["--local-port", &port], &through("ssm:i-0abc")[..]].concat());
    assert_eq!((done.code, done.out.as_str()), (0, ANSWER), "{}", done.err);
    assert!(!is_open(port.parse()?), "the plugin ended, not only what had started it");
    let kept = [SECRET, "--via", "ssm:i-0abc", "--local-port", &port, "--tunnel-only"];
    for how in ["INT", "KILL"] {
        let mut child = place.opened(&path, &kept, &port).await?;
        signal(child.get().id(), how);
        let code = child.get().wait()?.code();
        assert!(how == "KILL" || code == Some(0), "{how}: {code:?}");
        until("the plugin is gone", || !is_open(port.parse().unwrap())).await;
    }

    let refused = place.connect(&path, &through("ssm:asg/Jump"));
    assert!(refused.code == 1 && refused.err.contains("is stopped, and nothing was started"), "{}", refused.err);
    assert!(!folder.path().join("started").exists());
    let done = place.connect(&path, &[&["--yes"], &through("ssm:asg/Jump")[..]].concat());
    assert_eq!((done.code, done.out.as_str()), (0, ANSWER), "{}", done.err);
    assert!(done.err.contains("--desired-capacity 0"), "it says how to stop it again: {}", done.err);
    assert!(done.err.contains("lets nobody through yet"), "{}", done.err);
    assert!(folder.path().join("started").exists());
    Ok(())
}
