//! What owners are told: one message each in a run, with only what is theirs. Pure; sending it is `apply`'s.

mod letter;
mod spanish;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::plan::Why;
use crate::notify::Recipient;

pub use letter::{Setting, letter};

/// A cluster that goes unless somebody acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Expiring {
    /// Its identifier.
    pub id: String,
    /// Where.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// Its expiry.
    pub expires_at: Timestamp,
    /// No run deletes it before.
    pub earliest: Timestamp,
    /// What becomes of its data.
    pub data: Data,
}

/// What becomes of the data of a cluster that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// It is kept in a final snapshot.
    Snapshot {
        /// For so long.
        days: u16,
    },
    /// The cluster it was cloned from holds it.
    InSource(String),
    /// Nothing.
    Lost,
}

/// A cluster that was deleted, or is about to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// Its identifier.
    pub id: String,
    /// Where it was.
    pub region: String,
    /// Its engine, as a restore by hand needs it.
    pub engine: String,
    /// Where its data is.
    pub copy: Option<Kept>,
    /// Or the cluster that still holds it.
    pub source: Option<String>,
}

/// A final snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its identifier.
    pub snapshot: String,
    /// Its ARN.
    pub arn: String,
    /// When it goes itself.
    pub until: Timestamp,
}

/// Something only its owner can put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Hand {
    /// What AWS calls it.
    pub id: String,
    /// Where.
    pub region: String,
    /// What it is.
    pub why: Why,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the type of the same name")]
pub enum Matter {
    Expiring(Expiring),
    Going(Gone),
    Gone(Gone),
    Hand(Hand),
}

/// One owner's message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Digest {
    /// As their tag has it; none where the operators stand in for nobody, or for several.
    pub owner: Option<String>,
    /// Their addresses, best first; none where nobody but the operators can be told.
    pub to: Vec<Recipient>,
    /// What it is about, each with the owner its own tag names.
    pub matters: Vec<(Option<String>, Matter)>,
    /// The actions it stands for, by their place in the plan.
    pub actions: Vec<usize>,
}

/// Something to tell, of whom it is, and the action it stands for.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "as in Digest")]
pub struct Item {
    pub owner: Option<String>,
    pub to: Vec<Recipient>,
    pub matter: Matter,
    pub action: Option<usize>,
}

/// One digest for each owner: by their first address where there is mail, else by their name. What nobody can be told of
/// goes to the operators in one.
pub fn digests(items: Vec<Item>, by_mail: bool) -> Vec<Digest> {
    let mut digests: BTreeMap<Option<String>, Digest> = BTreeMap::new();
    for Item { owner, to, matter, action } in items {
        let key = if by_mail { to.first().map(|to| to.address.to_string()) } else { owner.clone() };
        let digest = digests.entry(key.clone()).or_insert_with(|| Digest {
            owner: key.is_some().then(|| owner.clone()).flatten(),
            to: Vec::new(),
            ..Digest::default()
        });
        for recipient in to {
            if by_mail && !digest.to.iter().any(|known| known.address == recipient.address) {
                digest.to.push(recipient);
            }
        }
        digest.matters.push((owner, matter));
        digest.actions.extend(action);
    }
    digests.into_values().collect()
}

#[cfg(test)]
mod tests;
