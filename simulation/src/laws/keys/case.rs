//! A journal, taken apart by run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::terms::Terms;
use crate::acts::{Act, keys};
use crate::history::History;
use crate::iam::{Deed, KeyFace, Shown};
use crate::journal::{Call, Entry, Journal, What};
use crate::laws::seen;
use crate::secrets::{self, SecretFace};
use crate::world::Standing;

/// A read may be so old, and a look goes before what is done by so much.
const STALE: SignedDuration = SignedDuration::from_secs(31);

/// See the module.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) history: &'a History,
    pub(super) entries: &'a [Entry],
    pub(super) runs: Vec<Seen<'a>>,
    /// What a user of an id was ever called.
    names: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// One run.
pub(super) type Seen<'a> = seen::Seen<'a, Terms>;

/// What a run did to a user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Did<'a> {
    pub(super) place: usize,
    pub(super) at: Timestamp,
    pub(super) deed: &'a Deed,
    pub(super) before: &'a Standing,
}

impl<'a> Did<'a> {
    /// The key that it is about, as it was.
    pub(super) fn key(&self) -> Option<&'a KeyFace> {
        let (Deed::Switched { key, .. } | Deed::Deleted { key } | Deed::Minted { key }) = self.deed else {
            return None;
        };
        self.before.user.keys.iter().find(|one| one.id == *key)
    }
}

impl<'a> Case<'a> {
    pub(super) fn of(history: &'a History, journal: &'a Journal) -> Self {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in &journal.entries {
            if let What::Stands { all, .. } = &entry.what {
                for Standing { user, .. } in all {
                    names.entry(&user.id).or_default().insert(&user.name);
                }
            }
        }
        Self { history, entries: &journal.entries, runs: seen::runs(journal, Terms::of), names }
    }

    /// Whether somebody changed something about the user `id` between two moments, or about what holds for all. Using a key, or
    /// reading it, changes nothing.
    pub(super) fn touched(&self, id: &str, from: Timestamp, to: Timestamp) -> bool {
        self.is_touched_by(self.entries.iter(), id, from, to)
    }

    fn is_touched_by<'b>(
        &self,
        entries: impl Iterator<Item = &'b Entry>,
        id: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> bool {
        entries.filter(|entry| (from..=to).contains(&entry.at)).any(|entry| match &entry.what {
            What::Act { act: Act::Keys(keys::Act::Use { .. } | keys::Act::Fetch { .. }), .. } => false,
            What::Act { act: Act::Keys(act), fits: true } => self.is_called(id, act.user()),
            What::Act { fits, .. } => *fits,
            _ => false,
        })
    }

    /// The same of everything but whose the user is: whoever is named anew changes nothing for those who read of it already.
    pub(super) fn touched_otherwise(&self, id: &str, from: Timestamp, to: Timestamp) -> bool {
        let is_owner = |key: &str| ["owner", "mail", "email"].iter().any(|name| key.eq_ignore_ascii_case(name));
        let others = self.entries.iter().filter(|entry| match &entry.what {
            What::Act { act: Act::Keys(keys::Act::Tag { key, .. } | keys::Act::Untag { start: key, .. }), .. } => {
                !is_owner(key)
            }
            _ => true,
        });
        self.is_touched_by(others, id, from, to)
    }

    /// Whether anybody did anything between two moments.
    pub(super) fn anybody(&self, from: Timestamp, to: Timestamp) -> bool {
        let entries = self.entries.iter().filter(|entry| (from..=to).contains(&entry.at));
        entries.into_iter().any(|entry| matches!(entry.what, What::Act { fits: true, .. }))
    }

