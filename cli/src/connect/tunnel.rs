//! A tunnel, and the process that keeps it: it ends with us however we end, and takes the file of the private key with it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use nightshift::clock;
use nightshift::text::printable;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStderr, Command};

use super::holder::{self, Holder};
use super::target::Target;
use crate::output::complain;
use crate::told::Told;

/// Runs what stands behind its first two arguments until that ends or our end of its standard input is closed, which the system does
/// for a process that is killed, too. Its first argument says whom that ends: `group` is everything it started, where it leads a
/// group of its own; else the tunnel alone. Then the folder of its second argument goes, if there is one. It hears neither Ctrl-C, which is
/// the client's, nor that a terminal is closed, and nothing it starts does.
const KEEPER: &str = r#"whom=$1; folder=$2; shift 2; exec 3<&0; trap '' INT QUIT HUP
"$@" </dev/null & tunnel=$!
trap 'kill "$tunnel"' TERM
{ cat <&3 >/dev/null; trap '' TERM; if [ "$whom" = group ]; then kill -TERM 0; else kill "$tunnel"; fi; } 2>/dev/null &
watch=$!
wait "$tunnel"; code=$?
kill "$watch" 2>/dev/null
[ -z "$folder" ] || rm -rf -- "$folder"
exit "$code""#;

/// How long a tunnel may take to open: Session Manager starts a session on the instance first.
const OPENING: Duration = Duration::from_mins(1);
/// How long it may take to close.
const CLOSING: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(100);
/// How much of what a tunnel says is shown.
const SAID: usize = 4096;

/// The programs a tunnel is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Dig {
    /// By ssh to `destination`, with the private key in a file if one was fetched.
    Ssh { destination: String, key: Option<String> },
    /// By Session Manager to an instance, with the AWS command line and its plugin.
    Ssm { instance: String, profile: Option<String>, region: String },
}

impl Dig {
    /// The command for a tunnel from `port` here to where `target` is.
    pub(super) fn command(&self, target: &Target, port: u16) -> Vec<String> {
        let Target { host, port: there, .. } = target;
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        match self {
            Self::Ssh { destination, key } => {
                // An address of version 6 stands in brackets.
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                let forward = format!("127.0.0.1:{port}:{host}:{there}");
                let mut command = words(&["ssh", "-N", "-T"]);
                // A connection that others share would keep the tunnel open behind us.
                for option in
                    ["ExitOnForwardFailure=yes", "ServerAliveInterval=15", "ControlMaster=no", "ControlPath=none"]
                {
                    command.extend(words(&["-o", option]));
                }
                if let Some(key) = key {
                    command.extend(words(&["-i", key, "-o", "IdentitiesOnly=yes"]));
                }
                command.extend(words(&["-L", &forward, "--", destination]));
                command
            }
            Self::Ssm { instance, profile, region } => {
                let parameters = serde_json::json!({
                    "host": [host], "portNumber": [there.to_string()], "localPortNumber": [port.to_string()],
                });
                let mut command = words(&["aws", "ssm", "start-session", "--region", region]);
                if let Some(profile) = profile {
                    command.extend(words(&["--profile", profile]));
                }
                let document = "AWS-StartPortForwardingSessionToRemoteHost";
                command.extend(words(&["--target", instance, "--document-name", document]));
                command.extend(words(&["--parameters", &parameters.to_string()]));
                command
            }
        }
    }

    /// What has to be installed for it, and where it is had.
    pub(super) fn programs(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ssh { .. } => &[("ssh", "install OpenSSH's client")],
            Self::Ssm { .. } => &[
                ("aws", "install the AWS command line, version 2"),
                ("session-manager-plugin", "install the Session Manager plugin for the AWS command line"),
            ],
        }
    }

    fn fix(&self) -> &'static str {
        match self {
            Self::Ssh { .. } => {
                "see what ssh says: a key it takes, a name it knows, and a jump host whose security group lets you in and whose own way \
                 to the server is open"
            }
            Self::Ssm { .. } => {
                "see what it says: the instance has to run and be known to Session Manager (aws ssm describe-instance-information), and \
                 you need ssm:StartSession on it and on the document AWS-StartPortForwardingSessionToRemoteHost"
            }
        }
    }
}

