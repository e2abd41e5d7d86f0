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

/// One server, and the client that goes with it.
pub(crate) struct Server {
    /// Its folder in `.tools/`.
    folder: &'static str,
    packages: [&'static str; 2],
    programs: [&'static str; 2],
}

pub(crate) const MARIADB: Server = Server {
    folder: "mariadb",
    packages: ["mariadb-server-core", "mariadb-client-core"],
    programs: ["usr/sbin/mariadbd", "usr/bin/mariadb"],
};
pub(crate) const MYSQL: Server = Server {
    folder: "mysql",
    packages: ["mysql-server-core", "mysql-client-core"],
    programs: ["usr/sbin/mysqld", "usr/bin/mysql"],
};

impl Server {
    /// Fetches it unless it is there; `Some` says why it could not be had.
    pub(super) fn ensure(&self) -> Option<String> {
        let folder = environment::tools().join(self.folder);
        if self.programs.iter().all(|program| folder.join("root").join(program).exists()) {
            return None;
        }
        let packages = self.packages.join(" and ");
        let Some(mirror) = mirror() else {
            let machine = Path::new("/").join(self.programs[0]).exists();
            let tests = if machine { "tests use the one that is installed" } else { "its tests do nothing" };
            return Some(format!("{packages} are fetched on Debian on x86-64 only; {tests}"));
        };
        println!("setup: fetching {packages}");
        match self.fetch(&folder, &mirror) {
            Ok(()) => None,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Some(format!("{packages} could not be fetched: {error:#}"))
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
        let mut download = here("apt-get", &["install", "-y", "-qq", "--download-only"]);
        quiet(download.args(self.packages).env("APT_CONFIG", &config))?;
        let root = folder.join("root");
        for entry in fs::read_dir(apt.join("cache/archives"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                quiet(here("dpkg", &["-x"]).arg(&path).arg(&root))?;
            }
        }
        fs::remove_dir_all(&apt)?;
        for program in self.programs {
            ensure!(root.join(program).exists(), "there is no {program} in {}", self.packages.join(" and "));
        }
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
