//! `package`: builds the functions with cargo-lambda as they are deployed. The same source gives the same bytes in
//! any folder and on any day: paths of this machine are mapped away, tools are pinned, the archive holds no time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum;

use crate::command::{here, quiet, succeed};
use crate::digest::sha256;
use crate::{archive, environment, setup};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arch {
    #[default]
    #[value(name = "x86-64")]
    X86_64,
    Arm64,
}

impl Arch {
    fn flag(self) -> &'static str {
        match self {
            Self::X86_64 => "--x86-64",
            Self::Arm64 => "--arm64",
        }
    }

    /// As Lambda and Terraform name it, and the folder of its archives.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// What an ELF file says of the machine it is for (`e_machine`).
    fn machine(self) -> u16 {
        match self {
            Self::X86_64 => 0x3e,
            Self::Arm64 => 0xb7,
        }
    }
}

pub(crate) fn run(arch: Arch, wanted: Vec<String>) -> anyhow::Result<()> {
    let functions = choose(wanted, all_functions(&environment::root())?)?;
    setup::cargo_lambda_only()?;
    // Terraform looks for the archives here.
    let site = Site { checkout: environment::root(), target: environment::root().join("target") };
    succeed(&mut site.build(&[arch.flag()], &functions)?)?;
    for function in &functions {
        write_archive(&site, arch, function)?;
    }
    Ok(())
}

/// A checkout, and the folder it is built in.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) checkout: PathBuf,
    pub(crate) target: PathBuf,
}

impl Site {
    /// Builds the binaries of `packages` for the machine that `target` says. Their bytes are the same in each folder.
    pub(crate) fn build(&self, target: &[&str], packages: &[String]) -> anyhow::Result<Command> {
        let mut command = here("cargo", &["lambda", "build", "--release", "--locked"]);
        command.args(target).current_dir(&self.checkout);
        for package in packages {
            command.args(["--package", package]);
        }
        let mut paths = vec![(self.checkout.as_path(), "/nightshift")];
        let cargo_home = environment::cargo_home();
        paths.extend(cargo_home.as_deref().map(|home| (home, "/cargo")));
        // Generated code names its folder too; of two that fit, rustc takes the last.
        paths.push((&self.target, "/nightshift/target"));
        // The caller's own flags would be part of the bytes; this form of them would even replace cargo-lambda's.
        command.env("RUSTFLAGS", path_flags(&paths)?).env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.env("CARGO_TARGET_DIR", &self.target);
        // What a report says it was made by. Where there is no repository, it says that nobody knows.
        command.env("NIGHTSHIFT_COMMIT", self.commit());
        setup::offer_cargo_lambda(&mut command)?;
        Ok(command)
    }

    /// What `build` made, under the name of its binary.
    pub(crate) fn binary(&self, arch: Arch, name: &str) -> anyhow::Result<Vec<u8>> {
        let built = self.target.join("lambda").join(name).join("bootstrap");
        let content = fs::read(&built).with_context(|| format!("cargo-lambda left no {}", built.display()))?;
        check_machine(arch, &content).with_context(|| format!("{} is not what was asked for", built.display()))?;
        Ok(content)
    }