/// An open tunnel. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Tunnel {
    /// Where it begins.
    pub here: SocketAddr,
    keeper: Child,
    said: Said,
}

/// The last of what a tunnel says. It is read as it comes, or a tunnel that says much would wait for us.
#[derive(Debug, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    fn of(mut stderr: ChildStderr) -> Self {
        let said = Self::default();
        let kept = Arc::clone(&said.0);
        tokio::spawn(async move {
            let mut more = [0; 1024];
            while let Ok(length @ 1..) = stderr.read(&mut more).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&more[..length]);
                let over = kept.len().saturating_sub(SAID);
                kept.drain(..over);
            }
        });
        said
    }

    fn words(&self) -> String {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = printable(String::from_utf8_lossy(&said).trim());
        if said.is_empty() { "it said nothing".to_owned() } else { said }
    }
}

impl Tunnel {
    /// Opens one. `folder` goes with it.
    pub(super) async fn open(dig: &Dig, target: &Target, port: u16, folder: Option<&Path>) -> anyhow::Result<Self> {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new("sh");
        let leads = matches!(dig, Dig::Ssm { .. });
        command
            .args(["-c", KEEPER, "sh", if leads { "group" } else { "tunnel" }])
            .arg(folder.unwrap_or(Path::new("")))
            .args(dig.command(target, port));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(false);
        if leads {
            // The plugin is a child of what is started, and listens for Ctrl-C whatever that does. It asks nothing of a terminal, as
            // ssh may.
            command.process_group(0);
        }
        let mut keeper = command.spawn().context("could not start sh, which keeps the tunnel")?;
        let said = keeper.stderr.take().map(Said::of).unwrap_or_default();
        let mut tunnel = Self { here, keeper, said };
        match tunnel.opens(dig).await {
            Ok(()) => Ok(tunnel),
            Err(error) => {
                tunnel.end().await;
                Err(error)
            }
        }
    }

    /// Waits until it lets somebody in.
    async fn opens(&mut self, dig: &Dig) -> anyhow::Result<()> {
        for _ in 0..OPENING.as_millis() / POLL.as_millis() {
            if let Some(status) = self.keeper.try_wait().context("could not ask after the tunnel")? {
                clock::sleep(POLL).await;
                return Err(Told::error(
                    format!("the tunnel did not open ({status}): {}", self.said.words()),
                    dig.fix(),
                ));
            }
            let here = self.here;
            if TcpStream::connect(here).await.is_ok() {
                match holder::of(here.port(), self.keeper.id()) {
                    Holder::Tunnel => return Ok(()),
                    // It says itself that it cannot listen there.
                    Holder::Other => {}
                    Holder::Stranger(user) => {
                        return Err(Told::error(
                            format!(
                                "a program of another user (number {user}) listens at {here}, so nothing was sent there"
                            ),
                            "name another port with --local-port, or leave it out for a free one",
                        ));
                    }
                }
            }
            clock::sleep(POLL).await;
        }
        Err(Told::error(format!("the tunnel did not open within {} seconds", OPENING.as_secs()), dig.fix()))
    }

    /// Waits until it ends by itself, and says what it said.
    pub(super) async fn ended(&mut self) -> String {
        // Not `wait`, which closes standard input first, and with it the tunnel.
        while matches!(self.keeper.try_wait(), Ok(None)) {
            clock::sleep(POLL).await;
        }
        self.said.words()
    }

    /// Ends what keeps it, and with that what it was made with.
    async fn end(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait().await;
    }

    /// Closes it, and waits until it is.
    pub(super) async fn close(mut self) {
        self.end().await;
        // What the tunnel was made with may have started something that ends a moment later.
        for _ in 0..CLOSING.as_millis() / POLL.as_millis() {
            if TcpStream::connect(self.here).await.is_err() {
                return;
            }
            clock::sleep(POLL).await;
        }
        complain(&format!(
            "the tunnel at {} is still open; see which process holds it: lsof -i :{}",
            self.here,
            self.here.port()
        ));
    }
}

