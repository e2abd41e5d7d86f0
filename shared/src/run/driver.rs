//! One run, from the event to the report. Every function and the command line go through here, so that the order of
//! things (policy, event, mode, clock, account, the job itself, report) is written once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::Timestamp;
use serde_json::Value;

use super::RunPolicy;
use super::event::{EventFault, Fields};
use super::fault::RunFault;
use super::guard::Consent;
use super::ledger::Ledger;
use super::payload::Payload;
use super::skew;
use crate::clock;
use crate::config::{ConfigFaults, Environment, Settings};
use crate::notify::{self, Notifier, NotifyPolicy};
use crate::report::Mode;
use crate::report::Tripped;
use crate::report::{Concerns, PlanDigest};
use crate::report::{Counts, Report, SCHEMA};
use crate::report::{Item, Reason};
use crate::services::aws::{Aws, Identity};

/// What one function does, apart from what all functions do.
pub trait Job {
    /// As its package, binary and report have it.
    const NAME: &'static str;
    /// What its variables come to.
    type Policy: Debug;
    /// What its event comes to.
    type Request;

    /// Reads its own variables; `home` is the region the process runs in.
    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> Self::Policy;
    /// Whether it can run so in `mode`: a fault in its configuration, or what is to be said of it in the report.
    fn check(_policy: &Self::Policy, _notify: &NotifyPolicy, _mode: Mode) -> Result<Vec<Reason>, ConfigFaults> {
        Ok(Vec::new())
    }
    /// The plain object that an event of another shape comes down to, for a job that takes more shapes than all do.
    fn plain(payload: Value) -> Result<Value, EventFault> {
        Ok(payload)
    }
    /// Reads its own event keys. What an event names beyond the policy is a fault.
    fn request(fields: &mut Fields, policy: &Self::Policy) -> Self::Request;
    /// Observes, plans, guards and, in apply mode, applies.
    fn run(
        run: &Run<'_>,
        policy: &Self::Policy,
        request: &Self::Request,
    ) -> impl Future<Output = Result<Conclusion, RunFault>>;
    /// Whether a run that ended in `report` did what its caller waits for. `Err` makes the invocation fail, after the report
    /// was logged and kept.
    fn answer(_report: &Report) -> Result<(), RunFault> {
        Ok(())
    }
}

/// What a job is given.
#[derive(Debug)]
pub struct Run<'a> {
    /// The way to AWS.
    pub aws: &'a Aws,
    /// Twelve digits.
    pub account: String,
    /// What this run may do.
    pub mode: Mode,
    /// The one moment this run decides by.
    pub now: Timestamp,
    /// Where each item is written down as it happens; knows when the platform ends the process.
    pub ledger: &'a Ledger<'a>,
    /// What a person agreed to.
    pub consent: Consent,
    /// Which channels are on, and how owners are found.
    pub notify: &'a NotifyPolicy,
    /// The channels themselves: in apply mode, where there are any.
    pub notifier: Option<&'a Notifier<'a>>,
}

/// What a job comes back with; the rest of the report is the same for all.
#[derive(Debug)]
pub struct Conclusion {
    /// Of the plan.
    pub digest: PlanDigest,
    /// The guard that stopped it.
    pub tripped: Option<Tripped>,
    /// Every region looked at.
    pub regions: Vec<String>,
    /// How many things were read.
    pub observed: usize,
    /// What is to be said of them.
    pub items: Vec<Item>,
    /// Which of them the operators should look at.
    pub concerns: Concerns,
    /// The job's own measures, by metric name.
    pub metrics: BTreeMap<&'static str, usize>,
}

/// On whose word a run starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Lambda: schedules and events. The event says how, under the function's ceiling.
    Platform,
    /// A person at the command line, with their own credentials. What they typed stands over the event.
    Operator {
        /// `plan` or `apply`.
        mode: Mode,
        /// The digest they reviewed, as they gave it.
        expect_plan: Option<String>,
    },
}

/// A finished run.
#[derive(Debug)]
pub struct Finished {
    /// What is returned.
    pub report: Report,
    /// The job's own measures.
    pub metrics: BTreeMap<&'static str, usize>,
}

/// A function's checked configuration and its way to AWS.
#[derive(Debug)]
pub struct Driver<J: Job> {
    /// What holds for every function.
    pub run_policy: RunPolicy,
    policy: J::Policy,
    notify: NotifyPolicy,
    aws: Aws,
}

