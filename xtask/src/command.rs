//! Starting other programs: how a command line is made, shown so that it can be repeated in a shell, and run.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Output};

use anyhow::{Context as _, bail};

use crate::environment;

/// A command in the root of the checkout.
pub(crate) fn at_root(program: impl AsRef<Path>, args: &[&str]) -> Command {
    let mut command = here(program, args);
    command.current_dir(environment::root());
    command
}

/// What setup installed as `own`, or else what is called `name` on PATH; `None` if neither runs.
pub(crate) fn installed(own: PathBuf, name: &str) -> Option<PathBuf> {
    let program = if own.is_file() { own } else { name.into() };
    works(&mut at_root(&program, &["--version"])).then_some(program)
}

/// A command in the caller's folder, for arguments that are paths the caller typed.
pub(crate) fn here(program: impl AsRef<Path>, args: &[&str]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(args);
    for name in environment::variables_of_cargo_run() {
        command.env_remove(name);
    }
    command
}

/// The command as one would type it in the root of the checkout. PATH is left out: it is the caller's, extended.
pub(crate) fn spelled(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        let (name, value) = (name.to_string_lossy(), value?.to_string_lossy());
        (name != "PATH").then(|| format!("{name}={}", quoted(&value)))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs it with the caller's terminal.
pub(crate) fn status(command: &mut Command) -> anyhow::Result<ExitStatus> {
    command.status().with_context(|| format!("could not start {}", spelled(command)))
}

/// Runs it with the caller's terminal and ends as it ended; it has said itself what went wrong.
pub(crate) fn exit_code(command: &mut Command) -> anyhow::Result<ExitCode> {
    let status = status(command)?;
    // No code means a signal ended it.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs it with the caller's terminal; anything but success is an error naming the command.
pub(crate) fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let status = status(command)?;
    if status.success() { Ok(()) } else { bail!("{status}: {}", spelled(command)) }
}

/// Runs it in silence; its output is shown only if it fails.
pub(crate) fn quiet(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.output().with_context(|| format!("could not start {}", spelled(command)))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout, output.stderr].concat();
    bail!("{}: {}\n{}", output.status, spelled(command), shortened(&String::from_utf8_lossy(&said)))
}

/// Runs it, and answers with all it said and what went wrong, if something did.
pub(crate) fn heard(command: &mut Command) -> (String, Option<anyhow::Error>) {
    let output = match command.output().with_context(|| format!("could not start {}", spelled(command))) {
        Ok(output) => output,
        Err(error) => return (String::new(), Some(error)),
    };
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let failure = (!output.status.success()).then(|| anyhow::anyhow!("{}: {}", output.status, spelled(command)));
    (said, failure)
}

/// Each line as far as it is readable: pip lists every version ever published on one.
fn shortened(said: &str) -> String {
    const LONGEST: usize = 300;
    let lines = said.trim_end().lines().map(|line| match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the command can be started and succeeds. A name on PATH is not enough: version managers put a shim there
/// for every program they know of, installed or not.
pub(crate) fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_of_a_failed_command_are_cut() {
        let said = format!("short\n{}\n\n", "ä".repeat(500));
        assert_eq!(shortened(&said), format!("short\n{} …", "ä".repeat(300)));
    }

    #[test]
    fn a_command_is_spelled_so_that_a_shell_repeats_it() {
        let mut command = Command::new("cargo");
        command.args(["doc", "it's", ""]).env("RUSTDOCFLAGS", "-D warnings").env("PATH", "/bin").env_remove("X");
        assert_eq!(spelled(&command), r"RUSTDOCFLAGS='-D warnings' cargo doc 'it'\''s' ''");
    }
}
