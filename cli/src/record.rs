//! The record of an apply, line by line as it happens, on standard error and on disk; and the signals that end it early.

use std::io;
use std::process;
use std::sync::{Mutex, PoisonError};

use nightshift::clock::Deadline;
use nightshift::report::Report;
use nightshift::run::ledger::{Line, Sink};
use nightshift::run::{Done, Ledger, Stop};
use nightshift::text::{chain, printable};
use tokio::signal::unix::{SignalKind, signal};

use crate::desk::Desk;
use crate::output;
use crate::progress::{self, Tally};
use crate::state;

static STOP: Stop = Stop::new();

/// The record of one command that writes.
#[derive(Debug, Default)]
pub(crate) struct Record {
    kept: Option<state::Record>,
    tally: Mutex<Tally>,
}

/// Of a command that only reads: what was only planned or left alone is the report's to say.
static READING: Record = Record { kept: None, tally: Mutex::new(Tally { of: 0, begun: 0, ended: 0 }) };

impl Record {
    /// Begins it, and says where it is kept.
    pub(crate) fn begin(desk: &Desk, function: &str, account: &str) -> Self {
        let kept = match state::Record::begin(&desk.environment, function, account) {
            Ok(kept) => {
                output::complain(&format!("the record of this run is kept in {}", kept.path().display()));
                Some(kept)
            }
            Err(error) => {
                let why = chain(error.as_ref());
                output::complain(&format!("the record of this run is on standard error alone: {why}"));
                None
            }
        };
        Self { kept, tally: Mutex::default() }
    }

    fn count(&self, change: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut tally);
        progress::tell(*tally);
    }

    /// What tells this run from others, in the name of its report.
    pub(crate) fn id(&self) -> String {
        self.kept.as_ref().map_or_else(|| process::id().to_string(), |kept| kept.id.clone())
    }

    /// Keeps the report beside it, and says where.
    pub(crate) fn end(&self, report: &Report) {
        let Some(kept) = &self.kept else { return };
        match kept.end(report) {
            Ok(path) => output::complain(&format!("the report is kept in {}", path.display())),
            Err(error) => output::complain(&chain(error.as_ref())),
        }
    }
}

impl Sink for Record {
    fn write(&self, line: Line<'_>) {
        if let Some(kept) = &self.kept {
            kept.write(line);
        }
        let (word, entry, steps, reason) = match line {
            Line::Begun(entry) => ("begun", entry, &entry.steps, None),
            Line::Ended(entry, Done { outcome, steps, reason }) => (outcome.as_str(), entry, steps, reason.as_ref()),
            Line::Step(..) | Line::WentOn(..) | Line::Listed(_) => return,
        };
        let reason = reason.map(|reason| format!("[{}] {}", reason.code, reason.message));
        let what: Vec<_> = steps.iter().cloned().chain(reason).collect();
        // What ended as it was begun has nothing to add.
        let colon = if what.is_empty() { "" } else { ": " };
        let line = format!("{word} {} in {}{colon}{}", entry.id, entry.region, what.join("; "));
        output::to_standard_error(&format!("{}\n", printable(&line)));
        self.count(|tally| match word {
            "begun" => tally.begun += 1,
            _ => tally.ended += 1,
        });
    }

    fn expects(&self, items: usize) {
        self.count(|tally| tally.of = items.try_into().unwrap_or(u64::MAX));
    }
}

/// For a command that writes: the first signal lets it finish what is begun, a second ends it at once.
pub(crate) fn interruptible(sink: &dyn Sink) -> io::Result<Ledger<'_>> {
    let mut signals =
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    tokio::spawn(async move {
        let [interrupt, terminate, hangup] = &mut signals;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            if !STOP.ask() {
                output::complain("ended at once; what was begun and not finished is gone on with by the next run");
                process::exit(130);
            }
            output::complain(
                "asked to stop: what is begun is finished, nothing new is begun; once more ends it at once",
            );
        }
    });
    Ok(Ledger::new(Deadline::NONE, &STOP, sink))
}

/// For a command that only reads, which a signal simply ends.
pub(crate) fn reading() -> Ledger<'static> {
    Ledger::new(Deadline::NONE, &STOP, &READING)
}

/// For what leaves no record: a call that only asks.
#[derive(Debug)]
pub(crate) struct Quiet;

impl Sink for Quiet {
    fn write(&self, _: Line<'_>) {}
}

/// The same as [`reading`], without a word.
pub(crate) fn silent(quiet: &Quiet) -> Ledger<'_> {
    Ledger::new(Deadline::NONE, &STOP, quiet)
}

/// Whether it was asked to stop.
pub(crate) fn is_interrupted() -> bool {
    STOP.is_asked()
}
