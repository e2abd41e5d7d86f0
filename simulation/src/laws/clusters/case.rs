//! A journal, taken apart by run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift::report::Report;

use super::terms::{Terms, address};
use crate::acts::Act;
use crate::history::History;
use crate::journal::{Call, End, Entry, Journal, Mail, What};
use crate::rds::{Effect, Face, Shown};

/// See the module.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) history: &'a History,
    pub(super) entries: &'a [Entry],
    pub(super) runs: Vec<Seen<'a>>,
}

/// One run.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) at: Timestamp,
    pub(super) event: &'a str,
    pub(super) terms: Terms,
    /// Its entries, with their place in the journal.
    pub(super) own: Vec<(usize, &'a Entry)>,
    pub(super) end: Option<&'a End>,
}

impl<'a> Case<'a> {
    pub(super) fn of(history: &'a History, journal: &'a Journal) -> Self {
        let mut runs: BTreeMap<Timestamp, Seen<'a>> = BTreeMap::new();
        for (place, entry) in journal.entries.iter().enumerate() {
            let at = match &entry.what {
                What::Began { policy, event } => {
                    let terms = Terms::of(policy);
                    runs.insert(entry.at, Seen { at: entry.at, event, terms, own: Vec::new(), end: None });
                    continue;
                }
                What::Call(Call { run, .. })
                | What::Shown { run, .. }
                | What::Did { run, .. }
                | What::Looked { run, .. }
                | What::Iam { run, .. }
                | What::Secret { run, .. }
                | What::Stands { run, .. }
                | What::Mail(Mail { run, .. })
                | What::Begun { run, .. }
                | What::Ended { run, .. } => *run,
                What::Act { .. } => continue,
            };
            if let Some(seen) = runs.get_mut(&at) {
                seen.own.push((place, entry));
                if let What::Ended { end, .. } = &entry.what {
                    seen.end = Some(end);
                }
            }
        }
        Self { history, entries: &journal.entries, runs: runs.into_values().collect() }
    }

    /// What people did between two moments, both included.
    pub(super) fn acts(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &'a Act> {
        self.entries.iter().filter(move |entry| (from..=to).contains(&entry.at)).filter_map(|entry| match &entry.what {
            What::Act { act, fits: true } => Some(act),
            _ => None,
        })
    }

    /// Whether somebody touched the cluster `id` between two moments, or what holds for all of them.
    pub(super) fn touched(&self, id: &str, from: Timestamp, to: Timestamp) -> bool {
        self.acts(from, to).any(|act| concerns(act, id))
    }

    /// Whether the run of that moment was refused anything but a mail.
    pub(super) fn was_refused(&self, at: Timestamp) -> bool {
        let mut of = self.runs.iter().filter(|run| run.at == at);
        of.any(|run| run.calls().any(|call| call.refused.is_some() && !call.action.starts_with("ses:")))
    }

    /// Whether anything went wrong in a run that began between two moments.
    pub(super) fn went_wrong(&self, from: Timestamp, to: Timestamp) -> bool {
        self.runs.iter().filter(|run| (from..=to).contains(&run.at)).any(Seen::went_wrong)
    }
}

/// Whether `act` is about the cluster `id`, or about all.
fn concerns(act: &Act, id: &str) -> bool {
    match act {
        Act::Create { cluster, .. }
        | Act::Tag { cluster, .. }
        | Act::Untag { cluster, .. }
        | Act::Terraform { cluster }
        | Act::Stop { cluster }
        | Act::Start { cluster }
        | Act::Protect { cluster, .. }
        | Act::AddMember { cluster }
        | Act::RemoveMember { cluster }
        | Act::Delete { cluster }
        | Act::BlueGreen { cluster, .. } => cluster == id,
        Act::TagSnapshots { of, .. } => of == id,
        Act::Clone { cluster, of, .. } => cluster == id || of == id,
        Act::Rename { cluster, to } => cluster == id || to == id,
        Act::Quota { .. } | Act::Deny { .. } | Act::Mailbox { .. } | Act::Policy { .. } => true,
        Act::Keys(_) => false,
    }
}

impl<'a> Seen<'a> {
    /// What it did, with the place in the journal.
    pub(super) fn did(&self) -> impl Iterator<Item = (usize, Timestamp, &'a Effect)> {
        self.own.iter().filter_map(|(place, entry)| match &entry.what {
            What::Did { effect, .. } => Some((*place, entry.at, effect)),
            _ => None,
        })
    }

    /// The clusters of which it took something, each with the first place and what it was.
    pub(super) fn took(&self) -> BTreeMap<&'a str, (usize, Timestamp, &'a Face)> {
        let mut took = BTreeMap::new();
        for (place, at, effect) in self.did() {
            if let Effect::ClusterGoing { face, .. } | Effect::MemberGoing { face, .. } = effect {
                took.entry(face.resource_id.as_str()).or_insert((place, at, face));
            }
        }
        took
    }

    /// All clusters, as it was shown them.
    pub(super) fn listed(&self) -> impl Iterator<Item = &'a Face> {
        self.own.iter().flat_map(|(_, entry)| match &entry.what {
            What::Shown { shown: Shown::Clusters(faces), .. } => faces.as_slice(),
            _ => &[],
        })
    }

    /// The cluster as it looked at it last before `place`.
    pub(super) fn looked(&self, resource_id: &str, place: usize) -> Option<&'a Face> {
        let before = self.own.iter().rev().filter(|(at, _)| *at < place);
        before
            .filter_map(|(_, entry)| match &entry.what {
                What::Shown { shown: Shown::Cluster(Some(face)), .. } => Some(face),
                _ => None,
            })
            .find(|face| face.resource_id == resource_id)
    }

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

    /// Whether `owner` could not be reached in this run: their mailbox refused, or the way to it failed.
    pub(super) fn unreachable(&self, owner: &str) -> bool {
        let to = address(owner);
        self.calls().any(|call| call.thing == to && (call.refused.is_some() || call.fault.is_some()))
    }

    pub(super) fn applies(&self) -> bool {
        self.terms.applies(self.event)
    }
}
