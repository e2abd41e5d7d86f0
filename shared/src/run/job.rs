//! What one function does, apart from what all functions do. A job reads, decides and carries out, each in a function of
//! its own; what lies between them (the guard, leave to write, the record, the report) is the driver's.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::Timestamp;
use serde_json::Value;

use super::caps::Cap;
use super::done::Done;
use super::event::{EventFault, Fields};
use super::fault::RunFault;
use super::guard::Allowed;
use super::ledger::Ledger;
use super::plan::{Act, Leave, Plan, Scope};
use crate::config::{ConfigFaults, Settings};
use crate::notify::{Notifier, NotifyPolicy};
use crate::report::{Code, Concerns, Mode, Reason, Report, codes};
use crate::services::RecordPermit;
use crate::services::aws::{Aws, Identity};

/// The plan of a job.
pub type PlanOf<J> = Plan<<J as Job>::Action, <J as Job>::Left, <J as Job>::Scope>;

/// See the module.
pub trait Job: Sized {
    /// As its package, binary and report have it.
    const NAME: &'static str;
    /// Whether somebody asks for one step and waits for the answer. Such a job has no plan of its own to review: an
    /// invocation applies, whatever `NIGHTSHIFT_MODE` says of schedules, and a failed item is the caller's failure.
    const IS_CALLED: bool = false;
    /// The tables of every reason its reports can give, beside the one [all jobs share](crate::report::codes).
    const CODES: &'static [&'static [&'static Code]];
    /// What its variables come to.
    type Policy: Debug;
    /// What its event comes to.
    type Request: Debug;
    /// What was read. It may hold sessions and locks, and has no way to write.
    type World;
    /// A step.
    type Action: Act<Self::Scope>;
    /// Something left alone.
    type Left: Leave<Self::Scope>;
    /// What a plan is about, besides.
    type Scope: Scope;

    /// Reads its own variables; `home` is the region the process runs in.
    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Self::Policy;
    /// Whether it can run so in `mode`: a fault in its configuration, or what is to be said of it in the report.
    fn check(_policy: &Self::Policy, _notify: &NotifyPolicy, _mode: Mode) -> Result<Vec<Reason>, ConfigFaults> {
        Ok(Vec::new())
    }
    /// The plain object that an event of another shape comes down to, for a job that takes more shapes than all do.
    fn plain(payload: Value) -> Result<Value, EventFault> {
        Ok(payload)
    }
    /// Reads its own event keys. What an event names beyond the policy is a fault.
    fn request(fields: &mut Fields, policy: &Self::Policy) -> Self::Request;
    /// Reads everything that deciding takes.
    fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> impl Future<Output = Result<Self::World, RunFault>>;
    /// Keeps what a run leaves on record besides its report: in both modes, before anything is decided.
    fn keep(
        _world: &mut Self::World,
        _sight: Sight<'_>,
        _given: Given<'_, Self>,
        _leave: &RecordPermit,
    ) -> impl Future<Output = Result<(), RunFault>> {
        async { Ok(()) }
    }
    /// Decides. Pure: no client, clock or environment is in reach.
    fn plan(world: &Self::World, given: Given<'_, Self>) -> PlanOf<Self>;
    /// What holds unattended runs back, in the order it is asked.
    fn caps(_plan: &PlanOf<Self>, _policy: &Self::Policy) -> Vec<Cap> {
        Vec::new()
    }
    /// Carries out what the guard let through, and tells owners of that and of what is `left` to them. Says how each
    /// action ended, in their order.
    fn apply(
        allowed: &Allowed<'_, Self::Action>,
        left: &[Self::Left],
        world: &mut Self::World,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> impl Future<Output = Vec<Done>>;
    /// What is worth knowing about what was read, though nothing failed.
    fn warnings(_world: &Self::World, _given: Given<'_, Self>) -> Vec<Reason> {
        Vec::new()
    }
    /// What the report says besides its items. `done` is how the actions of `plan` ended.
    fn sum_up(plan: &PlanOf<Self>, world: &Self::World, given: Given<'_, Self>, done: &[Done]) -> Sums;
    /// Whether the operators get their summary of a run that ended so.
    fn is_told(_request: &Self::Request, _report: &Report) -> bool {
        true
    }
    /// Whether whoever sent this asked for a failure unless everything in it was done.
    fn is_awaited(_request: &Self::Request) -> bool {
        Self::IS_CALLED
    }
    /// Whether a run that ended in `report` did what its caller waits for. `Err` makes the invocation fail, after the
    /// report was logged and kept.
    fn answer(_report: &Report) -> Result<(), RunFault> {
        Ok(())
    }
}

/// Every reason a report of `J` can give, its own first.
pub fn codes_of<J: Job>() -> impl Iterator<Item = &'static Code> {
    J::CODES.iter().copied().flatten().chain(codes::ALL).copied()
}

/// What everything in a run is decided by.
#[derive(Debug)]
pub struct Given<'a, J: Job> {
    /// What may be touched.
    pub policy: &'a J::Policy,
    /// What this run is narrowed to, or asked for.
    pub request: &'a J::Request,
    /// Whose credentials these are.
    pub caller: &'a Identity,
    /// The one moment this run decides by.
    pub now: Timestamp,
    /// Which channels are on, and how owners are found.
    pub notify: &'a NotifyPolicy,
}

// A derived impl would ask the same of the job.
impl<J: Job> Clone for Given<'_, J> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<J: Job> Copy for Given<'_, J> {}

/// What reading takes.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// The way to AWS.
    pub aws: &'a Aws,
    /// What will come of it: a run that is going to write keeps others out before it reads.
    pub mode: Mode,
    /// Whether a person runs it, with their own credentials: then those say who asks.
    pub by_hand: bool,
}

/// What carrying out takes, besides leave to write.
#[derive(Debug, Clone, Copy)]
pub struct Hands<'a> {
    /// The way to AWS.
    pub aws: &'a Aws,
    /// Where each item is written down as it happens; knows when the platform ends the process.
    pub ledger: &'a Ledger<'a>,
    /// The channels to people, where there are any.
    pub notifier: Option<&'a Notifier<'a>>,
    /// Leave to keep what the run leaves on record.
    pub record: &'a RecordPermit,
}

/// What a report says besides its items.
#[derive(Debug, Default)]
pub struct Sums {
    /// Every region looked at.
    pub regions: Vec<String>,
    /// Which items the operators should look at, by their place: first the actions, then what was left alone.
    pub concerns: Concerns,
    /// The job's own measures, by metric name.
    pub metrics: BTreeMap<&'static str, usize>,
}
