//! The laws of key-rotation.

mod case;
mod handing;
mod leaks;
mod messages;
mod reach;
mod record;
mod rest;
mod taking;
mod terms;

use jiff::Timestamp;

use super::{Broken, in_order};
use crate::history::History;
use crate::journal::Journal;
use case::Case;

/// What a law finds in a journal.
type Law = fn(&Case<'_>) -> Vec<(Timestamp, String)>;

/// All of them, by the names that docs/laws.md gives them.
const ALL: [(&str, Law); 19] = [
    ("a key that works", taking::a_key_that_works),
    ("in time", taking::in_time),
    ("in use", taking::in_use),
    ("recovery", taking::recovery),
    ("leaked", leaks::leaked),
    ("evidence", leaks::evidence),
    ("kept", handing::kept),
    ("proven", handing::proven),
    ("whose", handing::whose),
    ("strangers", reach::strangers),
    ("caps", reach::caps),
    ("plan mode", reach::plan_mode),
    ("fewest calls", reach::fewest_calls),
    ("on record", record::on_record),
    ("true report", record::true_report),
    ("once", messages::once),
    ("whole", messages::whole),
    ("done or told", rest::done_or_told),
    ("at rest", rest::at_rest),
];

/// What docs/laws.md calls them.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(law, _)| *law)
}

/// Whatever does not hold, the first first.
pub fn judge(history: &History, journal: &Journal) -> Vec<Broken> {
    let case = Case::of(history, journal);
    in_order(ALL.iter().map(|(law, find)| (*law, find(&case))))
}
