//! A deletion on a person's word: who may give it, of what, and what it writes. The word stands in place of an expiry that has
//! passed and of the notice of it, and of nothing else: all that stands in the way of a night's deletion stands in its way.

pub mod codes;

use std::fmt;

use jiff::Timestamp;

use crate::domains::clusters::notice;
use crate::domains::clusters::tags::{self, CLONE, CREATING, NOTIFIED, Owner, READY, VOID};
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::report::Code;
use crate::run::{Acting, Protected, is_owned_by};
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
}

/// Why a word is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Refusal {
    WhoUnknown { said: String },
    NobodysName { why: String },
    NoOwner { key: String },
    AnotherOwner { owner: String, you: String },
    Production { pattern: String },
    NoClone { found: Option<String> },
    MadeSince { created_at: Timestamp, at: Timestamp },
}

/// Whether `cluster` may go on the word that was given: it is a clone, of whoever gave it, and nothing says that it is production.
pub(super) fn may(cluster: &Cluster, asked: &Asked, policy: &Policy) -> Result<(), super::Why> {
    allowed(cluster, asked, policy).map_err(super::Why::NotByHand)
}

fn allowed(cluster: &Cluster, Asked { at, by, production }: &Asked, policy: &Policy) -> Result<(), Refusal> {
    let you = match by {
        Acting::For(owner) => owner,
        Acting::ForNobody(why) => return Err(Refusal::NobodysName { why: why.clone() }),
        Acting::Unknown(said) => return Err(Refusal::WhoUnknown { said: said.clone() }),
    };
    let names = cluster.tags.iter().map(|(key, value)| format!("{key}={value}"));
    if let Some(pattern) = production.find([cluster.id.clone(), cluster.arn.clone()].into_iter().chain(names)) {
        return Err(Refusal::Production { pattern: pattern.to_owned() });
    }
    match tags::whose(&cluster.tags, &policy.owner_tag) {
        Owner::Nobody => return Err(Refusal::NoOwner { key: policy.owner_tag.clone() }),
        // Two owners are a doubt, which the night has a word for, too.
        Owner::Several(_) => {}
        Owner::One(_) if is_owned_by(&cluster.tags, &policy.owner_tag, you) => {}
        Owner::One(owner) => return Err(Refusal::AnotherOwner { owner, you: you.clone() }),
    }
    match cluster.tags.get(CLONE) {
        Some(CREATING | READY) => {}
        found => return Err(Refusal::NoClone { found: found.map(str::to_owned) }),
    }
    match cluster.created_at {
        Some(created_at) if created_at > *at => Err(Refusal::MadeSince { created_at, at: *at }),
        _ => Ok(()),
    }
}

/// What is written on `cluster` beside the marks of any deletion, and in the same call: that it has expired at `at`, and that its
/// owner knows. Whatever interrupts this run, the nights go on with it, or `extend` calls it off.
pub(super) fn marks(cluster: &Cluster, at: Timestamp, asked: &Asked, policy: &Policy) -> Tags {
    let told = notice::mark(asked.at, at, &cluster.id, &cluster.resource_id, &policy.parties(&cluster.tags));
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
            Self::WhoUnknown { .. } => &codes::WHO_UNKNOWN,
            Self::NobodysName { .. } => &codes::NOBODYS_NAME,
            Self::NoOwner { .. } => &codes::NO_OWNER,
            Self::AnotherOwner { .. } => &codes::ANOTHER_OWNER,
            Self::Production { .. } => &codes::PRODUCTION,
            Self::NoClone { .. } => &codes::NO_CLONE,
            Self::MadeSince { .. } => &codes::MADE_SINCE,
        }
    }

    /// The next step.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::WhoUnknown { .. } => {
                "try again; where you signed in by IAM Identity Center it takes iam:GetRole".to_owned()
            }
            Self::NobodysName { .. } => {
                "have the operators say in whose name you act (NIGHTSHIFT_OWNER_OF=ARN=OWNER)".to_owned()
            }
            Self::NoOwner { key } => {
                format!("have the operators find out whose it is and tag it with {}", printable(key))
            }
            Self::AnotherOwner { owner, .. } => format!("ask {} to delete it", printable(owner)),
            Self::Production { .. } => "nothing of production is deleted here; have the operators do it".to_owned(),
            Self::NoClone { .. } => {
                "give it an expiry and let cluster-cleanup take it at night, or have the operators delete it".to_owned()
            }
            Self::MadeSince { .. } => "look at it, and give the word again if it is meant".to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhoUnknown { said } => write!(f, "nobody can say who asks: {}", printable(said)),
            Self::NobodysName { why } => write!(f, "you stand for no owner: {why}"),
            Self::NoOwner { key } => write!(f, "it has no tag {}, so nobody can say whose it is", printable(key)),
            Self::AnotherOwner { owner, you } => {
                write!(f, "it is {}'s, and you are {}", printable(owner), printable(you))
            }
            Self::Production { pattern } => {
                write!(f, "it is production: NIGHTSHIFT_PRODUCTION holds '{}'", printable(pattern))
            }
            Self::NoClone { found: None } => write!(f, "it is no clone of this tool: it has no tag {CLONE}"),
            Self::NoClone { found: Some(found) } => {
                write!(f, "its tag {CLONE} is '{}', which this tool does not write", printable(found))
            }
            Self::MadeSince { created_at, at } => {
                write!(f, "it was created at {created_at}, and the word to delete it was given at {at}")
            }
        }
    }
}
