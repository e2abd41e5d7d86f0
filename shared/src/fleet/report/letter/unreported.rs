//! What was begun and is in no report: named in the letter, because nobody else was told of it.

use super::{MOST_OWNERS, bounded, words};
use crate::domains::fleet::{FleetReport, Row, Unreported};
use crate::notify::{Entry, Language, Section, Tone};
use crate::text::printable;

/// So many things of one account are named; `report.json` has all.
const MOST_THINGS: usize = 10;

/// None, where there is a report of all that was begun.
pub(super) fn section(report: &FleetReport, language: Language) -> Option<Section> {
    let rows: Vec<_> = report.unreported().collect();
    let heading = language.pick("Begun, and in no report", "Empezado y sin informe");
    let heading = bounded(heading, rows.len(), language);
    let entries = rows.into_iter().take(MOST_OWNERS).map(|(row, unreported)| entry(row, unreported, language));
    Section::of(heading, Tone::Alarm, entries.collect())
}

fn entry(row: &Row, Unreported { reason, things }: &Unreported, language: Language) -> Entry {
    let entry = Entry::new(&format!("{} ({})", row.name, row.account), &row.path);
    let entry = match things.len() {
        0 => entry,
        number => entry.fact(language.pick("things", "cosas"), &number.to_string()),
    };
    let entry = entry.note(&printable(&words(reason)));
    let entry = things.iter().take(MOST_THINGS).fold(entry, |entry, thing| entry.note(&thing.said()));
    match things.len().checked_sub(MOST_THINGS).filter(|more| *more > 0) {
        None => entry,
        Some(more) => entry
            .note(&language.pick(format!("and {more} more in report.json"), format!("y {more} más en report.json"))),
    }
}
