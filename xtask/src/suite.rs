//! The Rust suite, its binaries side by side. Cargo runs one after the other, and the last test of each holds back all of
//! the next: a test here waits for servers more than it computes. `cargo nextest` would start every test in a process of
//! its own, and with it a stand-in that one binary shares among all of its tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::command::{at_root, spelled};
use crate::side_by_side::side_by_side;
use crate::steps::Step;
use crate::{deploy, environment, missing, secrets};

/// What every test is built by.
const BUILD: [&str; 4] = ["test", "--workspace", "--locked", "--no-run"];

/// Builds the tests and no more: [`run`] finds them built.
pub(crate) fn step() -> Step {
    Step::commands("tests built", [at_root("cargo", &BUILD)])
}

/// Builds and runs the tests of the workspace. Each binary is run to its end, whatever becomes of the others.
pub(crate) fn run() -> anyhow::Result<()> {
    // The suite notes every call it sees a function make; what an earlier version of it noted would pass for true.
    for folder in [deploy::calls(), missing::folder(), secrets::folder()] {
        let _ = std::fs::remove_dir_all(folder);
    }
    let mut failed = together(built()?);
    let mut examples = at_root("cargo", &["test", "--workspace", "--locked", "--doc"]);
    if !examples.status().with_context(|| format!("could not start {}", spelled(&examples)))?.success() {
        failed.push("the examples in the documentation".to_owned());
    }
    ensure!(failed.is_empty(), "these failed: {}", failed.join(", "));
    Ok(())
}

/// One test binary.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binary {
    /// The folder of its package and what of it: `shared lib`, `key-rotation it`.
    name: String,
    /// Where its package lies: cargo runs its tests there.
    folder: PathBuf,
    file: PathBuf,
}

/// Builds every test of the workspace; in the order in which they are best begun.
fn built() -> anyhow::Result<Vec<Binary>> {
    let mut build = at_root("cargo", &BUILD);
    build.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = build.output().with_context(|| format!("could not start {}", spelled(&build)))?;
    ensure!(output.status.success(), "the tests could not be built");
    let lines = String::from_utf8(output.stdout).context("cargo said something that is no text")?;
    let mut binaries = Vec::new();
    for line in lines.lines() {
        binaries.extend(binary(&serde_json::from_str(line).with_context(|| format!("cargo said '{line}'"))?));
    }
    ensure!(!binaries.is_empty(), "cargo built no test");
    binaries.sort_by_key(|binary| turn(&binary.name));
    Ok(binaries)
}

/// Those that start servers take the longest, the two that start functions as well before all others. What is short fills what they leave.
fn turn(name: &str) -> usize {
    const LONGEST: [&str; 2] = ["showcase it", "cli it"];
    let others = LONGEST.len() + usize::from(!name.ends_with(" it"));
    LONGEST.iter().position(|long| *long == name).unwrap_or(others)
}

/// The binary this message of cargo is about, if it is about a test.
fn binary(message: &Value) -> Option<Binary> {
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let file = message["executable"].as_str().filter(|_| is_test)?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    let target = &message["target"];
    let (kind, name) = (target["kind"][0].as_str()?, target["name"].as_str()?);
    let what = if kind == "test" { name } else { kind };
    let package = folder.file_name()?.to_str()?;
    Some(Binary { name: format!("{package} {what}"), folder: folder.to_owned(), file: file.into() })
}

/// Runs them all, some at once; the names of those that failed.
fn together(binaries: Vec<Binary>) -> Vec<String> {
    let failed = side_by_side(binaries, |binary| {
        let error = perform(&binary).err()?;
        println!("== {}: {error:#}", binary.name);
        Some(binary.name)
    });
    failed.into_iter().flatten().collect()
}

/// Runs one to its end, and prints what it said in one piece.
fn perform(binary: &Binary) -> anyhow::Result<()> {
    let mut command = Command::new(&binary.file);
    command
        .current_dir(&binary.folder)
        .env("CARGO_MANIFEST_DIR", &binary.folder)
        .env(missing::VARIABLE, missing::folder())
        .env(secrets::VARIABLE, secrets::folder());
    for name in environment::variables_of_cargo_run().filter(|name| name != "CARGO_MANIFEST_DIR") {
        command.env_remove(name);
    }
    let output = command.output().context("could not be started")?;
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    println!("\n-- {}\n{}", binary.name, said.trim());
    ensure!(output.status.success(), "{}", output.status);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_test_is_told_from_what_is_built_beside_it() {
        let message = |test: bool, kind: &str, name: &str| {
            json!({
                "reason": "compiler-artifact", "manifest_path": "/repo/functions/lamp-lighter/Cargo.toml",
                "target": {"kind": [kind], "name": name}, "profile": {"test": test}, "executable": "/repo/target/debug/deps/it-1",
            })
        };
        let name = |message: &Value| binary(message).map(|binary| binary.name);
        assert_eq!(name(&message(true, "test", "it")).as_deref(), Some("lamp-lighter it"));
        assert_eq!(name(&message(true, "bin", "lamp-lighter")).as_deref(), Some("lamp-lighter bin"));
        assert_eq!(name(&message(false, "bin", "lamp-lighter")), None, "a program");
        assert_eq!(name(&json!({"reason": "build-finished", "success": true})), None);
        let found = binary(&message(true, "lib", "nightshift")).unwrap();
        assert_eq!(found.folder, Path::new("/repo/functions/lamp-lighter"));
    }

    #[test]
    fn what_takes_the_longest_is_begun_first() {
        let mut names = ["shared lib", "cli it", "db-users it", "cli bin", "showcase it"];
        names.sort_by_key(|name| turn(name));
        assert_eq!(names, ["showcase it", "cli it", "db-users it", "shared lib", "cli bin"]);
    }

    #[test]
    fn every_binary_is_run_whatever_becomes_of_the_others() {
        let one = |name: &str, file: &str| Binary { name: name.to_owned(), folder: "/".into(), file: file.into() };
        let list =
            [one("good", "/bin/true"), one("bad", "/bin/false"), one("gone", "/nowhere"), one("last", "/bin/false")];
        let mut failed = together(list.to_vec());
        failed.sort();
        assert_eq!(failed, ["bad", "gone", "last"]);
    }
}
