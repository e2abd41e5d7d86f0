//! The one question there is: is this really meant? Asked where somebody can be, on standard error, so that standard output has
//! nothing but what was asked for.

use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail, ensure};

use nightshift::notify::shell_word;
use nightshift::report::{Report, render};
use nightshift::text::printable;

use crate::args::ShownArgs;
use crate::desk::Desk;
use crate::output::{self, Ending, Output, Words};

/// Whether somebody is there to answer.
pub(crate) fn can_be_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

const NOT_READ: &str = "could not read an answer; nothing was done";

/// The line that is typed behind `prompt`. Without an answer it does not end, and what is said next begins a new one all the same.
pub(crate) fn typed(prompt: &str) -> io::Result<String> {
    output::to_standard_error(prompt);
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if !line.ends_with('\n') {
        output::to_standard_error("\n");
    }
    Ok(line)
}

/// Has the account's number typed. Anything else is no.
fn account(wanted: &str) -> anyhow::Result<()> {
    let line = typed(&format!("Apply exactly this plan? Type the account ({wanted}): ")).context(NOT_READ)?;
    if !line.ends_with('\n') {
        bail!("there was no answer; nothing was done");
    }
    // The console shows it with dashes.
    let typed: String = line.trim().chars().filter(|c| *c != '-').collect();
    ensure!(!typed.is_empty(), "nothing was typed, and nothing was done");
    ensure!(typed == wanted, "that is not {wanted}; nothing was done");
    Ok(())
}

/// A question that `y` says yes to. Where nobody can be asked, the answer is no.
pub(crate) fn yes(question: &str) -> anyhow::Result<bool> {
    if !can_be_asked() {
        return Ok(false);
    }
    let line = typed(&format!("{question} [y/N] ")).context(NOT_READ)?;
    Ok(["y", "yes"].contains(&line.trim().to_lowercase().as_str()))
}

/// Shows what `report` plans and has the account `of` typed, then says the command that asks nothing; `named` is whether that
/// account was named already. How it ends, where there is nothing to apply.
pub(crate) fn about(
    report: &Report,
    shown: &ShownArgs,
    (of, named): (&str, bool),
    desk: &Desk,
) -> anyhow::Result<Option<Ending>> {
    if report.counts.planned == 0 {
        let output = Output::new(Words::CanBeHadAgain, desk);
        output.report(report, shown);
        output::complain("there is nothing to apply");
        return Ok(Some(output.end(Ending::of(report))));
    }
    output::to_standard_error(&render::show(report, output::screen_of_complaints(desk)));
    account(of)?;
    // Where a cap holds part of it back, a digest would lift it: that is another word than the one that was given.
    if report.tripped.is_none() {
        let more = ["--account", of, "--expect-plan", report.plan_digest.as_str()];
        let more = if named { &more[2..] } else { &more[..] };
        output::complain(&format!("the same without asking: {}", the_same(more)));
    }
    Ok(None)
}

/// The command that was typed, with `more` behind it: as a shell takes it.
fn the_same(more: &[&str]) -> String {
    let words = std::env::args().skip(1);
    let words = std::iter::once("nightshift".to_owned()).chain(words).chain(more.iter().map(|&word| word.to_owned()));
    line(&words.collect::<Vec<_>>())
}

/// `words` as a shell takes them.
pub(crate) fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    shell_word(&printable(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_read_more_into_it() {
        for (word, expected) in
            [("--policy", "--policy"), ("a b", "'a b'"), ("$HOME", "'$HOME'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
