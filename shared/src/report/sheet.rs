//! Rows under a header, for people and for spreadsheets. On a terminal no identifier is broken: what is too wide for a table
//! becomes one paragraph a row, and a word that is wider than the terminal is left to it whole.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::item::Outcome;
use crate::text::{markdown_cell, printable};

/// Between two columns.
const GAP: usize = 2;
/// How narrow the last column may be before the rows become paragraphs.
const LEAST: usize = 28;

/// One row of so many may be too wide for the table that the others are.
const ODD: usize = 4;

/// What a terminal is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether it shows colours.
    pub colour: bool,
}

impl Screen {
    /// Without colours.
    pub const fn plain(width: usize) -> Self {
        Self { width, colour: false }
    }

    /// `text` in `tone`, where there are colours.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        match tone.code().filter(|_| self.colour && !text.is_empty()) {
            Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            None => text.to_owned(),
        }
    }
}

/// How something ended, for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As any text.
    Plain,
    /// A heading.
    Bold,
    /// It would be done.
    Ahead,
    /// It was done.
    Good,
    /// Nothing to look at.
    Quiet,
    /// Something to look at.
    Odd,
    /// It was not done.
    Bad,
}

impl Tone {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Ahead => Some("36"),
            Self::Good => Some("32"),
            Self::Quiet => Some("2"),
            Self::Odd => Some("33"),
            Self::Bad => Some("1;31"),
        }
    }
}

impl From<Outcome> for Tone {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Planned => Self::Ahead,
            Outcome::Changed => Self::Good,
            Outcome::AlreadyRight | Outcome::Skipped => Self::Quiet,
            Outcome::Deferred => Self::Odd,
            Outcome::Failed => Self::Bad,
        }
    }
}

/// One row. Its last cell may have several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    cells: Vec<String>,
    tones: Vec<(usize, Tone)>,
}

impl Row {
    /// From its cells, which may be anybody's words.
    pub fn new(cells: impl IntoIterator<Item = String>) -> Self {
        Self { cells: cells.into_iter().collect(), tones: Vec::new() }
    }

    /// With the cell at `place` in `tone`.
    #[must_use]
    pub fn toned(mut self, place: usize, tone: Tone) -> Self {
        self.tones.push((place, tone));
        self
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    header: Vec<&'static str>,
    rows: Vec<Row>,
}

impl Sheet {
    /// An empty one.
    pub fn new(header: impl IntoIterator<Item = &'static str>) -> Self {
        Self { header: header.into_iter().collect(), rows: Vec::new() }
    }

    /// One more row.
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// For a terminal; nothing, if there are no rows.
    pub fn show(&self, screen: Screen) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.cells.iter().map(|cell| lines(cell)).collect()).collect();
        let mut text = String::new();
        if let Some((widths, out)) = self.columns(&shown, screen) {
            let header: Vec<String> = self.header.iter().map(|&head| head.to_owned()).collect();
            let bold: Vec<_> = (0..header.len()).map(|place| (place, Tone::Bold)).collect();
            table_row(&mut text, &header, &widths, screen, &bold);
            for (place, (row, cells)) in self.rows.iter().zip(&shown).enumerate() {
                if out.contains(&place) {
                    paragraph(&mut text, cells, screen, &row.tones);
                } else {
                    table_row(&mut text, cells, &widths, screen, &row.tones);
                }
            }
        } else {
            for (row, cells) in self.rows.iter().zip(&shown) {
                paragraph(&mut text, cells, screen, &row.tones);
            }
        }
        text
    }

    /// How wide each column but the last is, and the rows that do not fit into them: one long name must not take the table
    /// from all others. `None` where too many do not.
    fn columns(&self, shown: &[Vec<String>], screen: Screen) -> Option<(Vec<usize>, BTreeSet<usize>)> {
        let last = self.header.len().saturating_sub(1);
        let mut widest: Vec<_> = (0..shown.len()).collect();
        let width = |cells: &[String]| {
            let word = cells[last].split_whitespace().map(wide).max().unwrap_or_default();
            cells[..last].iter().map(|cell| wide(cell)).sum::<usize>() + word
        };
        widest.sort_by_key(|place| std::cmp::Reverse(width(&shown[*place])));
        (0..=shown.len() / ODD).find_map(|some| {
            let (out, kept) = widest.split_at(some);
            let kept: Vec<_> = kept.iter().map(|place| shown[*place].as_slice()).collect();
            let widths = self.widths(&kept, screen)?;
            Some((widths, out.iter().copied().collect()))
        })
    }

    /// How wide each column but the last has to be for these rows, if that leaves room for the last.
    fn widths(&self, rows: &[&[String]], screen: Screen) -> Option<Vec<usize>> {
        let last = self.header.len().saturating_sub(1);
        let widths: Vec<usize> = (0..last)
            .map(|place| {
                let cells = rows.iter().map(|cells| wide(&cells[place]));
                cells.chain([wide(self.header[place])]).max().unwrap_or_default()
            })
            .collect();
        let before: usize = widths.iter().map(|width| width + GAP).sum();
        let longest = rows.iter().flat_map(|cells| cells[last].split_whitespace()).map(wide).max().unwrap_or_default();
        let widest = rows.iter().flat_map(|cells| cells[last].lines()).map(wide).max().unwrap_or_default();
        let needed = longest.max(LEAST.min(widest)).max(wide(self.header[last]));
        (before + needed <= screen.width).then_some(widths)
    }

    /// For spreadsheets: a cell that one would take for a formula gets an apostrophe.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = self.header.iter().map(|head| head.to_lowercase().replace(' ', "_"));
        // Writing to memory does not fail; a row with another number of cells would, and none has.
        let _ = writer.write_record(names);
        for row in &self.rows {
            let _ = writer.write_record(row.cells.iter().map(|cell| harmless(&cell.replace('\n', "; "))));
        }
        writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// For tickets and pull requests; nothing in a cell is markup.
    pub fn markdown(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut text = format!("| {} |\n|{}\n", self.header.join(" | "), "---|".repeat(self.header.len()));
        for row in &self.rows {
            let cells: Vec<_> = row.cells.iter().map(|cell| markdown_cell(&cell.replace('\n', "; "))).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }
}

