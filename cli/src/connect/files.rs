//! The two files a connection needs: the authorities to believe, which are no secret and stay, and a private key, which is one and
//! goes with the tunnel.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use nightshift::config::Environment;
use nightshift::secret::Secret;
use nightshift::services::sql::{Authorities, Trust};
use tokio::process::Command;

use crate::state;
use crate::told::Told;

/// Where machines keep the authorities that everybody believes: a proxy of RDS shows a certificate of theirs.
const OF_ALL: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What the folder of one tunnel's key is called, before the number of its process.
const OF_ONE: &str = "connect-";

/// Whom to believe about a server: RDS, or who stands in `NIGHTSHIFT_DB_CA_FILE`; about a proxy, those of this machine, too. For
/// ourselves, and as a file for a client: both believe the same.
pub(super) fn believed(environment: &Environment, is_proxy: bool) -> anyhow::Result<(Trust, PathBuf)> {
    const NOBODY: &str = "nobody is to be believed about the server's name";
    let own = environment.get("NIGHTSHIFT_DB_CA_FILE").map(|path| Authorities::File(path.into()));
    let trust = own.unwrap_or(Authorities::Rds).trust().context(NOBODY)?;
    let roots = roots(environment, &trust, is_proxy)?;
    let trust = if is_proxy { Authorities::Known(roots.clone()).trust().context(NOBODY)? } else { trust };
    Ok((trust, roots))
}

/// The file of them.
fn roots(environment: &Environment, trust: &Trust, is_proxy: bool) -> anyhow::Result<PathBuf> {
    if let Some(own) = environment.get("NIGHTSHIFT_DB_CA_FILE") {
        return Ok(own.into());
    }
    let folder =
        state::folder(environment).context("neither HOME nor XDG_STATE_HOME names a folder for the authorities")?;
    let mut pem = trust.pem.clone();
    if is_proxy {
        let named = environment.get("SSL_CERT_FILE").map(PathBuf::from);
        let mut known = named.into_iter().chain(OF_ALL.map(PathBuf::from));
        let all = known.find_map(|path| fs::read(path).ok()).ok_or_else(|| {
            Told::error(
                "a proxy of RDS has a certificate of Amazon's public authority, and this machine has no file of such authorities",
                "install ca-certificates, or name a file in SSL_CERT_FILE",
            )
        })?;
        pem.extend_from_slice(b"\n");
        pem.extend(all);
    }
    let path = folder.join(if is_proxy { "proxy-roots.pem" } else { "rds-roots.pem" });
    if fs::read(&path).ok().as_ref() != Some(&pem) {
        private_folder(&folder)?;
        // Another connection may read it meanwhile: it is there whole or as it was.
        let new = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&new, &pem)
            .and_then(|()| fs::rename(&new, &path))
            .with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(path)
}

/// A folder for the private key of one tunnel. What keeps the tunnel takes it away.
pub(super) fn key_folder(environment: &Environment) -> anyhow::Result<PathBuf> {
    let folder = keys(environment)?.join(format!("{OF_ONE}{}", std::process::id()));
    private_folder(&folder)?;
    Ok(folder)
}

/// Takes away what a machine that lost its power kept: the folders of processes that are no more.
pub(super) async fn sweep(environment: &Environment) {
    let entries = keys(environment).ok().and_then(|keys| fs::read_dir(keys).ok()).into_iter().flatten();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(OF_ONE)?.parse::<u32>().ok()) else {
            continue;
        };
        // Of somebody else's process it says no, too, and it is not ours then.
        let lives = Command::new("kill").args(["-0", &process.to_string()]).stderr(Stdio::null()).status().await;
        if lives.is_ok_and(|status| !status.success()) {
            // If it cannot be taken away, the next one tries.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Where private keys lie: in memory, where the system has a folder for this user there.
fn keys(environment: &Environment) -> anyhow::Result<PathBuf> {
    let memory = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    memory
        .map(|memory| memory.join("nightshift"))
        .or_else(|| state::folder(environment))
        .context("neither HOME nor XDG_STATE_HOME names a folder for the private key")
}

/// The private key in a file that only this user reads.
pub(super) fn write_key(folder: &Path, key: &Secret) -> anyhow::Result<PathBuf> {
    // What kept the last tunnel has taken the folder with it.
    private_folder(folder)?;
    let path = folder.join("key");
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
    let mut file = file.with_context(|| format!("could not make {}", path.display()))?;
    let text = key.expose();
    // ssh takes no key whose last line does not end.
    let end = if text.ends_with('\n') { "" } else { "\n" };
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(end.as_bytes()))
        .context("could not write the private key")?;
    Ok(path)
}

fn private_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("could not make {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn what_a_machine_without_power_left_goes_and_what_is_used_stays() {
        let state = tempfile::tempdir().unwrap();
        let environment: Environment = [("XDG_STATE_HOME", state.path().to_str().unwrap())].into_iter().collect();
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let own = key_folder(&environment).unwrap();
        let place = own.parent().unwrap();
        let (left, other) = (place.join(format!("{OF_ONE}{}", gone.id())), place.join("connect-notes"));
        for folder in [&left, &other] {
            fs::create_dir(folder).unwrap();
        }
        write_key(&left, &Secret::new("-----BEGIN".to_owned())).unwrap();
        sweep(&environment).await;
        assert!(own.exists() && other.exists() && !left.exists());
    }

    #[test]
    fn a_key_is_this_users_alone_and_the_authorities_are_there_whole() {
        let state = tempfile::tempdir().unwrap();
        let environment: Environment = [("XDG_STATE_HOME", state.path().to_str().unwrap())].into_iter().collect();
        let folder = key_folder(&environment).unwrap();
        let key = write_key(&folder, &Secret::new("-----BEGIN".to_owned())).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&key), mode(&folder)), (0o600, 0o700));
        assert_eq!(fs::read_to_string(&key).unwrap(), "-----BEGIN\n");
        assert!(write_key(&folder, &Secret::new("other".to_owned())).is_err(), "never over another");

        let memory = tempfile::tempdir().unwrap();
        let runtime = [("XDG_RUNTIME_DIR", memory.path().to_str().unwrap()), ("HOME", "/nowhere")];
        assert!(key_folder(&runtime.into_iter().collect()).unwrap().starts_with(memory.path()), "not on a disk");

        let trust = Authorities::Rds.trust().unwrap();
        let path = roots(&environment, &trust, false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), trust.pem);
        fs::write(&path, "half").unwrap();
        assert_eq!(fs::read(roots(&environment, &trust, false).unwrap()).unwrap(), trust.pem);
    }
}
