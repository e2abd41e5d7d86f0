//! `test`: everything CI runs, in one command. A tool that is not here is named with the way to get it, and its step
//! counts as skipped, never as passed.

use std::process::ExitCode;

use crate::command::{at_root, works};
use crate::steps::{self, Step};
use crate::{check, deploy, environment, secrets, setup, terraform};

pub(crate) fn run() -> ExitCode {
    let mut list = vec![Step::inside("tools", setup::run, "cargo xtask setup")];
    list.extend(check::list());
    list.extend([
        documentation(),
        stand_in(),
        postgres(),
        mariadb(),
        mysql(),
        rust(),
        in_clear(),
        mail(),
        dependencies(),
    ]);
    list.extend(terraform::steps());
    steps::run(list)
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

fn rust() -> Step {
    // The suite notes every call it sees a function make; what an earlier version of it noted would pass for true.
    let _ = std::fs::remove_dir_all(deploy::calls());
    let _ = std::fs::remove_dir_all(secrets::folder());
    let mut suite = at_root("cargo", &["test", "--workspace", "--locked"]);
    suite.env(secrets::VARIABLE, secrets::folder());
    Step::commands("rust tests", [suite])
}

fn in_clear() -> Step {
    Step::inside("secrets in clear", secrets::search, "cargo xtask test")
}

/// No test of the Rust suite: where no browser is, it must not count among those that passed.
fn mail() -> Step {
    let name = "mail in a browser";
    let Some(browser) = browser() else {
        return Step::skipped(name, "there is no Chromium: apt-get install chromium, or name yours in CHROME");
    };
    let build = at_root("cargo", &["build", "--locked", "--workspace", "--bin", "mail"]);
    let mut look = at_root(environment::target().join("debug/mail"), &[]);
    look.env("CHROME", browser);
    Step::commands(name, [build, look])
}

/// The one the caller names, whether it works or not, or one of the usual names.
fn browser() -> Option<String> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let usual = || NAMES.into_iter().find(|name| works(&mut at_root(name, &["--version"]))).map(str::to_owned);
    environment::variable("CHROME").or_else(usual)
}

fn dependencies() -> Step {
    let name = "dependencies";
    if works(&mut at_root("cargo", &["deny", "--version"])) {
        Step::commands(name, [at_root("cargo", &["deny", "--locked", "check"])])
    } else {
        Step::skipped(name, "cargo-deny is not installed: cargo install --locked cargo-deny")
    }
}
