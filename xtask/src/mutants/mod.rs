//! `mutants`: changes the rules one at a time and sees whether a unit test notices. What is changed is all of the crate's
//! domains, run and jobs that waits for nothing: what waits talks to AWS or a database, and is the proof's business. It takes
//! too long for the suite: a sample is chosen by a seed, or the whole goes in shards.

mod choice;
mod explained;
mod figures;
mod outcome;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use crate::command::{here, quiet, status};
use crate::{environment, setup};
use choice::{Mutant, Shard};
use outcome::Outcome;

pub(crate) use explained::moved;

/// Of a hundred mutants that compile so many may be missed without a reason.
const UNEXPLAINED_IN_A_HUNDRED: usize = 3;

/// What stands after `cargo xtask mutants`.
#[derive(Args)]
pub(crate) struct Wanted {
    /// So many of all, chosen by the seed
    #[arg(long, default_value_t = 300, conflicts_with = "shard")]
    sample: usize,
    /// Instead, one part of all: `0/20` is the first of twenty
    #[arg(long)]
    shard: Option<Shard>,
    /// Another seed is another sample
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Test only those that no run caught since the last one without this flag, and go on where that one ended
    #[arg(long)]
    again: bool,
}

/// Runs it, says what was missed, and writes the figures into docs/proof.md.
pub(crate) fn run(wanted: &Wanted) -> anyhow::Result<()> {
    let program = setup::cargo_mutants()?;
    let folder = environment::target().join("mutants");
    let tree = tree::laid_out(&folder.join("tree"))?;
    let all = listed(&program, &tree)?;
    let chosen = choice::chosen(&all, wanted.shard, wanted.sample, wanted.seed);
    ensure!(!chosen.is_empty(), "there is nothing to change in this shard");

    let ledger = folder.join("ledger.json");
    let mut known = if wanted.again { outcome::ledger(&ledger)? } else { BTreeMap::new() };
    if wanted.again {
        // Of a run that was interrupted.
        outcome::add(&mut known, &folder)?;
    }
    let is_open = |mutant: &&Mutant| matches!(known.get(&mutant.name), None | Some(Outcome::Missed));
    let open: BTreeSet<_> = chosen.iter().filter(is_open).map(|mutant| mutant.name.as_str()).collect();
    println!("mutants: {} of {} to be tested, in {}", open.len(), chosen.len(), tree.display());
    if !open.is_empty() {
        let passed_over = all.iter().map(|mutant| mutant.name.as_str()).filter(|name| !open.contains(name));
        tested(&program, &tree, &folder, &passed_over.collect::<Vec<_>>())?;
        outcome::add(&mut known, &folder)?;
    }
    outcome::keep(&ledger, &known)?;

    let figures = figures::of(&chosen, &known, |mutant| explained::why(&tree, mutant))?;
    println!("{}", figures.said());
    let title = match wanted.shard {
        Some(shard) => format!("shard {shard}"),
        None => format!("sample of {} by the seed {}", chosen.len(), wanted.seed),
    };
    figures::write(&title, &outcome::day(&folder)?, &figures)?;
    ensure!(
        figures.stale.is_empty(),
        "{} of the explained are caught: take them out of explained.rs",
        figures.stale.len()
    );
    let (unexplained, compiled) = (figures.unexplained.len(), figures.compiled());
    ensure!(
        unexplained * 100 <= compiled * UNEXPLAINED_IN_A_HUNDRED,
        "{unexplained} of {compiled} were missed without a reason, more than {UNEXPLAINED_IN_A_HUNDRED} %: write the test, or say in explained.rs why there is none"
    );
    Ok(())
}

/// Every mutant there is.
fn listed(program: &Path, tree: &Path) -> anyhow::Result<Vec<Mutant>> {
    let mut list = mutants(program, tree)?;
    let output = quiet(list.args(["--list", "--json"]))?;
    let said = String::from_utf8(output.stdout).context("cargo-mutants said something that is no text")?;
    choice::read(&said)
}

/// Tests all but those that are `passed_over`, and leaves what came of each below `folder`.
fn tested(program: &Path, tree: &Path, folder: &Path, passed_over: &[&str]) -> anyhow::Result<()> {
    // Passed over by their names, as if a run before had caught them: a pattern of names is not asked for every kind of change.
    let before = folder.join("mutants.out");
    let _ = fs::remove_dir_all(&before);
    fs::create_dir_all(&before).with_context(|| format!("could not create {}", before.display()))?;
    fs::write(before.join("previously_caught.txt"), passed_over.join("\n") + "\n")?;
    let mut test = mutants(program, tree)?;
    // In place: the tree is a copy already, and what is built of it is built once.
    test.args(["--iterate", "--in-place", "--caught", "--unviable", "--minimum-test-timeout", "120", "--output"])
        .arg(folder);
    let ended = status(test.args(["--cargo-arg=--locked", "--cargo-arg=--lib"]))?;
    match ended.code() {
        // All were caught; some were missed; some never came to an end.
        Some(0 | 2 | 3) => Ok(()),
        Some(4) => bail!("the tests fail without any change: {}", folder.join("mutants.out/log").display()),
        _ => bail!("cargo-mutants ended with {ended}; `cargo xtask mutants --again` goes on"),
    }
}

/// cargo-mutants over the rules in `tree`. Backtraces are of no use here, and linking is quicker without them.
fn mutants(program: &Path, tree: &Path) -> anyhow::Result<Command> {
    let build = tree.parent().map(|folder| folder.join("build")).context("the tree has no parent")?;
    fs::create_dir_all(&build).with_context(|| format!("could not create {}", build.display()))?;
    let mut command = here(program, &["mutants", "--no-config", "--package", "nightshift", "--dir"]);
    command.arg(tree).env("CARGO_TARGET_DIR", build).env("CARGO_PROFILE_DEV_DEBUG", "0");
    for file in tree::rules(tree)? {
        command.arg("--file").arg(file);
    }
    Ok(command)
}
