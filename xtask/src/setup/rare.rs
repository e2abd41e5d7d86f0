//! What only the whole suite asks for: checkov, cargo-deny and a browser. A person's `test` skips their steps where they are
//! not installed; CI, which starts from nothing, asks for them here.

use std::path::PathBuf;

use super::venv::Venv;
use super::{ensure, lock};
use crate::command::{here, quiet, works};
use crate::environment;

const CHECKOV: &str = "checkov==3.3.30\n";
const CARGO_DENY: &str = "0.20.2";

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

/// Installs them unless they are there.
pub(crate) fn rarely_asked() -> anyhow::Result<()> {
    ensure(&[checkov_venv()])?;
    let _lock = lock()?;
    if !cargo_deny().is_file() {
        println!("setup: building cargo-deny {CARGO_DENY}");
        let root = environment::tools().join("cargo-deny");
        let mut install =
            here("cargo", &["install", "--quiet", "--locked", "--debug", "--version", CARGO_DENY, "cargo-deny"]);
        // In a folder of its own: what it is built from is nothing of ours.
        install
            .arg("--root")
            .arg(&root)
            .env("CARGO_TARGET_DIR", root.join("target"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        quiet(&mut install)?;
        std::fs::remove_dir_all(root.join("target"))?;
    }
    let has_browser = crate::browser::find().is_some();
    if !has_browser && works(&mut here("apt-get", &["--version"])) {
        println!("setup: installing chromium");
        quiet(&mut here("apt-get", &["update", "--quiet"]))?;
        quiet(&mut here("apt-get", &["install", "--quiet", "--yes", "--no-install-recommends", "chromium"]))?;
    }
    Ok(())
}
