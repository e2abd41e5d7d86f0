//! Everything that is printed goes through here, and what the exit code says of it. An output that is closed or full is a
//! message and an exit code, never a panic: what the command was asked to do is done all the same.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};
use nightshift::config::Environment;
use nightshift::report::sheet::{Screen, Sheet, wrapped};
use nightshift::report::{Outcome, Reason, Report, render};
use serde::Serialize;

use crate::args::{Colour, Format, ShownArgs};
use crate::desk::Desk;
use crate::progress;

/// Where the width cannot be told.
const WIDTH: u16 = 120;

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
    /// There is something to do, and that was the question.
    Something,
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
            Ending::Something => 10,
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
    screen: Screen,
    lost: Mutex<Option<io::Error>>,
}

impl Output {
    pub(crate) fn new(words: Words, desk: &Desk) -> Self {
        let width = width(&desk.environment).into();
        Self { words, screen: Screen { width, colour: is_coloured(desk, &io::stdout()) }, lost: Mutex::new(None) }
    }

    /// The report, as far as it was asked for.
    pub(crate) fn report(&self, report: &Report, shown: &ShownArgs) {
        let report = &narrowed(report, shown);
        match shown.output {
            Format::Table => self.show(&render::show(report, self.screen)),
            Format::Markdown => self.show(&render::markdown(report)),
            Format::Csv => self.show(&render::csv(report)),
            Format::Json => self.json(report),
        }
    }

    /// A list, in any of the forms; `document` is what programs get.
    pub(crate) fn sheet(&self, sheet: &Sheet, document: &impl Serialize, format: Format) {
        match format {
            Format::Table if sheet.is_empty() => self.say("nothing to list"),
            Format::Table => self.show(&sheet.show(self.screen)),
            Format::Markdown => self.show(&sheet.markdown()),
            Format::Csv => self.show(&sheet.csv()),
            Format::Json => self.json(document),
        }
    }

    /// The same, with more columns for spreadsheets than people have room for.
    pub(crate) fn sheets(&self, sheet: &Sheet, full: &Sheet, document: &impl Serialize, format: Format) {
        self.sheet(if format == Format::Csv { full } else { sheet }, document, format);
    }

    /// What is printed is plain data; it always serialises.
    fn json(&self, document: &impl Serialize) {
        self.say(&serde_json::to_string_pretty(document).unwrap_or_default());
    }

    fn lost(&self) -> MutexGuard<'_, Option<io::Error>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One line.
    pub(crate) fn say(&self, line: &str) {
        self.show(&format!("{line}\n"));
    }

    /// One line, or as many as the screen makes of it.
    pub(crate) fn say_wrapped(&self, line: &str) {
        for line in wrapped(line, self.screen.width) {
            self.say(&line);
        }
    }

    /// One of a list: what goes on is as far in as what begins.
    pub(crate) fn say_item(&self, text: &str) {
        for (number, line) in wrapped(text, self.screen.width.saturating_sub(2)).iter().enumerate() {
            self.say(&format!("{}{line}", if number == 0 { "- " } else { "  " }));
        }
    }

    /// Text that ends its own lines.
    pub(crate) fn show(&self, text: &str) {
        let mut lost = self.lost();
        if lost.is_none() {
            let written = progress::aside(|| {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            });
            if let Err(error) = written {
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
        if matches!(ending, Ending::Done | Ending::Something) && self.lost().is_some() {
            Ending::Unsaid
        } else {
            ending
        }
    }
}

/// The items of `report` that were asked for. Its counts stay those of all.
fn narrowed(report: &Report, shown: &ShownArgs) -> Report {
    let mut report = report.clone();
    let is_meant = |outcome: Outcome, reason: Option<&Reason>| {
        let by_code = || reason.is_some_and(|reason| shown.code.iter().any(|code| *code == reason.code));
        (shown.only.is_empty() || shown.only.contains(&outcome)) && (shown.code.is_empty() || by_code())
    };
    report.items.retain(|item| is_meant(item.outcome, item.reason.as_ref()));
    report
}

/// How wide the terminal is: what the shell says, or the terminal itself.
pub(crate) fn width(environment: &Environment) -> u16 {
    let said = environment.get("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    said.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0)).unwrap_or(WIDTH)
}

/// Whether what goes to `stream` is shown in colours.
pub(crate) fn is_coloured(desk: &Desk, stream: &impl anstream::stream::RawStream) -> bool {
    match desk.globals.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

/// A screen on standard error.
pub(crate) fn screen_of_complaints(desk: &Desk) -> Screen {
    Screen { width: width(&desk.environment).into(), colour: is_coloured(desk, &io::stderr()) }
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
    progress::aside(|| {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_width_is_what_the_shell_says() {
        let width = |columns: &str| super::width(&[("COLUMNS", columns)].into_iter().collect());
        assert_eq!(width("60"), 60);
        // In a test there is no terminal, or one of a width of its own.
        assert!(width("0") > 0 && width("wide") > 0);
    }
}
