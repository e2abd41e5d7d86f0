//! `deploy`: applies every environment of `terraform/` to the stand-ins. The archives hold the binaries of an ordinary
//! build without their symbols: what is shown here does not depend on how well they are optimised, and those that are
//! deployed take minutes to link.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::command::{at_root, succeed};
use crate::package::Arch;
use crate::provider::{self, Provider};
use crate::{archive, binaries, environment, package, setup, showcase};

/// Shows that everything holds.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut functions = deployed()?;
    for function in &functions {
        note_calls(function)?;
    }
    functions.push(ORGANISATION.to_owned());
    start(&functions, &[])
}

/// Shows one night of what is deployed, for a person.
pub(crate) fn show() -> anyhow::Result<()> {
    start(&deployed()?, &["--show"])
}

fn start(functions: &[String], arguments: &[&str]) -> anyhow::Result<()> {
    let provider = Provider::find().context(provider::MISSING)?;
    setup::for_deploy()?;
    let mut command = showcase::built("deploy")?;
    command.arg(packages(functions)?).args(arguments);
    provider.offer(&mut command);
    succeed(&mut command)
}

/// The binary of a run through an organisation, whose layer is called after that: its roles are held to questions of their own.
const ORGANISATION: &str = "fleet-run";

/// Where the suites note the calls of each function.
pub(crate) fn calls() -> PathBuf {
    environment::target().join("calls")
}

/// The functions with a layer.
fn deployed() -> anyhow::Result<Vec<String>> {
    let root = environment::root();
    let mut functions = package::all_functions(&root)?;
    functions.retain(|function| root.join("terraform/layer").join(function).is_dir());
    Ok(functions)
}

/// Runs the suite of `function` if it has noted nothing: its policy is compared with its calls.
fn note_calls(function: &str) -> anyhow::Result<()> {
    if calls().join(function).is_dir() {
        return Ok(());
    }
    succeed(&mut at_root("cargo", &["test", "--quiet", "--locked", "--package", function]))
}

/// The folder with `<architecture>/<function>/bootstrap.zip` of each function. The environments say `x86_64`; a stand-in runs
/// whatever it is given.
fn packages(functions: &[String]) -> anyhow::Result<PathBuf> {
    // The command, too: whoever walks through the README asks it for a plan.
    let binaries = binaries::built(functions.iter().map(String::as_str).chain(["nightshift"]))?;
    let folder = environment::tools().join("packages");
    for function in functions {
        write(&folder.join(Arch::X86_64.name()).join(function), &binaries.join(function))?;
    }
    Ok(folder)
}

fn write(folder: &Path, binary: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    let stripped = folder.join("bootstrap");
    // Comes with the linker every Rust build needs.
    succeed(at_root("strip", &["-o"]).arg(&stripped).arg(binary))?;
    let content = fs::read(&stripped).with_context(|| format!("could not read {}", stripped.display()))?;
    let zip = archive::of_bootstrap(&content)?;
    fs::write(folder.join("bootstrap.zip"), zip).with_context(|| format!("could not write to {}", folder.display()))
}
