//! A server that ends with whoever started it, however that ends: a shell between them stops it when its standard input
//! does, and ends when the server does.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::folder;
use crate::child::ChildProcess;
use crate::port::Port;

/// See the module.
#[derive(Debug)]
pub(super) struct Supervised {
    child: ChildProcess,
    log: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    // Dropped last: the number is free once the server has ended.
    _port: Port,
}

const SHELL: &str = r#"
signal=$1; shift; exec 3<&0
"$@" 3<&- & server=$!
{ cat <&3 >/dev/null; kill -s "$signal" $server; } & watch=$!
exec 3<&-; wait $server; status=$?
kill $watch 2>/dev/null
exit $status"#;

/// How often a starting server is looked at, and how long at most. A busy machine takes its time; a server that has
/// ended is noticed at once.
const EVERY: Duration = Duration::from_millis(50);
pub(super) const LOOKS: usize = 3_600;

impl Supervised {
    /// Starts `program`, which has been told to listen on `port`; `signal` is what ends it at once. What it says goes
    /// into the file `log`.
    pub(super) fn start(program: &Command, signal: &str, port: Port, log: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(log)?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SHELL, "sh", signal]).arg(program.get_program()).args(program.get_args());
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut command = folder::as_server(&command);
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let child = ChildProcess::start(&mut command).context("could not start a database server")?;
        let address = SocketAddr::from(([127, 0, 0, 1], port.number()));
        let mut started = Self { child, log: log.to_owned(), address, _port: port };
        started.listening()?;
        Ok(started)
    }

    #[expect(clippy::disallowed_methods, reason = "a process is watched by the real clock")]
    fn listening(&mut self) -> anyhow::Result<()> {
        for _ in 0..LOOKS {
            self.runs()?;
            if TcpStream::connect_timeout(&self.address, EVERY * 4).is_ok() {
                return Ok(());
            }
            std::thread::sleep(EVERY);
        }
        bail!("the database server does not listen; it said: {}", self.said())
    }

    /// Waits a moment for a server that listens and lets nobody in yet.
    #[expect(clippy::disallowed_methods, reason = "a process is watched by the real clock")]
    pub(super) async fn pause(&mut self) -> anyhow::Result<()> {
        tokio::time::sleep(EVERY).await;
        self.runs()
    }

    fn runs(&mut self) -> anyhow::Result<()> {
        match self.child.ended() {
            Some(status) => bail!("the database server ended ({status}); it said: {}", self.said()),
            None => Ok(()),
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.child.get().stdin.take());
        let _ = self.child.get().wait();
    }
}
