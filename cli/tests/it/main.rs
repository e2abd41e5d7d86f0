//! The command as it is typed: what it prints, what it does, what it exits with.

mod anonymise;
mod clock;
mod clones;
mod commands;
mod connect;
mod db_users;
mod delete;
mod errors;
mod event;
mod extend;
mod fleet;
mod fleet_redriven;
mod fleet_report;
mod invoke;
mod jobs;
mod keys;
mod machine;
mod org;
mod policy_files;
mod protections;
mod proxy;
mod record;
mod restore;
mod secrets;
mod select;
mod show;
mod terminal;
mod users;

use std::path::PathBuf;
use std::process::{Command, Output};

use nightshift_testkit::{Scene, said};

/// Where the command keeps its records.
const STATE: &str = env!("CARGO_TARGET_TMPDIR");

/// One invocation of the command.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    /// Standard error without the record of an apply, and without what a day means that was typed.
    fn complaints(&self) -> String {
        let is_record = |line: &&str| {
            let words = [
                "begun ",
                "changed ",
                "already_right ",
                "nightshift: the record of this run ",
                "nightshift: the report is kept ",
            ];
            let means_a_day = line.starts_with("nightshift: '") && line.contains(", which is 20");
            means_a_day || words.iter().any(|word| line.starts_with(word))
        };
        self.err.lines().filter(|line| !is_record(line)).collect()
    }
}

/// Runs `nightshift` with `arguments` in `scene`, with `extra` variables in the shell.
fn nightshift(scene: &Scene, extra: &[(&str, &str)], arguments: &[&str]) -> Said {
    said(&mut command(scene, extra, arguments))
}

/// The same before it runs.
fn command(scene: &Scene, extra: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    let shell = command.env_clear().envs(scene.environment(&[])).env("COLUMNS", "110").env("XDG_STATE_HOME", STATE);
    shell.envs(extra.iter().copied()).args(arguments);
    command
}

/// Runs it.
fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().expect("the command starts");
    said::words(&stdout);
    said::words(&stderr);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    Said { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

/// A policy file of its own.
fn policy_file(lines: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.env");
    std::fs::write(&path, lines).expect("a file");
    (folder, path)
}
