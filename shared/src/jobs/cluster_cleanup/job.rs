//! The job `cluster-cleanup`: what it reads, decides and does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::apply::Applier;
use super::model::World;
use super::observe::{self, Place, Seen};
use super::plan::{Action, Left, Marked, Plan, Terms, Why};
use super::policy::Policy;
use super::request::Request;
use crate::config::{ConfigFaults, Settings};
use crate::domains::clusters::price::Prices;
use crate::jobs::cluster_cleanup::codes;
use crate::notify::NotifyPolicy;
use crate::report::{Code, Concerns, Estimate, Mode, Outcome, Reason, Sort};
use crate::run::caps::Cap;
use crate::run::event::Fields;
use crate::run::{Allowed, Done, Given, Hands, Job, RunFault, Sight, Sums};
use crate::services::rds::RdsReader;

/// Deletes Aurora clusters whose expiry tag has passed.
#[derive(Debug)]
pub struct ClusterCleanup;

impl Job for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";
    const CODES: &'static [&'static [&'static Code]] = &[codes::ALL];
    type Policy = Policy;
    type Request = Request;
    type World = Seen;
    type Action = Action;
    type Left = Left;
    type Scope = Marked;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Policy {
        Policy::read(settings, home)
    }

    /// A notice that must be given takes a channel.
    fn check(policy: &Policy, notify: &NotifyPolicy, mode: Mode) -> Result<Vec<Reason>, ConfigFaults> {
        const NAME: &str = "NIGHTSHIFT_MIN_NOTICE_HOURS";
        const FIX: &str = "set NIGHTSHIFT_MAIL_FROM with NIGHTSHIFT_OPERATORS_MAIL, NIGHTSHIFT_SNS_TOPIC_ARN or \
                           NIGHTSHIFT_SLACK_SECRET_ID; or NIGHTSHIFT_MIN_NOTICE_HOURS=0 to delete without notice";
        let hours = policy.min_notice_hours;
        if hours == 0 || notify.has_channel() {
            return Ok(Vec::new());
        }
        let message =
            format!("owners are to be told {hours} h before anything is deleted, and there is no channel to tell them");
        match mode {
            Mode::Apply => Err(ConfigFaults::one(NAME, format!("{message}: {FIX}"))),
            Mode::Plan => {
                Ok(vec![Reason::new(&codes::NO_CHANNEL, format!("{message}; in apply mode this is a fault"), FIX)])
            }
        }
    }

    fn request(fields: &mut Fields, policy: &Policy) -> Request {
        Request::read(fields, policy)
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Seen, RunFault> {
        let place = |region: &str| Place { region: region.to_owned(), reader: RdsReader::new(sight.aws, region) };
        let places: Vec<_> = given.request.regions(given.policy).into_iter().map(place).collect();
        let world = observe::observe(&places, &given.caller.account, terms(given)).await;
        let world = world.map_err(RunFault::observing("listing the clusters of every configured region"))?;
        Ok(Seen { places, world })
    }

    fn plan(seen: &Seen, given: Given<'_, Self>) -> Plan {
        Plan::make(&seen.world, terms(given))
    }

    fn caps(plan: &Plan, policy: &Policy) -> Vec<Cap> {
        policy.caps.on(plan.deletions())
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        left: &[Left],
        seen: &mut Seen,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        Applier::new(allowed, seen, terms(given), hands).apply(left).await
    }

    fn sum_up(plan: &Plan, seen: &Seen, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let left = |wanted: fn(&Why) -> bool| plan.left.iter().filter(|left| wanted(&left.why)).count();
        let metrics = BTreeMap::from([
            ("MalformedTags", left(Why::is_a_bad_tag)),
            ("Blocked", left(Why::is_a_blocker)),
            ("Marked", plan.scope.marked),
            ("UnreadableRegions", seen.world.unreadable.len()),
        ]);
        let regions = seen.places.iter().map(|place| place.region.clone()).collect();
        let mut concerns = concerns(plan, &seen.world, given.notify, given.now);
        found_by_doing(plan, done, given.now, &mut concerns);
        concerns.estimate = given.policy.prices.as_ref().map(|prices| estimate(prices, plan, done));
        Sums { regions, concerns, metrics }
    }
}

fn terms(given: Given<'_, ClusterCleanup>) -> Terms<'_> {
    let Given { policy, request, now, notify, caller: _ } = given;
    Terms { policy, request, now, announces: notify.has_channel() || policy.min_notice_hours > 0, asked: None }
}

/// By their place in the report: first what was to be done, then what was left alone.
fn concerns(plan: &Plan, world: &World, notify: &NotifyPolicy, now: Timestamp) -> Concerns {
    let mut concerns = Concerns { sorts: sorts(&plan.actions), ..Concerns::default() };
    for (place, action) in plan.actions.iter().enumerate() {
        if matches!(action, Action::DeleteCluster(delete) if delete.asked_before.is_some()) {
            concerns.stuck.push(place);
        }
        if matches!(action, Action::WarnOwner(warn) if warn.no_record) {
            concerns.needs_hand.push(place);
        }
        let touches = matches!(action, Action::DeleteCluster(_) | Action::WarnOwner(_));
        if touches && !can_be_told(action.id(), action.region(), action.owner(), world, notify) {
            concerns.unowned.push(place);
        }
    }
    for (place, left) in (plan.actions.len()..).zip(&plan.left) {
        if left.why.is_half_way() {
            concerns.stuck.push(place);
        } else if left.why.needs_attention() || left.is_overdue(now) {
            concerns.needs_hand.push(place);
        }
        if left.why.is_for_its_owner() && !can_be_told(&left.id, &left.region, left.owner.as_deref(), world, notify) {
            concerns.unowned.push(place);
        }
    }
    concerns
}

/// What each action is for whoever reads that it was done.
fn sorts(actions: &[Action]) -> Vec<Sort> {
    let sort = |heading, one, several, is: fn(&Action) -> bool| Sort {
        heading,
        one,
        several,
        places: actions.iter().enumerate().filter(|(_, action)| is(action)).map(|(place, _)| place).collect(),
    };
    vec![
        sort(
            ["Clusters deleted", "Clústeres eliminados"],
            ["cluster deleted", "clúster eliminado"],
            ["clusters deleted", "clústeres eliminados"],
            |action| matches!(action, Action::DeleteCluster(_)),
        ),
        sort(
            ["Snapshots deleted, kept long enough", "Copias borradas, conservadas lo suficiente"],
            ["old snapshot deleted", "copia antigua borrada"],
            ["old snapshots deleted", "copias antiguas borradas"],
            |action| matches!(action, Action::DeleteSnapshot(_)),
        ),
        sort(
            ["Clusters started", "Clústeres iniciados"],
            ["cluster started", "clúster iniciado"],
            ["clusters started", "clústeres iniciados"],
            |action| matches!(action, Action::StartCluster(_)),
        ),
        sort(
            ["Owners told", "Propietarios avisados"],
            ["notice to an owner", "aviso a un propietario"],
            ["notices to owners", "avisos a propietarios"],
            Action::only_tells,
        ),
        sort(
            ["Only tags written", "Solo etiquetas escritas"],
            ["only tagged", "solo etiquetado"],
            ["only tagged", "solo etiquetados"],
            |action| matches!(action, Action::MarkSnapshot(_) | Action::ForgetNotice(_)),
        ),
    ]
}

/// What was saved, and what is due and still there.
fn estimate(prices: &Prices, plan: &Plan, done: &[Done]) -> Estimate {
    let acted = plan.actions.iter().zip(done).filter_map(|(action, done)| match action {
        Action::DeleteCluster(delete) => Some((delete.monthly, done.outcome == Outcome::Changed)),
        Action::StartCluster(start) => Some((start.monthly, false)),
        _ => None,
    });
    let left = plan.left.iter().filter(|left| left.costs()).map(|left| (left.monthly, false));
    let all: Vec<_> = acted.chain(left).collect();
    let sum = |of_gone: bool| all.iter().filter(|(_, gone)| *gone == of_gone).filter_map(|(cost, _)| *cost).sum();
    Estimate {
        currency: prices.currency.clone(),
        prices_as_of: prices.as_of.clone(),
        saved_per_month_hundredths: sum(true),
        due_per_month_hundredths: sum(false),
        unknown: all.iter().filter(|(cost, _)| cost.is_none()).count(),
    }
}

/// What only came out when it was tried; and what was tried on a thing that has been due for some nights, and put off again.
fn found_by_doing(plan: &Plan, done: &[Done], now: Timestamp, concerns: &mut Concerns) {
    for (place, (action, done)) in plan.actions.iter().zip(done).enumerate() {
        let is = |code: &Code| done.reason.as_ref().is_some_and(|reason| reason.is(code));
        let put_off = matches!(done.outcome, Outcome::Deferred | Outcome::Skipped) && action.is_overdue(now);
        let list = if is(&codes::HALF_DELETED_BLOCKED) {
            &mut concerns.stuck
        } else if is(&codes::SNAPSHOT_NOT_MARKED)
            || is(&codes::SNAPSHOT_WITHOUT_FACTS)
            || put_off && !concerns.stuck.contains(&place)
        {
            &mut concerns.needs_hand
        } else {
            continue;
        };
        if !list.contains(&place) {
            list.push(place);
        }
    }
}

/// Whether anybody but the operators is told about the cluster `id`.
fn can_be_told(id: &str, region: &str, owner: Option<&str>, world: &World, notify: &NotifyPolicy) -> bool {
    if notify.mail.is_none() {
        return owner.is_some();
    }
    let region = world.regions.iter().find(|found| found.name == region);
    let cluster = region.and_then(|region| region.clusters.iter().find(|cluster| cluster.id == id));
    !notify.owners.recipients(owner, |key| cluster?.tags.get(key)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::cluster_cleanup::plan::StartCluster;
    use crate::report;

    #[test]
    fn what_is_put_off_night_after_night_needs_attention_and_what_is_stuck_is_said_once() {
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let start = |expired_at: &str| StartCluster {
            region: "eu-west-1".to_owned(),
            id: "orders".to_owned(),
            arn: String::new(),
            resource_id: String::new(),
            owner: None,
            expired_at: expired_at.parse().unwrap(),
            marks: crate::services::tags::Tags::default(),
            monthly: None,
        };
        let of = |expired_at: &str, outcome, code: &'static Code| {
            let mut plan = Plan::empty("111122223333", Marked { marked: 0 }, 0);
            plan.actions.push(Action::StartCluster(start(expired_at)));
            let mut concerns = Concerns::default();
            found_by_doing(&plan, &[Done::left(outcome, Reason::new(code, "m", "f"))], now, &mut concerns);
            (concerns.stuck.len(), concerns.needs_hand.len())
        };
        let long = "2026-11-18T02:00:00Z";
        assert_eq!(of(long, Outcome::Deferred, &report::codes::NOT_READY), (0, 1));
        assert_eq!(of(long, Outcome::Skipped, &report::codes::CHANGED_SINCE_PLAN), (0, 1));
        assert_eq!(of("2026-11-18T02:00:01Z", Outcome::Deferred, &report::codes::NOT_READY), (0, 0));
        assert_eq!(of(long, Outcome::Changed, &codes::NOT_DUE), (0, 0));
        assert_eq!(of(long, Outcome::Planned, &codes::NOT_DUE), (0, 0));
        assert_eq!(of(long, Outcome::Failed, &report::codes::REFUSED), (0, 0), "it has a place of its own");
        assert_eq!(of(long, Outcome::Failed, &codes::HALF_DELETED_BLOCKED), (1, 0));
    }
}
