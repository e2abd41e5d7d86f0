//! One run, from the event to the report. Every function and the command line go through here, so that the order of
//! things (policy, event, mode, clock, account, the job itself, report) is written once.

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use super::caller::{Caller, Errand, Task, Word};
use super::caps::Cap;
use super::event::Fields;
use super::fault::RunFault;
use super::forecast::{self, Load};
use super::guard::{self, Consent};
pub use super::guard::{EXPECT_PLAN, Stakes};
use super::job::{Given, Hands, Job, Sight, Sums, codes_of};
use super::ledger::Ledger;
use super::payload::Payload;
use super::purse::Spent;
use super::skew;
use super::{ModeSetting, RunPolicy};
use crate::build;
use crate::clock::{self, Deadline};
use crate::config::{ConfigFaults, Environment, Setting, Settings};
use crate::notify::{self, Notifier, NotifyPolicy};
use crate::report::{Begun, By, Concerns, Counts, Mode, PlanDigest, Reason, Report, SCHEMA, Tripped, codes};
use crate::services::RecordPermit;
use crate::services::aws::Aws;

/// A finished run.
#[derive(Debug)]
pub struct Finished {
    /// What is returned.
    pub report: Report,
    /// The job's own measures.
    pub metrics: BTreeMap<&'static str, usize>,
    /// Leave to keep the report in the place named for it.
    pub record: RecordPermit,
    /// What its plan wanted of each kind, and how much of that a night does.
    pub loads: Vec<Load>,
    /// Which of its items somebody has to look at, by their place in the report.
    pub concerns: Concerns,
    /// What of it is destructive.
    pub stakes: Stakes,
    /// Whether anything that was not done is a failure to whoever sent the event.
    pub awaited: bool,
    /// What it wrote down in its purse that it begins, if it has one.
    pub began: Vec<Begun>,
}

/// A function's checked configuration and its way to AWS.
#[derive(Debug)]
pub struct Driver<J: Job> {
    /// What holds for every function.
    pub run_policy: RunPolicy,
    policy: J::Policy,
    policy_digest: String,
    notify: NotifyPolicy,
    aws: Aws,
    /// The way to whoever is told, where that is another than to what a run is about.
    home: Option<Aws>,
}

/// What an event comes to.
struct Asked<J: Job> {
    mode: Mode,
    expect_plan: Option<PlanDigest>,
    request: J::Request,
}

/// The policy of the job `J`, and what every job's has, out of `environment`; `home` is the Region the process runs in.
fn read<J: Job>(environment: &Environment, home: Option<&str>) -> (Policies<J>, Result<Vec<Setting>, ConfigFaults>) {
    let mut settings = Settings::of(environment);
    let run_policy = RunPolicy::read(&mut settings);
    let policy = J::policy(&mut settings, home);
    let notify = NotifyPolicy::read(&mut settings);
    let told = settings.told();
    ((run_policy, policy, notify), settings.finish().map(|()| told))
}

type Policies<J> = (RunPolicy, <J as Job>::Policy, NotifyPolicy);

/// What each variable comes to for the job `J`, where they make a policy. Nobody is asked, not even AWS.
pub fn told<J: Job>(environment: &Environment, home: Option<&str>) -> Result<Vec<Setting>, ConfigFaults> {
    let ((_, policy, notify), told) = read::<J>(environment, home);
    let told = told?;
    J::check(&policy, &notify, Mode::Plan)?;
    Ok(told)
}

/// Every variable that the job `J` reads, by name.
pub fn variables<J: Job>() -> Vec<&'static str> {
    let nothing = Environment::default();
    let mut settings = Settings::of(&nothing);
    RunPolicy::read(&mut settings);
    J::policy(&mut settings, None);
    NotifyPolicy::read(&mut settings);
    settings.told().into_iter().map(|setting| setting.name).collect()
}

/// Lends leave to keep the record of what is no job's run: of a run through an organisation as a whole.
pub async fn recording<T>(work: impl AsyncFnOnce(&RecordPermit) -> T) -> T {
    #[expect(clippy::disallowed_methods, reason = "this is the driver")]
    work(&RecordPermit::by_the_driver()).await
}

