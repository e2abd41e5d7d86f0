//! Carries out what was agreed to, one thing after the other, whoever agreed to it. What comes of each is said, and nothing is
//! decided here.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::alone::Around;
use super::sight::{Sight, led_astray, others};
use super::{Carrier, alone};
use crate::domains::anonymise::RunKey;
use crate::domains::anonymise::begun::{Kept, codes};
use crate::domains::anonymise::checks::{self, Check};
use crate::domains::anonymise::mark::{Place, marked};
use crate::domains::anonymise::plan::{Step, Work};
use crate::domains::anonymise::schema::Schema;
use crate::report::{Outcome, Reason};
use crate::servers::catalog;
use crate::services::Permit;
use crate::services::sql::{Engine, Session, SqlError, SqlKind};
use crate::text::printable;

/// One thing that is done.
#[derive(Debug, Clone, Serialize)]
pub enum Action {
    /// A step of the plan.
    Step(Step),
    /// Samples of what is there, and a needle, for the checks.
    Sample,
    /// The checks.
    Check,
    /// The last step of the plan, with the seal on the mark.
    Finish(Step),
}

/// What came of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Worked {
    /// See [`Outcome`].
    pub outcome: Outcome,
    /// What is worth saying of it.
    pub said: Vec<String>,
    /// Why it ended so.
    pub reason: Option<Reason>,
    /// Whether it did not end well for a reason that passes by itself.
    pub may_pass: bool,
}

/// What carrying out takes.
#[derive(Debug)]
pub struct Hand<'a> {
    session: &'a Session,
    engine: Engine,
    carrier: Carrier<'a>,
    place: &'a Place,
    kept: &'a Kept,
    done: &'a BTreeSet<String>,
    /// As it was when this call began; what a step changes, a schema does not show.
    schema: &'a Schema,
    accepted: &'a BTreeSet<String>,
    checks: Mutex<Vec<Check>>,
    around: Around,
    /// Whether anything was taken away.
    has_changed: AtomicBool,
}

impl Action {
    /// What is done, in order.
    pub fn all(steps: &[Step]) -> Vec<Self> {
        let of = |step: &Step| match step.work {
            Work::Prepare => vec![Self::Step(step.clone()), Self::Sample],
            Work::Finish => vec![Self::Check, Self::Finish(step.clone())],
            Work::Empty | Work::Mask | Work::Refresh | Work::Analyse => vec![Self::Step(step.clone())],
        };
        steps.iter().flat_map(of).collect()
    }

    /// What it is called.
    pub fn id(&self) -> &str {
        match self {
            Self::Step(step) | Self::Finish(step) => &step.id,
            Self::Sample => "sample",
            Self::Check => "check",
        }
    }

    /// What it does.
    pub fn said(&self) -> String {
        match self {
            Self::Step(step) | Self::Finish(step) => said(step),
            Self::Sample => "keep hashes of samples, and plant a needle in one row a table".to_owned(),
            Self::Check => "look for samples and needle everywhere".to_owned(),
        }
    }
}

fn said(step: &Step) -> String {
    let tables: Vec<_> = step.tables.iter().map(|table| table.table.as_str()).collect();
    let tables = tables.join(", ");
    match step.work {
        Work::Prepare => "make nightshift_anon".to_owned(),
        Work::Empty => format!("empty {tables}"),
        Work::Mask => format!("replace values in {tables}"),
        Work::Refresh => format!("fill {tables} anew"),
        Work::Analyse => format!("make statistics of {tables} anew"),
        Work::Finish => "drop nightshift_anon, and seal the mark".to_owned(),
    }
}

impl Worked {
    fn with(outcome: Outcome) -> Self {
        Self { outcome, said: Vec::new(), reason: None, may_pass: false }
    }

    fn because(outcome: Outcome, reason: Reason) -> Self {
        let may_pass = outcome == Outcome::Deferred;
        Self { outcome, said: Vec::new(), reason: Some(reason), may_pass }
    }
}

impl<'a> Hand<'a> {
    /// Hands `session` what the steps of `kept` go by, of which `done` is done.
    pub async fn ready(
        session: &'a Session,
        place: &'a Place,
        sight: &'a Sight,
        (kept, done): (&'a Kept, &'a BTreeSet<String>),
        key: &RunKey,
    ) -> Result<Self, SqlError> {
        let engine = sight.schema.engine;
        let carrier = Carrier::ready(session, engine, kept, key).await?;
        let (schema, accepted, checks) = (&sight.schema, &sight.accepted, Mutex::default());
        let (around, has_changed) = (sight.around, AtomicBool::new(kept.has_changed(done)));
        Ok(Self { session, engine, carrier, place, kept, done, schema, accepted, checks, around, has_changed })
    }

    /// Carries out `action`.
    pub async fn one(&self, permit: &Permit, action: &Action) -> Worked {
        let worked = match action {
            Action::Step(step) => self.step(permit, step).await,
            Action::Sample => self.sample(permit).await,
            Action::Check => self.check(permit).await,
            Action::Finish(step) => self.finish(permit, step).await,
        };
        worked.unwrap_or_else(|error| failed(&error))
    }

