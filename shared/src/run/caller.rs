//! On whose word a run starts, and what that word binds it to.

use super::caps::Budget;
use super::fault::RunFault;
use super::purse::Purse;
use crate::report::{Mode, PlanDigest};

/// On whose word a run starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Lambda: schedules and events. The event says how, under the function's ceiling.
    Platform,
    /// A person at the command line, with their own credentials. What they typed stands over the event.
    Operator {
        /// `plan` or `apply`.
        mode: Mode,
        /// What their word binds the run to.
        word: Word,
    },
    /// A run through an organisation, in one of its accounts. No event says any of this: its worker does.
    Fleet(Errand),
}

/// What a run through an organisation has to do in one account. It tells owners by whoever sent it, and the operators hear of
/// the whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// The account that is meant, twelve digits. In another one nothing is read.
    pub account: String,
    /// What is to be done there.
    pub task: Task,
}

/// See [`Errand`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// To say what would be done.
    Look,
    /// To do it, with no more steps of each kind that a cap counts than these, and never more than the account's own caps allow. What
    /// all runs take that have this purse is counted together.
    Within(Budget, Purse),
    /// To do exactly this, which a person agreed to, or what is left of it where a run with this purse began it; where that lifts no cap, within
    /// what was judged.
    Agreed(PlanDigest, Option<Budget>, Purse),
}

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Whatever the plan comes to, under its caps.
    Any,
    /// The plan they were shown, under its caps: a world that has moved since is another plan.
    Shown(PlanDigest),
    /// The plan with this digest, as they gave it. It was reviewed, and lifts the caps.
    Reviewed(String),
}

impl Caller {
    /// Whether `account` is the one that is meant. Asked before anything in it is read.
    pub(super) fn means(&self, account: &str) -> Result<(), RunFault> {
        match self {
            Self::Fleet(errand) if errand.account != account => {
                Err(RunFault::OtherAccount { meant: errand.account.clone(), found: account.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// How many steps of each kind that caps count may be done.
    pub(super) fn budget(&self) -> Option<&Budget> {
        match self {
            Self::Fleet(Errand { task: Task::Within(budget, _), .. }) => Some(budget),
            Self::Fleet(Errand { task: Task::Agreed(_, budget, _), .. }) => budget.as_ref(),
            _ => None,
        }
    }

    /// Where it is written down what is begun, before it is.
    pub(super) fn purse(&self) -> Option<&Purse> {
        match self {
            Self::Fleet(Errand { task: Task::Within(_, purse) | Task::Agreed(_, _, purse), .. }) => Some(purse),
            _ => None,
        }
    }
}
