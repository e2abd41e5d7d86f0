//! `test`: everything CI runs, in one command. A tool that is not here is named with the way to get it, and its step
//! counts as skipped, never as passed; for CI, which asks for the whole, it is fetched, and a skipped step has failed.

use std::process::ExitCode;

use crate::command::{at_root, installed, succeed};
use crate::steps::{self, Step};
use crate::{browser, check, missing, secrets, setup, showcase, suite, terraform, workflows};

pub(crate) fn run(whole: bool) -> ExitCode {
    let fetched =
        vec![tools(whole), stand_in(), postgres(), mariadb(), mysql(), connecting(), dependencies(), workflows()];
    // What compiles takes every processor there is: it has company only where somebody else waits, for the network here, and
    // for the programs of a deployment below. That one has the build folder's lock before the lints want it.
    let first = Step::lanes([vec![check::format(), check::house_rules(), suite::step()], fetched]);
    let mut judged = terraform::steps();
    judged.extend([check::lints(), documentation()]);
    let last = Step::lanes([vec![terraform::deployment()], judged]);
    steps::run(vec![first, rust(), without(), in_clear(), mail(), last], whole)
}

fn tools(whole: bool) -> Step {
    let everything = || {
        setup::run()?;
        setup::rarely_asked()
    };
    Step::inside("tools", if whole { everything } else { setup::run }, "cargo xtask setup")
}

fn documentation() -> Step {
    let mut doc = at_root("cargo", &["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    Step::commands("documentation", [doc])
}

fn stand_in() -> Step {
    let args = ["-m", "unittest", "discover", "testkit/stand-in"];
    Step::commands("stand-in tests", [at_root(".tools/stand-in/bin/python", &args)])
}

fn postgres() -> Step {
    Step::optional("PostgreSQL 14 to 18", setup::postgres, "cargo xtask setup")
}

fn mariadb() -> Step {
    Step::optional("MariaDB", setup::mariadb, "cargo xtask setup")
}

fn mysql() -> Step {
    Step::optional("MySQL", setup::mysql, "cargo xtask setup")
}

fn connecting() -> Step {
    Step::optional("sshd and psql", || Ok(setup::connections()), "cargo xtask test")
}

fn rust() -> Step {
    Step::inside("rust tests", suite::run, "cargo test --workspace --locked")
}

/// Behind the tests, which note it.
fn without() -> Step {
    Step::optional("tests for nothing", missing::search, "cargo xtask test")
}

fn in_clear() -> Step {
    Step::inside("secrets in clear", secrets::search, "cargo xtask test")
}

/// No test of the Rust suite: where no browser is, it must not count among those that passed.
fn mail() -> Step {
    Step::optional("mail in a browser", looked_at, "cargo xtask test")
}

/// `Some` says why no mail was looked at.
fn looked_at() -> anyhow::Result<Option<String>> {
    let Some(browser) = browser::find() else {
        return Ok(Some("there is no Chromium: apt-get install chromium, or name yours in CHROME".to_owned()));
    };
    succeed(showcase::built("mail")?.env("CHROME", browser))?;
    Ok(None)
}

fn dependencies() -> Step {
    Step::optional("dependencies", judged_by_cargo_deny, "cargo deny check bans licenses sources")
}

/// `Some` says why no dependency was looked at.
fn judged_by_cargo_deny() -> anyhow::Result<Option<String>> {
    let Some(program) = installed(setup::cargo_deny(), "cargo-deny") else {
        return Ok(Some("cargo-deny is not installed: cargo install --locked cargo-deny".to_owned()));
    };
    // Advisories change without us and take the network.
    succeed(&mut at_root(program, &["--locked", "check", "bans", "licenses", "sources"]))?;
    Ok(None)
}

/// What `dependencies` leaves out. A schedule asks for it: a vulnerability becomes known without a change of ours.
pub(crate) fn advisories() -> anyhow::Result<()> {
    succeed(&mut at_root(setup::advisories()?, &["--locked", "check", "advisories"]))
}

fn workflows() -> Step {
    Step::optional("workflows", workflows::step, "cargo xtask test")
}