    /// What was looked at, and what was found.
    pub fn checks(self) -> Vec<Check> {
        self.checks.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn step(&self, permit: &Permit, step: &Step) -> Result<Worked, SqlError> {
        let takes = matches!(step.work, Work::Empty | Work::Mask);
        // Before each that takes something away, and not only before the first: a night is long.
        if (takes || step.work == Work::Prepare)
            && let Some(somebody) = self.somebody(permit).await?
        {
            return Ok(somebody);
        }
        let worked = self.carrier.step(permit, step, self.done).await?;
        self.has_changed.fetch_or(takes, Ordering::Relaxed);
        Ok(Worked::with(if worked { Outcome::Changed } else { Outcome::AlreadyRight }))
    }

    async fn sample(&self, permit: &Permit) -> Result<Worked, SqlError> {
        let mut said = Vec::new();
        let samplings = checks::samplings(self.schema, self.kept);
        for sampling in &samplings {
            said.extend(self.carrier.sample(permit, sampling, self.done).await?);
        }
        let done = samplings.iter().all(|sampling| self.done.contains(&sampling.line));
        let outcome = if done { Outcome::AlreadyRight } else { Outcome::Changed };
        Ok(Worked { said, ..Worked::with(outcome) })
    }

    /// That somebody else is there, if so: they may read what is not changed yet, and write it back behind a check. Once something was
    /// changed, nothing vouches for this copy any more, though they leave.
    async fn somebody(&self, permit: &Permit) -> Result<Option<Worked>, SqlError> {
        let reasons = others(self.session, self.around).await?;
        let Some(first) = reasons.iter().find(|reason| !reason.is(&codes::IN_USE)).or(reasons.first()) else {
            return Ok(None);
        };
        if !self.has_changed.load(Ordering::Relaxed) {
            let outcome = if first.is(&codes::IN_USE) { Outcome::Deferred } else { Outcome::Failed };
            return Ok(Some(Worked::because(outcome, first.clone())));
        }
        let said: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
        let said = said.join("; ");
        self.carrier.seen(permit, &said).await?;
        Ok(Some(Worked::because(
            Outcome::Failed,
            Reason::listed(&codes::JOINED, format!("after the first change, {said}")),
        )))
    }

    async fn check(&self, permit: &Permit) -> Result<Worked, SqlError> {
        if let Some(somebody) = self.somebody(permit).await? {
            return Ok(somebody);
        }
        let now = catalog::schema(self.session, &self.place.database).await?;
        if let Some(reason) = led_astray(&now).or_else(|| self.came(&now)) {
            return Ok(Worked::because(Outcome::Failed, reason));
        }
        if now.fingerprint() != self.kept.bond.schema {
            let message = "a table, a column or a type changed while the plan was carried out";
            return Ok(Worked::because(Outcome::Failed, Reason::listed(&codes::SCHEMA_MOVED, message)));
        }
        let statements = alone::statements(self.session).await?;
        for question in checks::questions(&now, self.kept, &statements, self.accepted) {
            let (looked_at, found) = match self.carrier.ask(permit, &question).await {
                Ok(found) => (question.looks_at, found),
                Err(error) if !question.needed => (format!("nothing: {error}"), Vec::new()),
                Err(error) if error.kind == SqlKind::Denied => {
                    let reason = Reason::listed(&codes::NOT_LOOKED, error.to_string());
                    return Ok(Worked::because(Outcome::Failed, reason));
                }
                Err(error) => return Err(error),
            };
            let check = Check { check: question.about, looked_at, found };
            self.checks.lock().unwrap_or_else(PoisonError::into_inner).push(check);
        }
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let found: Vec<_> = checks.iter().flat_map(|check| check.found.iter().map(String::as_str)).collect();
        if found.is_empty() {
            let said = vec![format!("looked at {}", crate::text::count(checks.len(), "place"))];
            return Ok(Worked { said, ..Worked::with(Outcome::Changed) });
        }
        Ok(Worked::because(Outcome::Failed, Reason::listed(&codes::FOUND, found.join("; "))))
    }

    /// What there is now and was not when this call began, of what runs by itself or holds values that no rule looks into.
    fn came(&self, now: &Schema) -> Option<Reason> {
        let triggers = |schema: &Schema| -> BTreeSet<String> {
            let all = schema.tables.iter().flat_map(|table| &table.triggers);
            all.map(|trigger| format!("trigger {} of {}", trigger.name, trigger.on)).collect()
        };
        let (before, after) = (triggers(self.schema), triggers(now));
        let mut came: Vec<_> = after.difference(&before).cloned().collect();
        if now.large_objects > self.schema.large_objects {
            came.push("a large object".to_owned());
        }
        let message = || format!("while the plan was carried out came {}", printable(&came.join(", ")));
        (!came.is_empty()).then(|| Reason::listed(&codes::SCHEMA_MOVED, message()))
    }

    async fn finish(&self, permit: &Permit, step: &Step) -> Result<Worked, SqlError> {
        // The checks take as long as the data is large.
        if let Some(somebody) = self.somebody(permit).await? {
            return Ok(somebody);
        }
        let seal = marked(self.engine, &self.place.sealed(&self.kept.bond.plan));
        self.carrier.finish(permit, step, &seal).await?;
        Ok(Worked::with(Outcome::Changed))
    }
}

fn failed(error: &SqlError) -> Worked {
    let outcome = if error.kind == SqlKind::Busy { Outcome::Deferred } else { Outcome::Failed };
    let worked = Worked::because(outcome, Reason::new(error.reason_code(), error.to_string(), error.fix()));
    Worked { may_pass: may_pass(error), ..worked }
}

/// Whether `error` is of the way to the server, of its state or of others who work there, and not of what was sent.
pub fn may_pass(error: &SqlError) -> bool {
    let passes = [SqlKind::Busy, SqlKind::Full, SqlKind::Login, SqlKind::NoAnswer, SqlKind::NoName, SqlKind::ReadOnly];
    passes.contains(&error.kind)
}
