//! Who types the commands.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::ensure;
use nightshift_testkit::{Scene, repository};

/// As it is typed.
pub(super) const COMMAND: &str = "nightshift";

/// See the module.
#[derive(Debug)]
pub(super) struct Operator<'a> {
    pub(super) command: &'a Path,
    pub(super) scene: &'a Scene,
    /// Of the terminal.
    pub(super) width: u16,
}

impl Operator<'_> {
    /// Types `words` behind the command's name, and shows them and what is printed, without the record of what was done, which says the
    /// same again. What was printed; an error where it does not end with `code`.
    pub(super) async fn types(&self, out: &mut dyn Write, words: &str, code: i32) -> anyhow::Result<String> {
        writeln!(out, "$ {COMMAND} {words}")?;
        out.flush()?;
        let mut command = Command::new(self.command);
        let own = self.scene.environment(&[]);
        command.args(words.split_whitespace()).env_clear().envs(own).env("COLUMNS", self.width.to_string());
        command.env("XDG_STATE_HOME", repository::root().join("demo-out")).current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let (printed, complaint) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
        let found = done.status.code();
        ensure!(found == Some(code), "`{COMMAND} {words}` ended with {found:?}:\n{printed}{complaint}");
        for line in printed.lines().chain(complaint.lines().filter(is_said)) {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(printed)
    }
}

fn is_said(line: &&str) -> bool {
    let is_kept = ["nightshift: the record of this run ", "nightshift: the report is kept "];
    (line.starts_with("nightshift: ") || line.starts_with("→ ")) && !is_kept.iter().any(|it| line.starts_with(it))
}
