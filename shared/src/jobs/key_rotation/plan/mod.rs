//! What to do about every user, and why about the rest. Pure: the same world, policy, request and moment give the same plan,
//! whatever order the world was read in.

mod action;
mod facts;
mod item;
mod known;
mod leaks;
mod minting;
mod overlap;
mod retired;
mod rules;
mod said;
mod slots;
mod state;
mod takeover;
mod tidy;
mod unclaimed;
mod why;

use crate::domains::keys::tags::{Memory as _, Whose};
use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

pub use action::{Action, Leaked, Rotate, Step, SwitchOffReason};
pub use facts::{KeyFacts, Next, Standing};
pub(super) use item::without_ids;
pub(super) use known::is_untold;
pub use overlap::dates;
pub use state::{Class, version};
pub use why::Why;

use super::caps::{self, Load};
use super::model::{Stray, User, World};
use super::policy::Policy;
use super::request::Request;
use super::whose;
use crate::notify::OwnerPolicy;
use crate::run;
use crate::run::plan::Scope;
use crate::services::Read;
use crate::services::iam::Key;

/// What every decision is made by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// What may be touched.
    pub policy: &'a Policy,
    /// What this run is narrowed to.
    pub request: &'a Request,
    /// How the owner of a user is found.
    pub owners: &'a OwnerPolicy,
    /// The moment.
    pub now: Timestamp,
    /// Whether there is a channel to tell anybody by.
    pub announces: bool,
}

impl Terms<'_> {
    /// Whose `user` is now: what another was told, they do not know.
    pub(in crate::jobs::key_rotation) fn whose(self, user: &User) -> Whose {
        whose::whose(user, self.owners)
    }
}

/// Which rule decided, as the reference lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[expect(missing_docs, reason = "docs/key-rotation.md says what each is")]
pub enum Rule {
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
    R11,
    Rollback,
    Sign,
}

/// A user left alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Its name, or what the event called it.
    pub user: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// The rule that decided, and where the user stands.
    pub facts: Option<(Rule, Standing)>,
    /// How those of its keys stand that the event calls compromised.
    pub leak: Option<Leak>,
    /// The event says that keys of its may have leaked, and nothing that is sure.
    pub suspected: bool,
    /// Why.
    pub why: Why,
}

/// What a plan is about, besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InScope {
    /// Users the policy is for.
    #[serde(skip)]
    pub users: usize,
    /// Of the oldest active key of a user in scope.
    #[serde(skip)]
    pub oldest_active_days: i64,
}

impl Scope for InScope {
    const FUNCTION: &'static str = "key-rotation";
}

/// The whole decision.
pub type Plan = run::plan::Plan<Action, Left, InScope>;

impl Plan {
    /// Decides about everybody in `world`.
    pub fn make(world: &World, terms: Terms<'_>) -> Self {
        let scope = |user: &&User| terms.policy.included(user) && terms.policy.excluded(user).is_none();
        let active = |key: &&Key| key.works();
        let keys = world.users.iter().filter(scope).filter_map(|user| user.keys.known()).flatten();
        let scope = InScope {
            users: world.users.iter().filter(scope).count(),
            oldest_active_days: keys.filter(active).map(|key| state::age_days(key, terms.now)).max().unwrap_or(0),
        };
        let mut plan = Self::empty(&world.account, scope, world.users.len());
        for user in &world.users {
            match decide(user, terms) {
                Some(Decision::Act(action)) => plan.actions.push(*action),
                Some(Decision::Leave(left)) => plan.left.push(*left),
                None => {}
            }
        }
        plan.add_unseen(world, terms);
        plan.actions.sort_by(|a, b| (a.step.rank(), &a.user).cmp(&(b.step.rank(), &b.user)));
        plan.left.sort_by(|a, b| (&a.user, a.why.code()).cmp(&(&b.user, b.why.code())));
        plan
    }

    /// What the caps are asked about. What an event asks for by the key's own name counts towards none.
    pub fn load(&self) -> Load {
        Load {
            rotations: self.count(caps::ROTATIONS),
            deactivations: self.count(caps::DEACTIVATIONS),
            deletions: self.count(caps::DELETIONS),
            in_scope: self.scope.users,
        }
    }

