//! What only the whole suite asks for: checkov, cargo-deny, a browser, sshd and psql. A person's `test` skips their steps where they are
//! not installed; CI, which starts from nothing, asks for them here. And what a single rare task asks for: cargo-mutants for
//! `mutants`, cargo-auditable and cargo-cyclonedx for `release`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::venv::Venv;
use super::{ensure, lock};
use crate::command::{here, quiet, works};
use crate::environment;

const CHECKOV: &str = "checkov==3.3.30\n";
const ZIZMOR: &str = "zizmor==1.32.0\n";
const CARGO_DENY: &str = "0.20.2";
const CARGO_MUTANTS: &str = "27.1.0";
const CARGO_AUDITABLE: &str = "0.7.7";
const CARGO_CYCLONEDX: &str = "0.5.9";

/// Where this installs cargo-deny.
pub(crate) fn cargo_deny() -> PathBuf {
    environment::tools().join("cargo-deny/bin/cargo-deny")
}

/// Where this installs checkov.
pub(crate) fn checkov() -> PathBuf {
    checkov_venv().bin().join("checkov")
}

fn checkov_venv() -> Venv {
    let folder = environment::tools().join("checkov");
    Venv { title: "checkov", folder, requirements: CHECKOV.to_owned() }
}

/// Installs zizmor; the program.
pub(crate) fn zizmor() -> anyhow::Result<PathBuf> {
    let venv = Venv { title: "zizmor", folder: environment::tools().join("zizmor"), requirements: ZIZMOR.to_owned() };
    let program = venv.bin().join("zizmor");
    ensure(&[venv])?;
    Ok(program)
}

/// Installs them unless they are there.
pub(crate) fn rarely_asked() -> anyhow::Result<()> {
    ensure(&[checkov_venv()])?;
    let _lock = lock()?;
    built("cargo-deny", CARGO_DENY)?;
    let mut missing = Vec::new();
    if crate::browser::find().is_none() {
        missing.push("chromium");
    }
    if connections().is_some() {
        missing.extend(CONNECTING);
    }
    if !missing.is_empty() && works(&mut here("apt-get", &["--version"])) {
        println!("setup: installing {}", missing.join(", "));
        quiet(&mut here("apt-get", &["update", "--quiet"]))?;
        quiet(here("apt-get", &["install", "--quiet", "--yes", "--no-install-recommends"]).args(missing))?;
    }
    Ok(())
}

/// Installs cargo-mutants; the program.
pub(crate) fn cargo_mutants() -> anyhow::Result<PathBuf> {
    let _lock = lock()?;
    built("cargo-mutants", CARGO_MUTANTS)
}

/// Installs cargo-deny; the program.
pub(crate) fn advisories() -> anyhow::Result<PathBuf> {
    let _lock = lock()?;
    built("cargo-deny", CARGO_DENY)
}

/// Installs what a release is made with.
pub(crate) fn release() -> anyhow::Result<()> {
    super::cargo_lambda_only()?;
    let _lock = lock()?;
    built("cargo-auditable", CARGO_AUDITABLE)?;
    built("cargo-cyclonedx", CARGO_CYCLONEDX)?;
    Ok(())
}

/// Where this installs cargo-cyclonedx.
pub(crate) fn cargo_cyclonedx() -> PathBuf {
    environment::tools().join("cargo-cyclonedx/bin/cargo-cyclonedx")
}

/// Lets cargo-auditable wrap each rustc that `command` starts for a crate of the workspace: what `cargo auditable build` does, for
/// a cargo that cargo-lambda starts. It is named without its folder, which would be part of the bytes.
pub(crate) fn offer_auditable(command: &mut Command) -> anyhow::Result<()> {
    let own = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path.map(OsStr::to_owned));
    let bin = environment::tools().join("cargo-auditable/bin");
    command.env("PATH", environment::path_before(own, bin)?);
    // A wrapper of the caller's, such as a cache, would start it as if it were rustc.
    command.env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "cargo-auditable");
    command.env("CARGO_AUDITABLE_ORIG_ARGS", r#"{"offline":false,"locked":true,"frozen":false,"config":[]}"#);
    Ok(())
}

/// A program of this name that cargo builds, unless it is there.
fn built(name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let root = environment::tools().join(name);
    let program = root.join("bin").join(name);
    if !program.is_file() {
        println!("setup: building {name} {version}");
        let mut install = here("cargo", &["install", "--quiet", "--locked", "--debug", "--version", version, name]);
        // In a folder of its own: what it is built from is nothing of ours.
        install
            .arg("--root")
            .arg(&root)
            .env("CARGO_TARGET_DIR", root.join("target"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        quiet(&mut install)?;
        std::fs::remove_dir_all(root.join("target"))?;
    }
    Ok(program)
}

/// What the tests of `nightshift connect` go by, and the packages that have it.
const CONNECTING: [&str; 3] = ["openssh-server", "openssh-client", "postgresql-client"];

/// `Some` is which of it is not here, and how it is had.
pub(crate) fn connections() -> Option<String> {
    let programs = ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen", "/usr/bin/psql"];
    let missing: Vec<_> = programs.into_iter().filter(|program| !Path::new(program).exists()).collect();
    let packages = CONNECTING.join(" ");
    (!missing.is_empty())
        .then(|| format!("there is no {}, so its tests do nothing: apt-get install {packages}", missing.join(", no ")))
}
