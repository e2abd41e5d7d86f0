//! Plays a history: the real driver and the real job in this process, each run with clients of its own, as a process that starts
//! cold has them.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::retry::RetryPartition;
use jiff::Timestamp;
use nightshift::clock::{self, Deadline};
use nightshift::config::Environment;
use nightshift::run::driver::{Caller, Driver};
use nightshift::run::ledger::{Ledger, Line, Sink};
use nightshift::run::{Job, Payload, RunFault, Stop};
use nightshift::services::aws::{Aws, Roots, limits};

use crate::acts::{HOME, keys};
use crate::aws::{Account, Http, Process};
use crate::dice;
use crate::history::{History, Run};
use crate::journal::{End, Journal, What};
use crate::time::{Time, later};
use crate::wire::OWN_KEY;

type Shared = Arc<Mutex<Account>>;

fn of(account: &Shared) -> MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What became of a history; `Err` where the simulation did not know what AWS would say.
pub fn play<J: Job>(history: &History) -> Result<Journal, String> {
    let mut runs = history.runs.clone();
    runs.sort_by_key(|run| run.at);
    let begin = runs.first().map(|run| run.at).into_iter().chain(history.acts.iter().map(|timed| timed.at)).min();
    let time = Time::new(begin.unwrap_or(history.healed));
    let _ruled = clock::rule(Arc::new(time.clone()));
    let account: Shared = Arc::new(Mutex::new(Account::new(history)));
    let tasks = runs.iter().map(|run| {
        let (account, time) = (&account, &time);
        let task: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async move {
            time.until(run.at).await;
            carry_out::<J>(run, history.seed, account, time).await;
        });
        task
    });
    time.run(tasks.collect());
    let mut account = of(&account);
    account.advance(later(time.now(), Duration::from_hours(1)));
    match account.broken.take() {
        Some(said) => Err(said),
        None => Ok(std::mem::take(&mut account.journal)),
    }
}

/// One invocation.
async fn carry_out<J: Job>(run: &Run, seed: u64, account: &Shared, time: &Time) {
    // The SDK draws its jitter and its ids from the generator of the thread.
    fastrand::seed(dice::key(seed, &[&"sdk", &run.at]));
    let (policy, event) = {
        let mut account = of(account);
        account.advance(time.now());
        let policy = account.world.policy.clone();
        let policy: Vec<_> = policy.into_iter().collect();
        let event = keys::resolved(&run.event, &account.world);
        account.journal.add(run.at, What::Began { policy: policy.clone(), event: event.clone() });
        account.note_standings(run.at, run.at);
        (policy, event)
    };
    let process = Arc::new(Process::new(run.at));
    let aws = clients(&Http::new(account, &process, time), time);
    let sink = Record { run: run.at, account: Arc::clone(account) };
    let ends = later(run.at, Duration::from_secs(run.seconds));
    let invocation = pin!(invoke::<J>(policy, aws, &event, &sink, (run.at, ends)));
    let end = alive(&process, time.until(ends), invocation).await;
    let mut account = of(account);
    account.note_standings(run.at, time.now());
    account.journal.add(time.now(), What::Ended { run: run.at, end: end.unwrap_or(End::Died) });
}

async fn invoke<J: Job>(
    policy: Vec<(String, String)>,
    aws: Aws,
    event: &str,
    sink: &Record,
    (began, ends): (Timestamp, Timestamp),
) -> End {
    let environment: Environment = policy.into_iter().collect();
    let driver = match Driver::<J>::new(&environment, aws) {
        Ok(driver) => driver,
        Err(faults) => return End::Fault(faults.to_string()),
    };
    let payload = match Payload::read(event) {
        Ok(payload) => payload,
        Err(fault) => return End::Fault(RunFault::from(fault).to_string()),
    };
    let stop = Stop::new();
    let millis = u64::try_from(ends.as_millisecond()).unwrap_or_default();
    let ledger = Ledger::new(Deadline::of_invocation(millis, began), &stop, sink);
    match Box::pin(driver.run(payload, &ledger, Caller::Platform)).await {
        Ok(finished) => End::Report(Box::new(finished.report)),
        Err(fault) => End::Fault(nightshift::text::chain(&fault)),
    }
}

/// `work`, unless its process dies before, at a call or by the platform.
async fn alive<T>(
    process: &Process,
    ends: impl Future<Output = ()>,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let mut ends = pin!(ends);
    poll_fn(|context| {
        let done = work.as_mut().poll(context);
        match done {
            _ if process.is_dead() => Poll::Ready(None),
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => ends.as_mut().poll(context).map(|()| None),
        }
    })
    .await
}

fn clients(http: &Http, time: &Time) -> Aws {
    let (retries, timeouts) = limits(None);
    let credentials = Credentials::new(OWN_KEY, "simulated", None, None, "simulation");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(HOME))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http.clone())
        .sleep_impl(time.clone())
        .time_source(time.clone())
        .retry_config(retries)
        .timeout_config(timeouts)
        .build();
    // Else one world would pay for what another one tried again.
    Aws::of(config, Roots::CompiledIn).retrying_apart(RetryPartition::custom("simulated").build())
}

/// The record of a run.
#[derive(Debug)]
struct Record {
    run: Timestamp,
    account: Shared,
}

impl Sink for Record {
    fn write(&self, line: Line<'_>) {
        if let Line::Begun(entry) = line {
            let what = What::Begun { run: self.run, id: entry.id.clone() };
            of(&self.account).journal.add(clock::now(), what);
        }
    }
}

/// The variables of a function as Terraform sets them, for one with mail.
pub fn policy<'a>(more: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let all = [
        ("NIGHTSHIFT_MODE", "apply"),
        ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
        ("NIGHTSHIFT_OPERATORS_MAIL", "operators@example.com"),
        ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
    ];
    all.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
