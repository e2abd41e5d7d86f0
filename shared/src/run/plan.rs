//! A plan, as every job makes one: what is to be done, in the order it is begun, and what is left alone. A job says of its
//! own steps and reasons what a report has of everything; the rest is the same for all and stands here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;

use super::caps::Counted;
use super::done::Done;
use crate::report::{Item, Outcome, PlanDigest, Planned, Reason};

/// What a domain adds to an item, under a key of its own name.
pub type Details = BTreeMap<Cow<'static, str>, serde_json::Value>;

/// What a whole plan is about, besides its steps. What of it is serialised is part of the digest.
pub trait Scope: Debug + Serialize {
    /// The function whose plans these are.
    const FUNCTION: &'static str;
}

/// Something a report has an item of, in a plan about `S`.
pub trait Subject<S> {
    /// What AWS calls it.
    fn id(&self) -> Cow<'_, str>;
    /// Where it is.
    fn region<'a>(&'a self, scope: &'a S) -> &'a str;
    /// Whose it is.
    fn owner(&self) -> Option<&str>;
    /// What the domain adds to its item, once it ended so.
    fn details(&self, scope: &S, outcome: Outcome) -> Details;
    /// How it counts that it ended so: what must not be left undone has failed where another thing is put off.
    fn settled(&self, outcome: Outcome) -> Outcome {
        outcome
    }
}

/// A step a plan can hold.
pub trait Act<S>: Subject<S> + Serialize {
    /// What will be done, in order, in words.
    fn steps(&self) -> Vec<String>;
    /// The same as data, where the job has it so.
    fn planned(&self) -> Vec<Planned> {
        Vec::new()
    }
    /// The cap that can stop it. None stops what was begun by an earlier run, what only tells or notes, and what an event
    /// asks for by its own name.
    fn capped(&self) -> Option<Counted>;
    /// The very thing that the cap counts: one that bears its name after it is another.
    fn counted_as(&self) -> Cow<'_, str> {
        self.id()
    }
    /// Whether this is no more than what is left of `agreed`, an action as it was serialised, of which a run that died did a part.
    fn is_left_of(&self, _agreed: &serde_json::Value) -> bool {
        false
    }
    /// How the thing was built, where nothing else would hold that should the process die half-way.
    fn facts(&self) -> Option<String> {
        None
    }
}

/// Something left alone.
pub trait Leave<S>: Subject<S> {
    /// How that counts.
    fn outcome(&self) -> Outcome;
    /// Why, where there is something to say.
    fn reason(&self) -> Option<Reason>;
}

/// The thing an event names, left as it is because what was asked for cannot be done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What AWS calls it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Why.
    pub reason: Reason,
}

impl<S> Subject<S> for Refusal {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a S) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &S, _: Outcome) -> Details {
        Details::new()
    }
}

impl<S> Leave<S> for Refusal {
    fn outcome(&self) -> Outcome {
        Outcome::Skipped
    }

    fn reason(&self) -> Option<Reason> {
        Some(self.reason.clone())
    }
}

/// The whole decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan<A, L, S> {
    /// Twelve digits.
    pub account: String,
    /// What it is about, besides.
    pub scope: S,
    /// In the order they are begun.
    pub actions: Vec<A>,
    /// What is left alone, and why.
    pub left: Vec<L>,
    /// How many things were read, in scope or not.
    pub observed: usize,
}

impl<A: Act<S>, L: Leave<S>, S: Scope> Plan<A, L, S> {
    /// Nothing to do yet.
    pub fn empty(account: &str, scope: S, observed: usize) -> Self {
        Self { account: account.to_owned(), scope, actions: Vec::new(), left: Vec::new(), observed }
    }

    /// The fingerprint of the actions.
    pub fn digest(&self) -> PlanDigest {
        PlanDigest::of_text(&self.text())
    }

    /// What that is the fingerprint of.
    pub(super) fn text(&self) -> String {
        PlanDigest::text(S::FUNCTION, &self.account, &(&self.scope, &self.actions))
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        let Self { account: _, scope: _, actions, left: _, observed: _ } = self;
        actions.is_empty()
    }

    /// How many of the actions a cap of this kind counts.
    pub fn count(&self, kind: Counted) -> usize {
        self.actions.iter().filter(|action| action.capped() == Some(kind)).count()
    }

    /// One item for each action, whose ends are `done`, and one for each thing left alone.
    pub fn items(&self, done: Vec<Done>) -> Vec<Item> {
        let acted = self
            .actions
            .iter()
            .zip(done)
            .map(|(action, done)| Item { planned: action.planned(), ..item(action, &self.scope, done) });
        let left = self.left.iter().map(|left| {
            let done = Done { outcome: left.outcome(), steps: Vec::new(), reason: left.reason() };
            item(left, &self.scope, done)
        });
        acted.chain(left).collect()
    }
}

fn item<S>(subject: &impl Subject<S>, scope: &S, Done { outcome, steps, reason }: Done) -> Item {
    Item {
        id: subject.id().into_owned(),
        region: subject.region(scope).to_owned(),
        owner: subject.owner().map(str::to_owned),
        outcome: subject.settled(outcome),
        steps,
        planned: Vec::new(),
        reason,
        domain: subject.details(scope, outcome),
    }
}
