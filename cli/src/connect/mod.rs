//! `connect`: from the name of a secret or a cluster to a prompt, through whatever lies between. Everything it starts ends with it,
//! and nothing it read is left behind.

mod client;
mod files;
mod holder;
mod jump;
mod target;
mod tunnel;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use nightshift::clock;
use nightshift::config::Environment;
use nightshift::services::aws::Aws;
use nightshift::services::secrets::SecretsReader;
use nightshift::services::sql::{Endpoint, Engine, Trust};
use nightshift::text::printable;
use tokio::process::Command;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::args::{ConnectArgs, Jump, Via};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::told::Told;

use client::{Client, Flavour};
use jump::Host;
use target::Target;
use tunnel::{Dig, Tunnel};

/// How long a jump host that runs may take until it listens, and how long to wait between two tries.
const LISTENING: Duration = Duration::from_mins(2);
const AGAIN: Duration = Duration::from_secs(2);
/// How long the check of a name waits.
const CHECK: Duration = Duration::from_secs(10);

/// See the module.
pub(crate) async fn run(args: ConnectArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open("nothing was started").await?;
    let account = desk.account(&aws, args.account.account.as_deref(), "nothing was started").await?;
    let mut target = target::find(&aws, &account, &args.name, args.role).await?;
    target.database = args.database.clone().or(target.database);
    if args.tunnel_only && args.via == Via::None {
        return Err(Told::error(
            "there is no tunnel to open: --via is none",
            "say what lies between, as --via ssh:HOST",
        ));
    }
    let (trust, roots) = files::believed(&desk.environment, target.is_proxy)?;
    let dig = dig(&args, &aws, desk).await?;
    if args.print_only {
        return print(&args, dig.as_ref().map(|(dig, _)| dig), &target, &roots, desk).await;
    }
    let Some((dig, boots)) = dig else {
        let client = client(&args, &target, None, &roots, &desk.environment).await?;
        return start(&client, &target).await;
    };
    needs(dig.programs(), &desk.environment)?;
    let keyed = match &args.ssh_key_secret {
        Some(name) => {
            files::sweep(&desk.environment).await;
            Some((files::key_folder(&desk.environment)?, read_key(&aws, name).await?))
        }
        None => None,
    };
    let mut wish = Wish::listen()?;
    // Dropped while it opens, it closes.
    let mut tunnel = tokio::select! {
        opened = open(&args, (dig, boots), &target, keyed) => opened?,
        () = wish.comes() => return Ok(Ending::Interrupted),
    };
    let done = if args.tunnel_only {
        keep(&mut tunnel, &mut wish, &target, desk).await
    } else {
        through(&args, &tunnel, &target, trust, &roots, desk).await
    };
    tunnel.close().await;
    done
}

/// That somebody wants it to end: Ctrl-C, or a request to terminate.
struct Wish {
    interrupt: Signal,
    terminate: Signal,
}

