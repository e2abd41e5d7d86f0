//! What is printed, and what the exit code says of it.

use std::process::ExitCode;

use nightshift::config::Environment;
use nightshift::run::{Reason, Report, render};

use crate::args::Format;

/// The report on standard output.
#[expect(clippy::print_stdout, reason = "the report is this command's output")]
pub(crate) fn report(report: &Report, format: Format, width: u16) {
    match format {
        Format::Table => print!("{}", render::table(report, width)),
        Format::Markdown => print!("{}", render::markdown(report)),
        // A report is plain data; it always serialises.
        Format::Json => println!("{}", serde_json::to_string_pretty(report).unwrap_or_default()),
    }
}

/// How wide the terminal is.
pub(crate) fn width(environment: &Environment) -> u16 {
    environment.get("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(120)
}

/// Text that ends its own lines, on standard output.
#[expect(clippy::print_stdout, reason = "the list is this command's output")]
pub(crate) fn show(text: &str) {
    print!("{text}");
}

/// One line on standard output.
#[expect(clippy::print_stdout, reason = "the steps are this command's output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// What went wrong, with its whole chain, on standard error.
#[expect(clippy::print_stderr, reason = "a complaint belongs on standard error")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("nightshift: {}", nightshift::diagnostic::chain(error.as_ref()));
}

/// What is not right with the run, on standard error.
#[expect(clippy::print_stderr, reason = "a warning belongs on standard error")]
pub(crate) fn warn(warning: &Reason) {
    eprintln!("nightshift: {}; {}", warning.message, warning.fix);
}

/// 2 if an item failed, 3 if a guard tripped, else 0.
pub(crate) fn code(report: &Report) -> ExitCode {
    if report.tripped.is_some() {
        ExitCode::from(3)
    } else if report.counts.failed > 0 {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}
