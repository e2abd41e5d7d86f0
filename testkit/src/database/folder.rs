//! Where the data of a test server lies, and whose it is: database servers do not run as root, so where the tests do,
//! their folders belong to nobody. Where nobody could not even get to the checkout, the server runs in a user namespace
//! in which root bears nobody's number.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::repository;

/// Nobody, on every Linux.
const NOBODY: u32 = 65534;

/// A folder of its own below `target/databases`, removed when it is dropped.
pub fn fresh(name: &str) -> anyhow::Result<tempfile::TempDir> {
    let base = repository::target().join("databases");
    std::fs::create_dir_all(&base)?;
    let folder = tempfile::Builder::new().prefix(name).tempdir_in(&base).context("no folder for a database")?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Whether whoever runs the tests is root.
pub fn is_root() -> bool {
    // Whose a process's own entry is, is who it runs as.
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Gives `path` and all below it to whoever runs the server, with nothing for others.
pub fn hand_over(path: &Path) -> std::io::Result<()> {
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            hand_over(&entry?.path())?;
        }
    }
    if is_root() && is_open() { chown(path, Some(NOBODY), Some(NOBODY)) } else { Ok(()) }
}

/// `command` as whoever runs the server. What it reads and writes has to be said of the command this answers with.
pub fn as_server(command: &Command) -> Command {
    let mut own = if is_root() && !is_open() {
        let mut own = Command::new("unshare");
        own.args([
            format!("--map-user={NOBODY}"),
            format!("--map-group={NOBODY}"),
            "--user".to_owned(),
            "--".to_owned(),
        ]);
        own.arg(command.get_program());
        own
    } else {
        Command::new(command.get_program())
    };
    own.args(command.get_args()).envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if is_root() && is_open() {
        own.uid(NOBODY).gid(NOBODY);
    }
    own
}

/// Whether everybody may pass through the folders above the checkout.
fn is_open() -> bool {
    let passable = |folder: &Path| std::fs::metadata(folder).is_ok_and(|found| found.mode() & 0o001 != 0);
    repository::target().ancestors().all(passable)
}

/// Copies a folder with all in it.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
