//! The laws, each a function over a journal, as docs/laws.md states them in words: a room for each job. They share nothing with
//! the jobs: what is due, whose it is, what a message says and what a name means are stated here again, in another hand. A law
//! says what it grants to faults and to people; what it does not grant is broken.

pub mod clusters;
pub mod keys;
mod seen;
mod variables;

use std::fmt;

use jiff::Timestamp;

/// A law that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which, as docs/laws.md calls it.
    pub law: &'static str,
    /// When.
    pub at: Timestamp,
    /// The evidence.
    pub said: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.said)
    }
}

/// All that was found, the first first.
fn in_order(found: impl Iterator<Item = (&'static str, Vec<(Timestamp, String)>)>) -> Vec<Broken> {
    let found = found.flat_map(|(law, found)| found.into_iter().map(move |(at, said)| Broken { law, at, said }));
    let mut broken: Vec<_> = found.collect();
    broken.sort_by_key(|broken| broken.at);
    broken
}