impl<J: Job> Driver<J> {
    /// Checks the whole configuration.
    pub fn new(environment: &Environment, aws: Aws) -> Result<Self, ConfigFaults> {
        let mut settings = Settings::of(environment);
        let run_policy = RunPolicy::read(&mut settings);
        let policy = J::policy(&mut settings, aws.region());
        let notify = NotifyPolicy::read(&mut settings);
        settings.finish()?;
        Ok(Self { run_policy, policy, notify, aws })
    }

    /// What its variables come to.
    pub fn policy(&self) -> &J::Policy {
        &self.policy
    }

    /// The way to AWS.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// One run for `payload`.
    pub async fn run(
        &self,
        payload: impl Into<Payload>,
        ledger: &Ledger<'_>,
        caller: Caller,
    ) -> Result<Finished, RunFault> {
        // A run that failed half-way must not lend its calls to the next one's report.
        self.aws.take_calls();
        let mut fields = Fields::of(J::plain(payload.into().once()?)?)?;
        let asked = fields.choice("mode", &[("plan", Mode::Plan), ("apply", Mode::Apply)]);
        if let (Caller::Operator { mode: Mode::Apply, .. }, Some(Mode::Plan)) = (&caller, asked) {
            fields.fault::<()>(
                "the event says 'plan' and the command 'apply': take 'mode' out of the event, or plan".to_owned(),
            );
        }
        let reviewed = fields.text("expect_plan");
        let reviewed = match &caller {
            Caller::Operator { expect_plan: Some(typed), .. } => Some(typed.clone()),
            _ => reviewed,
        };
        let expect_plan = reviewed.and_then(|text| match PlanDigest::parse(&text) {
            Ok(digest) => Some(digest),
            Err(error) => fields.fault(error.to_string()),
        });
        let request = J::request(&mut fields, &self.policy);
        fields.finish()?;

        let mode = match &caller {
            Caller::Platform => self.run_policy.mode.resolve(asked)?,
            // The ceiling binds a function's events, not a person with their own credentials.
            Caller::Operator { mode, .. } => *mode,
        };
        if self.run_policy.now.is_some() && mode == Mode::Apply && !self.aws.is_stand_in() {
            return Err(RunFault::ClockSetByHand);
        }
        let mut warnings = J::check(&self.policy, &self.notify, mode)?;
        let caller_is = self.aws.identity().await;
        let Identity { account, skew, .. } = caller_is
            .map_err(|source| RunFault::Observe { attempt: "asking which account this is".to_owned(), source })?;
        // Before anything is decided, and in each run: by `now` is decided what goes.
        warnings.extend(skew::judge(skew, mode)?);
        // Behind the comparison: a clock that was set right meanwhile is not to decide by what it said before.
        let began = clock::now();
        let now = self.run_policy.now.unwrap_or(began);
        let lifts_caps = caller != Caller::Platform || self.run_policy.digest_lifts_caps;
        let consent = Consent { expect_plan, lifts_caps };
        let notifier = Notifier::new(&self.aws, &self.notify, ledger.deadline());
        let notifier = (mode == Mode::Apply && self.notify.has_channel()).then_some(&notifier);
        let run = Run { aws: &self.aws, account, mode, now, ledger, consent, notify: &self.notify, notifier };
        let Conclusion { digest, tripped, regions, observed, items, concerns, metrics } =
            J::run(&run, &self.policy, &request).await?;

        let finished_at = now.checked_add(clock::now().duration_since(began)).unwrap_or(now);
        let mut report = Report {
            schema: SCHEMA,
            function: Cow::Borrowed(J::NAME),
            mode,
            account: run.account,
            plan_digest: digest,
            started_at: now,
            finished_at,
            regions,
            tripped,
            counts: Counts::of(observed, &items),
            warnings,
            items,
            notices: Vec::new(),
            calls: BTreeMap::new(),
        };
        // Before the summary, which may take what is left of the time.
        ledger.close(&report.items);
        if let Some(notifier) = notifier {
            report.notices = notifier.take();
            notifier.tell_operators(&notify::summary(&report, &concerns, &self.notify)).await;
            report.notices.extend(notifier.take());
        }
        report.calls = self.aws.take_calls();
        Ok(Finished { report, metrics })
    }
}
