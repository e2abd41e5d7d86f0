//! The last question before anything is written: is this the plan a person agreed to, and may it be as large as it is? The
//! guard splits a plan. What no cap counts goes on: what was begun is finished, and owners are told. Of what a broken cap
//! counts nothing is begun.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::caps::{self, Budget, Cap, Counted};
use super::done::Done;
use super::ledger::{Entry, Turn};
use super::plan::Act;
use super::purse::Spent;
use crate::report::{Begun, Mode, Outcome, PlanDigest, Reason, Tripped, codes};
use crate::services::Permit;

/// A person's consent to one plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// The digest that was reviewed.
    pub expect_plan: Option<PlanDigest>,
    /// Whether a digest that matches lifts the caps here: on the command line always, in a function only where
    /// `NIGHTSHIFT_DIGEST_LIFTS_CAPS=true`.
    pub lifts_caps: bool,
    /// How many steps of each kind that caps count may be done at most, in a run through an organisation: so many were judged.
    pub budget: Option<Budget>,
    /// What runs within the same budget have taken of it before.
    pub spent: Spent,
}

/// What a plan would destroy, as caps count it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stakes {
    /// How many of its steps go of each kind that a cap counts.
    pub goes: Budget,
    /// How many of those are of a kind that stops at its cap. The others are backlogs, of which a run takes so many.
    pub destructive: usize,
    /// The same with what the account's own caps hold back.
    pub wanted: usize,
    /// How many things caps take their percentage of.
    pub marked: usize,
}

/// What becomes of one action.
#[derive(Debug, Clone, PartialEq)]
enum Ruling {
    /// It may be done.
    Goes,
    /// A guard tripped: it waits for a person.
    Waits,
    /// As much as a run takes of its kind is done already.
    Later(Reason),
}

/// What the guard says of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The guard that tripped, if one did.
    pub tripped: Option<Tripped>,
    /// Others that tripped as well.
    pub besides: Vec<Tripped>,
    /// The kinds of which a run takes so many, and no more.
    shares: Vec<Counted>,
    rulings: Vec<Ruling>,
}

impl Consent {
    /// The verdict on `actions`, which make a plan with digest `actual` that is held back by `caps`.
    pub fn judge<S, A: Act<S>>(&self, actual: &PlanDigest, caps: Vec<Cap>, actions: &[A]) -> Verdict {
        match &self.expect_plan {
            Some(expected) if expected != actual => match self.spent.agreed(expected) {
                None => Verdict {
                    tripped: Some(another_plan(expected, actual)),
                    ..Verdict::all(Ruling::Waits, actions.len())
                },
                Some(agreed) => {
                    self.amount(caps, actions, |verdict| verdict.of_what_was(&agreed, (expected, actual), actions))
                }
            },
            _ => self.amount(caps, actions, |verdict| verdict),
        }
    }

    /// By how much may be done: `first` says of what, so that nothing else is counted.
    fn amount<S, A: Act<S>>(&self, caps: Vec<Cap>, actions: &[A], first: impl FnOnce(Verdict) -> Verdict) -> Verdict {
        if self.expect_plan.is_some() && self.lifts_caps {
            return first(Verdict::all(Ruling::Goes, actions.len()));
        }
        first(Verdict::by_caps(caps, actions)).within(self.budget.as_ref(), &self.spent, actions)
    }
}

/// The guard that holds a plan against what a person agreed to.
pub const EXPECT_PLAN: &str = "expect_plan";

pub(super) fn another_plan(expected: &PlanDigest, actual: &PlanDigest) -> Tripped {
    Tripped {
        guard: Cow::Borrowed(EXPECT_PLAN),
        limit: json!(expected),
        wanted: json!(actual),
        fix: "the world has moved since that plan was reviewed: review the plan in this report and give its digest"
            .to_owned(),
    }
}

fn beyond(strange: usize, actions: usize, (expected, actual): (&PlanDigest, &PlanDigest)) -> Tripped {
    Tripped {
        fix: format!(
            "{strange} of the {actions} things due by now {} not part of the plan that was agreed to, and waited: `nightshift fleet redrive` plans \
             the account anew, within the caps; or review a new plan and give its digest",
            if strange == 1 { "is" } else { "are" }
        ),
        ..another_plan(expected, actual)
    }
}

fn over_budget(kind: Counted, judged: usize, (taken, wanted): (usize, usize)) -> Tripped {
    let taken = if taken == 0 { String::new() } else { format!(", with the {taken} that an earlier call of it took") };
    Tripped {
        guard: Cow::Borrowed("budget"),
        limit: json!(judged),
        wanted: json!(wanted),
        fix: format!(
            "more {} are due in this account than when the run through the organisation was judged{taken}: the next run judges anew",
            kind.name()
        ),
    }
}

impl Verdict {
    fn all(ruling: Ruling, actions: usize) -> Self {
        Self { tripped: None, besides: Vec::new(), shares: Vec::new(), rulings: vec![ruling; actions] }
    }

