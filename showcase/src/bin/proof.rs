//! `cargo xtask proof [FUNCTION…]`: every call of every function, or of those named, broken in every way, in every world.
//! What a release is judged by; writes the rows of each function it has finished into the table of `docs/proof.md`.
#![expect(clippy::print_stdout, reason = "progress is this command's output")]

use std::path::Path;

use anyhow::{Context as _, ensure};
use futures::future::LocalBoxFuture;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use nightshift_showcase::proof::{
    AnonymisedClone, Breakable, ClusterCleanup, ClusterClone, Fleet, KeyRotation, Matrix, OnMysql, OnPostgres,
    OrgInventory, RELEASE, Rotated, RotatedAccounts, RotatedDual, RotatedMysql, RotatedPair, RotatedPostgres, Subject,
    at_once, db_users_by_burst, db_users_by_call, matrix, rows, secret_rotation_by_burst, secret_rotation_by_call,
};
use nightshift_testkit::database::{Flavour, Installation};
use nightshift_testkit::quarantine::Source;
use nightshift_testkit::{Fault, cargo, repository};

const BEGIN: &str = "<!-- matrix -->\n";
const END: &str = "<!-- /matrix -->";
const FUNCTIONS: [&str; 7] =
    ["cluster-cleanup", "cluster-clone", "db-users", "fleet-run", "key-rotation", "org-inventory", "secret-rotation"];

/// A database is not throttled; what can happen to a connection is that it breaks, or that its other end dies.
const OF_CONNECTIONS: [Fault; 4] = [Fault::RequestLost, Fault::AnswerLost, Fault::HoldBefore, Fault::HoldAfter];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let named: Vec<_> = std::env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| !FUNCTIONS.contains(&name.as_str())) {
        anyhow::bail!("there is no proof of '{unknown}'; there is one of {}", FUNCTIONS.join(", "));
    }
    for function in FUNCTIONS.into_iter().filter(|name| named.is_empty() || named.iter().any(|asked| asked == name)) {
        let matrices = match function {
            "cluster-cleanup" => cluster_cleanup().await?,
            "cluster-clone" => cluster_clone().await?,
            "fleet-run" => fleet().await?,
            "key-rotation" => key_rotation().await?,
            "org-inventory" => vec![("a night after changes", prove(&OrgInventory, "a night after changes").await?)],
            "secret-rotation" => secret_rotation().await?,
            _ => db_users().await?,
        };
        write(function, &rows(&matrices))?;
        for (_, matrix) in &matrices {
            matrix.check()?;
        }
    }
    Ok(())
}

type Matrices = Vec<(&'static str, Matrix)>;

async fn cluster_cleanup() -> anyhow::Result<Matrices> {
    let mut matrices = Vec::new();
    for (slow_aws, world) in [(true, "AWS takes its time"), (false, "gone at once")] {
        matrices.push((world, prove(&ClusterCleanup { slow_aws }, world).await?));
    }
    Ok(matrices)
}

async fn cluster_clone() -> anyhow::Result<Matrices> {
    let mut matrices = vec![("one wish", prove(&ClusterClone, "one wish").await?)];
    let mysql = Flavour::Mysql.find().map(|_| (Source::Mysql, "anonymised, MySQL"));
    if mysql.is_none() {
        println!("cluster-clone: there is no MySQL here; run `cargo xtask setup`");
    }
    for (source, world) in [(Source::Postgres, "anonymised, PostgreSQL")].into_iter().chain(mysql) {
        matrices.push((world, prove(&AnonymisedClone::of(source), world).await?));
    }
    Ok(matrices)
}

async fn fleet() -> anyhow::Result<Matrices> {
    let mut matrices = Vec::new();
    for (another_comes_due, world) in [(false, "one account"), (true, "another comes due")] {
        matrices.push((world, prove(&Fleet { another_comes_due }, world).await?));
    }
    Ok(matrices)
}

async fn key_rotation() -> anyhow::Result<Matrices> {
    let mut matrices = Vec::new();
    for (subject, world) in KeyRotation::WORLDS {
        matrices.push((world, prove(&subject, world).await?));
    }
    Ok(matrices)
}

async fn db_users() -> anyhow::Result<Matrices> {
    let binary = cargo::build("db-users")?;
    let mut matrices = Vec::new();
    // The oldest and the newest: what a master may do changed in 15 and 16.
    for (version, worlds) in [
        (14, ["PostgreSQL 14, AWS", "PostgreSQL 14, database"]),
        (18, ["PostgreSQL 18, AWS", "PostgreSQL 18, database"]),
    ] {
        match Installation::find(version) {
            Some(installation) => matrices.extend(on::<OnPostgres>(&binary, &installation, worlds).await?),
            None => println!("db-users: there is no PostgreSQL {version} here; run `cargo xtask setup`"),
        }
    }
    for (flavour, worlds) in
        [(Flavour::Mariadb, ["MariaDB, AWS", "MariaDB, database"]), (Flavour::Mysql, ["MySQL, AWS", "MySQL, database"])]
    {
        match flavour.find() {
            Some(program) => matrices.extend(on::<OnMysql>(&binary, &program, worlds).await?),
            None => println!("db-users: there is no {} here; run `cargo xtask setup`", flavour.engine()),
        }
    }
    Ok(matrices)
}

async fn secret_rotation() -> anyhow::Result<Matrices> {
    let binary = &cargo::build("secret-rotation")?;
    let postgres = &Installation::any()?;
    let servers = [Flavour::Mariadb, Flavour::Mysql].map(|flavour| (flavour, flavour.find()));
    let mut worlds: Vec<LocalBoxFuture<'_, anyhow::Result<Matrices>>> = vec![
        Box::pin(rotated::<RotatedPostgres>(binary, postgres, ["PostgreSQL, AWS", "PostgreSQL, database"])),
        Box::pin(rotated::<RotatedPair>(binary, postgres, ["two logins, AWS", "two logins, database"])),
    ];
    for (flavour, program) in &servers {
        let Some(program) = program else {
            println!("secret-rotation: there is no {} here; run `cargo xtask setup`", flavour.engine());
            continue;
        };
        let (names, pairs) = match flavour {
            Flavour::Mariadb => (
                ["MariaDB, AWS", "MariaDB, database"],
                ["two accounts of MariaDB, AWS", "two accounts of MariaDB, database"],
            ),
            Flavour::Mysql => {
                (["MySQL, AWS", "MySQL, database"], ["two accounts of MySQL, AWS", "two accounts of MySQL, database"])
            }
        };
        worlds.push(Box::pin(rotated::<RotatedMysql>(binary, program, names)));
        worlds.push(Box::pin(rotated::<RotatedAccounts>(binary, program, pairs)));
        if *flavour == Flavour::Mysql {
            let names = ["two passwords of MySQL, AWS", "two passwords of MySQL, database"];
            worlds.push(Box::pin(rotated::<RotatedDual>(binary, program, names)));
        }
    }
    // Each has a server and an account of its own, and waits for both more than it computes.
    let processors = std::thread::available_parallelism()?.get();
    stream::iter(worlds).buffered(processors).try_concat().await
}

