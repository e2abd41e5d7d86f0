//! Carries out what was agreed to, step by step, until one does not come to its end.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::action::{Action, Where};
use super::model::{Ended, Order, Ran, StepRan};
use super::observe::{Sight, others};
use crate::clock::ITEM_BUDGET;
use crate::domains::anonymise::RunKey;
use crate::domains::anonymise::begun::{Bond, Kept, codes};
use crate::domains::anonymise::checks::{self, Check};
use crate::domains::anonymise::mark::marked;
use crate::domains::anonymise::plan::{Step, Work};
use crate::domains::anonymise::schema::Schema;
use crate::report::{Outcome, Reason};
use crate::run::{Allowed, Done, Ledger, agreed};
use crate::servers::anonymise::{Carrier, alone};
use crate::servers::catalog;
use crate::services::Permit;
use crate::services::sql::{Engine, Session, SqlError, SqlKind};

/// What carrying out takes.
#[derive(Debug)]
struct Hand<'a> {
    session: &'a Session,
    engine: Engine,
    carrier: Carrier<'a>,
    order: &'a Order,
    kept: &'a Kept,
    done: &'a BTreeSet<String>,
    /// As it was when this call began; what a step changes, a schema does not show.
    schema: &'a Schema,
    checks: Mutex<Vec<Check>>,
}

/// Begins what was seen, or goes on with it, by `key`.
pub async fn apply(
    session: &Session,
    order: &Order,
    sight: &Sight,
    key: &RunKey,
    ledger: &Ledger<'_>,
) -> Result<Ended, SqlError> {
    let wanted = Bond {
        plan: order.reviewed.clone(),
        rules: order.fingerprint.clone(),
        schema: sight.schema.fingerprint(),
        key: key.fingerprint(),
    };
    let (kept, done) = match &sight.begun {
        Some(begun) => match begun.is_of(&wanted) {
            Ok(()) => (begun.kept.clone(), begun.done.clone()),
            Err(reason) => return Ok(Ended::Refused(vec![reason])),
        },
        None if !sight.plan.blockers.is_empty() => return Ok(Ended::Blocked(Box::new(sight.plan.clone()))),
        None => {
            let bond = Bond { plan: sight.plan.digest.clone(), ..wanted };
            let (joins, steps) = (sight.plan.joins.clone(), sight.plan.steps.clone());
            (Kept { bond, joins, steps }, BTreeSet::new())
        }
    };
    if !sight.refusals.is_empty() {
        return Ok(Ended::Refused(sight.refusals.clone()));
    }
    let (engine, scope) = (sight.schema.engine, Where { database: order.place.database.clone() });
    let actions = Action::all(&kept.steps);
    let work = async |allowed: &Allowed<'_, Action>| {
        let carrier = Carrier::ready(session, engine, &kept, key).await?;
        let (schema, checks) = (&sight.schema, Mutex::default());
        let hand = Hand { session, engine, carrier, order, kept: &kept, done: &done, schema, checks };
        Ok(hand.all(allowed, ledger).await)
    };
    match agreed(&order.reviewed, &kept.bond.plan, (actions, &scope), work).await {
        Ok(ran) => Ok(Ended::Ran(ran?)),
        Err(tripped) => Ok(Ended::Tripped(Box::new(tripped))),
    }
}

