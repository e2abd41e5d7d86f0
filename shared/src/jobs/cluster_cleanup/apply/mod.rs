//! Carries a plan out. Every item is looked at again before its first write; every write takes "already gone" and
//! "already so" for success; one item that fails does not stop the others; none is begun without the time to end it.

mod again;
mod by_hand;
mod clusters;
mod snapshots;
mod tell;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use futures::{StreamExt as _, stream};

use super::model::{Region, World};
use super::observe::{Place, Seen};
use super::plan::{Action, Left, Terms, Why};
use crate::clock::{self, ITEM_BUDGET};
use crate::jobs::cluster_cleanup::codes;
use crate::notify::Notifier;
use crate::report::{self, Code, Reason};
use crate::run::done::MAY_PASS;
use crate::run::{Allowed, Done, Entry, Hands, Ledger, Turn};
use crate::services::Permit;
use crate::services::aws::Aws;
use crate::services::rds::{RdsReader, RdsWriter};

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
pub(super) struct Applier<'a> {
    aws: &'a Aws,
    actions: &'a [Action],
    /// Of each action, in their order.
    turns: Vec<Turn<'a>>,
    places: &'a [Place],
    world: &'a World,
    terms: Terms<'a>,
    ledger: &'a Ledger<'a>,
    notifier: Option<&'a Notifier<'a>>,
    /// Deletions that took members and were refused then, by resource id.
    half_way: HalfWay,
}

/// See [`Applier`].
type HalfWay = Mutex<BTreeMap<String, Why>>;

impl<'a> Applier<'a> {
    /// For one run.
    pub(super) fn new(allowed: &'a Allowed<'_, Action>, seen: &'a Seen, terms: Terms<'a>, hands: Hands<'a>) -> Self {
        let Hands { aws, ledger, notifier, .. } = hands;
        let Seen { places, world } = seen;
        let (actions, turns) = (allowed.actions(), allowed.iter().map(|(_, turn)| turn).collect());
        let half_way = HalfWay::default();
        Self { aws, actions, turns, places, world, terms, ledger, notifier, half_way }
    }

    /// Carries out the actions, a few at once, then tells owners what was done, what will be and what is `left` to them.
    /// Says how each action ended, in their order.
    pub(super) async fn apply(&self, left: &[Left]) -> Vec<Done> {
        let concurrency = self.terms.policy.concurrency;
        let all = self.actions.iter().zip(&self.turns);
        let mut done: Vec<_> =
            stream::iter(all).map(|(action, turn)| self.one(action, *turn)).buffered(concurrency).collect().await;
        self.mark_late(self.actions, &mut done).await;
        if let Some(notifier) = self.notifier {
            self.tell(notifier, self.actions, &mut done, left).await;
        }
        done
    }

    /// Snapshots that could not be tagged are tried once more when all else is done, and then as long as AWS says what
    /// passes by itself: by the next run it may have forgotten a cluster, and with it how it was built.
    async fn mark_late(&self, actions: &[Action], done: &mut [Done]) {
        let all = actions.iter().zip(&self.turns).zip(done);
        let mut late: Vec<_> = all.filter(|((action, _), done)| is_unmarked(action, done)).collect();
        let mut pauses = LATE_PAUSES.iter();
        loop {
            let mut still = Vec::new();
            for ((action, turn), done) in late {
                let again = async |leave: &Permit| self.mark_again(action, turn.entry(), leave, done).await;
                if self.ledger.go_on(*turn, again).await == Late::MayPass {
                    still.push(((action, turn), done));
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

    async fn mark_again(&self, action: &Action, entry: &Entry, leave: &Permit, done: &mut Done) -> Late {
        let Some(region) = self.in_region(action, entry, leave) else { return Late::Over };
        match action {
            Action::DeleteCluster(delete) => match &delete.keep {
                Some(keep) => region.mark_late(keep, done).await,
                None => Late::Over,
            },
            Action::MarkSnapshot(mark) => {
                *done = region.mark_snapshot(mark).await;
                if is_unmarked(action, done) { Late::MayPass } else { Late::Over }
            }
            _ => Late::Over,
        }
    }

    async fn one(&self, action: &Action, turn: Turn<'_>) -> Done {
        if action.only_tells() {
            // When all else is done: see `tell`.
            let reason = Reason::new(&report::codes::NOT_TOLD, "its owner was not told", "the next run tries again");
            return Done::failed(Vec::new(), reason);
        }
        let work = async |leave: &Permit| Box::pin(self.work(action, turn.entry(), leave)).await;
        self.ledger.item(turn, ITEM_BUDGET, work).await
    }

    async fn work(&self, action: &Action, entry: &Entry, leave: &Permit) -> Done {
        let Some(region) = self.in_region(action, entry, leave) else {
            return Done::moved("its region is not part of this run");
        };
        match action {
            Action::DeleteCluster(delete) => region.delete_cluster(delete).await,
            Action::StartCluster(start) => region.start_cluster(start).await,
            Action::MarkSnapshot(mark) => region.mark_snapshot(mark).await,
            Action::DeleteSnapshot(delete) => region.delete_snapshot(delete).await,
            Action::ForgetNotice(forget) => region.forget(forget).await,
            Action::WarnOwner(_) | Action::TellDeleted(_) | Action::AskOwner(_) => {
                Done::moved("it is told when all else is done")
            }
        }
    }

    fn in_region<'b>(&'b self, action: &Action, entry: &'b Entry, leave: &'b Permit) -> Option<InRegion<'b>> {
        Some(InRegion {
            reader: &self.places.iter().find(|place| place.region == action.region())?.reader,
            writer: RdsWriter::new(self.aws, action.region(), leave),
            region: self.world.regions.iter().find(|region| region.name == action.region())?,
            account: &self.world.account,
            terms: self.terms,
            notifier: self.notifier,
            half_way: &self.half_way,
            ledger: self.ledger,
            entry,
        })
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
    let is = |code: &Code| done.reason.as_ref().is_some_and(|reason| reason.is(code));
    match action {
        Action::DeleteCluster(_) => is(&codes::SNAPSHOT_NOT_MARKED),
        Action::MarkSnapshot(_) => MAY_PASS.into_iter().any(is),
        _ => false,
    }
}

/// One action's way to its region.
struct InRegion<'a> {
    reader: &'a RdsReader,
    writer: RdsWriter<'a>,
    region: &'a Region,
    account: &'a str,
    terms: Terms<'a>,
    notifier: Option<&'a Notifier<'a>>,
    half_way: &'a HalfWay,
    ledger: &'a Ledger<'a>,
    entry: &'a Entry,
}
