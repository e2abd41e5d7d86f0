//! The job `org-inventory`: what it reads, keeps, decides and writes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Kept, World};
use super::observe::observe;
use super::plan::{self, Action, Everything, Left, Plan};
use super::policy::Policy;
use super::request::Request;
use super::{apply, codes, keep, touch};
use crate::clock::ITEM_BUDGET;
use crate::config::Settings;
use crate::report::{Code, Concerns, Outcome, Reason, Report};
use crate::run::caps::{Cap, DELETIONS};
use crate::run::event::{EventFault, Fields};
use crate::run::plan::{Leave as _, Scope as _};
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::s3::RecordStore;
use crate::services::tables::{TableReader, TableWriter};
use crate::services::{Permit, RecordPermit};

/// Keeps an organisation on record.
#[derive(Debug)]
pub struct OrgInventory;

impl Job for OrgInventory {
    const NAME: &'static str = Everything::FUNCTION;
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = World;
    type Action = Action;
    type Left = Left;
    type Scope = Everything;

    fn policy(settings: &mut Settings<'_>, _: Option<&str>) -> Policy {
        Policy::read(settings)
    }

    fn plain(payload: Value) -> Result<Value, EventFault> {
        touch::plain(payload)
    }

    fn request(fields: &mut Fields, _: &Policy) -> Request {
        Request::read(fields)
    }

    /// An event that came to nothing has to come again: nobody else tells what was touched.
    fn is_awaited(request: &Request) -> bool {
        request.touched.is_some()
    }

    /// At night. What an event touched stands in the next night's letter.
    fn is_told(request: &Request, report: &Report) -> bool {
        request.touched.is_none() || report.counts.failed > 0
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<World, RunFault> {
        Box::pin(observe(sight.aws, given.policy, given.request, given.now)).await
    }

    async fn keep(
        world: &mut World,
        sight: Sight<'_>,
        given: Given<'_, Self>,
        leave: &RecordPermit,
    ) -> Result<(), RunFault> {
        Box::pin(keep::keep(world, sight.aws, given.policy, given.request, given.now, leave)).await
    }

    fn plan(world: &World, Given { policy, request, caller, notify, .. }: Given<'_, Self>) -> Plan {
        plan::decide(world, &caller.account, policy, request, notify.has_channel())
    }

    fn caps(plan: &Plan, policy: &Policy) -> Vec<Cap> {
        let wanted = plan.count(DELETIONS);
        vec![Cap::count(DELETIONS, "max_deletions", "NIGHTSHIFT_MAX_DELETIONS", policy.max_deletions, wanted)]
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        _: &[Left],
        world: &mut World,
        Given { policy, .. }: Given<'_, Self>,
        Hands { aws, ledger, notifier, record }: Hands<'_>,
    ) -> Vec<Done> {
        let Some(reading) = &world.reading else { return Vec::new() };
        let (organization, read_at) = (reading.now.organization.id.as_str(), reading.now.ended_at);
        let mut all = Vec::new();
        for (action, turn) in allowed.iter() {
            let work = async |leave: &Permit| match action {
                Action::Tell { diff, .. } => match &policy.place {
                    Some(place) => {
                        let store = RecordStore::new(aws, &place.bucket, record);
                        Box::pin(apply::tell(reading, diff.as_ref(), notifier, store, place)).await
                    }
                    None => Done::moved("there is no place to note it"),
                },
                Action::Put { table, rows } => {
                    let (reader, writer) = (TableReader::new(aws, table), TableWriter::new(aws, table, leave));
                    Box::pin(apply::put(rows, &reader, &writer, organization, read_at)).await
                }
                Action::Remove { table, id } => {
                    apply::remove(id, &TableWriter::new(aws, table, leave), organization).await
                }
            };
            all.push(ledger.item(turn, ITEM_BUDGET, work).await);
        }
        all
    }

    fn warnings(world: &World, _: Given<'_, Self>) -> Vec<Reason> {
        let Some(reading) = &world.reading else { return Vec::new() };
        let fix = "a whole reading takes its place; the bucket keeps the old version";
        reading.unreadable.iter().map(|said| Reason::new(&codes::UNREADABLE, said, fix)).collect()
    }

    fn sum_up(plan: &Plan, world: &World, _: Given<'_, Self>, done: &[Done]) -> Sums {
        let Some(reading) = &world.reading else { return Sums::default() };
        let length = |list: Option<usize>| list.unwrap_or_default();
        let changes = plan.left.iter().filter_map(Left::reason).filter(|reason| reason.is(&codes::CHANGE)).count();
        let metrics = BTreeMap::from([
            ("Accounts", length(reading.now.accounts.as_ref().map(Vec::len))),
            ("OrganizationChanges", changes),
            ("SnapshotsKept", usize::from(matches!(reading.kept, Kept::At(_)))),
        ]);
        let outcomes = done.iter().map(|done| done.outcome).chain(plan.left.iter().map(Left::outcome));
        let needs_hand =
            outcomes.enumerate().filter_map(|(place, one)| (one == Outcome::Skipped).then_some(place)).collect();
        Sums { regions: Vec::new(), concerns: Concerns { needs_hand, ..Concerns::default() }, metrics }
    }
}
