//! `org-inventory`: a whole reading of organisations of three sizes under the throttles AWS publishes, from the management account and
//! from a delegated administrator's, against the least of calls and of time, and beside a script that goes the way of
//! aws-data-tools. The time under throttles is the bench's own; how the function starts, and how much memory it holds, is
//! measured on real processes.

mod least;
pub(super) mod organization;
mod throttles;
mod transport;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use nightshift::domains::organization::Snapshot;
use nightshift::services::organizations::{Builder, OrganizationReader, Pace, Share, Wanted};
use serde_json::{Value, json};

pub use organization::{From, Sizes};

use super::process;
use super::table::{Section, Target, kibi, mebi, millis, ratio};
use super::time::Time;
use super::{Account, Asked, Calls, Responder, Subject, program};
use organization::Organization;
use transport::{LATENCY, Made, Transport};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct OrgInventory;

/// Those of the table that a reading was planned by.
const SIZES: [Sizes; 3] = [
    Sizes { accounts: 200, units: 50, policies: 5 },
    Sizes { accounts: 1_000, units: 200, policies: 50 },
    Sizes { accounts: 10_000, units: 1_000, policies: 500 },
];
/// More calls are not made by the script but counted by what it made in the others: it would take hours.
const TWIN_IS_RUN_TO: usize = 1_000;
const CALLS_OVER_LEAST: f64 = 1.05;
const TIME_OVER_BOUND: f64 = 1.2;
const MEMORY_MIB: u32 = 256;

impl Subject for OrgInventory {
    const NAME: &'static str = "org-inventory";
    const LEAST: &'static str = "";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![("NIGHTSHIFT_SNAPSHOT_BUCKET", "bench"), ("NIGHTSHIFT_MODE", "plan")]
    }

    fn event(&self) -> Value {
        json!({ "whole": "yes" })
    }

    fn quiet_account(&self) -> Arc<dyn Account> {
        let sizes = Sizes { accounts: 20, units: 10, policies: 3 };
        Arc::new(Organization { sizes, from: From::Management })
    }
}

/// What a whole reading took.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What was read.
    pub sizes: Sizes,
    /// By whose credentials.
    pub from: From,
    /// By the bench's own time, every call taking 20 ms.
    pub time: Duration,
    /// The least time all of its calls take under AWS's throttles.
    pub bound: Duration,
    made: Made,
}

impl Reading {
    /// Reads an organisation of `sizes` with all of AWS's rates; an error if a call was throttled, or something was not read.
    pub async fn of(sizes: Sizes, from: From) -> anyhow::Result<Self> {
        let time = Time::default();
        let transport = Transport::new(Organization { sizes, from }, time.clone());
        let aws = transport.aws().await;
        let whole = Share::of(100).unwrap_or(Share::NEIGHBOUR);
        let pace = Pace::within(whole).by(Arc::new(time.clone()));
        let (own, reader) = (time.clone(), OrganizationReader::new(&aws, pace));
        let read = move || own.run(Builder::new(reader).read(&Wanted::ALL));
        let facts = tokio::task::spawn_blocking(read).await???;
        let made = transport.made();
        ensure!(made.unknown.is_empty(), "nobody has an answer to {}", made.unknown.join(", "));
        ensure!(made.throttled == 0, "{} calls were throttled", made.throttled);
        whole_of(sizes, &Snapshot::of(facts)?)?;
        let mut all = least::least(sizes, from);
        for (action, times) in least::besides(sizes, from) {
            *all.entry(action).or_default() += times;
        }
        Ok(Self { sizes, from, time: time.passed(), bound: throttles::bound(&all), made })
    }

    /// Calls without which it is not read, made and at the least.
    pub fn calls(&self) -> (u64, u64) {
        let (besides, least) = (least::besides(self.sizes, self.from), least::least(self.sizes, self.from));
        let own = |(action, times): (&String, &u64)| times.saturating_sub(besides.get(action).copied().unwrap_or(0));
        (self.made.calls.iter().map(own).sum(), least.values().sum())
    }

