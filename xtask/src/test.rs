//! `test`: everything CI runs, in one command. A tool that is not here is named with the way to get it, and its step
//! counts as skipped, never as passed; for CI, which asks for the whole, it is fetched, and a skipped step has failed.

use std::process::ExitCode;

use crate::command::{at_root, installed, succeed};
use crate::steps::{self, Step};
use crate::{browser, check, environment, missing, secrets, setup, suite, terraform, workflows};

pub(crate) fn run(whole: bool) -> ExitCode {
    let tools = Step::inside("tools", setup::run, "cargo xtask setup");
    // Before the list is made: it asks what there is.
    if whole && let Err(error) = setup::rarely_asked() {
        eprintln!("xtask: {error:#}");
        return ExitCode::FAILURE;
    }
    let mut list = vec![tools];
    list.extend(check::list());
    list.extend([
        documentation(),
        stand_in(),
        postgres(),
        mariadb(),
        mysql(),
        connecting(),
        rust(),
        without(),
        in_clear(),
        mail(),
        dependencies(),
        workflows(),
    ]);
    list.extend(terraform::steps());
    steps::run(list, whole)
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
    let name = "mail in a browser";
    let Some(browser) = browser::find() else {
        return Step::skipped(name, "there is no Chromium: apt-get install chromium, or name yours in CHROME");
    };
    let build = at_root("cargo", &["build", "--locked", "--workspace", "--bin", "mail"]);
    let mut look = at_root(environment::target().join("debug/mail"), &[]);
    look.env("CHROME", browser);
    Step::commands(name, [build, look])
}

fn dependencies() -> Step {
    let name = "dependencies";
    let Some(program) = installed(setup::cargo_deny(), "cargo-deny") else {
        return Step::skipped(name, "cargo-deny is not installed: cargo install --locked cargo-deny");
    };
    // Advisories change without us and take the network.
    Step::commands(name, [at_root(program, &["--locked", "check", "bans", "licenses", "sources"])])
}

/// What `dependencies` leaves out. A schedule asks for it: a vulnerability becomes known without a change of ours.
pub(crate) fn advisories() -> anyhow::Result<()> {
    succeed(&mut at_root(setup::advisories()?, &["--locked", "check", "advisories"]))
}

fn workflows() -> Step {
    Step::optional("workflows", workflows::step, "cargo xtask test")
}
