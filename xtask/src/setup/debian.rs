//! `MySQL` and `MariaDB` in `.tools/`: packages of Debian unstable with all the libraries they need, downloaded and unpacked
//! by apt and dpkg with lists and a state of their own. Nothing is installed into the machine. Not pinned: the suite has one
//! version of each at a time.

use std::fs;
use std::path::Path;

use anyhow::ensure;

use crate::command::{here, quiet, works};
use crate::environment;

const SUITE: &str = "sid";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// One server.
pub(crate) struct Server {
    /// Its folder in `.tools/`.
    folder: &'static str,
    package: &'static str,
    program: &'static str,
}

pub(crate) const MARIADB: Server =
    Server { folder: "mariadb", package: "mariadb-server-core", program: "usr/sbin/mariadbd" };
pub(crate) const MYSQL: Server = Server { folder: "mysql", package: "mysql-server-core", program: "usr/sbin/mysqld" };

impl Server {
    /// Fetches it unless it is there; `Some` says why it could not be had.
    pub(super) fn ensure(&self) -> Option<String> {
        let folder = environment::tools().join(self.folder);
        if folder.join("root").join(self.program).exists() {
            return None;
        }
        let Some(mirror) = mirror() else {
            let machine = Path::new("/").join(self.program).exists();
            let tests = if machine { "tests use the one that is installed" } else { "its tests do nothing" };
            return Some(format!("{} is fetched on Debian on x86-64 only; {tests}", self.package));
        };
        println!("setup: fetching {}", self.package);
        match self.fetch(&folder, &mirror) {
            Ok(()) => None,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Some(format!("{} could not be fetched: {error:#}", self.package))
            }
        }
    }

    fn fetch(&self, folder: &Path, mirror: &str) -> anyhow::Result<()> {
        let _ = fs::remove_dir_all(folder);
        let apt = folder.join("apt");
        fs::create_dir_all(apt.join("lists/partial"))?;
        fs::create_dir_all(apt.join("cache/archives/partial"))?;
        fs::write(apt.join("sources.list"), format!("deb [signed-by={KEYRING}] {mirror} {SUITE} main\n"))?;
        // As if nothing at all were installed: every library comes along.
        fs::write(apt.join("status"), "")?;
        let place = apt.display();
        let config = apt.join("apt.conf");
        let lines = [
            format!("Dir::Etc::sourcelist \"{place}/sources.list\";"),
            "Dir::Etc::sourceparts \"-\";".to_owned(),
            format!("Dir::State::lists \"{place}/lists\";"),
            format!("Dir::State::status \"{place}/status\";"),
            format!("Dir::Cache \"{place}/cache\";"),
            "APT::Install-Recommends \"false\";".to_owned(),
        ];
        fs::write(&config, lines.join("\n") + "\n")?;
        quiet(here("apt-get", &["update", "-qq"]).env("APT_CONFIG", &config))?;
        quiet(here("apt-get", &["install", "-y", "-qq", "--download-only", self.package]).env("APT_CONFIG", &config))?;
        let root = folder.join("root");
        for entry in fs::read_dir(apt.join("cache/archives"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                quiet(here("dpkg", &["-x"]).arg(&path).arg(&root))?;
            }
        }
        fs::remove_dir_all(&apt)?;
        ensure!(root.join(self.program).exists(), "there is no {} in {}", self.program, self.package);
        Ok(())
    }
}

/// Where this machine gets Debian's packages from, if it does.
fn mirror() -> Option<String> {
    let debian = cfg!(all(target_os = "linux", target_arch = "x86_64"))
        && Path::new(KEYRING).exists()
        && works(&mut here("apt-get", &["--version"]))
        && works(&mut here("dpkg", &["--version"]));
    if !debian {
        return None;
    }
    let mut texts = vec![fs::read_to_string("/etc/apt/sources.list").unwrap_or_default()];
    for entry in fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten() {
        texts.push(fs::read_to_string(entry.path()).unwrap_or_default());
    }
    texts.iter().find_map(|text| mirror_in(text))
}

/// The first source of Debian itself; not that of its security updates, nor anybody else's.
fn mirror_in(sources: &str) -> Option<String> {
    let words = sources.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
    let found =
        words.map(|word| word.trim_end_matches('/')).find(|word| word.starts_with("http") && word.ends_with("/debian"));
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_machines_own() {
        let deb822 = "# http://old.example/debian\nTypes: deb\nURIs: http://mirror.example/debian-security\nURIs: http://mirror.example/debian/\n";
        assert_eq!(mirror_in(deb822).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(mirror_in("deb https://packages.example/apt stable main\n"), None);
    }
}
