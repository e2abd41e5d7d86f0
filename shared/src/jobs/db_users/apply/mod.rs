//! Carries a plan out, one user after the other: secrets first, then the database in one transaction, then a login with
//! what is stored, and only then is a new value the current one. A user that fails stops only those that need it.

mod change;
mod drop_user;
mod hand_over;
mod stop;

use std::collections::BTreeSet;

use super::observe::{Kept, Observed, Seen, Vault};
use super::plan::{Action, Prepare};
use super::policy::Policy;
use super::way::Way;
use crate::clock::{self, ITEM_BUDGET};
use crate::domains::databases::{Statement, Words};
use crate::jobs::db_users::codes;
use crate::report::{Outcome, Reason};
use crate::run::{Allowed, Done, Entry, Ledger, Steps};
use crate::secret::Secret;
use crate::services::Permit;
use crate::services::aws::Aws;
use crate::services::secrets::{SecretsReader, SecretsWriter};
use crate::services::sql::{Engine, Session, SqlError, SqlKind};

/// How often a transaction that met another one is tried, and for how long each time is waited.
const TRIES: u32 = 5;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// Everything carrying out a plan takes, besides leave to.
#[derive(Debug)]
pub(super) struct Carrier<'a> {
    aws: &'a Aws,
    region: &'a str,
    seen: &'a mut Seen,
    policy: &'a Policy,
    shared_is_broken: bool,
}

/// Everything carrying out one action takes.
#[derive(Debug)]
struct Applier<'a> {
    permit: &'a Permit,
    way: &'a Way,
    policy: &'a Policy,
    reader: &'a SecretsReader,
    writer: SecretsWriter<'a>,
    vault: &'a mut Vault,
    /// In the event's database, from when something is asked there.
    session: &'a mut Option<Session>,
    /// The shared session has ended, so that what would be run in it needs one of its own.
    shared_is_broken: &'a mut bool,
}

impl<'a> Carrier<'a> {
    /// For one run, whose secrets are in `region`.
    pub(super) fn new(aws: &'a Aws, region: &'a str, seen: &'a mut Seen, policy: &'a Policy) -> Self {
        Self { aws, region, seen, policy, shared_is_broken: false }
    }

    /// Carries out the actions in their order and says how each ended.
    pub(super) async fn apply(&mut self, allowed: &Allowed<'_, Action>, ledger: &Ledger<'_>) -> Vec<Done> {
        let mut all = Vec::with_capacity(allowed.actions().len());
        let mut undone: BTreeSet<&str> = allowed.withheld().iter().map(String::as_str).collect();
        for (action, turn) in allowed.iter() {
            let done = if let Some(need) = action.needs().iter().find(|need| undone.contains(need.as_str())) {
                let message = format!("it needs {}, which this run did not get right", crate::text::printable(need));
                Done::left(
                    Outcome::Deferred,
                    Reason::new(&codes::NEED_FAILED, message, "mend that one, as its own reason says"),
                )
            } else {
                let work = async |leave: &Permit| Box::pin(self.with(leave).one(action, turn.entry(), ledger)).await;
                ledger.item(turn, ITEM_BUDGET, work).await
            };
            if !done.outcome.is_right() {
                undone.insert(action.id());
            }
            all.push(done);
        }
        all
    }

    fn with<'b>(&'b mut self, permit: &'b Permit) -> Applier<'b> {
        let Self { aws, region, seen, policy, shared_is_broken } = self;
        let writer = SecretsWriter::new(aws, region, permit);
        let Seen { way, secrets: reader, observed: Observed { world: _, vault, own: session } } = &mut **seen;
        Applier { permit, way, policy, reader, writer, vault, session, shared_is_broken }
    }
}

impl Applier<'_> {
    async fn one(&mut self, action: &Action, entry: &Entry, ledger: &Ledger<'_>) -> Done {
        let mut steps = Steps::new(ledger, entry, str::to_owned);
        let done = self.done(action, &mut steps).await;
        steps.extend(self.told());
        let steps = steps.take();
        match done {
            Ok(()) => Done { outcome: Outcome::Changed, steps, reason: None },
            Err(stop) => Done { outcome: stop.outcome, steps, reason: Some(stop.reason) },
        }
    }

    async fn done(&mut self, action: &Action, steps: &mut Steps<'_>) -> Result<(), stop::Stop> {
        match action {
            Action::Prepare(prepare) => self.prepare(prepare, steps).await,
            Action::Change(change) => self.change(change, steps).await,
            Action::Drop(drop) => self.drop_user(drop, steps).await,
        }
    }

    /// What the servers warned of while `action` was done, and that failed nothing.
    fn told(&self) -> Vec<String> {
        let mut told = self.way.shared.told();
        told.extend(self.session.iter().flat_map(Session::told));
        told
    }

    async fn prepare(&mut self, prepare: &Prepare, steps: &mut Steps<'_>) -> Result<(), stop::Stop> {
        if let Some(create) = &prepare.create {
            let shown = create.to_string();
            // One that somebody made meanwhile is theirs, with all that they put into it: what was planned for one that
            // nobody knows yet is not done there.
            self.way.shared.run(self.permit, &shown, &shown).await?;
            steps.push(shown);
        }
        if !prepare.statements.is_empty() {
            self.transaction(&prepare.statements, None).await?;
            steps.extend(prepare.statements.iter().map(ToString::to_string));
        }
        Ok(())
    }

    /// Runs `statements` in the event's database, as one.
    async fn transaction(&mut self, statements: &[Statement], password: Option<&Secret>) -> Result<(), SqlError> {
        let engine = self.way.request.engine;
        // A session of MySQL is in no database, and so as good as any other.
        let shares = engine != Engine::Postgres && !*self.shared_is_broken;
        if self.session.is_none() && !shares {
            let database = if engine == Engine::Postgres { self.way.request.database.as_str() } else { "" };
            *self.session = Some(self.way.log_in(database).await?);
        }
        let session = self.session.as_ref().unwrap_or(&self.way.shared);
        let done = together(self.permit, session, self.words(password), statements).await;
        if done.as_ref().is_err_and(|error| error.kind == SqlKind::NoAnswer) {
            // A session that broke is no use to the users after this one.
            *self.session = None;
            *self.shared_is_broken = true;
        }
        done
    }

    fn kept(&mut self, user: &str) -> Kept {
        self.vault.take(user)
    }

    /// What statements need to be sent.
    fn words<'b>(&'b self, password: Option<&'b Secret>) -> Words<'b> {
        Words { engine: self.way.request.engine, passwords: &self.policy.passwords, password }
    }
}

/// Runs `statements` as one, again if another session was at the same row at the same moment.
async fn together(
    permit: &Permit,
    session: &Session,
    words: Words<'_>,
    statements: &[Statement],
) -> Result<(), SqlError> {
    let all = words.sendable(statements)?;
    let mut tries = 1;
    loop {
        match session.together(permit, &all).await {
            // Where statements commit one by one, those before would be run twice: the next run goes on from there.
            Err(error) if error.kind == SqlKind::Busy && words.engine == Engine::Postgres && tries < TRIES => {
                tries += 1;
                clock::sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}