    /// All others, made and as planned.
    pub fn others(&self) -> (u64, u64) {
        let all: u64 = self.made.calls.values().sum();
        (all - self.calls().0, least::besides(self.sizes, self.from).values().sum())
    }
}

/// An error if anything is missing.
fn whole_of(sizes: Sizes, snapshot: &Snapshot) -> anyhow::Result<()> {
    let accounts = || snapshot.accounts.iter().flatten();
    ensure!(snapshot.gaps.is_empty(), "there are gaps: {:?}", snapshot.gaps);
    ensure!(accounts().count() == sizes.accounts, "{} accounts were read", accounts().count());
    ensure!(snapshot.units.len() == sizes.units, "{} units were read", snapshot.units.len());
    let policies = snapshot.policies.as_deref().unwrap_or_default();
    ensure!(policies.len() == sizes.policies, "{} policies were read", policies.len());
    let with_all = policies.iter().all(|policy| policy.content.is_some() && !policy.targets.is_empty());
    ensure!(with_all, "a policy has no content, or no targets");
    ensure!(
        accounts().all(|account| account.tags.as_ref().is_some_and(|tags| tags.len() == 2)),
        "an account lacks tags"
    );
    let merged: usize = accounts().filter_map(|account| account.effective_policies.as_ref().map(Vec::len)).sum();
    ensure!(merged == sizes.merged(), "{merged} effective policies were read, and not {}", sizes.merged());
    Ok(())
}

pub(super) fn section() -> Section {
    let how = format!(
        "A whole reading with all of the rates that AWS grants an account (the default takes half of them, and twice the time). An \
         organisation in memory throttles by the published token buckets; what AWS does not publish is taken as one call a \
         second, two at once. *Time* is by a clock that passes only while everybody waits, every call taking {} ms: what \
         the processor does is not in it. Its *bound* is what the slowest bucket takes to let all calls through. *Calls* are those \
         without which the organisation is not read; *others* are spot checks, the lists of accounts whose policies do not go together, \
         delegated administrators, service access, handshakes, creations of accounts, the resource policy and whose credentials these \
         are. A reading counts only if it has everything and no call was throttled. *Peak memory* is `VmHWM` of the function's process \
         after it read the same. boto3 does what aws-data-tools does, one call after the other and nothing by the tag API; its time is that of \
         its calls, each at the moment its bucket lets it through. Above {TWIN_IS_RUN_TO} accounts its calls are *computed*.",
        LATENCY.as_millis()
    );
    let columns =
        ["organisation", "read from", "figure", "org-inventory", "bound", "ratio", "target", "", "boto3", "ratio"];
    Section::new("Organisations", how, &columns)
}

/// Adds the rows.
pub(super) async fn measure(section: &mut Section, quick: bool) -> anyhow::Result<()> {
    let sizes = if quick { &SIZES[..1] } else { &SIZES[..] };
    for &sizes in sizes {
        let twin = Twin::of(sizes).await?;
        for from in [From::Management, From::Delegate] {
            let reading = Reading::of(sizes, from).await?;
            rows(section, &reading, &twin);
        }
        memory(section, sizes).await?;
    }
    Ok(())
}

fn rows(section: &mut Section, reading: &Reading, twin: &Twin) {
    let computed = if twin.was_run { "" } else { " (computed)" };
    let row = |figure: &str, measured: String, bound: String, quotient: f64| {
        let quotient = if quotient >= 1.0 { format!("{quotient:.2}") } else { ratio(quotient, 1.0) };
        [of(reading.sizes), words(reading.from).to_owned(), figure.to_owned(), measured, bound, quotient]
    };
    let (made, least) = reading.calls();
    let quotient = float(made) / float(least);
    let words = format!("at most {CALLS_OVER_LEAST}");
    let target = Target { words, met: quotient <= CALLS_OVER_LEAST };
    let against = [format!("{}{computed}", twin.calls), ratio(float(made), float(twin.calls))];
    section.row(&row("calls", made.to_string(), least.to_string(), quotient), Some(target), &against);
    let (made, planned) = reading.others();
    let target = Target { words: "as planned".to_owned(), met: made <= planned };
    let figures = row("others", made.to_string(), planned.to_string(), float(made) / float(planned));
    section.row(&figures, Some(target), &[String::new(), String::new()]);
    let quotient = reading.time.as_secs_f64() / reading.bound.as_secs_f64();
    let target = Target { words: format!("at most {TIME_OVER_BOUND}"), met: quotient <= TIME_OVER_BOUND };
    let against =
        [format!("{}{computed}", millis(twin.time)), ratio(reading.time.as_secs_f64(), twin.time.as_secs_f64())];
    section.row(&row("time", millis(reading.time), millis(reading.bound), quotient), Some(target), &against);
}

