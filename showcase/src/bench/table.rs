//! The tables: the same text for the screen and for `docs/benchmarks.md`.

use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

/// One part of what was measured.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// How each figure is defined.
    pub how: String,
    table: Table,
    met: Vec<bool>,
}

/// A figure that is judged: what it has to be, and whether it is.
pub(super) struct Target {
    /// What it has to be.
    pub(super) words: String,
    /// Whether it is.
    pub(super) met: bool,
}

impl Section {
    pub(super) fn new(title: &'static str, how: String, columns: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(columns);
        Self { title, how, table, met: Vec::new() }
    }

    /// Adds to what is said of the figures.
    pub(super) fn note(&mut self, words: &str) {
        self.how.push_str("\n\n");
        self.how.push_str(words);
    }

    /// Adds a row, its target where the figure that is judged ends.
    pub(super) fn row(&mut self, figures: &[String], target: Option<Target>, more: &[String]) {
        self.met.extend(target.as_ref().map(|target| target.met));
        let judged = target.map_or_else(
            || ["no target".to_owned(), String::new()],
            |target| [target.words, if target.met { "met" } else { "not met" }.to_owned()],
        );
        self.table.add_row(figures.iter().chain(&judged).chain(more));
    }

    /// Whether nothing was measured for it.
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The table.
    pub fn table(&self) -> String {
        self.table.trim_fmt()
    }

    /// How many of its targets are met, and how many it has.
    pub fn met(&self) -> (usize, usize) {
        (self.met.iter().filter(|met| **met).count(), self.met.len())
    }
}

pub(super) fn millis(time: Duration) -> String {
    let millis = 1000.0 * time.as_secs_f64();
    match millis {
        ..100.0 => format!("{millis:.1} ms"),
        ..10_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// Bytes.
pub(super) fn kibi(kib: u32) -> f64 {
    1024.0 * f64::from(kib)
}

pub(super) fn mebi(bytes: f64) -> String {
    format!("{:.2} MiB", bytes / f64::from(1 << 20))
}

/// How many times as much: `1.23`, or `1/45` of it.
pub(super) fn ratio(of: f64, to: f64) -> String {
    if of >= to { format!("{:.2}", of / to) } else { format!("1/{:.1}", to / of) }
}
