//! `db-users` on a real server: what it sends to the database and to AWS for many users in many databases, when they are made
//! and when nothing has changed, against the least and against the same job in psycopg and boto3.

mod account;
mod sizes;
mod world;

use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::Value;

use super::table::{Section, Target, millis, ratio};
use super::{Calls, program};
use nightshift_testkit::database::Installation;
use nightshift_testkit::function::{Answer, FunctionProcess};
use nightshift_testkit::repository;
use world::{Cost, Size, World};

/// The package and binary.
pub const NAME: &str = "db-users";
/// What a call to a near Region takes, give or take.
const LATENCY: Duration = Duration::from_millis(20);
/// Passes over an unchanged world of which the median counts.
const ROUNDS: usize = 3;
/// What is asked of a database whatever happens: the lock, the server, whether the database is there, and of it roles,
/// memberships, itself, schemas, tables, routines, default privileges and those on columns.
const QUESTIONS: usize = 11;
/// The round trips of those: the lock, the server, the catalogs.
const QUESTIONS_AT_ONCE: usize = 3;
/// The most of the other program's time an unchanged world may take.
const TIME: (&str, f64) = ("at most 1/2", 0.5);

pub(super) fn section() -> Section {
    let how = format!(
        "All events of a pipeline, one for each database, handed one after the other to one warm process of `{NAME}`, and to \
         one of a script in psycopg and boto3 that does what such scripts do. The server is a real PostgreSQL on this \
         machine, with TLS and a master that is no superuser; AWS is a Secrets Manager in memory that takes {} ms a call.\n\n\
         *Statements* are what the server logged, without those that begin and end transactions, *round trips* the times the program sent something to it and then \
         waited, those of a login among them. *Least*, nothing changed: {QUESTIONS} questions a database in \
         {QUESTIONS_AT_ONCE} round trips, a login for the lock, one for the database, and one for each user, since whether a \
         password is right is known by trying it alone; of AWS the master's secret, and how each user's stands and what is in \
         it. When users are made, instead of reading what is in it: the statements of the plan in one transaction a user, \
         sent together and then committed, a login, and making the secret. *Time* is that of all events together, in an \
         unchanged world the median of {ROUNDS} passes.",
        LATENCY.as_millis()
    );
    let columns = ["world", "figure", NAME, "least", "target", "", "psycopg and boto3", "ratio"];
    Section::new("Database users", how, &columns)
}

/// Adds the rows.
pub(super) async fn measure(section: &mut Section, quick: bool) -> anyhow::Result<()> {
    let (databases, users) = if quick { (3, 4) } else { (30, 10) };
    let size = Size { databases, users, latency: LATENCY };
    let version = Installation::any()?;
    let own = own(&version, size).await?;
    let other = other(&version, size).await?;
    let all = databases * users;
    let what = |state: &str| format!("{all} users in {databases} databases, {state}");
    rows(section, &what("to be made"), &own.made, &own.least_made, &other.made, None);
    rows(section, &what("nothing changed"), &own.unchanged, &own.least_unchanged, &other.unchanged, Some(TIME));
    sizes::measure(section, quick).await
}

/// Statements, round trips, calls.
struct Least {
    statements: usize,
    trips: usize,
    calls: usize,
    /// Asking whose account it is, once an event.
    spare_calls: usize,
}

struct Own {
    made: Cost,
    unchanged: Cost,
    least_made: Least,
    least_unchanged: Least,
}

struct Other {
    made: Cost,
    unchanged: Cost,
}

async fn own(version: &Installation, size: Size) -> anyhow::Result<Own> {
    let world = World::new(version, size).await?;
    let login = world.trips_of_a_login().await?;
    let mut function = FunctionProcess::start(&program::binary(NAME), &world.environment())?;
    let all = size.databases * size.users;
    let (made, reports) = pass(&world, &mut function).await?;
    expect(&reports, "changed", size)?;
    let planned: usize = reports.iter().map(statements).sum();
    let mut passes = Vec::new();
    for _ in 0..ROUNDS {
        let (cost, reports) = pass(&world, &mut function).await?;
        expect(&reports, "already_right", size)?;
        passes.push(cost);
    }
    passes.sort_by_key(|cost| cost.time);
    let least = |statements, trips, calls| Least {
        statements: size.databases * QUESTIONS + statements,
        trips: size.databases * (QUESTIONS_AT_ONCE + 2 * login) + trips,
        calls: size.databases + calls,
        spare_calls: size.databases,
    };
    Ok(Own {
        made,
        unchanged: passes.swap_remove(ROUNDS / 2),
        // A transaction is sent, and then committed.
        least_made: least(planned, all * (2 + login), 2 * all),
        least_unchanged: least(0, all * login, 2 * all),
    })
}

