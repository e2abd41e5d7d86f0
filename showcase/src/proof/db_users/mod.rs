//! `db-users`, broken at every call to AWS and at every burst it sends to the database: users who come, change, are taken
//! over, come back and go, and afterwards each secret opens the door it says it opens. On `PostgreSQL`, where all of one user
//! is one transaction, and on `MySQL` and `MariaDB`, where nothing is.

mod mysql;
mod postgres;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::matrix::side_by_side;
use super::{Matrix, Trial};
pub use mysql::OnMysql;
use nightshift_testkit::database::Cutter;
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::scene::Scene;
pub use postgres::OnPostgres;

const NAME: &str = "db-users";
/// The users that are there in the end, and the one that is not.
const STAY: [&str; 5] = ["maker", "fresh", "taken-over", "returning", "drifted"];
const GOES: &str = "gone";
/// The password of `returning`, whose secret was deleted while it could log in: nobody logs in by it again.
const OLD: &str = "returning-password";

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Aws,
    Database,
}

/// A server, its account, and what lies between both and the function.
pub trait Breakable: Sized {
    /// What it is made of.
    type Server;

    /// A new one, with users in every state there is.
    fn new(server: &Self::Server) -> impl Future<Output = anyhow::Result<Self>>;

    /// Its account.
    fn scene(&self) -> &Scene;

    /// Before its server.
    fn cutter(&self) -> &Cutter;

    /// What leads a function there.
    fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String>;

    /// What a run is asked for.
    fn event(&self, mode: &str) -> Value;

    /// What is wrong with the world: an empty list, if all is well.
    fn judge(&self) -> impl Future<Output = anyhow::Result<Vec<String>>>;
}

/// Breaks every call to AWS of a run, or each of so many.
pub async fn db_users_by_call<B: Breakable>(
    binary: &Path,
    server: &B::Server,
    faults: &[Fault],
    each: usize,
) -> anyhow::Result<Matrix> {
    let unbroken = B::new(server).await?;
    run(&unbroken, binary).await?;
    let calls: Vec<_> = unbroken.scene().proxy.calls().into_iter().map(|call| call.action).collect();
    let wrong = judge(&unbroken, binary).await?;
    ensure!(wrong.is_empty(), "even without faults: {}", wrong.join("; "));
    let places = (0..calls.len()).step_by(each).collect();
    broken::<B>(binary, server, faults, Where::Aws, places, calls).await
}

/// Breaks every burst a run sends to the database after it has read the world, or each of so many.
pub async fn db_users_by_burst<B: Breakable>(
    binary: &Path,
    server: &B::Server,
    faults: &[Fault],
    each: usize,
) -> anyhow::Result<Matrix> {
    let unbroken = B::new(server).await?;
    start(&unbroken, binary)?.invoke(&unbroken.event("plan")).await?.report();
    let read = unbroken.cutter().seen();
    unbroken.cutter().reset();
    run(&unbroken, binary).await?;
    let all = unbroken.cutter().seen();
    let bursts = (0..all).map(|number| format!("burst {number} of {all}")).collect();
    let places = (read.saturating_sub(4)..all).step_by(each).collect();
    broken::<B>(binary, server, faults, Where::Database, places, bursts).await
}

async fn broken<B: Breakable>(
    binary: &Path,
    server: &B::Server,
    faults: &[Fault],
    place: Where,
    numbers: Vec<usize>,
    calls: Vec<String>,
) -> anyhow::Result<Matrix> {
    let trials = side_by_side(numbers, faults, async |number, fault| {
        let world = B::new(server).await?;
        let broken = broken_run(&world, binary, place, number, fault).await;
        broken.with_context(|| format!("{place:?} {number} {fault:?}"))?;
        // The next run, without faults, and where the world is then.
        run(&world, binary).await?;
        Ok(Trial { call: number, fault, wrong: judge(&world, binary).await? })
    });
    Ok(Matrix { name: NAME, trials: trials.await?, calls })
}

fn start(world: &impl Breakable, binary: &Path) -> anyhow::Result<FunctionProcess> {
    let address = world.cutter().address.to_string();
    // One after the other, so that each number is the same call each time.
    let policy = [("NIGHTSHIFT_DB_ADDRESS", address.as_str()), ("NIGHTSHIFT_CONCURRENCY", "1")];
    FunctionProcess::start(binary, &world.environment(&policy))
}