impl Wish {
    /// From here on none is missed, and none ends the process by itself.
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("could not listen for signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn comes(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What the tunnel is made with, if there is to be one, and whether the jump host has just begun to run.
async fn dig(args: &ConnectArgs, aws: &Aws, desk: &Desk) -> anyhow::Result<Option<(Dig, bool)>> {
    let region = aws.region().unwrap_or_default();
    let known = |name| Ok(Host { name, boots: false });
    let host = async |jump: &Jump| match jump {
        Jump::Host(host) => known(host.clone()),
        Jump::Group(name) if args.print_only => known(format!("INSTANCE-OF-{name}")),
        Jump::Group(name) => {
            needs(&[("aws", "install the AWS command line, version 2")], &desk.environment)?;
            jump::instance(desk, region, name, args.yes).await
        }
    };
    Ok(match &args.via {
        Via::None => None,
        Via::Ssh { user, jump } => {
            let Host { name, boots } = host(jump).await?;
            let destination = user.as_ref().map_or_else(|| name.clone(), |user| format!("{user}@{name}"));
            let key = args.ssh_key_secret.as_ref().map(|_| "KEY".to_owned());
            Some((Dig::Ssh { destination, key }, boots))
        }
        Via::Ssm(jump) => {
            let profile = desk.globals.profile.clone();
            let Host { name, boots } = host(jump).await?;
            Some((Dig::Ssm { instance: name, profile, region: region.to_owned() }, boots))
        }
    })
}

/// Opens the tunnel; the key that was read lies in a file from here on, and the tunnel's keeper takes it away.
async fn open(
    args: &ConnectArgs,
    (dig, boots): (Dig, bool),
    target: &Target,
    keyed: Option<(PathBuf, nightshift::secret::Secret)>,
) -> anyhow::Result<Tunnel> {
    let port = tunnel::port(args.local_port).await?;
    complain(&format!("opening a tunnel from 127.0.0.1:{port} to {}:{}", printable(&target.host), target.port));
    let mut waited = Duration::ZERO;
    loop {
        let opened = match (dig.clone(), &keyed) {
            (Dig::Ssh { destination, .. }, Some((folder, key))) => {
                let file = files::write_key(folder, key)?;
                let dig = Dig::Ssh { destination, key: Some(file.display().to_string()) };
                Tunnel::open(&dig, target, port, Some(folder)).await
            }
            (dig, _) => Tunnel::open(&dig, target, port, None).await,
        };
        // A machine runs before its sshd listens, and before Session Manager knows of it.
        if opened.is_ok() || !boots || waited >= LISTENING {
            return opened;
        }
        if waited.is_zero() {
            complain("the jump host has just begun to run and lets nobody through yet; trying again");
        }
        clock::sleep(AGAIN).await;
        waited += AGAIN;
    }
}

/// The client through an open tunnel.
async fn through(
    args: &ConnectArgs,
    tunnel: &Tunnel,
    target: &Target,
    trust: Trust,
    roots: &Path,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    if target.engine != Engine::Postgres {
        check(target, tunnel.here, trust).await?;
    }
    let client = client(args, target, Some(tunnel.here), roots, &desk.environment).await?;
    start(&client, target).await
}

/// Logs in by ourselves, so that it is the server's own certificate that lies at the other end.
async fn check(target: &Target, through: SocketAddr, trust: Trust) -> anyhow::Result<()> {
    let endpoint = Endpoint {
        engine: target.engine,
        host: target.host.clone(),
        tls_name: None,
        port: target.port,
        through: Some(through),
        trust,
        lock_timeout: CHECK,
        statement_timeout: CHECK,
    };
    let session = endpoint.log_in(&target.user, &target.password, "").await;
    session.map(drop).map_err(|error| Told::error(error.to_string(), error.fix()))
}

/// Until it ends, or somebody ends it.
async fn keep(tunnel: &mut Tunnel, wish: &mut Wish, target: &Target, desk: &Desk) -> anyhow::Result<Ending> {
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.say(&format!("{}:{} is {}", printable(&target.host), target.port, tunnel.here));
    complain(&format!(
        "log in as {}; verify the name {}, not 127.0.0.1; Ctrl-C closes the tunnel",
        printable(&target.user),
        printable(&target.host)
    ));
    tokio::select! {
        said = tunnel.ended() => Err(Told::error(format!("the tunnel ended: {said}"), "open it again with the same command")),
        () = wish.comes() => Ok(output.end(Ending::Done)),
    }
}

/// What the program at the prompt is called.
fn program(args: &ConnectArgs, engine: Engine) -> &str {
    args.client.as_deref().unwrap_or(if engine == Engine::Postgres { "psql" } else { "mysql" })
}

/// The program at the prompt.
async fn client(
    args: &ConnectArgs,
    target: &Target,
    through: Option<SocketAddr>,
    roots: &Path,
    environment: &Environment,
) -> anyhow::Result<Client> {
    let program = program(args, target.engine);
    let fix = match target.engine {
        Engine::Postgres => "install PostgreSQL's client, or name another with --client",
        Engine::Mysql | Engine::Mariadb => "install MySQL's client, or name another with --client",
    };
    needs(&[(program, fix)], environment)?;
    let flavour = if target.engine == Engine::Postgres {
        Flavour::Mysql
    } else {
        let said = Command::new(program).arg("--version").output().await;
        Flavour::of(&said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default())
    };
    Ok(Client::new(target, (program, flavour, &args.arguments), through, roots))
}

/// Starts it and waits for it. Ctrl-C is the client's: it ends a statement there, and not us.
async fn start(client: &Client, target: &Target) -> anyhow::Result<Ending> {
    if let Some(note) = client.note {
        complain(note);
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut command = Command::new(&client.program);
    command.args(&client.arguments).env(client.password, target.password.expose());
    for (name, value) in client.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command.spawn().with_context(|| format!("could not start {}", client.program))?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.with_context(|| format!("could not wait for {}", client.program))?,
            _ = interrupt.recv() => {}
        }
    };
    // What the client says of itself it has said.
    Ok(if status.success() { Ending::Done } else { Ending::Failed })
}

/// Each of `programs` is on PATH, or is a path; else how it is had.
fn needs(programs: &[(&str, &str)], environment: &Environment) -> anyhow::Result<()> {
    for (program, fix) in programs {
        let folders = environment.get("PATH").unwrap_or_default();
        let found = if program.contains('/') {
            Path::new(program).is_file()
        } else {
            std::env::split_paths(folders).any(|folder| folder.join(program).is_file())
        };
        if !found {
            return Err(Told::error(format!("there is no program {} on this machine", printable(program)), *fix));
        }
    }
    Ok(())
}

async fn read_key(aws: &Aws, name: &str) -> anyhow::Result<nightshift::secret::Secret> {
    let region = aws.region().unwrap_or_default();
    let found = SecretsReader::new(aws, region).current(name).await?;
    found.and_then(|(_, value)| value).ok_or_else(|| {
        Told::error(
            format!("there is no secret {} in {region}, or no text in it, so ssh has no key", printable(name)),
            "check --ssh-key-secret and --region; EC2 keeps no private keys, whoever made the pair stored it",
        )
    })
}

/// What would be run, one command a line, as a shell takes it.
async fn print(
    args: &ConnectArgs,
    dig: Option<&Dig>,
    target: &Target,
    roots: &Path,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    let output = Output::new(Words::CanBeHadAgain, desk);
    let port = tunnel::port(args.local_port).await?;
    let through = dig.map(|_| SocketAddr::from(([127, 0, 0, 1], port)));
    if let Some(dig) = dig {
        output.say(&spelled(&dig.command(target, port)));
    }
    if !args.tunnel_only {
        let client =
            Client::new(target, (program(args, target.engine), Flavour::Mysql, &args.arguments), through, roots);
        let mut words = vec![client.program];
        words.extend(client.arguments);
        output.say(&format!("{}='(the password in {})' {}", client.password, target.secret, spelled(&words)));
    }
    Ok(output.end(Ending::Done))
}

fn spelled(words: &[String]) -> String {
    words.iter().map(|word| crate::ask::quoted(word)).collect::<Vec<_>>().join(" ")
}