    /// The runs that went on at the same time.
    pub(super) fn beside(&self, run: &Seen<'a>) -> impl Iterator<Item = &Seen<'a>> {
        let (from, to) = (run.at, run.over());
        self.runs.iter().filter(move |other| other.at != from && other.at <= to && other.over() >= from)
    }

    fn is_called(&self, id: &str, name: &str) -> bool {
        self.names.get(id).is_some_and(|names| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
    }

    /// Whether somebody came in between: after a run looked at the user, as old as its look may have been, and before it did this.
    pub(super) fn raced(&self, run: &Seen<'a>, did: &Did<'a>) -> bool {
        let looked = run.looked(&did.before.user.id, did.place).map_or(run.at, |(at, _)| at);
        let from = looked.checked_sub(STALE).unwrap_or(looked);
        let entries = self.entries.iter().filter(|entry| (from..=did.at).contains(&entry.at));
        entries.into_iter().any(|entry| match &entry.what {
            What::Act { act: Act::Keys(act), fits: true } => self.is_called(&did.before.user.id, act.user()),
            What::Iam { run: other, effect, .. } => *other != run.at && effect.user == did.before.user.id,
            What::Secret { run: other, secret, .. } => {
                let of = secret.as_ref().and_then(|secret| secret.user.as_ref());
                *other != run.at && of == Some(&did.before.user.id)
            }
            _ => false,
        })
    }

    /// Whether anything went wrong in a run that began between two moments.
    pub(super) fn went_wrong(&self, from: Timestamp, to: Timestamp) -> bool {
        self.runs.iter().filter(|run| (from..=to).contains(&run.at)).any(Seen::went_wrong)
    }

    /// Whether the run of that moment was refused anything but a mail, and but what is not there.
    pub(super) fn was_refused(&self, at: Timestamp) -> bool {
        self.runs
            .iter()
            .filter(|run| run.at == at)
            .any(|run| run.refusals().any(|call| !call.action.starts_with("ses:")))
    }
}

impl<'a> Seen<'a> {
    /// What it did to users.
    pub(super) fn did(&self) -> impl Iterator<Item = Did<'a>> {
        self.own.iter().filter_map(|(place, entry)| match &entry.what {
            What::Iam { effect, before: Some(before), .. } => {
                Some(Did { place: *place, at: entry.at, deed: &effect.deed, before })
            }
            _ => None,
        })
    }

    /// What it did to secrets, with the secret since.
    pub(super) fn did_to_secrets(
        &self,
    ) -> impl Iterator<Item = (usize, Timestamp, &'a secrets::Effect, &'a SecretFace)> {
        self.own.iter().filter_map(|(place, entry)| match &entry.what {
            What::Secret { effect, secret: Some(secret), .. } => Some((*place, entry.at, effect, secret)),
            _ => None,
        })
    }

    /// When it looked at the keys of the user `id` last before `place`, and what it saw: of each key whether it works.
    pub(super) fn looked(&self, id: &str, place: usize) -> Option<(Timestamp, &'a [(String, bool)])> {
        self.own.iter().rev().filter(|(at, _)| *at < place).find_map(|(_, entry)| match &entry.what {
            What::Looked { shown: Shown::Keys(user, keys), .. } if user == id => Some((entry.at, keys.as_slice())),
            _ => None,
        })
    }

    /// How everybody stood when it began, and when it was over.
    pub(super) fn stood(&self) -> impl Iterator<Item = &'a [Standing]> {
        self.own.iter().filter_map(|(_, entry)| match &entry.what {
            What::Stands { all, .. } => Some(all.as_slice()),
            _ => None,
        })
    }

    /// The calls that were refused for another reason than that the thing is not there.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &'a Call> {
        let gone = ["ResourceNotFoundException", "NoSuchEntity", "InvalidClientTokenId"];
        self.calls().filter(move |call| call.refused.as_deref().is_some_and(|code| !gone.contains(&code)))
    }

    /// When it was over.
    pub(super) fn over(&self) -> Timestamp {
        self.own.last().map_or(self.at, |(_, entry)| entry.at)
    }

    pub(super) fn applies(&self) -> bool {
        self.terms.applies(self.event)
    }
}