/// Lends the channels to people to whatever tells of runs that are over; nobody is told of what only planned.
pub async fn telling<T>(
    aws: &Aws,
    (notify, mode): (&NotifyPolicy, Mode),
    deadline: Deadline,
    tell: impl AsyncFnOnce(&Notifier<'_>) -> T,
) -> Option<T> {
    let permit = guard::leave_to_write(mode).filter(|_| notify.has_channel())?;
    Some(tell(&Notifier::new(aws, &permit, notify, deadline)).await)
}

impl<J: Job> Driver<J> {
    /// Checks the whole configuration.
    pub fn new(environment: &Environment, aws: Aws) -> Result<Self, ConfigFaults> {
        let ((run_policy, policy, notify), told) = read::<J>(environment, aws.region());
        told?;
        Ok(Self { run_policy, policy, policy_digest: environment.fingerprint(), notify, aws, home: None })
    }

    /// For a job that has no variables, on a person's word.
    pub fn bare(policy: J::Policy, aws: Aws) -> Result<Self, ConfigFaults> {
        let nothing = Environment::default();
        let mut settings = Settings::of(&nothing);
        let (run_policy, notify) = (RunPolicy::read(&mut settings), NotifyPolicy::read(&mut settings));
        Ok(Self { run_policy, policy, policy_digest: nothing.fingerprint(), notify, aws, home: None })
    }

    /// For another job under the same configuration, of which `policy` is that job's part. It tells nobody.
    pub fn lend<K: Job>(self, policy: K::Policy) -> Driver<K> {
        let Self { run_policy, policy: _, policy_digest, notify, aws, home } = self;
        Driver { run_policy, policy, policy_digest, notify: notify.silent(), aws, home }
    }

    /// The same, telling people by `home`, as part of the run of that name: an account of an organisation has no channel of its own.
    #[must_use]
    pub fn telling_by(mut self, home: Aws, run: &str) -> Self {
        self.notify.of_run = Some(run.to_owned());
        Self { home: Some(home), ..self }
    }

    /// What its variables come to.
    pub fn policy(&self) -> &J::Policy {
        &self.policy
    }

    /// Whether anybody is told anything: a channel is named.
    pub fn tells(&self) -> bool {
        self.notify.has_channel()
    }

    fn by(&self, caller: String) -> By {
        By { tool: Some(build::tool()), caller: Some(caller), policy_digest: Some(self.policy_digest.clone()) }
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
        let Asked { mode, expect_plan, request } = self.read(payload.into(), &caller)?;
        if self.run_policy.now.is_some() && mode == Mode::Apply && !self.aws.is_stand_in() {
            return Err(RunFault::ClockSetByHand);
        }
        let mut warnings = J::check(&self.policy, &self.notify, mode)?;
        let identity = self.aws.identity().await;
        let identity = identity.map_err(RunFault::observing("asking which account this is"))?;
        caller.means(&identity.account)?;
        // Before anything is decided, and in each run: by `now` is decided what goes.
        warnings.extend(skew::judge(identity.skew, mode)?);
        // Behind the comparison: a clock that was set right meanwhile is not to decide by what it said before.
        let began = clock::now();
        let now = self.run_policy.now.unwrap_or(began);
        let lifts_caps = lifts_caps(&caller, self.run_policy.digest_lifts_caps);
        let (budget, purse) = (caller.budget().cloned(), caller.purse());
        let consent = Consent { expect_plan, lifts_caps, budget, spent: Spent::default() };

        let by_hand = matches!(caller, Caller::Operator { .. });
        let given = Given { policy: &self.policy, request: &request, caller: &identity, now, notify: &self.notify };
        #[expect(clippy::disallowed_methods, reason = "this is the driver")]
        let record = RecordPermit::by_the_driver();
        let sight = Sight { aws: &self.aws, mode, by_hand };
        let mut world = J::observe(sight, given).await?;
        J::keep(&mut world, sight, given, &record).await?;
        warnings.extend(J::warnings(&world, given));
        let mut plan = J::plan(&world, given);
        let digest = plan.digest();
        let caps = J::caps(&plan, &self.policy);
        let loads = forecast::loads(&caps, &plan.actions);
        let marked = caps.iter().filter_map(Cap::base).max().unwrap_or_default();
        let judge = |spent: &Spent| {
            let consent = Consent { spent: spent.clone(), ..consent.clone() };
            let verdict = consent.judge(&digest, caps.clone(), &plan.actions);
            let mut after = verdict.spending(spent, &plan.actions, &plan.scope);
            if consent.expect_plan.as_ref() == Some(&digest) && !after.began.is_empty() {
                after.agree(|| plan.text());
            }
            (verdict, after)
        };
        let verdict = match purse {
            Some(purse) => {
                // Of a plan that was agreed to, only what was begun says what may be gone on with.
                let moved = consent.expect_plan.as_ref().is_some_and(|expected| *expected != digest);
                purse.settle((self.home.as_ref().unwrap_or(&self.aws), &record), moved, judge).await?
            }
            None => judge(&Spent::default()).0,
        };
        let stakes = verdict.stakes(&plan.actions, marked);
        let begins = purse.map(|_| verdict.begins(&plan.actions, &plan.scope)).unwrap_or_default();
        warnings.extend(verdict.besides.iter().map(tripped_too));
        let permit = guard::leave_to_write(mode);
        let notifier = permit.as_ref().filter(|_| self.notify.has_channel());
        let notifier = notifier.map(|permit| {
            Notifier::new(self.home.as_ref().unwrap_or(&self.aws), permit, &self.notify, ledger.deadline())
        });
        let done = if let Some(permit) = &permit {
            let (allowed, waits) = verdict.split(permit, std::mem::take(&mut plan.actions), &plan.scope);
            ledger.expects(allowed.actions().len());
            let hands = Hands { aws: &self.aws, ledger, notifier: notifier.as_ref(), record: &record };
            let done = J::apply(&allowed, &plan.left, &mut world, given, hands).await;
            let (actions, done) = verdict.join(allowed.into_actions(), done, waits);
            plan.actions = actions;
            done
        } else {
            verdict.planned(&plan.actions)
        };
        let Sums { regions, concerns, metrics } = J::sum_up(&plan, &world, given, &done);
        let items = plan.items(done);
        let mut report = Report {
            schema: SCHEMA,
            function: Cow::Borrowed(J::NAME),
            mode,
            account: identity.account,
            by: self.by(identity.arn),
            plan_digest: digest,
            started_at: now,
            finished_at: now.checked_add(clock::now().duration_since(began)).unwrap_or(now),
            regions,
            tripped: verdict.tripped,
            tripped_besides: verdict.besides,
            counts: Counts::of(plan.observed, &items),
            warnings,
            items,
            notices: Vec::new(),
            estimate: concerns.estimate.clone(),
            calls: BTreeMap::new(),
        };
        debug_assert_eq!(unknown_codes::<J>(&report), [""; 0], "codes that stand in no table of {}", J::NAME);
        // Before the summary, which may take what is left of the time.
        ledger.close(&report.items);
        if let Some(notifier) = notifier {
            report.notices = notifier.take();
            if J::is_told(&request, &report) && !matches!(caller, Caller::Fleet(_)) {
                notifier.tell_operators(&notify::summary(&report, &concerns, &self.notify)).await;
            }
            report.notices.extend(notifier.take());
        }
        report.calls = self.aws.take_calls();
        let awaited = J::IS_CALLED || J::is_awaited(&request);
        Ok(Finished { report, metrics, record, loads, concerns, stakes, awaited, began: begins })
    }

    fn read(&self, payload: Payload, caller: &Caller) -> Result<Asked<J>, RunFault> {
        let mut fields = Fields::of(J::plain(payload.once()?)?)?;
        let asked = fields.choice("mode", &[("plan", Mode::Plan), ("apply", Mode::Apply)]);
        if let (Caller::Operator { mode: Mode::Apply, .. }, Some(Mode::Plan)) = (caller, asked) {
            fields.fault::<()>(
                "the event says 'plan' and the command 'apply': take 'mode' out of the event, or plan".to_owned(),
            );
        }
        let reviewed = fields.text("expect_plan");
        let reviewed = match caller {
            Caller::Operator { word: Word::Reviewed(typed), .. } => Some(typed.clone()),
            Caller::Operator { word: Word::Shown(digest), .. }
            | Caller::Fleet(Errand { task: Task::Agreed(digest, ..), .. }) => Some(digest.as_str().to_owned()),
            _ => reviewed,
        };
        let expect_plan = reviewed.and_then(|text| match PlanDigest::parse(&text) {
            Ok(digest) => Some(digest),
            Err(error) => fields.fault(error.to_string()),
        });
        let request = J::request(&mut fields, &self.policy);
        fields.finish()?;
        Ok(Asked { mode: mode(caller, asked, self.run_policy.mode, J::IS_CALLED)?, expect_plan, request })
    }
}

/// What a run may do.
fn mode(caller: &Caller, asked: Option<Mode>, setting: ModeSetting, is_called: bool) -> Result<Mode, RunFault> {
    match caller {
        // The ceiling binds a function's events, not a person with their own credentials.
        Caller::Operator { mode, .. } => Ok(*mode),
        Caller::Platform if is_called => Ok(asked.unwrap_or(Mode::Apply)),
        Caller::Platform => Ok(setting.resolve(asked)?),
        Caller::Fleet(Errand { task: Task::Look, .. }) => Ok(Mode::Plan),
        Caller::Fleet(_) => Ok(setting.resolve(Some(Mode::Apply))?),
    }
}

/// The codes in a report of `J` that nobody could look up.
fn unknown_codes<J: Job>(report: &Report) -> Vec<&str> {
    let reasons = report.items.iter().filter_map(|item| item.reason.as_ref()).chain(&report.warnings);
    let is_known = |reason: &&Reason| codes_of::<J>().any(|code| reason.is(code));
    reasons.filter(|reason| !is_known(reason)).map(|reason| &*reason.code).collect()
}

/// Whether a digest that matches lifts the caps: one that a person reviewed and gave; one of an event only where the policy
/// says so; one that was merely shown never.
fn lifts_caps(caller: &Caller, digest_lifts_caps: bool) -> bool {
    match caller {
        Caller::Operator { word: Word::Reviewed(_), .. } => true,
        Caller::Operator { word: Word::Shown(_), .. } => false,
        Caller::Operator { word: Word::Any, .. } | Caller::Platform | Caller::Fleet(_) => digest_lifts_caps,
    }
}

/// What is said of a cap that broke beside the one the report names.
fn tripped_too(tripped: &Tripped) -> Reason {
    let Tripped { guard, limit, wanted, fix } = tripped;
    Reason::new(
        &codes::CAP,
        format!("{guard} is {limit} and the plan wants {wanted}; nothing of its kind was begun"),
        fix,
    )
}

#[cfg(test)]
pub(crate) mod tests;