    /// The commit that is built; nothing where that cannot be told, or where files differ from it.
    fn commit(&self) -> String {
        let said = |arguments: &[&str]| {
            let output = quiet(here("git", arguments).current_dir(&self.checkout)).ok()?;
            String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
        };
        let commit = said(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default();
        let is_clean = said(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| text.is_empty());
        if commit.is_empty() || is_clean { commit } else { format!("{commit}-dirty") }
    }
}

/// Panics name their source file, so the folders of this machine would end up in the binary.
fn path_flags(paths: &[(&Path, &str)]) -> anyhow::Result<String> {
    let flags = paths.iter().map(|(from, to)| {
        let from = from.display().to_string();
        ensure!(
            !from.contains(char::is_whitespace),
            "{from}: cargo-lambda cannot build where a path has a space in it"
        );
        Ok(format!("--remap-path-prefix={from}={to}"))
    });
    Ok(flags.collect::<anyhow::Result<Vec<_>>>()?.join(" "))
}

fn write_archive(site: &Site, arch: Arch, function: &str) -> anyhow::Result<()> {
    let zip = archive::of_bootstrap(&site.binary(arch, function)?)?;
    let name = format!("target/lambda/{}/{function}/bootstrap.zip", arch.name());
    let path = environment::root().join(&name);
    fs::create_dir_all(path.with_file_name("")).with_context(|| format!("could not make the folder of {name}"))?;
    fs::write(path, &zip).with_context(|| format!("could not write {name}"))?;
    println!("{name}  {} KiB  sha256:{}", zip.len() / 1024, sha256(&zip));
    Ok(())
}

/// A function of the wrong architecture is deployed without a word, and dies at every start.
fn check_machine(arch: Arch, binary: &[u8]) -> anyhow::Result<()> {
    let machine = match binary {
        [0x7f, b'E', b'L', b'F', ..] if binary.len() > 19 => Some(u16::from_le_bytes([binary[18], binary[19]])),
        _ => None,
    };
    ensure!(machine == Some(arch.machine()), "the binary is not one for {}", arch.name());
    Ok(())
}

pub(crate) fn all_functions(root: &Path) -> anyhow::Result<Vec<String>> {
    let folder = root.join("functions");
    let entries = fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()?;
    let functions = paths.iter().filter(|path| path.join("Cargo.toml").is_file()).filter_map(|path| path.file_name());
    let mut names: Vec<_> = functions.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

pub(crate) fn choose(wanted: Vec<String>, all: Vec<String>) -> anyhow::Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        bail!("there is no function {unknown}; there are: {}", all.join(", "));
    }
    Ok(if wanted.is_empty() { all } else { wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_every_function_and_an_unknown_one_is_refused() {
        let all = || vec!["cluster-cleanup".to_owned(), "key-rotation".to_owned()];
        assert_eq!(choose(vec![], all()).unwrap(), all());
        assert_eq!(choose(vec!["key-rotation".to_owned()], all()).unwrap(), ["key-rotation"]);
        let error = choose(vec!["key-rotaton".to_owned()], all()).unwrap_err().to_string();
        assert_eq!(error, "there is no function key-rotaton; there are: cluster-cleanup, key-rotation");
    }

    #[test]
    fn a_binary_of_another_architecture_is_not_packaged() {
        let mut binary = vec![0; 64];
        binary[..4].copy_from_slice(b"\x7fELF");
        binary[18] = 0x3e;
        assert!(check_machine(Arch::X86_64, &binary).is_ok());
        let error = check_machine(Arch::Arm64, &binary).unwrap_err().to_string();
        assert_eq!(error, "the binary is not one for arm64");
        assert!(check_machine(Arch::X86_64, b"#!/bin/sh").is_err());
    }

    #[test]
    fn paths_of_this_machine_are_mapped_away() {
        let flags = path_flags(&[(Path::new("/x/repo"), "/nightshift"), (Path::new("/y"), "/cargo")]).unwrap();
        assert_eq!(flags, "--remap-path-prefix=/x/repo=/nightshift --remap-path-prefix=/y=/cargo");
        assert!(path_flags(&[(Path::new("/x y"), "/nightshift")]).is_err());
    }

    /// `panic = "abort"`, for one: a function that panicked would be a dead process, and give no answer.
    #[test]
    fn cargo_lambda_has_nothing_to_choose() {
        let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")).unwrap();
        let profile = manifest.split("[profile.release]\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
        for chosen in ["codegen-units = 1", "lto = true", "opt-level = \"s\"", "panic = \"unwind\"", "strip = true"] {
            assert!(profile.lines().any(|line| line == chosen), "[profile.release] has to say {chosen}:\n{profile}");
        }
    }
}
