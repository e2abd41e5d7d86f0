//! Where the data of a test server lies, and whose it is: database servers do not run as root, so where the tests do,
//! their folders belong to nobody. Where nobody could not even get to the checkout, the server runs in a user namespace
//! in which root bears nobody's number.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Context as _;
use nightshift::report::fingerprint;

use crate::repository;

/// Nobody, on every Linux.
const NOBODY: u32 = 65534;

/// Where systems keep files in memory.
const MEMORY: &str = "/dev/shm";
/// As much has to be free there. All servers of a suite at once take less than half of it.
const ROOM: u64 = 6 << 30;

/// Where the data of servers lies: in memory where there is room, else in `target`. A server is a thousand small files, and making
/// and deleting them on a disk took a third of the suite's processor time.
fn base() -> &'static Path {
    static BASE: OnceLock<PathBuf> = OnceLock::new();
    BASE.get_or_init(|| {
        let base = in_memory().unwrap_or_else(|| repository::target().join("databases"));
        // If it cannot be made, whoever wants a folder in it says so.
        let _ = std::fs::create_dir_all(&base);
        sweep(&base);
        base
    })
}

/// A folder in memory for this checkout, which only this user writes.
fn in_memory() -> Option<PathBuf> {
    let room = rustix::fs::statvfs(MEMORY).ok()?;
    if room.f_bavail.saturating_mul(room.f_frsize) < ROOM {
        return None;
    }
    let checkout = fingerprint(&repository::root().to_string_lossy());
    let checkout = checkout.rsplit(':').next()?.get(..12)?;
    let base = Path::new(MEMORY).join(format!("nightshift-{checkout}"));
    // It is there already, or it is not.
    let _ = std::fs::create_dir(&base);
    let own = std::fs::metadata("/proc/self").ok()?.uid();
    let found = std::fs::symlink_metadata(&base).ok()?;
    (found.is_dir() && found.uid() == own && found.mode() & 0o022 == 0).then_some(base)
}

/// Takes away what processes left that were killed: each folder begins with the number of its own.
fn sweep(base: &Path) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.split_once('-')?.0.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            // If it cannot be taken away, the next process tries.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// What is made once and copied from then on.
pub fn template(name: &str) -> PathBuf {
    base().join(format!("{name}-template"))
}

/// A folder of its own for a server, removed when it is dropped.
pub fn fresh(name: &str) -> anyhow::Result<tempfile::TempDir> {
    let prefix = format!("{}-{name}", std::process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(base()).context("no folder for a database")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_used_or_shared_stays() {
        let base = tempfile::tempdir().unwrap();
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let names = [
            format!("{}-postgres", gone.id()),
            format!("{}-postgres", std::process::id()),
            "mysql-template".to_owned(),
        ];
        for name in &names {
            std::fs::create_dir(base.path().join(name)).unwrap();
        }
        sweep(base.path());
        let left = names.map(|name| base.path().join(name).exists());
        assert_eq!(left, [false, true, true]);
    }
}
