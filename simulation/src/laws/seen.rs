//! The runs of a journal, each with what is its own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift::report::Report;

use crate::journal::{Call, End, Entry, Journal, Mail, What};

/// One run, by the terms that its job goes by.
#[derive(Debug)]
pub(super) struct Seen<'a, T> {
    pub(super) at: Timestamp,
    pub(super) event: &'a str,
    pub(super) terms: T,
    /// Its entries, with their place in the journal.
    pub(super) own: Vec<(usize, &'a Entry)>,
    pub(super) end: Option<&'a End>,
}

/// All of them, in order; `terms` reads the variables that one was configured by.
pub(super) fn runs<T>(journal: &Journal, terms: impl Fn(&[(String, String)]) -> T) -> Vec<Seen<'_, T>> {
    let mut runs: BTreeMap<Timestamp, Seen<'_, T>> = BTreeMap::new();
    for (place, entry) in journal.entries.iter().enumerate() {
        if let What::Began { policy, event } = &entry.what {
            runs.insert(entry.at, Seen { at: entry.at, event, terms: terms(policy), own: Vec::new(), end: None });
        } else if let Some(seen) = entry.what.run().and_then(|at| runs.get_mut(&at)) {
            seen.own.push((place, entry));
            if let What::Ended { end, .. } = &entry.what {
                seen.end = Some(end);
            }
        }
    }
    runs.into_values().collect()
}

impl<'a, T> Seen<'a, T> {
    pub(super) fn mails(&self) -> impl Iterator<Item = &'a Mail> {
        self.own.iter().filter_map(|(_, entry)| match &entry.what {
            What::Mail(mail) => Some(mail),
            _ => None,
        })
    }

    pub(super) fn calls(&self) -> impl Iterator<Item = &'a Call> {
        self.own.iter().filter_map(|(_, entry)| match &entry.what {
            What::Call(call) => Some(call),
            _ => None,
        })
    }

    pub(super) fn report(&self) -> Option<&'a Report> {
        match self.end {
            Some(End::Report(report)) => Some(report),
            _ => None,
        }
    }

    /// Whether a call of it was hit, or it did not come to its end.
    pub(super) fn went_wrong(&self) -> bool {
        self.calls().any(|call| call.fault.is_some()) || !matches!(self.end, Some(End::Report(_)))
    }

    /// Whether nothing could be sent to `address` in this run: the mailbox refused, or the way to it failed.
    pub(super) fn unreachable(&self, address: &str) -> bool {
        self.calls().any(|call| call.thing == address && (call.refused.is_some() || call.fault.is_some()))
    }
}