impl Hand<'_> {
    async fn all(&self, allowed: &Allowed<'_, Action>, ledger: &Ledger<'_>) -> Ran {
        ledger.expects(allowed.actions().len());
        let (mut steps, mut stopped) = (Vec::new(), false);
        for (action, turn) in allowed.iter() {
            let done = if stopped {
                let message = "an earlier step did not come to its end";
                Done::left(Outcome::Deferred, Reason::listed(&codes::NOT_REACHED, message))
            } else {
                ledger.item(turn, ITEM_BUDGET, async |permit: &Permit| self.one(permit, action).await).await
            };
            stopped |= !done.outcome.is_right();
            let step = turn.entry().id.clone();
            steps.push(StepRan { step, outcome: done.outcome, reason: done.reason });
        }
        let (database, host) = (self.order.place.database.clone(), self.order.place.host.clone());
        let checks = std::mem::take(&mut *self.checks.lock().unwrap_or_else(PoisonError::into_inner));
        Ran { schema: 1, database, host, plan: self.kept.bond.plan.clone(), anonymised: !stopped, steps, checks }
    }

    async fn one(&self, permit: &Permit, action: &Action) -> Done {
        let done = match action {
            Action::Step(step) => self.step(permit, step).await,
            Action::Sample => self.sample(permit).await,
            Action::Check => self.check(permit).await,
            Action::Finish(step) => self.finish(permit, step).await,
        };
        done.unwrap_or_else(|error| failed(&error))
    }

    async fn step(&self, permit: &Permit, step: &Step) -> Result<Done, SqlError> {
        // Before each that takes something away, and not only before the first: a night is long.
        if matches!(step.work, Work::Prepare | Work::Empty | Work::Mask) {
            let others = others(self.session).await?;
            if let Some(reason) = others.into_iter().next() {
                return Ok(Done::left(Outcome::Deferred, reason));
            }
        }
        let worked = self.carrier.step(permit, step, self.done).await?;
        let outcome = if worked { Outcome::Changed } else { Outcome::AlreadyRight };
        Ok(Done { outcome, steps: Vec::new(), reason: None })
    }

    async fn sample(&self, permit: &Permit) -> Result<Done, SqlError> {
        let mut said = Vec::new();
        let samplings = checks::samplings(self.schema, self.kept);
        for sampling in &samplings {
            said.extend(self.carrier.sample(permit, sampling, self.done).await?);
        }
        let done = samplings.iter().all(|sampling| self.done.contains(&sampling.line));
        let outcome = if done { Outcome::AlreadyRight } else { Outcome::Changed };
        Ok(Done { outcome, steps: said, reason: None })
    }

    async fn check(&self, permit: &Permit) -> Result<Done, SqlError> {
        let now = catalog::schema(self.session, &self.order.place.database).await?;
        if now.fingerprint() != self.kept.bond.schema {
            let message = "a table, a column or a type changed while the plan was carried out";
            return Ok(Done::failed(Vec::new(), Reason::listed(&codes::SCHEMA_MOVED, message)));
        }
        let statements = alone::statements(self.session).await?;
        for question in checks::questions(&now, self.kept, &statements) {
            let (looked_at, found) = match self.carrier.ask(permit, &question).await {
                Ok(found) => (question.looks_at, found),
                Err(error) if !question.needed => (format!("nothing: {error}"), Vec::new()),
                Err(error) if error.kind == SqlKind::Denied => {
                    return Ok(Done::failed(Vec::new(), Reason::listed(&codes::NOT_LOOKED, error.to_string())));
                }
                Err(error) => return Err(error),
            };
            let check = Check { check: question.about, looked_at, found };
            self.checks.lock().unwrap_or_else(PoisonError::into_inner).push(check);
        }
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let found: Vec<_> = checks.iter().flat_map(|check| check.found.iter().map(String::as_str)).collect();
        if found.is_empty() {
            return Ok(Done::changed(vec![format!("looked at {}", crate::text::count(checks.len(), "place"))]));
        }
        Ok(Done::failed(Vec::new(), Reason::listed(&codes::FOUND, found.join("; "))))
    }

    async fn finish(&self, permit: &Permit, step: &Step) -> Result<Done, SqlError> {
        let seal = marked(self.engine, &self.order.place.sealed(&self.kept.bond.plan));
        self.carrier.finish(permit, step, &seal).await?;
        Ok(Done::changed(Vec::new()))
    }
}

fn failed(error: &SqlError) -> Done {
    let outcome = if error.kind == SqlKind::Busy { Outcome::Deferred } else { Outcome::Failed };
    let message = error.to_string();
    Done { outcome, steps: Vec::new(), reason: Some(Reason::new(error.reason_code(), message, error.fix())) }
}