async fn other(version: &Installation, size: Size) -> anyhow::Result<Other> {
    let world = World::new(version, size).await?;
    let root = repository::root();
    let python = root.join(".tools/bench/bin/python");
    ensure!(python.exists(), "psycopg is not set up in .tools/bench: run this as `cargo xtask bench`");
    let arguments = [root.join("showcase/bench/runtime.py").into(), "db_users".into()];
    let mut script = FunctionProcess::start_with(&python, &arguments, &world.environment())?;
    let mut costs = Vec::new();
    for _ in 0..=ROUNDS {
        let (cost, answers) = pass(&world, &mut script).await?;
        let right = answers.iter().all(|answer| answer["changed"] == size.users);
        ensure!(right, "the script answered {answers:?}");
        costs.push(cost);
    }
    let made = costs.remove(0);
    costs.sort_by_key(|cost| cost.time);
    Ok(Other { made, unchanged: costs.swap_remove(ROUNDS / 2) })
}

/// Hands every event to `process`.
#[expect(clippy::disallowed_methods, reason = "a benchmark goes by the real clock")]
async fn pass(world: &World, process: &mut FunctionProcess) -> anyhow::Result<(Cost, Vec<Value>)> {
    let before = world.begin()?;
    let started = Instant::now();
    let mut answers = Vec::new();
    for event in world.events() {
        match process.invoke(&event).await? {
            Answer::Report(answer) => answers.push(answer),
            Answer::Fault { kind, message } => anyhow::bail!("{kind}: {message}"),
        }
    }
    let took = started.elapsed();
    Ok((world.end(before, took)?, answers))
}

fn expect(reports: &[Value], outcome: &str, size: Size) -> anyhow::Result<()> {
    for report in reports {
        let counts = &report["counts"];
        ensure!(counts[outcome] == size.users && counts["failed"] == 0, "expected all {outcome}: {report:#}");
    }
    Ok(())
}

/// How many of a report's steps are SQL.
fn statements(report: &Value) -> usize {
    let steps = report["items"].as_array().into_iter().flatten().filter_map(|item| item["steps"].as_array());
    let words = ["CREATE ", "ALTER ", "GRANT ", "REVOKE "];
    let is_sql = |step: &&Value| step.as_str().is_some_and(|step| words.iter().any(|word| step.starts_with(word)));
    steps.flatten().filter(is_sql).count()
}

fn rows(section: &mut Section, world: &str, own: &Cost, least: &Least, other: &Cost, time: Option<(&str, f64)>) {
    let total = |calls: &Calls| usize::try_from(calls.values().sum::<u64>()).unwrap_or(usize::MAX);
    let counted = [
        ("statements", own.statements, least.statements, 0, other.statements),
        ("round trips to the server", own.trips, least.trips, 0, other.trips),
        ("calls to AWS", total(&own.calls), least.calls, least.spare_calls, total(&other.calls)),
    ];
    for (figure, own, least, spare, other) in counted {
        let words = if spare == 0 { "least".to_owned() } else { format!("least + {spare}") };
        let figures = [world.to_owned(), figure.to_owned(), own.to_string(), least.to_string()];
        let target = Target { words, met: own <= least + spare };
        section.row(&figures, Some(target), &[other.to_string(), quotient(own, other)]);
    }
    let (seconds, of_other) = (own.time.as_secs_f64(), other.time.as_secs_f64());
    let figures = [world.to_owned(), "time".to_owned(), millis(own.time), String::new()];
    let target = time.map(|(words, most)| Target { words: words.to_owned(), met: seconds / of_other <= most });
    section.row(&figures, target, &[millis(other.time), ratio(seconds, of_other)]);
}

fn quotient(own: usize, other: usize) -> String {
    let float = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    ratio(float(own), float(other))
}
