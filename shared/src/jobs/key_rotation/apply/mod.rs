//! Carries a plan out. Every user is looked at again before the first write and decided about anew; what is no longer the
//! same is left to the next run. One that fails does not stop the others; none is begun without the time to end it.

mod again;
mod leaked;
mod mint;
mod prepare;
mod prove;
mod retire;
mod tell;

use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::Timestamp;

use super::model::{User, World};
use super::notice::Teller;
use super::observe::{Readers, Seen};
use super::plan::{self, Action, Leaked, Step, Terms};
use crate::clock::{self, ITEM_BUDGET};
use crate::domains::keys::naming::masked;
use crate::run::{Allowed, Done, Entry, Hands, Ledger, Steps, Turn};
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError};
use crate::services::iam::IamWriter;
use crate::services::secrets::SecretsWriter;

/// A rotation waits up to a minute for a new key to work; this much it takes together with its calls.
const ROTATION_BUDGET: Duration = Duration::from_secs(90);

/// Everything carrying out a plan takes, besides leave to.
#[derive(Debug)]
pub(super) struct Carrier<'a> {
    seen: &'a Seen,
    terms: Terms<'a>,
    hands: Hands<'a>,
    teller: &'a Teller<'a>,
    rotator: &'a str,
    began: Timestamp,
}

/// Everything carrying out one action takes.
#[derive(Debug)]
struct Applier<'a> {
    aws: &'a Aws,
    readers: &'a Readers,
    world: &'a World,
    terms: Terms<'a>,
    ledger: &'a Ledger<'a>,
    writers: Writers<'a>,
}

/// The ways to write, and what they need to know.
#[derive(Debug)]
struct Writers<'a> {
    iam: IamWriter<'a>,
    store: SecretsWriter<'a>,
    teller: &'a Teller<'a>,
    /// Who this process is, for the policies of secrets.
    rotator: &'a str,
    began: Timestamp,
}

impl<'a> Carrier<'a> {
    /// For one run by `rotator`, whom a secret's policy names.
    pub(super) fn new(
        seen: &'a Seen,
        terms: Terms<'a>,
        hands: Hands<'a>,
        teller: &'a Teller<'a>,
        rotator: &'a str,
    ) -> Self {
        Self { seen, terms, hands, teller, rotator, began: clock::now() }
    }

    /// Carries out the actions, a few at once, and says how each ended, in their order.
    pub(super) async fn apply(&self, allowed: &Allowed<'_, Action>) -> Vec<Done> {
        // One that takes long holds no place that another could have.
        let one = |(place, (action, turn))| async move { (place, self.one(action, turn).await) };
        let all = stream::iter(allowed.iter().enumerate()).map(one);
        let mut done: Vec<(usize, Done)> = all.buffer_unordered(self.terms.policy.concurrency).collect().await;
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, done)| done).collect()
    }

    async fn one(&self, action: &Action, turn: Turn<'_>) -> Done {
        // A leaked key goes off even where no time is left to replace it.
        let mints = matches!(action.step, Step::Rotate(_) | Step::Resume { .. });
        let needed = if mints { ROTATION_BUDGET } else { ITEM_BUDGET };
        let work = async |leave: &Permit| {
            let applier = self.with(leave);
            without_ids(Box::pin(applier.work(action, turn.entry())).await)
        };
        self.hands.ledger.item(turn, needed, work).await
    }

    fn with<'b>(&'b self, leave: &'b Permit) -> Applier<'b> {
        let Self { seen, terms, hands, teller, rotator, began } = *self;
        let Hands { aws, ledger, .. } = hands;
        let (iam, store) = (IamWriter::new(aws, leave), SecretsWriter::new(aws, &terms.policy.region, leave));
        let writers = Writers { iam, store, teller, rotator, began };
        let Seen { readers, request: _, world } = seen;
        Applier { aws, readers, world, terms, ledger, writers }
    }
}