    /// Whom the event names and nobody knows.
    fn add_unseen(&mut self, world: &World, terms: Terms<'_>) {
        let request = terms.request;
        let named = request.users.iter().flatten().chain(&request.rollback);
        let leaks = request.compromised.iter().chain(&request.suspected);
        let named = named.chain(leaks.filter_map(|leak| leak.user.as_ref()).collect::<BTreeSet<_>>());
        let ids = request.user_ids.iter().flatten();
        let missing = named
            .filter(|name| !world.users.iter().any(|user| user.name == **name))
            .chain(ids.filter(|id| !world.users.iter().any(|user| user.id == **id)));
        // Of whom nobody knows, leaked keys are open.
        let any = request.calls_any_compromised();
        let unseen = |name: &str, why, open: bool| {
            let leak = open.then_some(Leak::Open);
            Left { user: name.to_owned(), owner: None, facts: None, leak, suspected: false, why }
        };
        self.left.extend(missing.map(|name| unseen(name, Why::NoSuchUser, any)));
        let stray = |one: &Stray| {
            let (key, said) = (one.key.clone(), one.said.clone());
            let why = if one.compromised { Why::NoSuchKey { key, said } } else { Why::NobodysKey { key, said } };
            unseen(&one.key, why, one.compromised)
        };
        self.left.extend(world.strays.iter().map(stray));
        for user in &world.users {
            let compromised = request.compromised_of(user);
            let missing = leaks::missing(user, &compromised, terms);
            // Where none of them is here, what is said of the user names the first.
            let said_already = usize::from(!missing.is_empty() && missing.len() == compromised.len());
            let said = format!("{} has no such key", user.name);
            let missing = missing.into_iter().skip(said_already);
            let one = |key: &str| stray(&Stray { key: key.to_owned(), said: said.clone(), compromised: true });
            self.left.extend(missing.map(one));
        }
    }
}

/// How the keys of one user that an event calls compromised stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leak {
    /// Every one is off, and noted as leaked.
    Off,
    /// One at least may work, or is not noted.
    Open,
}

/// How those of `user` stand; `None` if the event names none of them.
pub fn leak(user: &User, request: &Request) -> Option<Leak> {
    let compromised = request.compromised_of(user);
    let keys = user.keys.known().map(Vec::as_slice).unwrap_or_default();
    let is_off = |id: &&str| keys.iter().any(|key| key.id == **id && leaks::is_put_away(user, key));
    (!compromised.is_empty()).then(|| if compromised.iter().all(is_off) { Leak::Off } else { Leak::Open })
}

/// What is to be done about one user.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// This.
    Act(Box<Action>),
    /// Nothing.
    Leave(Box<Left>),
}

/// Decides about `user`; `None` if it is outside this run, or too new for anything to be due.
pub fn decide(user: &User, terms: Terms<'_>) -> Option<Decision> {
    if !terms.request.covers(user) {
        return None;
    }
    let concerns_anybody = user.tags.replacing_a_leak() || leaks::is_news(user, terms).is_some();
    if !terms.policy.included(user) && !terms.request.names(user) && !concerns_anybody {
        return None;
    }
    let (rule, said) = rules::ask(user, terms)?;
    let facts = Standing::of(user, said.as_ref().err(), terms);
    let owner = terms.policy.owner(user);
    let name = user.name.clone();
    let leak = leak(user, terms.request);
    let suspected = leak.is_none() && !terms.request.suspected_of(user).is_empty();
    match said {
        Ok(step) => {
            let leaks = leak.is_some();
            Some(Decision::Act(Box::new(Action {
                user: name,
                user_id: user.id.clone(),
                owner,
                rule,
                step,
                facts,
                leaks,
                suspected,
            })))
        }
        Err(Why::NoKeys) if !terms.request.names(user) => None,
        Err(why) => {
            let facts = Some((rule, facts));
            Some(Decision::Leave(Box::new(Left { user: name, owner, facts, leak, suspected, why })))
        }
    }
}

/// Whether the keys of `user` are worth a call: it is in this run and old enough for a key of its own to be near its time,
/// or something is written on it.
pub fn needs_keys(user: &User, terms: Terms<'_>) -> bool {
    let covered = terms.request.covers(user);
    if terms.request.is_about_keys() || covered && terms.request.names(user) {
        return covered;
    }
    if !covered {
        return false;
    }
    if user.tags.replacing_a_leak() || leaks::is_news(user, terms).is_some() {
        return true;
    }
    if !terms.policy.included(user) || terms.policy.excluded(user).is_some() {
        return false;
    }
    let first = terms.policy.rotate_after(user).saturating_sub(terms.policy.ages.warn);
    let old = user.created_at.is_none_or(|created| terms.now >= state::after(created, first));
    old || user.tags.remember()
}

/// Whether how the keys of `user` are stored, and when they were last used, is worth further calls.
pub fn needs_state(user: &User, terms: Terms<'_>) -> bool {
    let Read::Known(keys) = &user.keys else { return false };
    match keys.as_slice() {
        [] => false,
        [one] => {
            // Of one that is off its secret may say that it leaked.
            !one.works() || overlap::due(user, one, terms) || user.tags.remember() || terms.request.names(user)
        }
        _ => keys.len() == 2,
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan for account {}: {} to do, {} left alone", self.account, self.actions.len(), self.left.len())?;
        for action in &self.actions {
            writeln!(f, "  {} by {:?}", action.user, action.rule)?;
            for word in action.step.words() {
                writeln!(f, "    - {word}")?;
            }
        }
        for left in &self.left {
            writeln!(f, "  {}: [{}] {}", left.user, left.why.code(), left.why.message())?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(in crate::jobs::key_rotation) mod tests;
#[cfg(test)]
pub(in crate::jobs::key_rotation) use tests::someone;
