//! One Python environment in `.tools/`. A stamp, written last, says what was installed and by which Python; whatever
//! does not match its stamp is thrown away and made anew, which also repairs an install that was cut off.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::python::{self, Version};
use crate::command::{here, quiet};
use crate::digest::sha256;

pub(super) struct Venv {
    pub(super) title: &'static str,
    pub(super) folder: PathBuf,
    /// In pip's format, every version pinned.
    pub(super) requirements: String,
}

impl Venv {
    pub(super) fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Installs it unless it is there and right.
    pub(super) fn ensure(&self) -> anyhow::Result<()> {
        if self.is_right() {
            return Ok(());
        }
        let python = python::find()?;
        println!("setup: installing {} with Python {}", self.title, python.version);
        self.install(&python.program).with_context(|| format!("could not install {}", self.title))
    }

    // Asks the Python inside and not the one on PATH: a shell with another Python in front is no reason to install
    // again, a Python that was upgraded or removed beneath the environment is.
    fn is_right(&self) -> bool {
        let Ok(stamp) = fs::read_to_string(self.stamp()) else {
            return false;
        };
        python::version_of(&self.bin().join("python")).is_some_and(|inside| stamp == self.asked(inside))
    }

    fn install(&self, program: &str) -> anyhow::Result<()> {
        let _ = fs::remove_file(self.stamp());
        let folder = &self.folder;
        quiet(here(program, &["-m", "venv", "--clear"]).arg(folder))?;
        let list = folder.join("requirements.txt");
        fs::write(&list, &self.requirements)?;
        let python = self.bin().join("python");
        let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"];
        quiet(here(&python, &pip).arg(&list))?;
        let inside = python::version_of(&python).context("the new Python environment does not start")?;
        fs::write(self.stamp(), self.asked(inside))?;
        Ok(())
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("stamp")
    }

    fn asked(&self, version: Version) -> String {
        stamp_of(&self.requirements, version, &self.folder)
    }
}

/// The folder is part of it because an environment names itself by its absolute path: it does not survive a move.
fn stamp_of(requirements: &str, version: Version, folder: &Path) -> String {
    let asked = format!("{version}\n{}\n{requirements}", folder.display());
    sha256(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Version = Version(3, 11, 7);

    #[test]
    fn a_stamp_holds_for_the_same_request_only() {
        let stamp = stamp_of("moto==5.2.5\n", OLD, Path::new("/a"));
        assert_eq!(stamp.len(), 64);
        assert_eq!(stamp, stamp_of("moto==5.2.5\n", OLD, Path::new("/a")));
        assert_ne!(stamp, stamp_of("moto==5.2.6\n", OLD, Path::new("/a")));
        assert_ne!(stamp, stamp_of("moto==5.2.5\n", Version(3, 11, 8), Path::new("/a")));
        assert_ne!(stamp, stamp_of("moto==5.2.5\n", OLD, Path::new("/b")));
    }

    #[test]
    fn an_environment_without_a_stamp_is_not_right() {
        let folder = std::env::temp_dir().join(format!("nightshift-no-stamp-{}", std::process::id()));
        assert!(!Venv { title: "nothing", folder, requirements: String::new() }.is_right());
    }
}
