//! The job `db-users`: what it reads, decides and does.

use crate::jobs::db_users::codes;
use crate::services::sql;
use std::collections::BTreeMap;

use super::apply::Carrier;
use super::observe::{self, Seen};
use super::plan::{Action, Left, Place, Plan, Terms};
use super::policy::Policy;
use super::request::Request;
use super::way::{Way, fault_of_server};
use crate::config::Settings;
use crate::report::{Code, Concerns, Mode, Outcome};
use crate::run::caps::{Cap, DELETIONS};
use crate::run::event::Fields;
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::rds::RdsReader;
use crate::services::secrets::SecretsReader;

/// Makes the users of a database what an event wants them to be.
#[derive(Debug)]
pub struct DbUsers;

impl Job for DbUsers {
    const NAME: &'static str = "db-users";
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL, sql::codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = Seen;
    type Action = Action;
    type Left = Left;
    type Scope = Place;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    fn is_awaited(request: &Request) -> bool {
        request.awaited
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        let Given { policy, request, caller, .. } = given;
        let secrets = SecretsReader::new(sight.aws, &request.region);
        let rds = RdsReader::new(sight.aws, &request.region);
        let way = Way::open(request, policy, &secrets, &rds).await?;
        if sight.mode == Mode::Apply {
            // Before anything is read: what two runs decide from the same sight, both do.
            way.lock().await?;
        }
        let greeted =
            observe::greet(&way).await.map_err(|error| fault_of_server("reading the server's state", error))?;
        let observed = observe::observe(&way, greeted, &secrets, &caller.account, policy.concurrency)
            .await
            .map_err(|error| fault_of_server("reading the catalogs of the database", error))?;
        Ok(Seen { way, secrets, observed })
    }

    fn plan(seen: &Seen, Given { policy, request, .. }: Given<'_, Self>) -> Plan {
        Plan::make(&seen.observed.world, Terms { policy, request })
    }

    fn caps(plan: &Plan, policy: &Policy) -> Vec<Cap> {
        vec![Cap::count(DELETIONS, "max_deletions", "NIGHTSHIFT_MAX_DELETIONS", policy.max_deletions, plan.drops())]
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        _: &[Left],
        seen: &mut Seen,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        Carrier::new(hands.aws, &given.request.region, seen, given.policy).apply(allowed, hands.ledger).await
    }

    fn sum_up(plan: &Plan, _: &Seen, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let is_new = |action: &&Action| matches!(action, Action::Change(change) if change.creates);
        let created = plan.actions.iter().filter(is_new).count();
        let is_blocked = |outcome: Outcome| outcome == Outcome::Skipped;
        let blocked = plan.left.iter().map(|left| is_blocked(left.why.outcome()));
        let metrics = BTreeMap::from([
            ("UsersToCreate", created),
            ("UsersToDrop", plan.drops()),
            ("Blocked", blocked.clone().filter(|blocked| *blocked).count()),
        ]);
        let all = done.iter().map(|done| is_blocked(done.outcome)).chain(blocked);
        let needs_hand = all.enumerate().filter_map(|(place, blocked)| blocked.then_some(place)).collect();
        let concerns = Concerns { needs_hand, ..Concerns::default() };
        Sums { regions: vec![given.request.region.clone()], concerns, metrics }
    }
}
