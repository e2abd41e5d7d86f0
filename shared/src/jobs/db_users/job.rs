//! The job `db-users`: observe, plan, guard, apply, and the report of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;

use super::apply::Applier;
use super::observe::{self, Observed};
use super::plan::{Action, Left, Note, Plan, Terms, Why};
use super::policy::Policy;
use super::request::Request;
use super::way::{Way, fault_of_server};
use crate::config::Settings;
use crate::report::Concerns;
use crate::report::Tripped;
use crate::report::{Item, Mode, Outcome};
use crate::run::caps::{self, DeletionCaps, Deletions};
use crate::run::event::Fields;
use crate::run::{Conclusion, Done, Job, Run, RunFault};
use crate::services::rds::RdsReader;
use crate::services::secrets::{SecretsReader, SecretsWriter};

/// Makes the users of a database what an event wants them to be.
#[derive(Debug)]
pub struct DbUsers;

impl Job for DbUsers {
    const NAME: &'static str = "db-users";
    type Policy = Policy;
    type Request = Request;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    async fn run(run: &Run<'_>, policy: &Policy, request: &Request) -> Result<Conclusion, RunFault> {
        let client = run.aws.secrets_in(&request.region);
        let secrets = SecretsReader::new(client.clone());
        let rds = RdsReader::new(run.aws.rds(&request.region), &request.region);
        let way = Way::open(request, policy, &secrets, &rds).await?;
        if run.mode == Mode::Apply {
            // Before anything is read: what two runs decide from the same sight, both do.
            way.lock().await?;
        }
        let greeted =
            observe::greet(&way).await.map_err(|error| fault_of_server("reading the server's state", error))?;
        let Observed { world, vault, own } =
            observe::observe(&way, greeted, &secrets, &run.account, policy.concurrency)
                .await
                .map_err(|error| fault_of_server("reading the catalogs of the database", error))?;
        let plan = Plan::make(&world, Terms { policy, request });
        let caps = DeletionCaps { count: policy.max_deletions, percent: 100 };
        let over_cap = caps::broken(caps.on(Deletions { of_marked: plan.drops(), purges: 0, marked: 0 }));
        let tripped = run.consent.judge(&plan.digest(), over_cap);
        let done = if run.mode == Mode::Apply && tripped.is_none() {
            let writer = SecretsWriter::new(client);
            let mut applier = Applier::new(&way, policy, &secrets, writer, vault, own);
            Some(applier.apply(&plan.actions, run.ledger).await)
        } else {
            None
        };
        Ok(conclude(plan, request, done, tripped))
    }
}

fn conclude(plan: Plan, request: &Request, done: Option<Vec<Done>>, tripped: Option<Tripped>) -> Conclusion {
    let digest = plan.digest();
    let created =
        plan.actions.iter().filter(|action| matches!(action, Action::Change(change) if change.creates)).count();
    let blocked = plan.left.iter().filter(|left| left.why.outcome() == Outcome::Skipped).count();
    let metrics = BTreeMap::from([("UsersToCreate", created), ("UsersToDrop", plan.drops()), ("Blocked", blocked)]);
    let Plan { account: _, server, actions, left } = plan;
    let done = done.map_or_else(|| vec![None; actions.len()], |done| done.into_iter().map(Some).collect());
    let mut items: Vec<_> =
        actions.iter().zip(done).map(|(action, done)| acted_on(action, done, &request.region, &server)).collect();
    items.extend(left.into_iter().map(|left| left_alone(left, &request.region, &server)));
    let needs_hand = |(place, item): (usize, &Item)| (item.outcome == Outcome::Skipped).then_some(place);
    let needs_hand = items.iter().enumerate().filter_map(needs_hand).collect();
    let concerns = Concerns { needs_hand, ..Concerns::default() };
    let observed = request.users.len();
    Conclusion { digest, tripped, regions: vec![request.region.clone()], observed, items, concerns, metrics }
}

fn acted_on(action: &Action, done: Option<Done>, region: &str, server: &str) -> Item {
    let done = done.unwrap_or_else(|| Done { outcome: Outcome::Planned, steps: action.steps(), reason: None });
    let (change, notes): (_, &[Note]) = match action {
        Action::Prepare(_) => ("prepare", &[]),
        Action::Change(change) if change.creates => ("create", &change.notes),
        Action::Change(change) => ("change", &change.notes),
        Action::Drop(_) => ("drop", &[]),
    };
    Item {
        id: action.id().to_owned(),
        region: region.to_owned(),
        owner: None,
        outcome: done.outcome,
        steps: done.steps,
        reason: done.reason,
        domain: details(server, Some(change), notes),
    }
}

fn left_alone(left: Left, region: &str, server: &str) -> Item {
    Item {
        outcome: left.why.outcome(),
        reason: Why::reason(&left.why),
        id: left.id,
        region: region.to_owned(),
        owner: None,
        steps: Vec::new(),
        domain: details(server, None, &left.notes),
    }
}

/// What this domain adds to an item, under its own key.
fn details(server: &str, change: Option<&str>, notes: &[Note]) -> BTreeMap<Cow<'static, str>, serde_json::Value> {
    [(Cow::Borrowed("dbusers"), json!({ "server": server, "change": change, "notes": notes }))].into()
}