/// The port a tunnel begins at: the one that was asked for, or a free one.
pub(super) async fn port(wanted: Option<u16>) -> anyhow::Result<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, wanted.unwrap_or(0)));
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener.local_addr().context("the system does not say which port is free")?.port()),
        Err(error) => Err(Told::error(
            format!("no tunnel can begin at {address}: {error}"),
            "choose another --local-port, or leave it out for a free one",
        )),
    }
}

#[cfg(test)]
mod tests {
    use nightshift::secret::Secret;
    use nightshift::services::sql::Engine;

    use super::*;

    fn target(host: &str) -> Target {
        Target {
            secret: "arn:s".to_owned(),
            engine: Engine::Postgres,
            host: host.to_owned(),
            port: 5432,
            user: "app".to_owned(),
            password: Secret::new("hunter2".to_owned()),
            database: None,
            is_proxy: false,
        }
    }

    #[test]
    fn a_tunnel_is_dug_with_what_is_installed() {
        let ssh =
            |key: Option<&str>| Dig::Ssh { destination: "ec2-user@bastion".to_owned(), key: key.map(str::to_owned) };
        insta::assert_snapshot!(ssh(None).command(&target("db.example"), 40_000).join(" "), @"ssh -N -T -o ExitOnForwardFailure=yes -o ServerAliveInterval=15 -o ControlMaster=no -o ControlPath=none -L 127.0.0.1:40000:db.example:5432 -- ec2-user@bastion");
        insta::assert_snapshot!(ssh(Some("/k")).command(&target("fd00::1"), 40_000).join(" "), @"ssh -N -T -o ExitOnForwardFailure=yes -o ServerAliveInterval=15 -o ControlMaster=no -o ControlPath=none -i /k -o IdentitiesOnly=yes -L 127.0.0.1:40000:[fd00::1]:5432 -- ec2-user@bastion");
        let ssm =
            Dig::Ssm { instance: "i-0a".to_owned(), profile: Some("dev".to_owned()), region: "eu-west-1".to_owned() };
        insta::assert_snapshot!(ssm.command(&target("db.example"), 40_000).join(" "), @r#"aws ssm start-session --region eu-west-1 --profile dev --target i-0a --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters {"host":["db.example"],"localPortNumber":["40000"],"portNumber":["5432"]}"#);
    }

    #[tokio::test]
    async fn a_port_in_use_is_said_and_a_free_one_is_found() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let number = taken.local_addr().unwrap().port();
        let fault = port(Some(number)).await.unwrap_err().to_string();
        assert!(fault.contains(&format!("127.0.0.1:{number}")), "{fault}");
        assert!(port(None).await.unwrap() > 0);
    }

    /// Killed at any moment, we leave no tunnel and no key behind.
    #[tokio::test]
    async fn what_keeps_a_tunnel_ends_it_and_takes_the_folder_with_it_when_we_are_gone() {
        for ends_by_itself in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let (keys, mark) = (folder.path().join("keys"), folder.path().join("mark"));
            std::fs::create_dir(&keys).unwrap();
            std::fs::write(keys.join("key"), "secret").unwrap();
            let seconds = if ends_by_itself { "0" } else { "60" };
            let ready = folder.path().join("ready");
            let trap = format!("trap 'touch {}; kill $!; exit' TERM", mark.display());
            let script = format!("sleep {seconds} & {trap}; touch {}; wait", ready.display());
            let mut keeper = Command::new("sh")
                .args(["-c", KEEPER, "sh", "tunnel"])
                .arg(&keys)
                .args(["sh", "-c", &script])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            if !ends_by_itself {
                while !ready.exists() {
                    clock::sleep(POLL).await;
                }
                // As the system does for a process that was killed.
                drop(keeper.stdin.take());
            }
            while keeper.try_wait().unwrap().is_none() {
                clock::sleep(POLL).await;
            }
            assert!(!keys.exists(), "the key is gone");
            assert_eq!(mark.exists(), !ends_by_itself, "the tunnel was asked to end");
        }
    }
}
