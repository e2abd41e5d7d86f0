//! `cargo xtask proof`: every call of every function, broken in every way, in every world. What a release is judged by;
//! writes the table of `docs/proof.md`.
#![expect(clippy::print_stdout, reason = "progress is this command's output")]

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use nightshift_testkit::database::Installation;
use nightshift_testkit::proof::{
    ClusterCleanup, KeyRotation, Matrix, RELEASE, Subject, at_once, db_users_by_burst, db_users_by_call, markdown,
    matrix,
};
use nightshift_testkit::{Fault, repository};

const BEGIN: &str = "<!-- matrix -->\n";
const END: &str = "<!-- /matrix -->";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut matrices = Vec::new();
    for slow_aws in [true, false] {
        let world = if slow_aws { "AWS takes its time" } else { "gone at once" };
        let found = prove(&ClusterCleanup { slow_aws }, world).await?;
        matrices.push((world.to_owned(), found));
    }
    for minting in [true, false] {
        let world = if minting { "keys to mint" } else { "keys to retire" };
        let found = prove(&KeyRotation { minting }, world).await?;
        matrices.push((world.to_owned(), found));
    }
    let (binary, version) = (build("db-users")?, Installation::any()?);
    let found = db_users_by_call(&binary, &version, &RELEASE).await?;
    println!("db-users, calls to AWS: {} calls x {} faults", found.calls.len(), RELEASE.len());
    matrices.push(("calls to AWS".to_owned(), found));
    // A database is not throttled; what can happen to a connection is that it breaks, or that its other end dies.
    let faults = [Fault::RequestLost, Fault::AnswerLost, Fault::HoldBefore, Fault::HoldAfter];
    let found = db_users_by_burst(&binary, &version, &faults, 1).await?;
    println!("db-users, bursts to the database: {} x {} faults", found.trials.len() / faults.len(), faults.len());
    matrices.push(("bursts to the database".to_owned(), found));
    write(&markdown(&matrices))?;
    for (_, matrix) in &matrices {
        matrix.check()?;
    }
    Ok(())
}

async fn prove<S: Subject>(subject: &S, world: &str) -> anyhow::Result<Matrix> {
    let binary = build(S::NAME)?;
    let found = matrix(subject, &binary, &RELEASE).await?;
    println!("{}, {world}: {} calls x {} faults", S::NAME, found.calls.len(), RELEASE.len());
    let wrong = at_once(subject, &binary).await?;
    ensure!(wrong.is_empty(), "two runs at the same moment: {}", wrong.join("; "));
    Ok(found)
}

fn build(name: &str) -> anyhow::Result<PathBuf> {
    let built =
        Command::new("cargo").args(["build", "--quiet", "--package", name]).current_dir(repository::root()).status()?;
    ensure!(built.success(), "could not build {name}");
    Ok(repository::target().join("debug").join(name))
}

/// Replaces the table in the page, and nothing else of it.
fn write(table: &str) -> anyhow::Result<()> {
    let path = repository::root().join("docs/proof.md");
    let page = std::fs::read_to_string(&path).context("could not read docs/proof.md")?;
    let (before, rest) = page.split_once(BEGIN).context("docs/proof.md has lost its <!-- matrix --> mark")?;
    let (_, after) = rest.split_once(END).context("docs/proof.md has lost its <!-- /matrix --> mark")?;
    std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}"))?;
    Ok(())
}