    /// The same of what is left of `agreed`, and of nothing else.
    fn of_what_was<S, A: Act<S>>(
        mut self,
        agreed: &[Value],
        digests: (&PlanDigest, &PlanDigest),
        actions: &[A],
    ) -> Self {
        let is_agreed = |action: &A| {
            let own = json!(action);
            agreed.iter().any(|one| own == *one || action.is_left_of(one))
        };
        let mut strange = 0;
        for (ruling, _) in self.rulings.iter_mut().zip(actions).filter(|(_, action)| !is_agreed(action)) {
            *ruling = Ruling::Waits;
            strange += 1;
        }
        if strange > 0
            && let Some(before) = self.tripped.replace(beyond(strange, actions.len(), digests))
        {
            self.besides.insert(0, before);
        }
        self
    }

    fn by_caps<S, A: Act<S>>(caps: Vec<Cap>, actions: &[A]) -> Self {
        let broken = caps::broken(&caps);
        let mut shares: Vec<_> = caps.into_iter().filter(Cap::is_a_share).map(|cap| (cap, 0)).collect();
        let kinds = shares.iter().map(|(cap, _)| cap.kind()).collect();
        let rulings = actions.iter().map(|action| {
            let Some(kind) = action.capped() else { return Ruling::Goes };
            if broken.iter().any(|(of, _)| *of == kind) {
                return Ruling::Waits;
            }
            for (cap, taken) in shares.iter_mut().filter(|(cap, _)| cap.kind() == kind) {
                if *taken == cap.limit() {
                    return Ruling::Later(cap.backlog());
                }
                *taken += 1;
            }
            Ruling::Goes
        });
        let rulings = rulings.collect();
        let mut tripped = broken.into_iter().map(|(_, tripped)| tripped);
        Self { tripped: tripped.next(), besides: tripped.collect(), shares: kinds, rulings }
    }

    /// The same with no more of each kind that a cap counts than `budget` has of it, `spent` and all. More than that of what stops at
    /// its cap is none at all; of a backlog so many go, from the front. What was taken before is not counted twice.
    fn within<S, A: Act<S>>(mut self, budget: Option<&Budget>, spent: &Spent, actions: &[A]) -> Self {
        let Some(budget) = budget else { return self };
        let mut due: BTreeMap<Counted, Vec<usize>> = BTreeMap::new();
        for (place, (ruling, action)) in self.rulings.iter().zip(actions).enumerate() {
            if let (Ruling::Goes, Some(kind)) = (ruling, action.capped()) {
                due.entry(kind).or_default().push(place);
            }
        }
        for (kind, places) in due {
            let judged = budget.get(kind.name()).copied().unwrap_or_default();
            let taken = spent.count(kind);
            let is_new = |place: &usize| !spent.has(kind, &actions[*place].counted_as());
            let all = taken + places.iter().copied().filter(is_new).count();
            if all <= judged {
                continue;
            }
            if self.shares.contains(&kind) {
                let message = format!("{all} {} are due, and {judged} were judged for this account", kind.name());
                let reason = Reason::new(&codes::BACKLOG, message, "a later run does it");
                for place in places.into_iter().filter(is_new).skip(judged.saturating_sub(taken)) {
                    self.rulings[place] = Ruling::Later(reason.clone());
                }
                continue;
            }
            for place in places {
                self.rulings[place] = Ruling::Waits;
            }
            let tripped = over_budget(kind, judged, (taken, all));
            match &self.tripped {
                None => self.tripped = Some(tripped),
                Some(_) => self.besides.push(tripped),
            }
        }
        self
    }

    /// What of `actions` a cap counts; `marked` is what caps take their percentage of.
    pub(super) fn stakes<S, A: Act<S>>(&self, actions: &[A], marked: usize) -> Stakes {
        let mut stakes = Stakes { marked, ..Stakes::default() };
        for (ruling, action) in self.rulings.iter().zip(actions) {
            let Some(kind) = action.capped() else { continue };
            let (goes, stops) = (*ruling == Ruling::Goes, !self.shares.contains(&kind));
            if goes {
                *stakes.goes.entry(kind.name().to_owned()).or_default() += 1;
            }
            stakes.destructive += usize::from(goes && stops);
            stakes.wanted += usize::from(stops);
        }
        stakes
    }

    /// What goes of `actions`, as it is written down before.
    pub(super) fn begins<S, A: Act<S>>(&self, actions: &[A], scope: &S) -> Vec<Begun> {
        let goes = self.rulings.iter().zip(actions).filter(|(ruling, _)| **ruling == Ruling::Goes);
        let begun = goes.map(|(_, action)| Begun {
            id: action.id().into_owned(),
            region: action.region(scope).to_owned(),
            owner: action.owner().map(str::to_owned),
            thing: action.counted_as().into_owned(),
            kind: action.capped().map(|kind| kind.name().to_owned()),
            steps: action.steps(),
        });
        begun.collect()
    }

