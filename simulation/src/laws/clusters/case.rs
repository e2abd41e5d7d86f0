//! A journal, taken apart by run.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::terms::Terms;
use crate::acts::Act;
use crate::history::History;
use crate::journal::{Entry, Journal, What};
use crate::laws::seen;
use crate::rds::{Effect, Face, Shown};

/// See the module.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) history: &'a History,
    pub(super) entries: &'a [Entry],
    pub(super) runs: Vec<Seen<'a>>,
}

/// One run.
pub(super) type Seen<'a> = seen::Seen<'a, Terms>;

impl<'a> Case<'a> {
    pub(super) fn of(history: &'a History, journal: &'a Journal) -> Self {
        Self { history, entries: &journal.entries, runs: seen::runs(journal, Terms::of) }
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

    pub(super) fn applies(&self) -> bool {
        self.terms.applies(self.event)
    }
}