impl Applier<'_> {
    async fn work(&self, action: &Action, entry: &Entry) -> Done {
        let (user, fresh) = match self.again(action).await {
            Ok(fresh) => fresh,
            Err(done) => return *done,
        };
        let (facts, mut steps) = (fresh.facts, Steps::new(self.ledger, entry, masked));
        let ended = match &fresh.step {
            Step::Rotate(rotate) => self.rotate(&user, rotate, &facts, &mut steps).await,
            Step::Resume { key, replaces } => self.resume(&user, key, replaces.as_deref(), &facts, &mut steps).await,
            Step::Deactivate { key, because } => self.deactivate(&user, key, *because, &facts, &mut steps).await,
            Step::Delete { key, replaced_by } => {
                self.delete(&user, key, replaced_by.as_deref(), &facts, &mut steps).await
            }
            Step::DeleteOrphan { key } => self.delete_orphan(&user, key, &mut steps).await,
            Step::DropPending { version } => self.drop_pending(&user, version, &mut steps).await,
            Step::NoteOff { key, since } => self.note_off(&user, key, *since, &mut steps).await,
            Step::Tell { kind, key, other, came_back } => {
                self.tell_only(&user, *kind, (key, other.as_deref()), *came_back, &facts, &mut steps).await
            }
            Step::Readers { secret } => self.let_read(&user, secret, &mut steps).await,
            Step::Tidy { tags } => self.tidy(&user, tags, &mut steps).await,
            Step::Leaked { keys, then } => {
                // A replacement that nobody planned is left to the next run.
                let then = then.as_ref().filter(|_| fresh.step == action.step);
                self.leaked(&user, &with_planned(keys, action), then, &facts, &mut steps).await
            }
            Step::Suspected { keys } => self.tell_of_signs(&user, keys, &facts, &mut steps).await,
            Step::Reactivate { key } => self.reactivate(&user, key, &mut steps).await,
        };
        let steps = steps.take();
        match ended {
            Ok(None) => Done::changed(steps),
            Ok(Some(reason)) => Done::but(steps, reason),
            Err(Setback::Error(error)) => Done::stopped_by(&error, steps),
            Err(Setback::Done(done)) => Done { steps, ..*done },
        }
    }

    /// The user as it is now, and what is decided about it, if that is still the same. Leaked keys go off whatever else there is.
    async fn again(&self, action: &Action) -> Result<(User, Action), Box<Done>> {
        let is_it = |user: &&User| user.id == action.user_id && user.name == action.user;
        let known = self.world.users.iter().find(is_it);
        let known = known.ok_or_else(|| Box::new(Done::moved("it is not part of this run")))?;
        again::judge(action, known, self.readers.look_again(known, self.terms).await, self.terms)
    }

    /// The moment by this run's clock, in whole seconds: people read it, in tags and messages.
    fn moment(&self) -> Timestamp {
        let passed = clock::now().duration_since(self.writers.began);
        let moment = self.terms.now.checked_add(passed).unwrap_or(self.terms.now);
        Timestamp::from_second(moment.as_second()).unwrap_or(moment)
    }
}

/// `now` and what was planned for: a leaked key that AWS does not list any more may be on all the same, since its lists lag
/// behind.
fn with_planned(now: &[Leaked], planned: &Action) -> Vec<Leaked> {
    let missing = planned.step.leaked().iter().filter(|one| now.iter().all(|other| other.key != one.key));
    now.iter().chain(missing).cloned().collect()
}

/// What is logged and mailed holds no whole id of a key; of the steps [`Steps`] sees to that.
fn without_ids(done: Done) -> Done {
    Done { reason: done.reason.map(plan::without_ids), ..done }
}

/// Why an action ended before its end.
enum Setback {
    /// A call did not succeed.
    Error(AwsError),
    /// Something else, told in full.
    Done(Box<Done>),
}

impl From<AwsError> for Setback {
    fn from(error: AwsError) -> Self {
        Self::Error(error)
    }
}

/// How an action ends: as planned, with something left for a later run, or before its end.
type Ended = Result<Option<crate::report::Reason>, Setback>;
