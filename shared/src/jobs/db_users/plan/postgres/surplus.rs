//! What somebody has and the event does not give, sorted by whether it can be taken back, and how that is said.

use std::collections::BTreeMap;

use super::authority::Authority;
use super::{Draft, Planner};
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::Grant;
use crate::jobs::db_users::plan::listed::listed;
use crate::jobs::db_users::request::{UserRequest, Words};
use crate::text::printable;

/// What somebody has beyond what the event gives.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Surplus {
    /// Can be taken back.
    pub(super) words: Words,
    /// What the event gives, and what it does not give may be passed on.
    pub(super) passable: Words,
    /// Not by the master: by grantor.
    pub(super) foreign: BTreeMap<String, Words>,
    /// The user has passed it on.
    pub(super) passed_on: Words,
}

impl Surplus {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What can be taken back, as far as there is any, with what REVOKE says before it.
    pub(super) fn takeable(&self) -> impl Iterator<Item = (&'static str, &Words)> {
        let all = [("", &self.words), ("GRANT OPTION FOR ", &self.passable)];
        all.into_iter().filter(|(_, words)| !words.is_empty())
    }
}

impl Planner<'_> {
    /// What `user` has beyond `wanted`, sorted by whether it can be taken back.
    pub(super) fn surplus(&self, wanted: &Words, grants: &[Grant], owner: &str, user: &UserRequest) -> Surplus {
        let mut surplus = Surplus::default();
        let mut passed_on = None;
        for grant in grants.iter().filter(|grant| *grant.grantee == *user.name) {
            for word in grant.privileges.words().map(str::to_owned) {
                let is_wanted = wanted.contains(&word);
                if is_wanted && !grant.passable.has(&word) {
                    continue;
                }
                let ours = *grant.grantor == *owner && self.authority(owner) != Authority::None;
                let passed_on = passed_on.get_or_insert_with(|| passed_on_by(grants, user));
                if !ours {
                    if !is_wanted {
                        surplus.foreign.entry(grant.grantor.to_string()).or_default().insert(word);
                    }
                } else if passed_on.contains(&word) {
                    surplus.passed_on.insert(word);
                } else if is_wanted {
                    surplus.passable.insert(word);
                } else {
                    surplus.words.insert(word);
                }
            }
        }
        surplus
    }
}

/// What `user` has passed on to others.
pub(super) fn passed_on_by(grants: &[Grant], user: &UserRequest) -> Words {
    let own = grants.iter().filter(|grant| *grant.grantor == *user.name);
    own.flat_map(|grant| grant.privileges.words()).map(str::to_owned).collect()
}

pub(super) fn note_drift(surplus: &Surplus, said: &str, draft: &mut Draft) {
    if !surplus.words.is_empty() {
        draft.note(
            &codes::DRIFT,
            format!("it has {} on {said}, which the event does not give", listed(&surplus.words)),
            "\"revoke\": \"managed\" takes back what is in the schemas of the event, \"all\" the rest, too",
        );
    }
    if !surplus.passable.is_empty() {
        draft.note(
            &codes::DRIFT,
            format!("it may pass on {} on {said}", listed(&surplus.passable)),
            "\"revoke\": \"managed\" takes that back",
        );
    }
}

pub(super) fn note_untakeable(surplus: &Surplus, said: &str, draft: &mut Draft) {
    for (grantor, words) in &surplus.foreign {
        note_foreign(words, grantor, said, draft);
    }
    if !surplus.passed_on.is_empty() {
        draft.note(
            &codes::PASSED_ON,
            format!("it has passed on {} on {said}, so it keeps that", listed(&surplus.passed_on)),
            "grant those others what they need as the owner, then revoke it by hand with CASCADE",
        );
    }
}

pub(super) fn note_foreign(words: &Words, grantor: &str, said: &str, draft: &mut Draft) {
    draft.note(
        &codes::FOREIGN_GRANT,
        format!(
            "it has {} on {said} from {}, which the master user cannot take back",
            listed(words),
            printable(grantor)
        ),
        "revoke it as that role if it is not meant",
    );
}
