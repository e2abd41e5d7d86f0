//! The job `cluster-extend`: reads one cluster, decides, and writes one tag.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;

use super::plan::{self, Extension, Terms, Wish};
use crate::clock::ITEM_BUDGET;
use crate::config::Settings;
use crate::domains::clusters::hand::Hand;
use crate::domains::clusters::lease::Lease;
use crate::jobs::cluster_extend::codes;
use crate::report::{Code, Outcome, Planned, Reason};
use crate::run::event::Fields;
use crate::run::owned;
use crate::run::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use crate::run::{Acting, Allowed, Done, Given, Hands, Job, PlanOf, RunFault, Sight, Sums};
use crate::services::Permit;
use crate::services::rds::{Cluster, RdsReader, RdsWriter};

/// Moves the expiry of one cluster.
#[derive(Debug)]
pub struct ClusterExtend;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    cluster: String,
    region: String,
    until: String,
    owner: Option<String>,
}

/// What was read, and in whose name it is asked for.
#[derive(Debug)]
pub struct Seen {
    /// The cluster.
    pub cluster: Cluster,
    /// In whose name.
    pub by: Acting,
}

/// Nothing besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Alone;

impl Scope for Alone {
    const FUNCTION: &'static str = "cluster-extend";
}

impl Job for ClusterExtend {
    const NAME: &'static str = Alone::FUNCTION;
    const CODES: &'static [&'static [&'static Code]] = &[owned::codes::ALL, codes::ALL];
    type Policy = Hand;
    type Request = Request;
    type World = Seen;
    type Action = Extension;
    type Left = Refusal;
    type Scope = Alone;

    fn policy(settings: &mut Settings<'_>, _: Option<&str>) -> Hand {
        Hand::read(settings)
    }

    fn request(fields: &mut Fields, _: &Hand) -> Request {
        Request {
            cluster: fields.needed("cluster"),
            region: fields.needed("region"),
            until: fields.needed("until"),
            owner: fields.text("owner"),
        }
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        let Request { cluster, region, .. } = given.request;
        let account = &given.caller.account;
        let by = Acting::of(sight.aws, &given.policy.owners, &given.caller.arn, None).await;
        let found = RdsReader::new(sight.aws, region).cluster(cluster, account).await;
        let found = found.map_err(RunFault::observing(format!("looking for cluster {cluster} in {region}")))?;
        let found = found.ok_or_else(|| {
            RunFault::Refused(format!(
                "there is no Aurora cluster {cluster} in {region} of account {account}; nothing was changed; check the \
                 name and --region"
            ))
        });
        Ok(Seen { cluster: found?, by })
    }

    fn plan(Seen { cluster, by }: &Seen, Given { policy, request, caller, now, .. }: Given<'_, Self>) -> PlanOf<Self> {
        let Lease { tag_key, owner_tag, time_zone, max_lease_days } = &policy.lease;
        let (until, owner) = (request.until.as_str(), request.owner.as_deref());
        let wish = Wish { until, by, owner, tag_key, now };
        let mut plan = Plan::empty(&caller.account, Alone, 1);
        match plan::extension(cluster, wish, Terms { owner_tag, time_zone, max_lease_days: *max_lease_days }) {
            Ok(extension) => plan.actions.push(extension),
            Err(fault) => {
                let reason = Reason::new(fault.code(), fault.to_string(), fault.fix());
                plan.left.push(Refusal { id: cluster.id.clone(), region: cluster.region.clone(), reason });
            }
        }
        plan
    }

    async fn apply(
        allowed: &Allowed<'_, Extension>,
        _: &[Refusal],
        _: &mut Seen,
        _: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::new();
        for (extension, turn) in allowed.iter() {
            let work = async |leave: &Permit| {
                let writer = RdsWriter::new(hands.aws, &extension.region, leave);
                match writer.add_tags(&extension.arn, &extension.tags()).await {
                    Ok(()) => Done::changed(extension.steps()),
                    Err(error) => Done::stopped_by(&error, Vec::new()),
                }
            };
            all.push(hands.ledger.item(turn, ITEM_BUDGET, work).await);
        }
        all
    }

    fn sum_up(_: &PlanOf<Self>, Seen { cluster, .. }: &Seen, _: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums { regions: vec![cluster.region.clone()], ..Sums::default() }
    }
}

impl Subject<Alone> for Extension {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a Alone) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn details(&self, _: &Alone, _: Outcome) -> Details {
        let notes: Vec<_> = self.warning().into_iter().collect();
        if notes.is_empty() { Details::new() } else { [("clusters".into(), json!({ "notes": notes }))].into() }
    }
}

impl Act<Alone> for Extension {
    fn steps(&self) -> Vec<String> {
        vec![self.step().to_string()]
    }

    fn planned(&self) -> Vec<Planned> {
        vec![Planned::of(&self.step())]
    }

    /// One tag of one cluster, which lives the longer for it.
    fn capped(&self) -> Option<crate::run::caps::Counted> {
        None
    }
}
