//! A server that ends with whoever started it, however that ends: a shell between them stops it when its standard input
//! does.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::folder;
use crate::child::Held;

/// See the module.
#[derive(Debug)]
pub(super) struct Supervised {
    child: Held,
    /// Where it listens.
    pub address: SocketAddr,
}

const SHELL: &str = r#"signal=$1; shift; "$@" & server=$!; cat >/dev/null; kill -s "$signal" $server; wait $server"#;

/// A port nobody listens on.
pub(super) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Supervised {
    /// Starts `program`, which has been told to listen on `port`; `signal` is what ends it at once. What it says goes
    /// into the file `log`.
    pub(super) fn start(program: &Command, signal: &str, port: u16, log: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(log)?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SHELL, "sh", signal]).arg(program.get_program()).args(program.get_args());
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut command = folder::as_server(&command);
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let child = Held::start(&mut command).context("could not start a database server")?;
        let mut started = Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) };
        started.listening(log)?;
        Ok(started)
    }

    #[expect(clippy::disallowed_methods, reason = "a process is watched by the real clock")]
    fn listening(&mut self, log: &Path) -> anyhow::Result<()> {
        for _ in 0..600 {
            if TcpStream::connect_timeout(&self.address, Duration::from_millis(200)).is_ok() {
                return Ok(());
            }
            if self.child.ended().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the database server does not listen; it said: {}", std::fs::read_to_string(log).unwrap_or_default())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.child.get().stdin.take());
        let _ = self.child.get().wait();
    }
}
