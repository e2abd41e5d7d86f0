//! A deletion on a person's word: who may give it, of what, and what it writes. The word stands in place of an expiry that has
//! passed and of the notice of it, and of nothing else: all that stands in the way of a night's deletion stands in its way.

pub mod codes;

use std::fmt;

use jiff::Timestamp;

use crate::domains::clusters::notice::{self, Parties};
use crate::domains::clusters::tags::{CLONE, CREATING, NOTIFIED, READY, VOID};
use crate::jobs::cluster_cleanup::codes::{OWNERS_DIFFER, STOPPED};
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::notify::shell_word;
use crate::report::Code;
use crate::run::owned::{self, Deed, Gate, Thing};
use crate::run::{Acting, Protected};
use crate::services::rds::Cluster;
use crate::services::tags::Tags;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone)]
pub struct Asked {
    /// When the word was given. The clusters it is about expire then, if they have not before.
    pub at: Timestamp,
    /// In whose name whoever gave it acts.
    pub by: Acting,
    /// `NIGHTSHIFT_PRODUCTION`: what says that a cluster is production.
    pub production: Protected,
    /// Whoever gave it: an ARN.
    pub arn: String,
}

/// Why a word is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Refusal {
    NotTheirs(owned::Refusal),
    NoClone { found: Option<String> },
    MadeSince { created_at: Timestamp, at: Timestamp },
    Stopped { id: String, region: String, restarts: Option<Timestamp> },
}

/// Whether `cluster` may go on the word that was given: it is a clone, of whoever gave it, and nothing says that it is production.
pub(super) fn may(cluster: &Cluster, asked: &Asked, policy: &Policy) -> Result<(), super::Why> {
    let Asked { by, production, .. } = asked;
    let gate = Gate { deed: Deed::Delete { production }, by, named: None, owner_tag: &policy.owner_tag };
    let thing = Thing { id: &cluster.id, arn: &cluster.arn, tags: &cluster.tags };
    gate.lets(thing).map_err(|refusal| match refusal {
        // A doubt that the night has a word for, too.
        owned::Refusal::OwnersDiffer { keys } => super::Why::OwnersDiffer { keys },
        refusal => super::Why::NotByHand(Refusal::NotTheirs(refusal)),
    })?;
    is_meant(cluster, asked.at).map_err(super::Why::NotByHand)
}

/// Whether `cluster` is a clone that was there when the word was given.
fn is_meant(cluster: &Cluster, at: Timestamp) -> Result<(), Refusal> {
    match cluster.tags.get(CLONE) {
        Some(CREATING | READY) => {}
        found => return Err(Refusal::NoClone { found: found.map(str::to_owned) }),
    }
    match cluster.created_at {
        Some(created_at) if created_at > at => Err(Refusal::MadeSince { created_at, at }),
        _ => Ok(()),
    }
}

/// AWS deletes no stopped cluster, and the policy starts none: what whoever gave the word can do about it.
pub(super) fn stopped(cluster: &Cluster, restarts: Option<Timestamp>) -> super::Why {
    let (id, region) = (cluster.id.clone(), cluster.region.clone());
    super::Why::NotByHand(Refusal::Stopped { id, region, restarts })
}

/// What is written on `cluster` beside the marks of any deletion, and in the same call: that it has expired at `at`, and that its
/// owner knows. Whatever interrupts this run, the nights go on with it, or `extend` calls it off.
pub(super) fn marks(cluster: &Cluster, at: Timestamp, asked: &Asked, parties: &Parties, policy: &Policy) -> Tags {
    let told = notice::mark(asked.at, at, &cluster.id, &cluster.resource_id, parties);
    told.with([(policy.tag_key.as_str(), at.to_string())].into_iter().collect())
}

/// What puts `cluster` back as it was found, where AWS refused before anything was taken.
pub(in crate::jobs::cluster_cleanup) fn taken_back(cluster: &Cluster, policy: &Policy) -> Tags {
    let expiry = cluster.tags.get(&policy.tag_key).map(|value| (policy.tag_key.as_str(), value));
    let notice = (NOTIFIED, cluster.tags.get(NOTIFIED).unwrap_or(VOID));
    expiry.into_iter().chain([notice]).collect()
}

impl Refusal {
    /// For machines.
    pub(super) const fn code(&self) -> &'static Code {
        match self {
            Self::NotTheirs(refusal) => refusal.code(&OWNERS_DIFFER),
            Self::NoClone { .. } => &codes::NO_CLONE,
            Self::MadeSince { .. } => &codes::MADE_SINCE,
            Self::Stopped { .. } => &STOPPED,
        }
    }

    /// The next step.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::NotTheirs(refusal) => refusal.fix(),
            Self::NoClone { .. } => {
                "give it an expiry and let cluster-cleanup take it at night, or have the operators delete it".to_owned()
            }
            Self::MadeSince { .. } => "look at it, and give the word again if it is meant".to_owned(),
            Self::Stopped { id, region, .. } => format!(
                "start it (aws rds start-db-cluster --region {region} --db-cluster-identifier {}), and give the same command again when it is available, in some minutes; NIGHTSHIFT_STOPPED_CLUSTERS=start has this command start it",
                shell_word(id)
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTheirs(refusal) => refusal.fmt(f),
            Self::NoClone { found: None } => write!(f, "it is no clone of this tool: it has no tag {CLONE}"),
            Self::NoClone { found: Some(found) } => {
                write!(f, "its tag {CLONE} is '{}', which this tool does not write", printable(found))
            }
            Self::MadeSince { created_at, at } => {
                write!(f, "it was created at {created_at}, and the word to delete it was given at {at}")
            }
            Self::Stopped { restarts, .. } => {
                let starts = restarts.map_or_else(String::new, |at| format!("; AWS starts it by itself at {at}"));
                write!(f, "it is stopped, and AWS deletes no stopped cluster{starts}")
            }
        }
    }
}
