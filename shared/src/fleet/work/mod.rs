//! One account of a run: take the role there, do the job by the same driver as in an account of its own, leave the report in
//! the run's bucket with this process's own credentials, and say in short how it ended.

mod attention;
mod outcome;
mod policies;
mod record;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};

use super::event::ToWork;
use super::failures::Failures;
use super::fault::FleetFault;
use super::judge;
use super::place::{Folder, Place};
use super::recorded::Recorded;
use crate::clock::{self, Deadline};
use crate::domains::fleet::{Item, Phase, Visit, codes as fleet_codes};
use crate::jobs::cluster_cleanup::ClusterCleanup;
use crate::jobs::key_rotation::KeyRotation;
use crate::report::{Concerns, Mode, PlanDigest, Reason, Report, codes};
use crate::run::driver::{Caller, Driver, Errand, Finished, Stakes, Task};
use crate::run::event::EventFault;
use crate::run::{AboveCeiling, Job, Ledger, ModeSetting, RunFault, Stop};
use crate::services::aws::{Aws, AwsError, Bar, Kind};
use crate::services::sts::{Member, nameable};
use crate::telemetry;
use crate::text::chain;

use outcome::Visiting;
pub(super) use policies::Policies;

/// A job that can go through the accounts of an organisation.
pub trait FleetJob: Job {
    /// Whether it looks at one Region after the other: one that does not goes through an account once.
    const REGIONAL: bool;

    /// The age of the oldest active access key, by the job's own measures, where it looked at keys.
    fn oldest_key_days(_metrics: &BTreeMap<&'static str, usize>) -> Option<u32> {
        None
    }
}

impl FleetJob for ClusterCleanup {
    const REGIONAL: bool = true;
}

impl FleetJob for KeyRotation {
    const REGIONAL: bool = false;

    fn oldest_key_days(metrics: &BTreeMap<&'static str, usize>) -> Option<u32> {
        metrics.get("OldestActiveKeyDays").and_then(|days| u32::try_from(*days).ok())
    }
}

/// What `work` goes by.
#[derive(Debug)]
pub(super) struct WorkPolicy {
    /// `NIGHTSHIFT_FLEET_ROLE`.
    pub role: String,
    /// `NIGHTSHIFT_FLEET_EXTERNAL_ID`.
    pub external_id: String,
    /// `NIGHTSHIFT_FLEET_FAILURES`.
    pub failures: Failures,
    /// The job's own variables, by the name of the policy.
    pub policies: Policies,
}

/// The part `work` of one deployment.
#[derive(Debug)]
pub(super) struct Worker {
    /// The worker's own credentials: those of no account that it goes through.
    pub home: Aws,
    /// Where the run's record lies.
    pub place: Place,
    /// What it goes by.
    pub policy: WorkPolicy,
    /// As it was deployed.
    pub name: String,
}

