//! What owners are told: one message each in a run, with only what is theirs. Pure; sending it is `apply`'s.

mod english;
mod letter;
mod spanish;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::plan::Why;
use crate::notify::{Clock, Recipient};

pub use letter::letter;

/// Where and when a message is written, and by which policy.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// The key of the expiry tag.
    pub tag_key: &'a str,
    /// The key of the tag that names an owner.
    pub owner_tag: &'a str,
    /// How far ahead `nightshift clusters extend` may put an expiry.
    pub lease_days: u16,
    /// The deployed function, where this is one.
    pub function: Option<&'a str>,
    /// Its Region.
    pub home: Option<&'a str>,
    /// Whom to ask, in a sentence.
    pub contact: &'a str,
    /// The moment of the run.
    pub now: Timestamp,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
}

/// What is needed to ask for something in words.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    tag_key: &'a str,
    /// A time to come, as the tag takes it.
    time: &'a str,
    /// A day to come.
    day: &'a str,
    clock: Clock<'a>,
}

/// A cluster that goes unless somebody acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Expiring {
    /// Its identifier.
    pub id: String,
    /// Where.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// Whose, as its tag has it.
    pub owner: Option<String>,
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
    pub copy: Option<KeptCopy>,
    /// Or the cluster that still holds it.
    pub source: Option<String>,
}

/// A final snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCopy {
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
    /// Its ARN.
    pub arn: String,
    /// Whose, as its tag has it.
    pub owner: Option<String>,
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

/// One message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Digest {
    /// Whose matters these are, as their tags have it; none where nobody is named.
    pub owners: Vec<String>,
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
pub struct News {
    pub owner: Option<String>,
    pub to: Vec<Recipient>,
    pub matter: Matter,
    pub action: Option<usize>,
}

/// One digest for those who are reached alike: by mail, those with the same addresses in the same order, so that no address
/// that is tried for one stands for another; else by their name. What nobody can be told of goes to the operators in one.
pub fn digests(items: Vec<News>, by_mail: bool) -> Vec<Digest> {
    let mut digests: BTreeMap<Vec<String>, Digest> = BTreeMap::new();
    for News { owner, to, matter, action } in items {
        let key = if by_mail {
            to.iter().map(|to| to.address.to_string().to_lowercase()).collect()
        } else {
            owner.iter().cloned().collect()
        };
        let digest = digests
            .entry(key)
            .or_insert_with(|| Digest { to: if by_mail { to.clone() } else { Vec::new() }, ..Digest::default() });
        digest.owners.extend(owner.iter().filter(|owner| !digest.owners.contains(owner)).cloned().collect::<Vec<_>>());
        digest.matters.push((owner, matter));
        digest.actions.extend(action);
    }
    digests.into_values().collect()
}

#[cfg(test)]
mod tests;