    /// `spent` with what goes of `actions`.
    pub(super) fn spending<S, A: Act<S>>(&self, spent: &Spent, actions: &[A], scope: &S) -> Spent {
        let mut spent = spent.clone();
        self.begins(actions, scope).into_iter().for_each(|one| spent.take(one));
        spent
    }

    /// Whether each action may be done, in their order.
    #[cfg(test)]
    pub(crate) fn lets_through(&self) -> Vec<bool> {
        self.rulings.iter().map(|ruling| *ruling == Ruling::Goes).collect()
    }

    /// Splits `actions`: what may be done, and what waits.
    pub(super) fn split<'p, S, A: Act<S>>(
        &self,
        permit: &'p Permit,
        actions: Vec<A>,
        scope: &S,
    ) -> (Allowed<'p, A>, Vec<A>) {
        let (mut goes, mut waits) = (Vec::new(), Vec::new());
        for (action, ruling) in actions.into_iter().zip(&self.rulings) {
            if *ruling == Ruling::Goes { goes.push(action) } else { waits.push(action) }
        }
        let entries = goes.iter().map(|action| Entry::of(action, scope)).collect();
        let withheld = waits.iter().map(|action| action.id().into_owned()).collect();
        (Allowed { actions: goes, entries, withheld, permit }, waits)
    }

    /// Puts together again what [`Verdict::split`] took apart, with how each action ended: `done` is of those that went. One
    /// of which nothing is said is in the report all the same, and nobody takes it for done.
    pub(super) fn join<S, A: Act<S>>(&self, goes: Vec<A>, done: Vec<Done>, waits: Vec<A>) -> (Vec<A>, Vec<Done>) {
        let done = done.into_iter().chain(std::iter::repeat_with(unaccounted));
        let (mut goes, mut waits) = (goes.into_iter().zip(done), waits.into_iter());
        let next = |ruling: &Ruling| match ruling.unbegun() {
            None => goes.next(),
            Some(end) => waits.next().map(|action| {
                let done = end(action.steps());
                (action, done)
            }),
        };
        self.rulings.iter().filter_map(next).unzip()
    }

    /// How each of `actions` ends where nothing is done.
    pub(super) fn planned<S, A: Act<S>>(&self, actions: &[A]) -> Vec<Done> {
        let planned = |steps| Done { outcome: Outcome::Planned, steps, reason: None };
        let end = |(action, ruling): (&A, &Ruling)| match ruling.unbegun() {
            Some(end) => end(action.steps()),
            None => planned(action.steps()),
        };
        actions.iter().zip(&self.rulings).map(end).collect()
    }
}

fn unaccounted() -> Done {
    let message = "it was to be done, and nothing says what came of it";
    let fix = "see the log of this run for what was begun, and report this as a fault of Nightshift";
    Done::failed(Vec::new(), Reason::new(&codes::UNACCOUNTED, message, fix))
}

impl Ruling {
    /// How what is not begun ends; `None` of what goes.
    fn unbegun(&self) -> Option<impl FnOnce(Vec<String>) -> Done + use<>> {
        let (outcome, reason) = match self {
            Self::Goes => return None,
            Self::Waits => (Outcome::Planned, None),
            Self::Later(reason) => (Outcome::Deferred, Some(reason.clone())),
        };
        Some(move |steps| Done { outcome, steps, reason })
    }
}

/// Leave to write, in a run that may. For the driver alone, once the verdict is there.
pub(super) fn leave_to_write(mode: Mode) -> Option<Permit> {
    #[expect(clippy::disallowed_methods, reason = "this is the guard")]
    (mode == Mode::Apply).then(Permit::by_the_guard)
}

/// What the guard let through, with leave to write, which comes out behind the line that an item has in the record
/// ([`Turn`]). Only the driver has it made, in apply mode.
///
/// ```compile_fail,E0451
/// # fn forged(permit: &nightshift::services::Permit) {
/// nightshift::run::Allowed::<()> { actions: vec![], entries: vec![], withheld: Default::default(), permit };
/// # }
/// ```
#[derive(Debug)]
pub struct Allowed<'p, A> {
    actions: Vec<A>,
    entries: Vec<Entry>,
    withheld: BTreeSet<String>,
    permit: &'p Permit,
}

impl<A> Allowed<'_, A> {
    /// What may be done, in the order it is begun.
    pub fn actions(&self) -> &[A] {
        &self.actions
    }

    /// Each action with its turn, in the same order.
    pub fn iter(&self) -> impl Iterator<Item = (&A, Turn<'_>)> {
        self.actions.iter().zip(&self.entries).map(|(action, entry)| (action, Turn::new(entry, self.permit)))
    }

    /// The ids of what was planned and is not done in this run.
    pub fn withheld(&self) -> &BTreeSet<String> {
        &self.withheld
    }

    pub(super) fn into_actions(self) -> Vec<A> {
        self.actions
    }
}

/// For tests of what writes.
#[cfg(test)]
pub(crate) fn leave_in_a_test() -> Permit {
    leave_to_write(Mode::Apply).unwrap()
}

#[cfg(test)]
mod tests;
