//! What people have to be told, as values, and the one place it is handed on. A notice never holds a secret; it says where
//! the owner fetches it.

mod fetching;
mod heading;
mod leaks;
mod letter;
mod setting;

use jiff::Timestamp;

use super::model::User;
use super::plan::{Standing, Terms};
use super::readers;
use super::whose::groups;
use crate::domains::keys::naming;
use crate::domains::keys::tags::{KeyNotice, Memory as _, Whom};
use crate::notify::{Clock, Letter, Notifier, Reached};
use crate::report::Reason;

pub use letter::letter;
pub use setting::Setting;

/// Something somebody has to know.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// What about.
    pub kind: KeyNotice,
    /// Whom it concerns.
    pub user: &'a User,
    /// The key it is about.
    pub key: &'a str,
    /// The key that takes its place, or stands in its way.
    pub other: Option<&'a str>,
    /// The dates it names, as a tag keeps them.
    pub dates: &'a [Timestamp],
    /// Where the user stands.
    pub facts: &'a Standing,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A channel took it.
    Sent {
        /// Whose, in words.
        to: String,
        /// Who of those who have to know does by now.
        whom: Whom,
        /// So many of its owner's addresses were tried, and the last one took it; none where nobody has to try one.
        tried: usize,
        /// What was said where somebody does not.
        missing: Option<String>,
    },
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

    /// Tells whoever has to know and does not yet.
    pub async fn tell(&self, notice: Notice<'_>) -> Told {
        let Some(notifier) = self.notifier else { return Told::NoChannel };
        let letter = self.letter(notice, notifier);
        let about = [notice.user.name.clone()];
        let policy = notifier.policy();
        let owners = if policy.mail.is_some() { groups(notice.user, &policy.owners) } else { Vec::new() };
        let before = notice.user.tags.telling_to(notice.kind, notice.key, &self.terms.whose(notice.user));
        let before = before.map_or(Whom::Nobody, |telling| telling.whom);
        if owners.is_empty() {
            // Nobody else is known, or all hear the same channels.
            return told(notifier.reach(&letter, &[], true, &about).await, Whom::Everybody);
        }
        if !notice.kind.is_for_operators() {
            // Who was told in its owner's place is not told again.
            return told(notifier.reach(&letter, &owners, before == Whom::Nobody, &about).await, Whom::Everybody);
        }
        let operators = match before {
            Whom::Operators => None,
            _ => Some(told(notifier.reach(&letter, &[], true, &about).await, Whom::Operators)),
        };
        let owner = match before {
            Whom::Owner => None,
            _ => Some(told(notifier.reach(&letter, &owners, false, &about).await, Whom::Owner)),
        };
        both(operators, owner)
    }

    fn letter(&self, notice: Notice<'_>, notifier: &Notifier<'_>) -> Letter {
        let policy = notifier.policy();
        let clock = Clock { zone: &policy.time_zone, language: policy.language };
        let secret = match notice.user.secret.known() {
            Some(Some(secret)) => secret.name.clone(),
            _ => naming::secret_name(&self.terms.policy.store.prefix, &notice.user.name),
        };
        let readers = readers::of(notice.user, self.terms.policy);
        let Terms { account, now, policy: keys, request, .. } = self.terms;
        let operators: Vec<_> =
            policy.mail.iter().flat_map(|mail| &mail.operators).map(std::string::ToString::to_string).collect();
        let named: Vec<_> = request.compromised_of(notice.user).into_iter().map(str::to_owned).collect();
        let setting = Setting {
            account,
            region: &keys.region,
            secret: &secret,
            ages: keys.ages,
            deactivate_unused: keys.deactivate_unused,
            function: &keys.function,
            readers: &readers,
            operators: &operators,
            sign: request.sign.as_deref(),
            named: &named,
            keeps_inactive: !keys.delete_inactive,
            now,
            clock,
        };
        letter(notice, setting)
    }
}

/// `whom` were told, unless it was the operators in somebody's place.
fn told(sent: Result<Reached, Reason>, whom: Whom) -> Told {
    match sent {
        Ok(Reached { whom: to, tried, in_place_of: None }) => Told::Sent { to, whom, tried, missing: None },
        Ok(Reached { whom: to, tried, in_place_of: Some(refused) }) => {
            let missing = Some(format!("its owner could not be told: {refused}"));
            Told::Sent { to, whom: Whom::Operators, tried, missing }
        }
        Err(reason) => Told::NotSent(reason.message),
    }
}

/// Where both have to know: `None` is somebody who does already.
fn both(operators: Option<Told>, owner: Option<Told>) -> Told {
    let is_told = |told: &Option<Told>| told.as_ref().is_none_or(|told| matches!(told, Told::Sent { .. }));
    let whom = match (is_told(&operators), is_told(&owner)) {
        (true, true) => Whom::Everybody,
        (true, false) => Whom::Operators,
        (false, true) => Whom::Owner,
        (false, false) => Whom::Nobody,
    };
    let (mut to, mut said, mut tried) = (Vec::new(), Vec::new(), 0);
    for told in operators.into_iter().chain(owner) {
        match told {
            Told::Sent { to: one, tried: of_these, .. } => {
                to.push(one);
                tried = tried.max(of_these);
            }
            Told::NotSent(why) => said.push(why),
            Told::NoChannel => {}
        }
    }
    let missing = (!said.is_empty()).then(|| said.join("; "));
    if to.is_empty() {
        Told::NotSent(said.join("; "))
    } else {
        Told::Sent { to: to.join(" and "), whom, tried, missing }
    }
}

#[cfg(test)]
mod tests;
