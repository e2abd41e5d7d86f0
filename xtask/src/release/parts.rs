//! The two archives of one machine: the functions as Terraform takes them, and the command with what a shell and a manual
//! know of it. Each binary says what it was built from, and the list of its parts lies beside it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use super::target::{self, OLDEST, Target};
use super::{Files, VERSION, elf, sbom};
use crate::archive::{self, Entry};
use crate::command::{here, quiet, succeed};
use crate::package::Site;
use crate::setup;

/// The package of the command, and the name of what it builds.
const COMMAND: (&str, &str) = ("nightshift-cli", "nightshift");

const SHELLS: [(&str, &str); 3] = [("bash", "nightshift.bash"), ("fish", "nightshift.fish"), ("zsh", "_nightshift")];

/// Builds what `target` runs.
pub(super) fn add(site: &Site, target: Target, functions: &[String], files: &mut Files) -> anyhow::Result<()> {
    // Apart from each other: the command has features that no function should carry.
    build(site, &target.of_functions(), functions)?;
    let lists = sbom::all(site, &target.of_functions())?;
    let arch = target.arch.name();
    let mut entries = licences(site, "")?;
    for function in functions {
        let binary = site.binary(target.arch, function)?;
        let list = sbom::of(&lists, function)?;
        judge(function, function, &binary, &list, &target.of_functions())?;
        let zip = archive::of_bootstrap(&binary)?;
        entries.push(Entry::file(format!("{arch}/{function}/bootstrap.zip"), zip));
        entries.push(Entry::file(format!("{arch}/{function}/bootstrap.cdx.json"), list));
    }
    files.insert(format!("nightshift-functions-{VERSION}-{arch}.zip"), archive::of_files(&entries)?);

    build(site, &target.of_command(), &[COMMAND.0.to_owned()])?;
    let lists = sbom::all(site, &target.of_command())?;
    let name = format!("nightshift-{VERSION}-{}", target.of_command());
    files.insert(
        format!("{name}.tar.gz"),
        archive::tarball(&command(site, target, &name, &sbom::of(&lists, COMMAND.0)?)?)?,
    );
    Ok(())
}

fn build(site: &Site, triple: &str, packages: &[String]) -> anyhow::Result<()> {
    let mut build = site.build(&["--target", &target::linked(triple)], packages)?;
    setup::offer_auditable(&mut build)?;
    succeed(&mut build)
}

/// Says what the binary needs; fails if that is more than what was promised, or if it does not say what it is made of.
fn judge(name: &str, package: &str, binary: &[u8], list: &[u8], triple: &str) -> anyhow::Result<()> {
    let glibc = elf::glibc(binary).with_context(|| format!("{name} cannot be read"))?;
    let needs = glibc.map_or_else(|| "no glibc".to_owned(), |glibc| format!("glibc {glibc} or newer"));
    println!("{name} for {triple}: {} KiB, needs {needs}", binary.len() / 1024);
    ensure!(glibc.is_none_or(|glibc| glibc <= OLDEST), "{name} needs {needs}; {OLDEST} was promised");
    ensure!(triple.ends_with("gnu") || glibc.is_none(), "{name} needs {needs}, and is for {triple}");
    let crates = elf::crates(binary).with_context(|| format!("{name} does not say what it is made of"))?;
    sbom::covers(list, package, &crates).with_context(|| format!("{name} and the list of its parts differ"))
}

fn command(site: &Site, target: Target, folder: &str, list: &[u8]) -> anyhow::Result<Vec<Entry>> {
    let binary = site.binary(target.arch, COMMAND.1)?;
    judge(COMMAND.1, COMMAND.0, &binary, list, &target.of_command())?;
    let mut entries = licences(site, &format!("{folder}/"))?;
    entries.push(Entry::program(format!("{folder}/{}", COMMAND.1), binary));
    entries.push(Entry::file(format!("{folder}/{}.cdx.json", COMMAND.1), list.to_vec()));
    let program = speaking(site, target)?;
    for (shell, file) in SHELLS {
        let script = quiet(&mut here(&program, &["completions", shell]))?.stdout;
        entries.push(Entry::file(format!("{folder}/completions/{file}"), script));
    }
    let manual = site.target.join("man");
    quiet(here(&program, &["man"]).arg(&manual))?;
    for page in fs::read_dir(&manual).with_context(|| format!("no pages in {}", manual.display()))? {
        let page = page?;
        entries
            .push(Entry::file(format!("{folder}/man/{}", page.file_name().to_string_lossy()), fs::read(page.path())?));
    }
    Ok(entries)
}

/// The same command for the machine that builds: it says the same.
fn speaking(site: &Site, target: Target) -> anyhow::Result<PathBuf> {
    if target.runs_here() {
        return Ok(site.target.join("lambda").join(COMMAND.1).join("bootstrap"));
    }
    let mut build = here("cargo", &["build", "--quiet", "--locked", "--package", COMMAND.0]);
    succeed(build.current_dir(&site.checkout).env("CARGO_TARGET_DIR", &site.target))?;
    Ok(site.target.join("debug").join(COMMAND.1))
}

fn licences(site: &Site, folder: &str) -> anyhow::Result<Vec<Entry>> {
    let of = |name: &str| anyhow::Ok(Entry::file(format!("{folder}{name}"), fs::read(site.checkout.join(name))?));
    Ok(vec![of("LICENSE-APACHE")?, of("LICENSE-MIT")?])
}
