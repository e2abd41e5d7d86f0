//! What a step has to do, or why it may not. Pure: the same secret and the same answers of the server give the same plan.

mod accounts;
mod action;
mod equal;
mod pair;
mod steps;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub use action::{Action, Left, NewValue, Rehearsal, SetPassword, What};

use super::codes;
use super::gate::{self, Standing};
use super::model::World;
use super::policy::Policy;
use super::request::{Request, Step};
use crate::report::{Outcome, Reason};
use crate::run;
use crate::run::plan::Scope;
use crate::text::printable;

/// What a plan is about, besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The secret.
    pub secret: String,
    /// Where it is.
    pub region: String,
    /// The step, as events spell it.
    pub step: &'static str,
}

impl Scope for Place {
    const FUNCTION: &'static str = "secret-rotation";
}

/// What every decision is made by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What may be touched.
    pub policy: &'a Policy,
    /// What is asked for.
    pub request: &'a Request,
}

/// The whole decision.
pub type Plan = run::plan::Plan<Action, Left, Place>;

/// What a step comes to.
enum Decision {
    Do(What),
    /// It is done already, and how that can be told.
    Right(Reason),
    /// Nobody asked to have anything done.
    Would(Box<Rehearsal>),
}

impl Plan {
    /// Decides about the step.
    pub fn make(world: &World, terms: Terms<'_>) -> Self {
        let Request { secret, region, step, .. } = terms.request;
        let place = Place { secret: secret.clone(), region: region.clone(), step: step.as_str() };
        let mut plan = Self::empty(&world.account, place, 1);
        let left = |outcome, reason| Left { secret: secret.clone(), outcome, reason, would: None };
        match decide(world, terms) {
            Ok(Decision::Do(what)) => plan.actions.push(Action { secret: secret.clone(), what }),
            Ok(Decision::Right(reason)) => plan.left.push(left(Outcome::AlreadyRight, reason)),
            Ok(Decision::Would(all)) => {
                let message = format!("it would be rotated as {}, since {}", all.strategy.as_str(), all.why);
                let left = left(Outcome::Planned, Reason::plain(&codes::WOULD_ROTATE, message));
                plan.left.push(Left { would: Some(*all), ..left });
            }
            Err(reason) => plan.left.push(left(Outcome::Failed, reason)),
        }
        plan
    }
}

fn decide(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let Request { token, step, .. } = terms.request;
    if *step == Step::Rehearse {
        gate::may_begin(world.secret.as_ref(), terms.request)?;
        return steps::rehearse(world, terms).map(|all| Decision::Would(Box::new(all)));
    }
    match (gate::judge(world.secret.as_ref(), terms.request)?, step) {
        (Standing::Coming, Step::Create) => steps::create(world, terms),
        (Standing::Coming, Step::Set) => steps::set(world, terms),
        (Standing::Coming, Step::Test) => steps::test(world, terms),
        (Standing::Coming, Step::Finish | Step::Rehearse) => steps::finish(world, terms),
        (Standing::Lingering, Step::Finish) => {
            Ok(Decision::Do(What::Tidy { version: token.clone(), edit: steps::edit_of_before(world) }))
        }
        (Standing::Current, Step::Finish) if let Some(edit) = steps::edit_of_before(world) => {
            Ok(Decision::Do(What::Keep { version: token.clone(), edit }))
        }
        (Standing::Lingering | Standing::Current, _) => {
            let message = format!("version {} is handed out already", printable(token));
            Ok(Decision::Right(Reason::plain(&codes::ALREADY_CURRENT, message)))
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}", self.scope.step, printable(&self.scope.secret))?;
        for step in self.actions.iter().flat_map(run::plan::Act::steps) {
            writeln!(f, "  {step}")?;
        }
        for Left { reason, .. } in &self.left {
            writeln!(f, "  [{}] {}", reason.code, reason.message)?;
        }
        Ok(())
    }
}
