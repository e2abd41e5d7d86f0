//! The two files a connection needs: the authorities to believe, which are no secret and stay, and a private key, which is one and
//! goes with the tunnel.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nightshift::config::Environment;
use nightshift::secret::Secret;
use nightshift::services::sql::{Authorities, Trust};

use crate::state;
use crate::told::Told;

/// Where machines keep the authorities that everybody believes: a proxy of RDS shows a certificate of theirs.
const OF_ALL: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Whom to believe about a server: RDS, or who stands in `NIGHTSHIFT_DB_CA_FILE`.
pub(super) fn authorities(environment: &Environment) -> Authorities {
    environment.get("NIGHTSHIFT_DB_CA_FILE").map_or(Authorities::Rds, |path| Authorities::File(path.into()))
}

/// A file of the authorities to believe, for a client that wants one.
pub(super) fn roots(environment: &Environment, trust: &Trust, is_proxy: bool) -> anyhow::Result<PathBuf> {
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
    let state =
        state::folder(environment).context("neither HOME nor XDG_STATE_HOME names a folder for the private key")?;
    let folder = state.join(format!("connect-{}", std::process::id()));
    private_folder(&folder)?;
    Ok(folder)
}

/// The private key in a file that only this user reads.
pub(super) fn write_key(folder: &Path, key: &Secret) -> anyhow::Result<PathBuf> {
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

        let trust = Authorities::Rds.trust().unwrap();
        let path = roots(&environment, &trust, false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), trust.pem);
        fs::write(&path, "half").unwrap();
        assert_eq!(fs::read(roots(&environment, &trust, false).unwrap()).unwrap(), trust.pem);
    }
}
