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
use crate::clock::{self, ITEM_BUDGET};
use crate::notify::Notifier;
use crate::report::Reason;
use crate::run::done::MAY_PASS;
use crate::run::{Done, Entry, Ledger};
use crate::services::aws::Aws;
use crate::services::rds::{RdsReader, RdsWriter};

use snapshots::NOT_MARKED;

/// How long final snapshots are waited for, all of them together, that AWS does not show yet or does not let be tagged: the
/// one thing a function waits for, since what is not written on them now may be forgotten by the next run.
const LATE_PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];

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
        self.mark_late(actions, &mut done).await;
        if let Some(notifier) = self.notifier {
            self.tell(notifier, actions, &mut done, left).await;
        }
        done
    }

    /// Snapshots that could not be tagged are tried once more when all else is done, and then as long as AWS says what
    /// passes by itself: by the next run it may have forgotten a cluster, and with it how it was built.
    async fn mark_late(&self, actions: &[Action], done: &mut [Done]) {
        let mut late: Vec<_> = actions.iter().zip(done).filter(|(action, done)| is_unmarked(action, done)).collect();
        let mut pauses = LATE_PAUSES.iter();
        loop {
            let mut still = Vec::new();
            for (action, done) in late {
                if self.mark_again(action, done).await == Late::MayPass {
                    still.push((action, done));
                }
            }
            late = still;
            match pauses.next() {
                Some(pause) if !late.is_empty() && self.ledger.deadline().allows_another_item(clock::now()) => {
                    clock::sleep(*pause).await;
                }
                _ => return,
            }
        }
    }

    async fn mark_again(&self, action: &Action, done: &mut Done) -> Late {
        let Some(hands) = self.hands(action) else { return Late::Over };
        match action {
            Action::DeleteCluster(delete) => match &delete.keep {
                Some(keep) => hands.mark_late(keep, done).await,
                None => Late::Over,
            },
            Action::MarkSnapshot(mark) => {
                *done = hands.mark_snapshot(mark).await;
                if is_unmarked(action, done) { Late::MayPass } else { Late::Over }
            }
            _ => Late::Over,
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

/// Whether trying again later may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Late {
    MayPass,
    Over,
}

/// Whether `action` was to tag a snapshot, and AWS said what may pass by itself or is worth another look.
fn is_unmarked(action: &Action, done: &Done) -> bool {
    let code = done.reason.as_ref().map_or("", |reason| &*reason.code);
    match action {
        Action::DeleteCluster(_) => code == NOT_MARKED,
        Action::MarkSnapshot(_) => MAY_PASS.contains(&code),
        _ => false,
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
