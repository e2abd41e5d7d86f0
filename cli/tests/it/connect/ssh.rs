//! A real sshd for one test, with a host key and a user's key of its own, and an ssh that knows it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use nightshift::clock;
use nightshift_testkit::child::ChildProcess;

/// A running sshd. Whoever has `key` may open tunnels through it.
pub(super) struct Sshd {
    _process: ChildProcess,
    folder: tempfile::TempDir,
    /// The user's private key.
    pub key: PathBuf,
}

impl Sshd {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["host", "user"] {
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at(name)).status()?;
            ensure!(made.success(), "ssh-keygen made no key");
        }
        fs::copy(at("user.pub"), at("authorized"))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
            at("host").display(),
            at("authorized").display()
        );
        fs::write(at("sshd.conf"), config)?;
        // Its service makes this where there is one. Whoever is not root needs none.
        let _ = fs::create_dir_all("/run/sshd");
        // sshd starts itself anew for each connection, and wants to know where it is.
        let mut process = Command::new("/usr/sbin/sshd");
        process.args(["-D", "-e", "-f"]).arg(at("sshd.conf")).stdin(Stdio::null()).stderr(Stdio::null());
        let process = ChildProcess::start(&mut process).context("no sshd: apt-get install openssh-server")?;
        let known = format!("[127.0.0.1]:{port} {}", fs::read_to_string(at("host.pub"))?);
        fs::write(at("known"), known)?;
        // What people have in ~/.ssh/config.
        let client = format!(
            "Host bastion\n  HostName 127.0.0.1\n  Port {port}\n  UserKnownHostsFile {}\n  IdentityFile {}\n  BatchMode yes\n",
            at("known").display(),
            at("none").display()
        );
        fs::write(at("client.conf"), client)?;
        let shim = format!("exec /usr/bin/ssh -F {} \"$@\"", at("client.conf").display());
        program(&at("bin"), "ssh", &shim)?;
        let key = at("user");
        let sshd = Self { _process: process, key, folder };
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(sshd);
            }
            clock::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("sshd does not answer")
    }

    /// A PATH on which ssh knows this sshd.
    pub(super) fn path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display())
    }
}

/// Writes a shell script that can be called.
pub(super) fn program(folder: &Path, name: &str, script: &str) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
