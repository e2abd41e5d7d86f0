//! The same small night by three ways on the stand-in, one after the other: the machine with the real function behind it, a script in
//! boto3, and c7n-org, which runs a policy in a pool of processes. Each looks; none changes anything.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use nightshift_testkit::world::{expired, here, s3};
use nightshift_testkit::{Scene, repository};
use serde_json::{Value, json};

use crate::bench::table::{Section, Target, millis, ratio};
use crate::staged_fleet::{Deployment, StagedFleet};

const ACCOUNTS: usize = 20;
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const ALL_REGIONS: &str = "eu-central-1,eu-west-1,us-east-1,us-west-2";
const ROLE: &str = "nightshift/run-read";
/// What a call to a near Region takes, give or take.
const LATENCY: Duration = Duration::from_millis(20);

/// One way, and what it took.
struct Way {
    name: &'static str,
    calls: usize,
    time: Duration,
}

pub(super) fn section() -> Section {
    let how = format!(
        "{ACCOUNTS} accounts in {} Regions on the stand-in, a cluster with an expiry in every second one, every call taking {} ms; each way \
         once, in this order. *Ours* is a run that plans: the state machine on the stand-in's interpreter, a process for each account, four at \
         once, and a record and report besides. The script goes one by one. `c7n-org` runs a policy that looks for the tag, in as many \
         processes as it takes by itself. Calls are those that reached AWS; ours look at snapshots, blue/green deployments and integrations as well, \
         since a plan depends on them.",
        REGIONS.len(),
        LATENCY.as_millis()
    );
    Section::new(
        "Beside boto3 and c7n-org",
        how,
        &["way", "calls", "an account and Region", "time", "ours to it", "target", ""],
    )
}

/// Adds the rows.
pub(super) async fn measure(section: &mut Section, binary: &Path) -> anyhow::Result<()> {
    let scene = Arc::new(Scene::new()?);
    let ids = world(&scene).await?;
    scene.proxy.delay(LATENCY);
    let ours = ours(&scene, binary).await?;
    let boto3 = boto3(&scene).await?;
    let c7n = c7n(&scene, &ids).await?;
    for way in [&ours, &boto3, &c7n] {
        let each = format!("{:.1}", super::machine::float(way.calls) / super::machine::float(ACCOUNTS * REGIONS.len()));
        let quotient = ours.time.as_secs_f64() / way.time.as_secs_f64();
        let is_own = way.name == ours.name;
        let target = (!is_own).then(|| Target { words: "faster".to_owned(), met: quotient < 1.0 });
        let said = if is_own { String::new() } else { ratio(ours.time.as_secs_f64(), way.time.as_secs_f64()) };
        section.row(&[way.name.to_owned(), way.calls.to_string(), each, millis(way.time), said], target, &[]);
    }
    Ok(())
}

/// The accounts with something in each second one; their ids.
async fn world(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let accounts: Vec<_> =
        (0..ACCOUNTS).map(|number| json!({ "name": format!("a{number}"), "unit": "Prod" })).collect();
    let made = scene.control("organization", json!({ "units": [{ "path": "Prod" }], "accounts": accounts })).await?;
    let ids: Vec<String> = (0..ACCOUNTS)
        .map(|number| made["accounts"][format!("a{number}")].as_str().unwrap_or_default().to_owned())
        .collect();
    for (number, id) in ids.iter().enumerate().step_by(2) {
        expired("orders-dev").region(REGIONS[number / 2 % REGIONS.len()]).create(&Scene::of(id)?).await?;
    }
    Ok(ids)
}

