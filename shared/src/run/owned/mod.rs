//! One gate for what a person does by hand to a thing of somebody's. The law: whoever deletes, extends or restores acts in the name
//! that AWS vouches for, and the thing's one owner is that name. Whoever works for everybody does so because the policy says
//! so, says each time for whom, and deletes nothing. A flag can only narrow that: none makes a stranger an owner.

pub mod codes;

use std::fmt;

use super::acting::{Acting, is_owned_by};
use super::protected::Protected;
use crate::domains::clusters::tags::{self, Owner};
use crate::domains::owners::{is_spelt_alike, is_the_same};
use crate::notify::shell_word;
use crate::report::Code;
use crate::services::tags::Tags;
use crate::text::printable;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    /// It takes: the name has to be the owner's beyond doubt, and nothing of production is taken.
    Delete {
        /// What says that something is production.
        production: &'a Protected,
    },
    /// It keeps: who is the same person but for the domain behind the name may, since a mistake costs nobody a thing.
    Extend,
    /// It brings back: as above.
    Restore,
}

/// Who wants to do what.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// What.
    pub deed: Deed<'a>,
    /// In whose name.
    pub by: &'a Acting,
    /// Whose it is, as they say: `--owner`.
    pub named: Option<&'a str>,
    /// The key of the tag that names an owner.
    pub owner_tag: &'a str,
}

/// To what.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Its ARN.
    pub arn: &'a str,
    /// Its tags.
    pub tags: &'a Tags,
}

/// Why it may not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Refusal {
    WhoUnknown { said: String },
    NobodysName { why: String },
    NoOwner { key: String },
    OwnersDiffer { keys: Vec<String> },
    AnotherOwner { verb: &'static str, owner: String, you: String },
    NotNamed { verb: &'static str, owner: String },
    OtherNamed { owner: String, said: String },
    Production { pattern: String },
}

impl Gate<'_> {
    /// Whether it may be done to `thing`.
    pub fn lets(&self, thing: Thing<'_>) -> Result<(), Refusal> {
        let you = self.you()?;
        self.deed.spares(thing)?;
        let owner = match tags::whose(thing.tags, self.owner_tag) {
            Owner::One(owner) => owner,
            Owner::Several(keys) => return Err(Refusal::OwnersDiffer { keys }),
            // There is nobody to be named.
            Owner::Nobody if you.is_none() && self.named.is_none() => return Ok(()),
            Owner::Nobody => return Err(Refusal::NoOwner { key: self.owner_tag.to_owned() }),
        };
        let verb = self.deed.verb();
        match (you, self.named) {
            (_, Some(said)) if !is_spelt_alike(said, &owner) => {
                Err(Refusal::OtherNamed { owner, said: said.to_owned() })
            }
            (None, None) => Err(Refusal::NotNamed { verb, owner }),
            (Some(you), _) if !self.is_of(you, &owner, thing) => {
                Err(Refusal::AnotherOwner { verb, owner, you: you.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The one owner whose name they act in; `None` for whoever works for everybody, which is never to take anything away.
    fn you(&self) -> Result<Option<&str>, Refusal> {
        match (self.by, self.deed) {
            (Acting::For(owner), _) => Ok(Some(owner)),
            (Acting::ForAnybody, Deed::Extend | Deed::Restore) => Ok(None),
            (Acting::ForAnybody, Deed::Delete { .. }) => {
                let why = "the policy lets it work for everybody, and a deletion takes its owner's own word";
                Err(Refusal::NobodysName { why: why.to_owned() })
            }
            (Acting::ForNobody(why), _) => Err(Refusal::NobodysName { why: why.clone() }),
            (Acting::Unknown(said), _) => Err(Refusal::WhoUnknown { said: said.clone() }),
        }
    }

    fn is_of(&self, you: &str, owner: &str, thing: Thing<'_>) -> bool {
        match self.deed {
            Deed::Delete { .. } => is_owned_by(thing.tags, self.owner_tag, you),
            Deed::Extend | Deed::Restore => !you.trim().is_empty() && is_the_same(you.trim(), owner.trim()),
        }
    }
}

impl Deed<'_> {
    const fn verb(&self) -> &'static str {
        match self {
            Self::Delete { .. } => "delete",
            Self::Extend => "extend",
            Self::Restore => "restore",
        }
    }

    fn spares(&self, Thing { id, arn, tags }: Thing<'_>) -> Result<(), Refusal> {
        let Self::Delete { production } = self else { return Ok(()) };
        let pairs = tags.iter().map(|(key, value)| format!("{key}={value}"));
        match production.find([id.to_owned(), arn.to_owned()].into_iter().chain(pairs)) {
            Some(pattern) => Err(Refusal::Production { pattern: pattern.to_owned() }),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// For machines; `several` is what the job has for several owners.
    pub const fn code(&self, several: &'static Code) -> &'static Code {
        match self {
            Self::WhoUnknown { .. } => &codes::WHO_UNKNOWN,
            Self::NobodysName { .. } => &codes::NOBODYS_NAME,
            Self::NoOwner { .. } => &codes::NO_OWNER,
            Self::OwnersDiffer { .. } => several,
            Self::AnotherOwner { .. } | Self::NotNamed { .. } | Self::OtherNamed { .. } => &codes::ANOTHER_OWNER,
            Self::Production { .. } => &codes::PRODUCTION,
        }
    }

    /// The next step.
    pub fn fix(&self) -> String {
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
            Self::OwnersDiffer { .. } => "leave one of them, or give them the same value".to_owned(),
            Self::AnotherOwner { verb, owner, .. } => format!("ask {} to {verb} it", printable(owner)),
            Self::NotNamed { verb, owner } => {
                format!("say --owner {} if you mean to {verb} it for them", shell_word(&printable(owner)))
            }
            Self::OtherNamed { .. } => "is it the one you mean?".to_owned(),
            Self::Production { .. } => "nothing of production is deleted here; have the operators do it".to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhoUnknown { said } => write!(f, "nobody can say who asks: {}", printable(said)),
            Self::NobodysName { why } => write!(f, "you stand for no owner: {why}"),
            Self::NoOwner { key } => write!(f, "it has no tag {}, so nobody can say whose it is", printable(key)),
            Self::OwnersDiffer { keys } => {
                write!(f, "it names more than one owner, by the tags '{}'", printable(&keys.join("', '")))
            }
            Self::AnotherOwner { owner, you, .. } => {
                write!(f, "it is {}'s, and you are {}", printable(owner), printable(you))
            }
            Self::NotNamed { owner, .. } => {
                write!(f, "it is {}'s, and you did not say for whom you act", printable(owner))
            }
            Self::OtherNamed { owner, said } => write!(f, "it is {}'s, not {}'s", printable(owner), printable(said)),
            Self::Production { pattern } => {
                write!(f, "it is production: NIGHTSHIFT_PRODUCTION holds '{}'", printable(pattern))
            }
        }
    }
}

#[cfg(test)]
mod tests;
