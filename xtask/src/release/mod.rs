//! `release`: what a release publishes, built from a clean copy of the commit, in `target/dist/`. Built twice, in two
//! folders, every file has the same bytes.

mod elf;
mod notes;
mod parts;
mod sbom;
mod smoke;
mod sums;
mod target;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::command::{at_root, here, quiet};
use crate::package::{self, Arch, Site};
use crate::{environment, setup};
pub(crate) use smoke::run as smoke;
use target::{Libc, Target};

/// All packages of the workspace have it, this one too.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Names of files, and what is in them.
type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// For which machines; for all whose standard library is installed if none is named
    #[arg(long, value_enum)]
    arch: Vec<Arch>,
    /// What the command stands on: glibc 2.28 or newer, or nothing (musl)
    #[arg(long, value_enum, default_value_t)]
    libc: Libc,
    /// The tag of the release; without one it is a trial, and the changelog need not have its section
    #[arg(long)]
    tag: Option<String>,
    /// Build everything a second time, in another folder, and compare every byte
    #[arg(long)]
    twice: bool,
    /// For a trial only: not all functions, but these folder names of functions/
    #[arg(conflicts_with = "tag")]
    functions: Vec<String>,
}

pub(crate) fn run(wanted: &Wanted) -> anyhow::Result<()> {
    let changelog = fs::read_to_string(environment::root().join("CHANGELOG.md")).context("there is no CHANGELOG.md")?;
    let notes = notes::of(&changelog, VERSION, wanted.tag.as_deref())?;
    let targets = target::those(&wanted.arch, wanted.libc)?;
    setup::release()?;
    if !quiet(&mut at_root("git", &["status", "--porcelain"]))?.stdout.is_empty() {
        println!("what is not committed is not in it");
    }
    let functions = package::choose(wanted.functions.clone(), package::all_functions(&environment::root())?)?;
    let mut files = made(&work("first"), &targets, &functions)?;
    if wanted.twice {
        let again = made(&work("second"), &targets, &functions)?;
        same(&files, &again)?;
        println!("built twice: {} files, each with the same bytes", files.len());
    }
    files.insert("CHANGES.md".to_owned(), notes.into_bytes());
    files.insert(sums::NAME.to_owned(), sums::of(&files).into_bytes());
    publish(&folder(), &files)
}

/// Where the files of this version lie.
fn folder() -> PathBuf {
    environment::target().join("dist").join(format!("nightshift-{VERSION}"))
}

fn work(name: &str) -> PathBuf {
    environment::target().join("dist/work").join(name)
}

/// Builds everything from a copy of the commit in `work`.
fn made(work: &Path, targets: &[Target], functions: &[String]) -> anyhow::Result<Files> {
    // What an earlier run left there proves nothing.
    let _ = fs::remove_dir_all(work);
    fs::create_dir_all(work).with_context(|| format!("could not create {}", work.display()))?;
    let site = Site { checkout: work.join("checkout"), target: work.join("target") };
    copy(&environment::root(), &site.checkout)?;
    let mut files = Files::new();
    for target in targets {
        parts::add(&site, *target, functions, &mut files)?;
    }
    Ok(files)
}

/// What is committed in `from`, in the new folder `to`.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let head = quiet(here("git", &["rev-parse", "HEAD"]).current_dir(from)).context("a release is of a commit")?;
    let head = String::from_utf8(head.stdout)?.trim().to_owned();
    quiet(here("git", &["clone", "--quiet", "--shared", "--no-checkout"]).arg(from).arg(to))?;
    quiet(here("git", &["checkout", "--quiet", "--detach", &head]).current_dir(to))?;
    Ok(())
}

/// Fails with the names of the files that differ.
fn same(first: &Files, second: &Files) -> anyhow::Result<()> {
    let names = first.keys().chain(second.keys()).filter(|name| first.get(*name) != second.get(*name));
    let mut names: Vec<_> = names.map(String::as_str).collect();
    names.dedup();
    ensure!(names.is_empty(), "built twice, and not the same bytes in: {}", names.join(", "));
    Ok(())
}

/// Writes them into a folder that has nothing else.
fn publish(folder: &Path, files: &Files) -> anyhow::Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    for (name, content) in files {
        fs::write(folder.join(name), content).with_context(|| format!("could not write {name}"))?;
        println!("{}  {} KiB", folder.join(name).display(), content.len().div_ceil(1024));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