async fn ours(scene: &Arc<Scene>, binary: &Path) -> anyhow::Result<Way> {
    let bucket = format!("runs-{}", scene.account);
    s3(scene).await.create_bucket().bucket(&bucket).create_bucket_configuration(here()).send().await?;
    let deployment = Deployment {
        job: "cluster-cleanup",
        name: "run",
        mode: "plan",
        bucket: &bucket,
        now: "2026-11-21T02:00:00Z",
        more: &[
            ("list", "NIGHTSHIFT_FLEET_REGIONS", ALL_REGIONS),
            ("list", "NIGHTSHIFT_FLEET_UNITS", "Root"),
            ("work", "NIGHTSHIFT_REGIONS", ALL_REGIONS),
        ],
    };
    let fleet = StagedFleet::deploy(scene, binary, &deployment).await?;
    let begun = now();
    let ended = fleet.execute("night", &json!({})).await?;
    let time = begun.elapsed();
    let found = ended.output.unwrap_or_default()["ended"].clone();
    ensure!(found == json!({ "nothing": ACCOUNTS / 2, "planned": ACCOUNTS / 2 }), "ours found {found}");
    Ok(Way { name: "ours", calls: calls(scene), time })
}

async fn boto3(scene: &Scene) -> anyhow::Result<Way> {
    let mut command = Command::new(tool("stand-in/bin/python"));
    command.arg(repository::root().join("showcase/bench/fleet.py")).arg(ROLE).args(REGIONS);
    let (time, said) = timed(scene, command).await?;
    let found: Value = serde_json::from_str(&said)?;
    ensure!(found == json!({ "accounts": ACCOUNTS, "expiring": ACCOUNTS / 2 }), "boto3 found {found}");
    Ok(Way { name: "boto3, one by one", calls: calls(scene), time })
}

async fn c7n(scene: &Scene, ids: &[String]) -> anyhow::Result<Way> {
    let folder = tempfile::tempdir()?;
    let account = |(number, id): (usize, &String)| json!({ "account_id": id, "name": format!("a{number}"), "role": format!("arn:aws:iam::{id}:role/{ROLE}"), "regions": REGIONS });
    let accounts: Vec<_> = ids.iter().enumerate().map(account).collect();
    // JSON is YAML.
    std::fs::write(folder.path().join("accounts.yml"), json!({ "accounts": accounts }).to_string())?;
    let mut command = Command::new(tool("c7n-org/bin/c7n-org"));
    command.args(["run", "--dryrun", "--cache-period", "0"]).arg("-c").arg(folder.path().join("accounts.yml"));
    command.arg("-s").arg(folder.path().join("out"));
    command.arg("-u").arg(repository::root().join("showcase/bench/c7n-org/policy.yml"));
    command.args(REGIONS.iter().flat_map(|region| ["-r", region]));
    let (time, _) = timed(scene, command).await?;
    let found = resources(&folder.path().join("out"))?;
    ensure!(found == ACCOUNTS / 2, "c7n-org found {found}");
    Ok(Way { name: "c7n-org", calls: calls(scene), time })
}

/// How many things all files of what it found name.
fn resources(folder: &Path) -> anyhow::Result<usize> {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} was not written", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found += resources(&path)?;
        } else if path.ends_with("resources.json") {
            let all: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
            found += all.as_array().map_or(0, Vec::len);
        }
    }
    Ok(found)
}

/// Runs `command` where `scene` is AWS: how long it took, and what it said.
async fn timed(scene: &Scene, mut command: Command) -> anyhow::Result<(Duration, String)> {
    let path = nightshift::config::Environment::of_process().get("PATH").unwrap_or_default().to_owned();
    let own = scene.environment(&[("AWS_DEFAULT_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")]);
    command.env_clear().envs(own).env("PATH", path).env("HOME", "/nonexistent").stdin(Stdio::null());
    let begun = now();
    let done = tokio::task::spawn_blocking(move || command.output()).await??;
    let time = begun.elapsed();
    let complaint = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "it failed: {complaint}");
    Ok((time, String::from_utf8(done.stdout)?))
}

/// How many there were since this was asked.
fn calls(scene: &Scene) -> usize {
    let made = scene.proxy.calls().len();
    scene.proxy.reset();
    scene.proxy.delay(LATENCY);
    made
}

fn tool(path: &str) -> PathBuf {
    repository::root().join(".tools").join(path)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark goes by the real clock")]
fn now() -> Instant {
    Instant::now()
}
