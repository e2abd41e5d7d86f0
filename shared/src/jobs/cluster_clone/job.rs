//! The job `cluster-clone`: what it reads, decides and makes.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{self, Anonymiser, Maker, Teller};
use super::codes;
use super::model::World;
use super::observe;
use super::plan::{Action, Everything, Left, Plan};
use super::policy::Policy;
use super::request::Request;
use crate::clock::ITEM_BUDGET;
use crate::config::Settings;
use crate::report::{self, Code, Concerns, Outcome};
use crate::run::caps::{Cap, DELETIONS};
use crate::run::event::Fields;
use crate::run::plan::Scope;
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::Permit;
use crate::services::rds::{RdsCloner, RdsReader, RdsWriter};
use crate::services::secrets::SecretsWriter;

/// Makes a clone of a cluster for its owner.
#[derive(Debug)]
pub struct ClusterClone;

impl Job for ClusterClone {
    const NAME: &'static str = Everything::FUNCTION;
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = World;
    type Action = Action;
    type Left = Left;
    type Scope = Everything;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    /// Whoever asks for a clone waits for it; nobody waits for a sweep.
    fn is_awaited(request: &Request) -> bool {
        matches!(request, Request::Clone(_))
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<World, RunFault> {
        observe::observe(sight, given.policy, given.request, given.caller).await
    }

    fn plan(world: &World, Given { policy, request, caller, now, notify }: Given<'_, Self>) -> Plan {
        Plan::decide(world, &caller.account, policy, request, now, notify.has_channel())
    }

    fn caps(plan: &Plan, policy: &Policy) -> Vec<Cap> {
        let wanted = plan.count(DELETIONS);
        vec![Cap::count(DELETIONS, "max_deletions", "NIGHTSHIFT_MAX_DELETIONS", policy.max_deletions, wanted)]
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        _: &[Left],
        world: &mut World,
        Given { policy, caller, now, .. }: Given<'_, Self>,
        Hands { aws, ledger, notifier, .. }: Hands<'_>,
    ) -> Vec<Done> {
        let (account, mut all) = (caller.account.as_str(), Vec::new());
        let readers = &world.readers;
        let teller = notifier.map(|notifier| Teller { aws, notifier, account, policy, readers, now });
        for (action, turn) in allowed.iter() {
            let done = match action {
                Action::Clone(plan) => {
                    let region = &plan.cluster.region;
                    let (reader, entry, tells) = (&RdsReader::new(aws, region), turn.entry(), teller.is_some());
                    let ruled = world.rules.as_ref().and_then(|read| read.as_ref().ok());
                    let work = async |leave: &Permit| {
                        let (cloner, writer) = (RdsCloner::new(aws, region, leave), RdsWriter::new(aws, region, leave));
                        let anonymiser = ruled.map(|ruled| Anonymiser::new(aws, region, ruled, &policy.reach, leave));
                        let maker = Maker {
                            account,
                            policy,
                            readers,
                            reader,
                            cloner,
                            writer,
                            ledger,
                            entry,
                            tells,
                            anonymiser,
                        };
                        let mut done = Box::pin(maker.make(plan)).await;
                        if let Some(teller) = &teller {
                            teller.of_clone(plan, &mut done, leave).await;
                        }
                        done
                    };
                    ledger.item(turn, ITEM_BUDGET, work).await
                }
                Action::Sweep(sweep) => {
                    let reader = &RdsReader::new(aws, &sweep.region);
                    let work = async |leave: &Permit| {
                        let writer = RdsWriter::new(aws, &sweep.region, leave);
                        apply::sweep(sweep, reader, &writer, account, policy, now).await
                    };
                    ledger.item(turn, ITEM_BUDGET, work).await
                }
                Action::Forget(key) => {
                    let work = async |leave: &Permit| match SecretsWriter::new(aws, &key.region, leave)
                        .destroy(&key.name)
                        .await
                    {
                        Ok(()) => Done::changed(vec![format!("secret {}: destroyed", key.name)]),
                        Err(error) => Done::stopped_by(&error, Vec::new()),
                    };
                    ledger.item(turn, ITEM_BUDGET, work).await
                }
                Action::Tell(tell) => {
                    let work = async |leave: &Permit| match &teller {
                        Some(teller) => teller.tell(tell, leave).await,
                        None => Done::already(&report::codes::GONE, "there is nobody to tell it by", Vec::new()),
                    };
                    ledger.item(turn, ITEM_BUDGET, work).await
                }
            };
            all.push(done);
        }
        all
    }

    fn sum_up(plan: &Plan, world: &World, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let count = |test: fn(&Action) -> bool| plan.actions.iter().filter(|action| test(action)).count();
        let blocked = |outcome: Outcome| outcome == Outcome::Skipped;
        let left = plan.left.iter().map(|left| blocked(left.outcome));
        let metrics = BTreeMap::from([
            ("ClonesToMake", count(|action| matches!(action, Action::Clone(_)))),
            ("ClonesLeftOver", count(|action| matches!(action, Action::Sweep(_)))),
            ("Blocked", left.clone().filter(|blocked| *blocked).count()),
        ]);
        let all = done.iter().map(|done| blocked(done.outcome)).chain(left);
        let needs_hand = all.enumerate().filter_map(|(place, blocked)| blocked.then_some(place)).collect();
        let regions: BTreeSet<_> = match given.request {
            Request::Clone(wish) => [wish.region.clone()].into(),
            Request::Sweep => world.readers.keys().cloned().collect(),
        };
        let concerns = Concerns { needs_hand, ..Concerns::default() };
        Sums { regions: regions.into_iter().collect(), concerns, metrics }
    }
}
