//! Says which commit the command is built from, for `--version` and for the reports it makes.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=NIGHTSHIFT_COMMIT");
    // Git appends to this file whenever HEAD moves.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=NIGHTSHIFT_BUILD={}", commit());
}

/// What the one who builds says, or what git does; nothing where nobody knows.
fn commit() -> String {
    #[expect(clippy::disallowed_methods, reason = "a build is told by its environment")]
    if let Ok(said) = std::env::var("NIGHTSHIFT_COMMIT") {
        return said;
    }
    git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default()
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}
