//! What is going on, on one line of a terminal; elsewhere the record says it line by line, and nothing moves.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use nightshift::services::aws::CallRecorder;

/// The line there is, if any: what else is printed has to step around it.
static LINE: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// How many items there are, and how many of them were begun and ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub of: u64,
    pub begun: u64,
    pub ended: u64,
}

impl Tally {
    fn said(self) -> String {
        let Self { of, begun, ended } = self;
        format!("applying: {ended} of {of} done, {} in progress", begun.saturating_sub(ended))
    }
}

/// The line, until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(());

impl Progress {
    /// Shows what is being done and how many calls it took so far, where somebody looks.
    pub(crate) fn start(what: &'static str, calls: CallRecorder) -> Self {
        if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{spinner} {msg} (calls: {calls}, {elapsed})");
            let count = move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}", calls.count());
            };
            // The template is our own: it parses.
            let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("calls", count);
            let bar = ProgressBar::new_spinner().with_style(style).with_message(what);
            bar.enable_steady_tick(Duration::from_millis(120));
            *LINE.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
        }
        Self(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = LINE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

/// So many items were worked on.
pub(crate) fn tell(tally: Tally) {
    if let Some(bar) = &*LINE.lock().unwrap_or_else(PoisonError::into_inner) {
        bar.set_message(tally.said());
    }
}

/// Says what is going on now.
pub(crate) fn say(what: String) {
    if let Some(bar) = &*LINE.lock().unwrap_or_else(PoisonError::into_inner) {
        bar.set_message(what);
    }
}

/// Prints with the line out of the way.
pub(crate) fn aside<T>(print: impl FnOnce() -> T) -> T {
    // A clone, or whoever prints would wait for a line that is being drawn.
    let bar = LINE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_says_how_far_it_is_and_of_how_many() {
        assert_eq!(Tally { of: 12, begun: 5, ended: 3 }.said(), "applying: 3 of 12 done, 2 in progress");
        // What is put off ends without being begun.
        assert_eq!(Tally { of: 2, begun: 1, ended: 2 }.said(), "applying: 2 of 2 done, 0 in progress");
    }
}
