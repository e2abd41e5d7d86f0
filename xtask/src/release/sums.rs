//! `SHA256SUMS`, as `sha256sum --check` reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::Files;
use crate::digest::sha256;

pub(super) const NAME: &str = "SHA256SUMS";

/// A line for each file.
pub(super) fn of(files: &Files) -> String {
    let lines: Vec<_> = files.iter().map(|(name, content)| format!("{}  {name}", sha256(content))).collect();
    lines.join("\n") + "\n"
}

/// The files of a release, after each was found to be the one that was summed, and none to be missing or more.
pub(super) fn checked(folder: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(|| format!("there is no folder {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.insert(name, fs::read(entry.path())?);
    }
    let sums = files.remove(NAME).with_context(|| format!("{} has no {NAME}", folder.display()))?;
    let sums = String::from_utf8(sums)?;
    let said: BTreeMap<_, _> =
        sums.lines().filter_map(|line| line.split_once("  ")).map(|(sum, name)| (name, sum)).collect();
    for (name, content) in &files {
        ensure!(said.get(name.as_str()) == Some(&sha256(content).as_str()), "{name} is not what {NAME} says");
    }
    let missing = said.keys().find(|name| !files.contains_key(**name));
    ensure!(missing.is_none(), "{} is in {NAME} and not there", missing.unwrap_or(&""));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_added_or_lost_is_found() {
        let folder = std::env::temp_dir().join(format!("nightshift-sums-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let files = Files::from([("a".to_owned(), b"1".to_vec()), ("b".to_owned(), b"2".to_vec())]);
        let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).unwrap();
        let said = || checked(&folder).map_err(|error| error.to_string()).err();
        write(NAME, of(&files).as_bytes());
        write("a", b"1");
        let lost = said();
        write("b", b"2");
        let read = checked(&folder).unwrap();
        write("b", b"3");
        let changed = said();
        write("b", b"2");
        write("c", b"");
        let added = said();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read, files);
        assert_eq!(lost.as_deref(), Some("b is in SHA256SUMS and not there"));
        assert_eq!(changed.as_deref(), Some("b is not what SHA256SUMS says"));
        assert_eq!(added.as_deref(), Some("c is not what SHA256SUMS says"));
    }
}
