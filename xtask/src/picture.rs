//! `picture`: the plan on the README's first screen, as the command prints it in a terminal, for light and for dark pages.
//! It is the report of the demo's first night; a house rule holds its words to those of `docs/demo.md`, which a test holds to
//! the demo.

mod svg;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};

use crate::command::{here, quiet};
use crate::{binaries, environment, showcase};
#[cfg(test)]
pub(crate) use svg::Palette;
pub(crate) use svg::{PALETTES, words};

/// The report that the demo leaves.
const REPORT: &str = "demo-out/plan.json";

/// As wide as the demo prints.
const COLUMNS: usize = 110;

/// Shows the demo, and draws what it planned.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    binaries::built(["cluster-cleanup", "nightshift"])?;
    let shown = showcase::demo(vec!["--built".into()])?;
    if shown != ExitCode::SUCCESS {
        return Ok(shown);
    }
    draw().map(|()| ExitCode::SUCCESS)
}

fn draw() -> anyhow::Result<()> {
    let plan = printed()?;
    ensure!(plan.contains('\u{1b}'), "the plan was printed without colours");
    for palette in PALETTES {
        let name = palette.file();
        let picture = svg::of(&plan, COLUMNS, palette);
        fs::write(environment::root().join(&name), picture).with_context(|| format!("could not write {name}"))?;
        println!("written to {name}");
    }
    Ok(())
}

/// What `nightshift reports show` prints of the report on a terminal.
fn printed() -> anyhow::Result<String> {
    let state = state()?;
    let report = environment::root().join(REPORT);
    fs::copy(&report, state.join("nightshift/plan.json")).with_context(|| format!("the demo left no {REPORT}"))?;
    let mut show =
        here(environment::target().join("debug/nightshift"), &["reports", "show", "plan", "--color", "always"]);
    let printed = quiet(show.env("XDG_STATE_HOME", &state).env("COLUMNS", COLUMNS.to_string()))?;
    String::from_utf8(printed.stdout).context("what it printed is no text")
}

/// A folder of reports with nothing else in it.
fn state() -> anyhow::Result<PathBuf> {
    let state = environment::target().join("picture");
    let _ = fs::remove_dir_all(&state);
    fs::create_dir_all(state.join("nightshift")).with_context(|| format!("could not create {}", state.display()))?;
    Ok(state)
}