impl Worker {
    /// Goes through one account as `event` says.
    pub(super) async fn work<J: FleetJob>(&self, event: ToWork, deadline: Deadline) -> Result<Visit, FleetFault> {
        let ToWork { execution, phase, item } = event;
        if J::REGIONAL && item.regions.is_empty() {
            return Err(EventFault::one("'item' names no Region to look in, and none is not all").into());
        }
        let mode = self.mode(phase)?;
        let visiting = Visiting { item: &item, phase, failures: &self.policy.failures, regional: J::REGIONAL };
        let Some(environment) = self.policy.policies.of(item.policy.as_deref()) else {
            let message = "the selection gives this account a policy that the worker does not have";
            let fix = "set NIGHTSHIFT_FLEET_POLICY_… of that name on the worker, or correct NIGHTSHIFT_FLEET_POLICIES";
            return Ok(visiting.kept_out(Reason::new(&fleet_codes::NO_SUCH_POLICY, message, fix)));
        };
        if let Some(reason) = stale(&item, mode, clock::now()) {
            return Ok(visiting.kept_out(reason));
        }
        let member = Member {
            account: item.account.clone(),
            role: self.policy.role.clone(),
            external_id: Some(self.policy.external_id.clone()),
            session: nameable(&format!("nightshift-{}-{phase}", J::NAME)),
            source: nameable(&execution),
        };
        let role = member.role.clone();
        self.home.take_calls();
        let aws = match member.enter(&self.home).await {
            Ok(aws) => aws,
            Err(error) => return Self::no_role(error, &role).map(|reason| visiting.kept_out(reason)),
        };
        let entering = self.home.take_calls();
        let environment =
            if J::REGIONAL { environment.with("NIGHTSHIFT_REGIONS", &item.regions.join(",")) } else { environment };
        let driver = Driver::<J>::new(&environment, aws)?.telling_by(self.home.clone(), &execution);
        // Lambda asks nobody to stop: it ends the process.
        let never = Stop::new();
        let ledger = Ledger::new(deadline, &never, &telemetry::Log);
        let folder = self.place.of(&execution);
        let caller = Caller::Fleet(Errand { account: item.account.clone(), task: task(&item, mode, folder)? });
        let ended = Box::pin(driver.run(json!({}), &ledger, caller)).await;
        let Finished { mut report, metrics, record, stakes, concerns, began, .. } = match ended {
            Ok(finished) => finished,
            Err(fault) => return kept_out(fault, visiting),
        };
        for (action, calls) in entering {
            *report.calls.entry(action).or_default() += calls;
        }
        telemetry::log_run(&report);
        telemetry::emit(&telemetry::metrics_of(&self.name, &report, &metrics, clock::now()));
        let open = J::answer(&report).err();
        let attention = attention::of(&report, &concerns);
        let kept = record::keep(&self.home, folder, phase, Recorded { report, began }, &record).await;
        telemetry::emit(&telemetry::metric_of_copy(&self.name, kept.key.is_some(), clock::now()));
        let mut visit = visiting.visit(&kept.report, stakes);
        visit.attention = attention;
        visit.report_key = kept.key;
        visit.oldest_key_days = J::oldest_key_days(&metrics);
        if visit.report_key.is_none() {
            let (said, fix) = kept.lost.as_ref().map_or_else(
                || ("another call wrote it at the same time".to_owned(), "see the worker's log".to_owned()),
                |error| (chain(error), error.fix()),
            );
            warn!(error.message = said, "the report was not kept");
            let message = format!("its report could not be kept: {said}");
            visit.reason.get_or_insert(Reason::new(&fleet_codes::REPORT_LOST, message, fix));
        }
        if let Some(fault) = open {
            outcome::fail(&mut visit, Reason::plain(&fleet_codes::NOT_CARRIED_OUT, chain(&fault)));
        }
        Ok(outcome::short(visit))
    }

    /// What may be done in `phase`. A deployment whose mode is not `apply` plans, whatever it is sent.
    fn mode(&self, phase: Phase) -> Result<Mode, AboveCeiling> {
        match (phase, self.policy.policies.mode) {
            (Phase::Plan, _) => Ok(Mode::Plan),
            (Phase::Canary | Phase::Rest, ModeSetting::Apply) => Ok(Mode::Apply),
            (Phase::Canary | Phase::Rest, ModeSetting::Unset | ModeSetting::PlanCeiling) => Err(AboveCeiling),
        }
    }

    /// Why the role is not to be had, unless another try may have it.
    fn no_role(error: AwsError, role: &str) -> Result<Reason, FleetFault> {
        info!(error.message = chain(&error), "the role was not to be had");
        let said = format!("the role {role} is not to be had: {}", error.said());
        match (error.bar(), error.code()) {
            (Some(Bar::Organization), _) => Ok(Reason::new(&codes::DENIED_BY_SCP, said, Bar::Organization.fix())),
            (_, Some("AccessDenied")) => {
                let fix = "roll the member roles out to this account, or see that the role there trusts this worker and its \
                           external id; if it is so in every account, allow sts:AssumeRole and sts:SetSourceIdentity on it in \
                           the worker's own role";
                Ok(Reason::new(&fleet_codes::ROLE_MISSING, said, fix))
            }
            _ if may_be_mended(&error) => Err(RunFault::observing(format!("taking the role {role}"))(error).into()),
            _ => Ok(Reason::new(&codes::REFUSED, said, error.fix())),
        }
    }
}

