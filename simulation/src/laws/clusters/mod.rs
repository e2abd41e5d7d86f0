//! The laws of cluster-cleanup, each a function over a journal, as docs/laws.md states them in words. They share nothing with the
//! job: what is due, whose it is, what a message says and what a name means are stated here again, in another hand. A law says
//! what it grants to faults and to people; what it does not grant is broken.

mod case;
mod deletion;
mod messages;
mod reach;
mod record;
mod rest;
mod terms;

use jiff::Timestamp;

use super::{Broken, in_order};
use crate::history::History;
use crate::journal::Journal;
use case::Case;

/// What a law finds in a journal.
type Law = fn(&Case<'_>) -> Vec<(Timestamp, String)>;

/// All of them, by the names that docs/laws.md gives them.
const ALL: [(&str, Law); 14] = [
    ("due", deletion::due),
    ("told", deletion::told),
    ("kept", deletion::kept),
    ("purged", deletion::purged),
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
