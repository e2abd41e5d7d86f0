//! Carries a plan out. Every item is looked at again before its first write; every write takes "already gone" and
//! "already so" for success; one item that fails does not stop the others; none is begun without the time to end it.

mod clusters;
mod snapshots;
mod tell;

use std::time::Duration;

use futures::{StreamExt as _, stream};

use super::model::{Region, World};
use super::observe::Place;
use super::plan::{Action, Left, Terms};
use super::rds::{RdsReader, RdsWriter};
use crate::aws::Aws;
use crate::clock::{self, ITEM_BUDGET};
use crate::notify::Notifier;
use crate::run::{Done, Entry, Ledger, Reason};

use snapshots::{NOT_MARKED, kept};

/// How long a final snapshot is waited for that AWS does not show yet: the one thing a function waits for, since what is
/// not written on it now may be forgotten by the next run.
const LATE_PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// Everything carrying out a plan takes.
#[derive(Debug)]
pub struct Applier<'a> {
    aws: &'a Aws,
    places: &'a [Place],
    world: &'a World,
    terms: Terms<'a>,
    ledger: &'a Ledger<'a>,
    notifier: Option<&'a Notifier<'a>>,
}

impl<'a> Applier<'a> {
    /// For one run.
    pub fn new(
        aws: &'a Aws,
        places: &'a [Place],
        world: &'a World,
        terms: Terms<'a>,
        ledger: &'a Ledger<'a>,
        notifier: Option<&'a Notifier<'a>>,
    ) -> Self {
        Self { aws, places, world, terms, ledger, notifier }
    }

    /// Carries out `actions`, a few at once, then tells owners what was done, what will be and what is `left` to them.
    /// Says how each action ended, in their order.
    pub async fn apply(&self, actions: &[Action], left: &[Left]) -> Vec<Done> {
        let concurrency = self.terms.policy.concurrency;
        let mut done: Vec<_> =
            stream::iter(actions).map(|action| self.one(action)).buffered(concurrency).collect().await;
        for (action, done) in actions.iter().zip(&mut done) {
            self.mark_late(action, done).await;
        }
        if let Some(notifier) = self.notifier {
            self.tell(notifier, actions, &mut done, left).await;
        }
        done
    }

    /// A snapshot that could not be tagged right after its delete was asked for is tried once more when all else is done:
    /// by the next run AWS may have forgotten the cluster, and with it how it was built.
    async fn mark_late(&self, action: &Action, done: &mut Done) {
        let unmarked = done.reason.as_ref().is_some_and(|reason| reason.code == NOT_MARKED);
        let Action::DeleteCluster(delete) = action else { return };
        let (true, Some(keep), Some(hands)) = (unmarked, &delete.keep, self.hands(action)) else { return };
        for pause in LATE_PAUSES {
            match hands.mark(&keep.arn, &keep.tags, &keep.strip, keep.keep_days).await {
                Ok(()) => {
                    done.steps.push(kept(keep));
                    done.reason = None;
                    return;
                }
                // Not to be seen yet: AWS makes it while it deletes the cluster.
                Err(error) if error.is_not_found() && self.ledger.deadline().allows_another_item(clock::now()) => {
                    clock::sleep(pause).await;
                }
                Err(_) => return,
            }
        }
    }

    async fn one(&self, action: &Action) -> Done {
        if action.only_tells() {
            // When all else is done: see `tell`.
            let reason = Reason::new("notice-not-sent", "its owner was not told", "the next run tries again");
            return Done::failed(Vec::new(), reason);
        }
        self.ledger.item(entry(action), ITEM_BUDGET, Box::pin(self.work(action))).await
    }

    async fn work(&self, action: &Action) -> Done {
        let Some(hands) = self.hands(action) else { return Done::moved("its region is not part of this run") };
        match action {
            Action::DeleteCluster(delete) => hands.delete_cluster(delete).await,
            Action::StartCluster(start) => hands.start_cluster(start).await,
            Action::MarkSnapshot(mark) => hands.mark_snapshot(mark).await,
            Action::DeleteSnapshot(delete) => hands.delete_snapshot(delete).await,
            Action::WarnOwner(_) | Action::TellDeleted(_) => Done::moved("it is told when all else is done"),
        }
    }

    fn hands(&self, action: &Action) -> Option<Hands<'_>> {
        Some(Hands {
            reader: &self.places.iter().find(|place| place.region == action.region())?.reader,
            writer: RdsWriter::new(self.aws.rds(action.region())),
            region: self.world.regions.iter().find(|region| region.name == action.region())?,
            account: &self.world.account,
            terms: self.terms,
            notifier: self.notifier,
        })
    }
}

/// What is written down of `action` before it is begun, and with it how each cluster was built, should no snapshot ever be
/// told.
fn entry(action: &Action) -> Entry {
    let tags = match action {
        Action::DeleteCluster(delete) => serde_json::to_string(&delete.marks).ok(),
        _ => None,
    };
    Entry {
        id: action.id().to_owned(),
        region: action.region().to_owned(),
        owner: action.owner().map(str::to_owned),
        steps: action.steps(),
        tags,
    }
}

/// One action's way to its region.
struct Hands<'a> {
    reader: &'a RdsReader,
    writer: RdsWriter,
    region: &'a Region,
    account: &'a str,
    terms: Terms<'a>,
    notifier: Option<&'a Notifier<'a>>,
}