/// The visit of `phase` that the worker's own `report` tells of, where its answer reached nobody.
pub(super) fn visit_of(item: &Item, (phase, key): (Phase, String), report: &Report) -> Visit {
    let (failures, regional) = (Failures::default(), !item.regions.is_empty());
    let visiting = Visiting { item, phase, failures: &failures, regional };
    // Which of its items somebody has to look at stood in the answer alone.
    let attention = attention::of(report, &Concerns::default());
    Visit { report_key: Some(key), attention, ..visiting.visit(report, Stakes::default()) }
}

/// What is to be done in the account.
fn task(item: &Item, mode: Mode, folder: Folder<'_>) -> Result<Task, FleetFault> {
    let agreed = item.expect_plan.as_deref().and_then(|text| PlanDigest::parse(text).ok());
    let purse = folder.purse_of(&item.account);
    match (mode, agreed, item.budget.clone()) {
        (Mode::Plan, ..) => Ok(Task::Look),
        (Mode::Apply, Some(digest), budget) => Ok(Task::Agreed(digest, budget, purse)),
        (Mode::Apply, None, Some(budget)) => Ok(Task::Within(budget, purse)),
        // The event was read with one of them.
        (Mode::Apply, None, None) => Err(AboveCeiling.into()),
    }
}

/// Why what was judged of `item` is no longer a word for how much, be it a budget or a digest: who is meant was chosen before that.
fn stale(item: &Item, mode: Mode, now: Timestamp) -> Option<Reason> {
    let judged_at = item.judged_at.filter(|_| mode == Mode::Apply)?;
    (now.duration_since(judged_at) > judge::HOLDS).then(|| {
        let message = format!(
            "what may be done in it was judged in a run of {judged_at:.0}, more than a day ago; nothing was begun"
        );
        Reason::new(&fleet_codes::JUDGED_LONG_AGO, message, "the next run plans and judges anew")
    })
}

/// Whether running again can mend it: with credentials that are taken anew, or a service that answers.
fn may_be_mended(error: &AwsError) -> bool {
    error.may_pass() || error.is_about_credentials() || error.kind == Kind::Denied
}

/// What a run that did not take place comes to: the account's own matter, or a fault that another try can mend.
fn kept_out(fault: RunFault, visiting: Visiting<'_>) -> Result<Visit, FleetFault> {
    let said = chain(&fault);
    match fault {
        RunFault::Observe { source, .. } if source.may_pass() => {
            Err(RunFault::Observe { attempt: "looking at the account".to_owned(), source }.into())
        }
        RunFault::Observe { source, .. } => {
            let (code, fix) = match source.bar() {
                Some(bar @ Bar::Organization) => (&codes::DENIED_BY_SCP, bar.fix().to_owned()),
                Some(bar @ Bar::RegionOff) => (&codes::REGION_OFF, bar.fix().to_owned()),
                None if source.kind == Kind::Denied => (&codes::ACCESS_DENIED, source.fix()),
                None => (&codes::REFUSED, source.fix()),
            };
            Ok(visiting.kept_out_everywhere(Reason::new(code, said, fix)))
        }
        RunFault::OtherAccount { .. } => Ok(visiting.kept_out(Reason::plain(&fleet_codes::OTHER_ACCOUNT, said))),
        RunFault::Refused(_) | RunFault::Step { .. } | RunFault::NotCarriedOut(_) | RunFault::Server { .. } => {
            Ok(visiting.kept_out(Reason::plain(&fleet_codes::NOT_CARRIED_OUT, said)))
        }
        fault => Err(fault.into()),
    }
}

#[cfg(test)]
mod tests;
