//! `cargo xtask simulate`: years of nights from seeds nobody chose, until a law breaks or the time is over.
#![expect(clippy::print_stdout, reason = "telling a person what happened is what this is for")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use nightshift::clock;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift_simulation::history::History;
use nightshift_simulation::reached::Reached;
use nightshift_simulation::subject::Subject;
use nightshift_simulation::trial::{Finding, Trial, finding, trial};

/// Simulates years of nights
#[derive(Parser)]
#[command(name = "cargo xtask simulate")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody types")]
struct Cli {
    /// Which job
    #[arg(value_enum, default_value_t)]
    job: Which,
    /// So many account-years at most
    #[arg(long, default_value_t = 100)]
    years: u64,
    /// So many minutes at most
    #[arg(long)]
    minutes: Option<u64>,
    /// The first seed; without it, one by the clock
    #[arg(long)]
    seed: Option<u64>,
    /// Nights of a history, before its quiet ones
    #[arg(long, default_value_t = 45)]
    nights: u64,
    /// Play this history instead, and tell its story
    #[arg(long)]
    history: Option<PathBuf>,
    /// Only say a number that another process says, too, if everything happens alike
    #[arg(long)]
    fingerprint: bool,
    /// Go on when a law breaks, count which break, and say what was reached
    #[arg(long)]
    survey: bool,
    /// Stop at the first law that breaks, and only say which, by which seed, and after how many account-years
    #[arg(long)]
    first: bool,
    /// Tell the first history that breaks a law as it is, and do not shorten it
    #[arg(long)]
    long: bool,
    /// Threads; without it, one a core
    #[arg(long)]
    threads: Option<usize>,
    /// Where a history that breaks a law is written
    #[arg(long, default_value = "target/simulation")]
    into: PathBuf,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Which {
    #[default]
    ClusterCleanup,
    KeyRotation,
}

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    match cli.job {
        Which::ClusterCleanup => simulate::<ClusterCleanup>(&cli),
        Which::KeyRotation => simulate::<KeyRotation>(&cli),
    }
}

fn simulate<J: Subject>(cli: &Cli) -> anyhow::Result<ExitCode> {
    let seed = cli.seed.unwrap_or_else(|| clock::now().as_second().unsigned_abs());
    if cli.fingerprint {
        println!("{:016x}", trial::<J>(&J::draw(seed, cli.nights)).journal.fingerprint());
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &cli.history {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let history: History = serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
        return Ok(tell::<J>(&history));
    }
    run::<J>(cli, seed)
}

/// Plays one history as it is.
fn tell<J: Subject>(history: &History) -> ExitCode {
    let trial = trial::<J>(history);
    for broken in &trial.broken {
        println!("{}", nightshift_simulation::story::story(&trial.journal, broken));
    }
    if trial.broken.is_empty() {
        println!("no law is broken");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// What all threads did.
#[derive(Default)]
struct Sum {
    next: AtomicU64,
    nights: AtomicU64,
    calls: AtomicUsize,
    stop: AtomicBool,
    found: Mutex<Option<(u64, Finding)>>,
    /// How often a law broke, and by which seed first.
    survey: Mutex<BTreeMap<&'static str, (u64, u64, String)>>,
    reached: Mutex<Reached>,
}

fn run<J: Subject>(cli: &Cli, seed: u64) -> anyhow::Result<ExitCode> {
    let (began, sum) = (clock::now(), Sum::default());
    let threads = cli.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    println!("{}, from seed {seed} on, {} nights a history and {} quiet ones", J::NAME, cli.nights, J::QUIET);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work::<J>(cli, seed, began, &sum));
        }
    });
    let seconds = clock::now().duration_since(began).as_secs_f64().max(0.001);
    let (nights, calls) = (sum.nights.load(Ordering::SeqCst), sum.calls.load(Ordering::SeqCst));
    #[expect(clippy::cast_precision_loss, reason = "a rate, for a person")]
    let (years, rate) = (nights as f64 / 365.0, nights as f64 / seconds);
    println!(
        "{years:.1} account-years, {nights} nights, {calls} calls, {rate:.0} nights a second on {threads} threads"
    );
    if cli.survey {
        let reached = sum.reached.into_inner().unwrap_or_default();
        let listed = |counts: &BTreeMap<String, usize>| {
            counts.iter().map(|(what, times)| format!("{what} {times}")).collect::<Vec<_>>().join(", ")
        };
        println!("reasons given: {}", listed(&reached.reasons));
        println!("went wrong: {}", listed(&reached.faults));
        println!("reasons never given: {}", reached.never::<J>().join(", "));
    }
    for (law, (times, seed, said)) in sum.survey.into_inner().unwrap_or_default() {
        println!("{law}: {times} times, first by seed {seed}: {said}");
    }
    let found = sum.found.into_inner().ok().flatten();
    let Some((seed, found)) = found else {
        println!("no law is broken");
        return Ok(ExitCode::SUCCESS);
    };
    fs::create_dir_all(&cli.into)?;
    let path = cli.into.join(format!("{}-{seed}.json", found.broken.law.replace(' ', "-")));
    fs::write(&path, serde_json::to_string_pretty(&found.history)? + "\n")?;
    println!("\nseed {seed}, shortened in {} plays, written to {}:\n\n{}", found.tries, path.display(), found.story);
    Ok(ExitCode::FAILURE)
}

fn work<J: Subject>(cli: &Cli, first: u64, began: Timestamp, sum: &Sum) {
    let is_over = || {
        let long = cli
            .minutes
            .is_some_and(|minutes| clock::now().duration_since(began).unsigned_abs() >= Duration::from_mins(minutes));
        long || sum.nights.load(Ordering::SeqCst) >= cli.years * 365 || sum.stop.load(Ordering::SeqCst)
    };
    while !is_over() {
        let seed = first + sum.next.fetch_add(1, Ordering::SeqCst);
        let history = J::draw(seed, cli.nights);
        let trial = trial::<J>(&history);
        sum.nights.fetch_add(cli.nights + J::QUIET, Ordering::SeqCst);
        sum.calls.fetch_add(trial.journal.calls(), Ordering::SeqCst);
        if cli.survey {
            sum.reached.lock().unwrap_or_else(PoisonError::into_inner).add(&trial.journal);
            let mut survey = sum.survey.lock().unwrap_or_else(PoisonError::into_inner);
            for broken in trial.broken {
                survey.entry(broken.law).or_insert((0, seed, broken.said)).0 += 1;
            }
            continue;
        }
        if let (true, Some(broken)) = (cli.first, trial.broken.first()) {
            if !sum.stop.swap(true, Ordering::SeqCst) {
                let nights = sum.nights.load(Ordering::SeqCst);
                println!(
                    "broken: {} by seed {seed}, after {}.{} account-years: {}",
                    broken.law,
                    nights / 365,
                    nights % 365 * 10 / 365,
                    broken.said
                );
            }
            continue;
        }
        if trial.broken.is_empty() || sum.stop.swap(true, Ordering::SeqCst) {
            continue;
        }
        let finding = if cli.long { as_it_is(history, trial) } else { finding::<J>(&history, &trial) };
        if let (Some(finding), Ok(mut found)) = (finding, sum.found.lock()) {
            *found = Some((seed, finding));
        }
    }
}

/// A history that breaks a law, with everything that is in it.
fn as_it_is(history: History, trial: Trial) -> Option<Finding> {
    let broken = trial.broken.into_iter().next()?;
    let story = nightshift_simulation::story::story(&trial.journal, &broken);
    let history = History { faults: trial.journal.faults(), rates: None, ..history };
    Some(Finding { history, broken, story, tries: 0 })
}
