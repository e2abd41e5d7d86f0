//! `smoke`: starts every binary of a release folder, as it was packed. The sums are checked first. A function stands before
//! a runtime API, is handed an event that none knows, and has to answer with an error that has a name; that takes no
//! account. The command has to say its version. What is for another machine is not started, and said.

mod api;

use std::fs;
use std::io::{self, Cursor, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use zip::ZipArchive;

use super::{Files, VERSION, folder, sums};
use crate::command::here;

/// `wanted` is the folder, if it is not the one `release` writes.
pub(crate) fn run(wanted: Option<PathBuf>) -> anyhow::Result<()> {
    let files = sums::checked(&wanted.unwrap_or_else(folder))?;
    let place = std::env::temp_dir().join(format!("nightshift-smoke-{}", std::process::id()));
    fs::create_dir_all(&place).with_context(|| format!("could not create {}", place.display()))?;
    let ended = all(&files, &place);
    fs::remove_dir_all(&place)?;
    let started = ended?;
    ensure!(started > 0, "nothing in there is for this machine, so nothing was shown");
    println!("{started} binaries started");
    Ok(())
}

/// How many could be started.
fn all(files: &Files, place: &Path) -> anyhow::Result<usize> {
    let mut started = 0;
    for (name, content) in files {
        let start = match name.rsplit_once('.') {
            Some((_, "zip")) => of_functions,
            Some((_, "gz")) => of_command,
            _ => continue,
        };
        if !is_for_this_machine(name) {
            println!("{name}: not started, it is for another machine");
            continue;
        }
        started += start(content, place).with_context(|| format!("{name} does not work"))?;
    }
    Ok(started)
}

/// Lambda and Rust have a name each for the same machine.
fn is_for_this_machine(name: &str) -> bool {
    let own: &[&str] =
        if std::env::consts::ARCH == "aarch64" { &["arm64", "aarch64"] } else { &[std::env::consts::ARCH] };
    own.iter().any(|arch| name.contains(&format!("-{arch}")))
}

fn of_functions(content: &[u8], place: &Path) -> anyhow::Result<usize> {
    let mut outer = ZipArchive::new(Cursor::new(content))?;
    let names = outer.file_names().map(|name| anyhow::Ok(name?.into_owned())).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<_> = names.into_iter().filter(|name| name.ends_with("/bootstrap.zip")).collect();
    ensure!(!names.is_empty(), "it has no function");
    for name in &names {
        let function = name.rsplit('/').nth(1).unwrap_or(name);
        let mut inner = Vec::new();
        outer.by_name(name)?.read_to_end(&mut inner)?;
        let mut binary = Vec::new();
        ZipArchive::new(Cursor::new(inner))?.by_name("bootstrap")?.read_to_end(&mut binary)?;
        let said =
            api::asked(&program(place, function, &binary)?).with_context(|| format!("{function} does not answer"))?;
        println!("{function}: answers an event that it does not know with {said}");
    }
    Ok(names.len())
}

fn of_command(content: &[u8], place: &Path) -> anyhow::Result<usize> {
    let mut tar = tar::Archive::new(GzDecoder::new(content));
    tar.unpack(place)?;
    let mut found = 0;
    for entry in fs::read_dir(place)? {
        let unpacked = entry?.path();
        let command = unpacked.join("nightshift");
        if !command.is_file() {
            continue;
        }
        let mut ask = here(&command, &["--version"]);
        let said = String::from_utf8(patiently(|| ask.output()).context("it does not start")?.stdout)?;
        ensure!(said.starts_with(&format!("nightshift {VERSION} (commit ")), "its version is '{}'", said.trim());
        for beside in [
            "completions/_nightshift",
            "completions/nightshift.bash",
            "completions/nightshift.fish",
            "man/nightshift.1",
        ] {
            let length = fs::metadata(unpacked.join(beside)).with_context(|| format!("it has no {beside}"))?.len();
            ensure!(length > 0, "its {beside} is empty");
        }
        println!("{}", said.trim());
        found += 1;
        fs::remove_dir_all(&unpacked)?;
    }
    ensure!(found > 0, "it has no command");
    Ok(found)
}

/// Starts what was just written. A child that another thread is starting may hold it open for a moment, and the system says
/// that it is busy.
fn patiently<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    const TIMES: usize = 10_000;
    for _ in 0..TIMES {
        match start() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::yield_now(),
            started => return started,
        }
    }
    start()
}

fn program(place: &Path, name: &str, content: &[u8]) -> anyhow::Result<PathBuf> {
    let path = place.join(name);
    fs::write(&path, content)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{self, Entry};

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("nightshift-smoke-{}-{name}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        place
    }

    fn packed(script: &str) -> Vec<u8> {
        let file = |name: &str| Entry::file(format!("x/{name}"), b"text".to_vec());
        let beside = [
            "completions/_nightshift",
            "completions/nightshift.bash",
            "completions/nightshift.fish",
            "man/nightshift.1",
        ];
        let mut entries: Vec<_> = beside.into_iter().map(file).collect();
        entries.push(Entry::program("x/nightshift".to_owned(), script.as_bytes().to_vec()));
        archive::tarball(&entries).unwrap()
    }

    #[test]
    fn a_command_that_does_not_say_its_version_does_not_work() {
        let place = place("command");
        let good = packed(&format!("#!/bin/sh\necho 'nightshift {VERSION} (commit abc)'\n"));
        let bad = packed("#!/bin/sh\necho 'nightshift 0.0.0 (commit abc)'\n");
        let dead = packed("#!/bin/sh\nexit 1\n");
        let done = [good, bad, dead].map(|content| of_command(&content, &place).is_ok());
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(done, [true, false, false]);
    }

    #[test]
    fn a_function_that_dies_does_not_work() {
        let place = place("function");
        let zip = archive::of_bootstrap(b"#!/bin/sh\nexit 3\n").unwrap();
        let content = archive::of_files(&[Entry::file("x86_64/lamp/bootstrap.zip".to_owned(), zip)]).unwrap();
        let said = of_functions(&content, &place).unwrap_err();
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(format!("{said:#}"), "lamp does not answer: it ended before it answered: exit status: 3");
        let empty = archive::of_files(&[]).unwrap();
        assert!(of_functions(&empty, &place).is_err());
    }

    #[test]
    fn what_is_for_another_machine_is_no_proof() {
        let other = if std::env::consts::ARCH == "x86_64" { "arm64" } else { "x86_64" };
        let files = Files::from([(format!("nightshift-functions-{VERSION}-{other}.zip"), Vec::new())]);
        assert_eq!(all(&files, Path::new("/")).unwrap(), 0);
    }
}
