//! What people have to be told, as values, and the one place it is handed on. A notice never holds a secret; it says where
//! the owner fetches it.

mod letter;

use jiff::Timestamp;

use super::model::User;
use super::plan::{Facts, Terms};
use crate::domains::keys::naming;
use crate::domains::keys::tags::Kind;
use crate::notify::{Because, Clock, Notifier, OwnerPolicy, Recipient};

pub use letter::{Setting, letter};

/// Something somebody has to know.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// What about.
    pub kind: Kind,
    /// Whom it concerns.
    pub user: &'a User,
    /// The key it is about.
    pub key: &'a str,
    /// The key that takes its place, or stands in its way.
    pub other: Option<&'a str>,
    /// When a key that is held is switched off even so, where that has a date.
    pub until: Option<Timestamp>,
    /// Where the user stands.
    pub facts: &'a Facts,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A channel took it: whose.
    Sent(String),
    /// There is none.
    NoChannel,
    /// None took it: what was said.
    NotSent(String),
}

/// Hands notices on.
#[derive(Debug)]
pub struct Teller<'a> {
    notifier: Option<&'a Notifier<'a>>,
    terms: Terms<'a>,
}

impl<'a> Teller<'a> {
    /// By the channels of `notifier`, if there are any.
    pub fn new(notifier: Option<&'a Notifier<'a>>, terms: Terms<'a>) -> Self {
        Self { notifier, terms }
    }

    /// Tells whoever has to know. What the operators decide about counts as told when they were.
    pub async fn tell(&self, notice: Notice<'_>) -> Told {
        let Some(notifier) = self.notifier else { return Told::NoChannel };
        let policy = notifier.policy();
        let clock = Clock { zone: &policy.time_zone, language: policy.language };
        let secret = naming::secret_name(&self.terms.policy.store.prefix, &notice.user.name);
        let Terms { account, now, policy: keys, .. } = self.terms;
        let setting = Setting {
            account,
            region: &keys.region,
            secret: &secret,
            ages: keys.ages,
            deactivate_unused: keys.deactivate_unused,
            function: &keys.function,
            now,
            clock,
        };
        let letter = letter(notice, setting);
        let about = [notice.user.name.clone()];
        let owners = recipients(notice.user, &policy.owners);
        if !notice.kind.is_for_operators() {
            return told(notifier.tell_owner(&letter, &owners, &about).await);
        }
        let operators = notifier.tell_owner(&letter, &[], &about).await;
        if policy.mail.is_some() && !owners.is_empty() {
            // Whether its owner could be told as well is in the report's notices; the operators are who decides.
            let _ = notifier.tell_owner(&letter, &owners, &about).await;
        }
        told(operators)
    }
}

fn told(sent: Result<String, crate::report::Reason>) -> Told {
    match sent {
        Ok(whom) => Told::Sent(whom),
        Err(reason) => Told::NotSent(reason.message),
    }
}

/// The addresses of a user's owner, best first: its tags `mail` and `email` in any case, then as for everything else.
pub fn recipients(user: &User, policy: &OwnerPolicy) -> Vec<Recipient> {
    let mut found = Vec::new();
    for key in ["mail", "email"] {
        // A tag cannot hold a comma; several addresses are written with a space between them.
        for word in user.tags.get(key).into_iter().flat_map(str::split_whitespace) {
            if let Ok(address) = word.parse() {
                found.push(Recipient { address, because: Because::MailTag { key: key.to_owned() } });
            }
        }
    }
    for one in policy.recipients(user.tags.get(&policy.owner_tag), |key| user.tags.get(key)) {
        if !found.iter().any(|known| known.address == one.address) {
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests;