/// A spreadsheet takes a cell that begins so for a formula, and a user's name may.
pub fn harmless(cell: &str) -> String {
    let cell = printable(cell);
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

/// Each line of a cell fit to be shown.
fn lines(cell: &str) -> String {
    cell.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

fn wide(text: &str) -> usize {
    text.chars().count()
}

fn tone_of(place: usize, tones: &[(usize, Tone)]) -> Tone {
    tones.iter().find(|(at, _)| *at == place).map_or(Tone::Plain, |(_, tone)| *tone)
}

fn table_row(text: &mut String, cells: &[String], widths: &[usize], screen: Screen, tones: &[(usize, Tone)]) {
    let before: usize = widths.iter().map(|width| width + GAP).sum();
    let mut line = String::new();
    for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
        line += &screen.paint(tone_of(place, tones), cell);
        line += &" ".repeat(width + GAP - wide(cell));
    }
    let last = cells.last().map(|cell| wrapped(cell, screen.width.saturating_sub(before))).unwrap_or_default();
    let tone = tone_of(widths.len(), tones);
    for (number, part) in last.iter().enumerate() {
        if number > 0 {
            line = " ".repeat(before);
        }
        line += &screen.paint(tone, part);
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// What comes before the last cell, as much of it on a line as there is room for; then the last cell, two columns further in.
fn paragraph(text: &mut String, cells: &[String], screen: Screen, tones: &[(usize, Tone)]) {
    const INDENT: usize = 2;
    let (last, heads) = cells.split_last().map_or(("", cells), |(last, heads)| (last.as_str(), heads));
    let mut at = 0;
    for (place, cell) in heads.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        if at > 0 && at + GAP + wide(cell) > screen.width {
            text.push('\n');
            at = 0;
        }
        let gap = match at {
            0 if place > 0 => INDENT,
            0 => 0,
            _ => GAP,
        };
        *text += &" ".repeat(gap);
        let tone = if place == 0 { Tone::Bold } else { tone_of(place, tones) };
        *text += &screen.paint(tone, cell);
        at += gap + wide(cell);
    }
    text.push('\n');
    for line in last.lines() {
        // What goes on is further in than what begins.
        for (number, part) in wrapped(line, screen.width.saturating_sub(2 * INDENT)).iter().enumerate() {
            let indent = if number == 0 { INDENT } else { 2 * INDENT };
            let _ = writeln!(text, "{}{part}", " ".repeat(indent));
        }
    }
}

/// The lines of `text`, broken at spaces so that each has at most `width` columns; a longer word stands alone.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut out = String::new();
        for word in line.split(' ') {
            if !out.is_empty() && wide(&out) + 1 + wide(word) > width {
                lines.push(std::mem::take(&mut out));
            }
            if !out.is_empty() {
                out.push(' ');
            }
            out += word;
        }
        lines.push(out);
    }
    lines
}

#[cfg(test)]
mod tests;