/// The same of a rotation.
async fn rotated<R: Rotated>(
    binary: &Path,
    server: &R::Server,
    [aws, database]: [&'static str; 2],
) -> anyhow::Result<Matrices> {
    let by_call = secret_rotation_by_call::<R>(binary, server, &RELEASE, 1).await?;
    println!("secret-rotation, {aws}: {} calls x {} faults", by_call.calls.len(), RELEASE.len());
    let by_burst = secret_rotation_by_burst::<R>(binary, server, &OF_CONNECTIONS, 1).await?;
    let bursts = by_burst.trials.len() / OF_CONNECTIONS.len();
    println!("secret-rotation, {database}: {bursts} bursts x {} faults", OF_CONNECTIONS.len());
    Ok(vec![(aws, by_call), (database, by_burst)])
}

/// Calls to AWS broken, then bursts to the database.
async fn on<B: Breakable>(
    binary: &Path,
    server: &B::Server,
    [aws, database]: [&'static str; 2],
) -> anyhow::Result<Matrices> {
    let by_call = db_users_by_call::<B>(binary, server, &RELEASE, 1).await?;
    println!("db-users, {aws}: {} calls x {} faults", by_call.calls.len(), RELEASE.len());
    let by_burst = db_users_by_burst::<B>(binary, server, &OF_CONNECTIONS, 1).await?;
    let bursts = by_burst.trials.len() / OF_CONNECTIONS.len();
    println!("db-users, {database}: {bursts} bursts x {} faults", OF_CONNECTIONS.len());
    Ok(vec![(aws, by_call), (database, by_burst)])
}

async fn prove<S: Subject>(subject: &S, world: &str) -> anyhow::Result<Matrix> {
    let binary = cargo::build(S::NAME)?;
    let found = matrix(subject, &binary, &RELEASE).await?;
    println!("{}, {world}: {} calls x {} faults", S::NAME, found.calls.len(), RELEASE.len());
    let wrong = at_once(subject, &binary).await?;
    ensure!(wrong.is_empty(), "two runs at the same moment: {}", wrong.join("; "));
    Ok(found)
}

/// Puts the rows of `function` into the table in the page, in the place of those it had, and touches nothing else of it.
fn write(function: &str, rows: &str) -> anyhow::Result<()> {
    let path = repository::root().join("docs/proof.md");
    let page = std::fs::read_to_string(&path).context("could not read docs/proof.md")?;
    let (before, rest) = page.split_once(BEGIN).context("docs/proof.md has lost its <!-- matrix --> mark")?;
    let (table, after) = rest.split_once(END).context("docs/proof.md has lost its <!-- /matrix --> mark")?;
    let (head, old): (Vec<_>, Vec<_>) =
        table.lines().partition(|line| line.starts_with("| function ") || line.starts_with("|---"));
    let own = format!("| {function} |");
    let mut all: Vec<_> = old.into_iter().filter(|line| !line.starts_with(&own)).chain(rows.lines()).collect();
    // By function; the worlds of one stay as they were run.
    all.sort_by_key(|line| line.split('|').nth(1).map(str::to_owned));
    let table = head.into_iter().chain(all).collect::<Vec<_>>().join("\n");
    std::fs::write(path, format!("{before}{BEGIN}{table}\n{END}{after}"))?;
    Ok(())
}
