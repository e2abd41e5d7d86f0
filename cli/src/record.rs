//! The record of an apply, line by line on standard error as it happens, and the signals that end it early.

use std::io;
use std::process;

use nightshift::clock::Deadline;
use nightshift::run::ledger::{Line, Sink};
use nightshift::run::{Done, Ledger, Stop};
use nightshift::text::printable;
use tokio::signal::unix::{SignalKind, signal};

use crate::output;

static STOP: Stop = Stop::new();

/// The record on standard error. What was only planned or left alone is the report's to say.
#[derive(Debug)]
pub(crate) struct Lines;

impl Sink for Lines {
    fn write(&self, line: Line<'_>) {
        let (word, entry, steps, reason) = match line {
            Line::Begun(entry) => ("begun", entry, &entry.steps, None),
            Line::Ended(entry, Done { outcome, steps, reason }) => (outcome.as_str(), entry, steps, reason.as_ref()),
            Line::Step(..) | Line::WentOn(..) | Line::Listed(_) => return,
        };
        let reason = reason.map(|reason| format!("[{}] {}", reason.code, reason.message));
        let what: Vec<_> = steps.iter().cloned().chain(reason).collect();
        let line = format!("{word} {} in {}: {}", entry.id, entry.region, what.join("; "));
        output::to_standard_error(&format!("{}\n", printable(&line)));
    }
}

/// For a command that writes: the first signal lets it finish what is begun, a second ends it at once.
pub(crate) fn interruptible() -> io::Result<Ledger<'static>> {
    interruptible_into(&Lines)
}

/// The same, with its record in `sink`.
pub(crate) fn interruptible_into(sink: &dyn Sink) -> io::Result<Ledger<'_>> {
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
    Ledger::new(Deadline::NONE, &STOP, &Lines)
}

/// Whether it was asked to stop.
pub(crate) fn is_interrupted() -> bool {
    STOP.is_asked()
}
