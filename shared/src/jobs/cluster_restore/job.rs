//! The job `cluster-restore`: reads one snapshot, decides, and makes what it holds.

use std::borrow::Cow;

use serde::Serialize;

use super::apply::Restorer;
use super::plan::{RestorePlan, Wish};
use crate::clock::ITEM_BUDGET;
use crate::config::Settings;
use crate::domains::clusters::hand::Hand;
use crate::jobs::cluster_restore::codes;
use crate::report::{Code, Outcome, Planned, Reason};
use crate::run::event::Fields;
use crate::run::owned::{self, Deed, Gate, Thing};
use crate::run::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use crate::run::{Acting, Allowed, Done, Given, Hands, Job, PlanOf, RunFault, Sight, Sums};
use crate::services::Permit;
use crate::services::rds::{Cluster, RdsReader, RdsRestorer, Snapshot};

/// Brings one cluster back.
#[derive(Debug)]
pub struct ClusterRestore;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    snapshot: String,
    region: String,
    owner: Option<String>,
    wish: Wish,
}

/// What was read, and the way to it.
#[derive(Debug)]
pub struct Seen {
    reader: RdsReader,
    snapshot: Snapshot,
    /// The cluster that bears the wanted name.
    existing: Option<Cluster>,
    /// In whose name it is asked for.
    by: Acting,
}

/// Nothing besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Alone;

impl Scope for Alone {
    const FUNCTION: &'static str = "cluster-restore";
}

impl Job for ClusterRestore {
    const NAME: &'static str = Alone::FUNCTION;
    const CODES: &'static [&'static [&'static Code]] = &[owned::codes::ALL, codes::ALL];
    type Policy = Hand;
    type Request = Request;
    type World = Seen;
    type Action = RestorePlan;
    type Left = Refusal;
    type Scope = Alone;

    fn policy(settings: &mut Settings<'_>, _: Option<&str>) -> Hand {
        Hand::read(settings)
    }

    fn request(fields: &mut Fields, _: &Hand) -> Request {
        let (snapshot, region) = (fields.needed("snapshot"), fields.needed("region"));
        let wish = Wish { name: fields.text("name"), until: fields.text("until"), tag_key: fields.needed("tag_key") };
        Request { snapshot, region, owner: fields.text("owner"), wish }
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        let Request { snapshot: id, region, wish, .. } = given.request;
        let account = &given.caller.account;
        let by = Acting::of(sight.aws, &given.policy.owners, &given.caller.arn, None).await;
        let reader = RdsReader::new(sight.aws, region);
        let snapshot = reader.snapshot(id).await;
        let snapshot = snapshot.map_err(RunFault::observing(format!("looking for snapshot {id} in {region}")))?;
        let snapshot = snapshot.ok_or_else(|| {
            RunFault::Refused(format!(
                "there is no cluster snapshot {id} in {region} of account {account}; nothing was made; aws rds \
                 describe-db-cluster-snapshots --snapshot-type manual lists them"
            ))
        })?;
        let name = wish.name_for(&snapshot);
        let existing = reader.cluster(&name, account).await;
        let existing = existing.map_err(RunFault::observing(format!("looking for a cluster {name} in {region}")))?;
        Ok(Seen { reader, snapshot, existing, by })
    }

    fn plan(seen: &Seen, given: Given<'_, Self>) -> PlanOf<Self> {
        let mut plan = Plan::empty(&given.caller.account, Alone, 1);
        match decided(seen, given) {
            Ok(restore) => plan.actions.push(restore),
            Err(reason) => {
                let (id, region) = (seen.snapshot.id.clone(), seen.snapshot.region.clone());
                plan.left.push(Refusal { id, region, reason });
            }
        }
        plan
    }

    async fn apply(
        allowed: &Allowed<'_, RestorePlan>,
        _: &[Refusal],
        seen: &mut Seen,
        given: Given<'_, Self>,
        Hands { aws, ledger, .. }: Hands<'_>,
    ) -> Vec<Done> {
        let (account, reader) = (given.caller.account.as_str(), &seen.reader);
        let mut all = Vec::new();
        for (plan, turn) in allowed.iter() {
            let work = async |leave: &Permit| {
                let writer = RdsRestorer::new(aws, &plan.cluster.region, leave);
                let restorer = Restorer { account, reader, writer, ledger, entry: turn.entry() };
                Box::pin(restorer.restore(plan)).await
            };
            all.push(ledger.item(turn, ITEM_BUDGET, work).await);
        }
        all
    }

    fn sum_up(_: &PlanOf<Self>, seen: &Seen, _: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums { regions: vec![seen.snapshot.region.clone()], ..Sums::default() }
    }
}

/// What to make of the snapshot, where it is theirs who ask.
fn decided(seen: &Seen, given: Given<'_, ClusterRestore>) -> Result<RestorePlan, Reason> {
    let Seen { snapshot, existing, by, .. } = seen;
    let Request { owner, wish, .. } = given.request;
    let gate = Gate { deed: Deed::Restore, by, named: owner.as_deref(), owner_tag: &given.policy.lease.owner_tag };
    let thing = Thing { id: &snapshot.id, arn: &snapshot.arn, tags: &snapshot.tags };
    gate.lets(thing)
        .map_err(|refusal| Reason::new(refusal.code(&codes::OWNERS_DIFFER), refusal.to_string(), refusal.fix()))?;
    RestorePlan::make(snapshot, existing.as_ref(), wish, given.now)
        .map_err(|fault| Reason::new(fault.code(), fault.to_string(), fault.fix()))
}

impl Subject<Alone> for RestorePlan {
    fn id(&self) -> Cow<'_, str> {
        (&self.cluster.id).into()
    }

    fn region<'a>(&'a self, _: &'a Alone) -> &'a str {
        &self.cluster.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Alone, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Alone> for RestorePlan {
    fn steps(&self) -> Vec<String> {
        Self::steps(self).iter().map(ToString::to_string).collect()
    }

    fn planned(&self) -> Vec<Planned> {
        Self::steps(self).iter().map(Planned::of).collect()
    }

    /// It only makes.
    fn capped(&self) -> Option<crate::run::caps::Counted> {
        None
    }
}
