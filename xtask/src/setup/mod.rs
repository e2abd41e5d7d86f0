//! `setup`: what the other tasks need, in `.tools/`, which git ignores: the AWS stand-ins and the pinned cargo-lambda,
//! each in a Python environment of its own. It is safe to call at any time: what is already right is left alone, what
//! was interrupted or asked differently is made anew, and nothing outside `.tools/` is touched.

mod debian;
mod postgres;
mod python;
mod rare;
mod venv;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::environment;
pub(crate) use rare::{
    advisories, cargo_cyclonedx, cargo_deny, cargo_mutants, checkov, connections, offer_auditable, rarely_asked,
    release, zizmor,
};
use venv::Venv;

// cargo-lambda links with the zig of its `ziglang` package. Both are pinned: they decide the bytes that are deployed.
const CARGO_LAMBDA: &str = "cargo-lambda==1.9.2\nziglang==0.17.1\n";

/// Installs everything.
pub(crate) fn run() -> anyhow::Result<()> {
    ensure(&[stand_in()?, cargo_lambda()])?;
    for missing in [postgres()?, mariadb()?, mysql()?].into_iter().flatten() {
        println!("setup: {missing}");
    }
    Ok(())
}

/// Installs what the demo `part` needs, and no more: the database servers only where there are users of databases.
pub(crate) fn for_demo(part: Option<&str>) -> anyhow::Result<()> {
    match part {
        Some("anonymise" | "rotation" | "users") => run(),
        Some("clone" | "fleet" | "keys" | "org") => ensure(&[stand_in()?]),
        _ => ensure(&[stand_in()?, cargo_lambda()]),
    }
}

/// Fetches `PostgreSQL`; `Some` says why it could not be had.
pub(crate) fn postgres() -> anyhow::Result<Option<String>> {
    let _lock = lock()?;
    postgres::ensure_all()
}

/// Installs what `deploy` needs.
pub(crate) fn for_deploy() -> anyhow::Result<()> {
    ensure(&[stand_in()?, role_stand_in()?])
}

/// Installs what carries the Service Authorization Reference; the Python that has it.
pub(crate) fn policies() -> anyhow::Result<PathBuf> {
    let venv = listed("the Service Authorization Reference", "testkit/policies")?;
    ensure(std::slice::from_ref(&venv))?;
    Ok(venv.bin().join("python"))
}

/// Installs what `bench` compares with.
pub(crate) fn for_bench() -> anyhow::Result<()> {
    let beside_the_fleet = listed("what a run through an organisation is compared with", "showcase/bench/c7n-org")?;
    ensure(&[listed("what the benchmarks compare with", "showcase/bench")?, beside_the_fleet])
}

/// Fetches `MariaDB`.
pub(crate) fn mariadb() -> anyhow::Result<Option<String>> {
    let _lock = lock()?;
    Ok(debian::MARIADB.ensure())
}

/// Fetches `MySQL`.
pub(crate) fn mysql() -> anyhow::Result<Option<String>> {
    let _lock = lock()?;
    Ok(debian::MYSQL.ensure())
}

/// Installs what `package` needs.
pub(crate) fn cargo_lambda_only() -> anyhow::Result<()> {
    ensure(&[cargo_lambda()])
}

/// Lets `command` find the pinned cargo-lambda, and cargo-lambda its zig: that is looked for as the module `ziglang`
/// of the Python named here.
pub(crate) fn offer_cargo_lambda(command: &mut Command) -> anyhow::Result<()> {
    let bin = cargo_lambda().bin();
    command.env("CARGO_ZIGBUILD_PYTHON_PATH", bin.join("python"));
    command.env("PATH", environment::path_before(None, bin)?);
    Ok(())
}

fn stand_in() -> anyhow::Result<Venv> {
    listed("the AWS stand-in", "testkit/stand-in")
}

fn role_stand_in() -> anyhow::Result<Venv> {
    listed("the stand-in that enforces roles", "testkit/role-stand-in")
}

/// What the requirements of a folder of the checkout list, installed below the name of that folder.
fn listed(title: &'static str, folder: &str) -> anyhow::Result<Venv> {
    let file = environment::root().join(folder).join("requirements.txt");
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let requirements = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(Venv { title, folder: environment::tools().join(name), requirements })
}

fn cargo_lambda() -> Venv {
    let folder = environment::tools().join("cargo-lambda");
    Venv { title: "cargo-lambda and zig", folder, requirements: CARGO_LAMBDA.to_owned() }
}

fn ensure(venvs: &[Venv]) -> anyhow::Result<()> {
    let _lock = lock()?;
    venvs.iter().try_for_each(Venv::ensure)
}

/// Two tasks started together must not install over each other. The lock goes with the file handle.
fn lock() -> anyhow::Result<File> {
    let tools = environment::tools();
    fs::create_dir_all(&tools).with_context(|| format!("could not create {}", tools.display()))?;
    let lock = File::create(tools.join("lock")).context("could not create the lock of .tools")?;
    lock.lock().context("could not lock .tools")?;
    Ok(lock)
}
