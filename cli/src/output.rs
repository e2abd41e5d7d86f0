//! Everything that is printed goes through here, and what the exit code says of it. An output that is closed or full is a
//! message and an exit code, never a panic: what the command was asked to do is done all the same.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nightshift::config::Environment;
use nightshift::report::{Reason, Report, render};

use crate::args::Format;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    Done,
    /// It could not run, or was not understood.
    NotRun,
    /// Some item failed.
    Failed,
    /// A guard tripped.
    Tripped,
    /// It ran, and what it had to say was lost.
    Unsaid,
    /// It was asked to stop.
    Interrupted,
}

impl Ending {
    /// What a report comes to.
    pub(crate) fn of(report: &Report) -> Self {
        if report.tripped.is_some() {
            Self::Tripped
        } else if report.counts.failed > 0 {
            Self::Failed
        } else {
            Self::Done
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Done => 0,
            Ending::NotRun => 1,
            Ending::Failed => 2,
            Ending::Tripped => 3,
            Ending::Unsaid => 4,
            // As a shell says of a process that SIGINT ended.
            Ending::Interrupted => 130,
        })
    }
}

/// What becomes of words that standard output does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// They say what was done: standard error gets them.
    AreARecord,
    /// The same command says them again.
    CanBeHadAgain,
}

/// Standard output.
#[derive(Debug)]
pub(crate) struct Output {
    words: Words,
    lost: Mutex<Option<io::Error>>,
}

impl Output {
    pub(crate) fn new(words: Words) -> Self {
        Self { words, lost: Mutex::new(None) }
    }

    /// The report.
    pub(crate) fn report(&self, report: &Report, format: Format, width: u16) {
        match format {
            Format::Table => self.show(&render::table(report, width)),
            Format::Markdown => self.show(&render::markdown(report)),
            // A report is plain data; it always serialises.
            Format::Json => self.say(&serde_json::to_string_pretty(report).unwrap_or_default()),
        }
    }

    fn lost(&self) -> MutexGuard<'_, Option<io::Error>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One line.
    pub(crate) fn say(&self, line: &str) {
        self.show(&format!("{line}\n"));
    }

    /// Text that ends its own lines.
    pub(crate) fn show(&self, text: &str) {
        let mut lost = self.lost();
        if lost.is_none() {
            let mut out = io::stdout().lock();
            if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                complain(&match self.words {
                    Words::AreARecord => format!("standard output takes no more ({error}); what was done follows here"),
                    Words::CanBeHadAgain => format!("standard output takes no more ({error}); the rest is not shown"),
                });
                *lost = Some(error);
            }
        }
        if lost.is_some() && self.words == Words::AreARecord {
            to_standard_error(text);
        }
    }

    /// `ending`, unless all is well but for what could not be said.
    pub(crate) fn end(&self, ending: Ending) -> Ending {
        if ending == Ending::Done && self.lost().is_some() { Ending::Unsaid } else { ending }
    }
}

/// How wide the terminal is.
pub(crate) fn width(environment: &Environment) -> u16 {
    environment.get("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(120)
}

/// One line on standard error.
pub(crate) fn complain(line: &str) {
    to_standard_error(&format!("nightshift: {line}\n"));
}

/// What is not right with the run, on standard error.
pub(crate) fn warn(warning: &Reason) {
    complain(&warning.said());
}

/// Where even standard error takes nothing there is nobody left to tell.
pub(crate) fn to_standard_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