async fn memory(section: &mut Section, sizes: Sizes) -> anyhow::Result<()> {
    let account = Arc::new(Organization { sizes, from: From::Management });
    let responder = Responder::start(account, Duration::ZERO).await?;
    let function = program::function(OrgInventory::NAME, &responder.url(), &OrgInventory.policy());
    let run = process::invoke(&function, &OrgInventory.event()).await?;
    let counts = &run.answer["counts"];
    ensure!(counts["failed"] == 0 && counts["already_right"] == 1, "it did not keep a snapshot: {counts}");
    responder.take_calls()?;
    let met = run.peak_kib < MEMORY_MIB * 1024;
    let target = Target { words: format!("under {MEMORY_MIB} MiB"), met };
    let figures = [of(sizes), words(From::Management).to_owned(), "peak memory".to_owned(), mebi(kibi(run.peak_kib))];
    let figures: Vec<_> = figures.into_iter().chain([String::new(), String::new()]).collect();
    section.row(&figures, Some(target), &[String::new(), String::new()]);
    Ok(())
}

/// The script's reading of the same.
struct Twin {
    calls: u64,
    time: Duration,
    was_run: bool,
}

impl Twin {
    async fn of(sizes: Sizes) -> anyhow::Result<Self> {
        let computed = least::of_twin(sizes);
        let sequence = computed.iter().flat_map(|(action, times)| std::iter::repeat_n(*action, *times));
        let calls = sequence.clone().count();
        let was_run = sizes.accounts <= TWIN_IS_RUN_TO;
        let mut time = throttles::one_by_one(sequence, LATENCY);
        if was_run {
            let made = Self::run(sizes).await?;
            ensure!(transport::counted(&computed) == counts(&made), "the script made other calls: {:?}", counts(&made));
            time = throttles::one_by_one(made.iter().map(String::as_str), LATENCY);
        }
        Ok(Self { calls: u64::try_from(calls)?, time, was_run })
    }

    /// Its calls in their order.
    async fn run(sizes: Sizes) -> anyhow::Result<Vec<String>> {
        let seen =
            Arc::new(Seen { organization: Organization { sizes, from: From::Management }, made: Mutex::default() });
        let responder = Responder::start(Arc::<Seen>::clone(&seen), Duration::ZERO).await?;
        let script = program::boto3(OrgInventory::NAME, &responder.url(), &[]);
        let run = process::invoke(&script, &json!({})).await?;
        let read = json!({ "accounts": sizes.accounts, "effective_policies": sizes.merged(), "units": sizes.units });
        ensure!(run.answer == read, "boto3 read something else: {}", run.answer);
        responder.take_calls()?;
        Ok(std::mem::take(&mut *seen.made.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// An organisation that remembers the order of its calls.
struct Seen {
    organization: Organization,
    made: Mutex<Vec<String>>,
}

impl Account for Seen {
    fn answer(&self, asked: &Asked) -> Option<String> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(asked.action.clone());
        self.organization.answer(asked)
    }
}

fn counts(made: &[String]) -> Calls {
    let mut counts = Calls::new();
    for action in made {
        *counts.entry(action.clone()).or_default() += 1;
    }
    counts
}

fn of(Sizes { accounts, units, policies }: Sizes) -> String {
    format!("{accounts} accounts, {units} units, {policies} policies")
}

fn words(from: From) -> &'static str {
    match from {
        From::Management => "the management account",
        From::Delegate => "a delegated administrator",
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls has far fewer digits than a float keeps")]
fn float(calls: u64) -> f64 {
    calls as f64
}