async fn run(world: &impl Breakable, binary: &Path) -> anyhow::Result<()> {
    start(world, binary)?.invoke(&world.event("apply")).await.map(|_| ())
}

async fn broken_run(
    world: &impl Breakable,
    binary: &Path,
    place: Where,
    number: usize,
    fault: Fault,
) -> anyhow::Result<()> {
    let mut function = start(world, binary)?;
    match place {
        Where::Aws => world.scene().proxy.break_call(number, fault),
        Where::Database => world.cutter().break_burst(number, fault),
    }
    if matches!(fault, Fault::HoldBefore | Fault::HoldAfter) {
        function.send(&world.event("apply")).await?;
        tokio::select! {
            // A run may send a burst less than the one that was counted.
            answer = function.answer() => { answer?; }
            () = reached(world, place) => {}
        }
        function.kill();
    } else {
        // How the broken run ends is its own affair; where the world ends is what counts.
        function.invoke(&world.event("apply")).await?;
    }
    world.scene().proxy.reset();
    world.cutter().reset();
    Ok(())
}

async fn reached(world: &impl Breakable, place: Where) {
    match place {
        Where::Aws => _ = world.scene().proxy.reached().await,
        Where::Database => world.cutter().reached().await,
    }
}

/// What the function itself finds left to do, and what the world says.
async fn judge(world: &impl Breakable, binary: &Path) -> anyhow::Result<Vec<String>> {
    let report = start(world, binary)?.invoke(&world.event("plan")).await?.report();
    let right = report["counts"]["already_right"] == json!(STAY.len() + 1);
    let mut wrong: Vec<_> = (!right).then(|| format!("not all is right: {}", report["items"])).into_iter().collect();
    wrong.extend(world.judge().await?);
    Ok(wrong)
}

/// One entry of an event.
fn user(name: &str) -> Value {
    json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "grant_privileges": "SELECT"})
}

/// Secrets of users that are there before the first run; that of `returning` is on its way out.
async fn secrets(client: &aws_sdk_secretsmanager::Client, host: &str) -> anyhow::Result<()> {
    for name in ["taken-over", "returning", "drifted", GOES] {
        let value = json!({"username": name, "host": host, "password": format!("{name}-password")});
        client.create_secret().name(format!("{name}-secret")).secret_string(value.to_string()).send().await?;
    }
    client.delete_secret().secret_id("returning-secret").recovery_window_in_days(7).send().await?;
    // Ours, as its tag says: what is in it cannot be seen while it is deleted.
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key("nightshift:db-user").value("returning").build();
    client.tag_resource().secret_id("returning-secret").tags(tag).send().await?;
    Ok(())
}

/// What is wrong with the secrets.
async fn judge_secrets(client: &aws_sdk_secretsmanager::Client) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for name in STAY {
        let described = client.describe_secret().secret_id(format!("{name}-secret")).send().await?;
        let stages = described.version_ids_to_stages.unwrap_or_default();
        let count = |stage: &str| stages.values().flatten().filter(|found| *found == stage).count();
        if count("AWSPENDING") != 0 || count("AWSCURRENT") != 1 {
            wrong.push(format!("the versions of the secret of {name} are {stages:?}"));
        }
    }
    for name in ["taken-over", "drifted"] {
        let found = client.get_secret_value().secret_id(format!("{name}-secret")).send().await?;
        let value: Value = serde_json::from_str(found.secret_string().unwrap_or_default())?;
        if value["password"] != format!("{name}-password") {
            wrong.push(format!("the password of {name} was changed for nothing"));
        }
    }
    let found = client.get_secret_value().secret_id("returning-secret").send().await?;
    let value: Value = serde_json::from_str(found.secret_string().unwrap_or_default())?;
    if value["password"] == OLD {
        wrong.push("what was deleted came back with its password of old".to_owned());
    }
    let gone = client.describe_secret().secret_id(format!("{GOES}-secret")).send().await?;
    if gone.deleted_date().is_none() {
        wrong.push("the secret of the dropped user stands".to_owned());
    }
    Ok(wrong)
}
