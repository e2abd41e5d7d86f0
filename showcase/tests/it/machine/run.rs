//! An organisation on the stand-in, the machine as Terraform renders it, and the real binary behind each of its functions: a process of its own for
//! every call, as Lambda runs them side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use nightshift_testkit::machine::{Ended, Rendering, rendered};
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, here, s3};
use nightshift_testkit::{Answer, Called, Fault, FunctionProcess, Scene};
use serde_json::{Value, json};

use crate::built;

pub(crate) const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const NOW: &str = "2026-11-21T02:00:00Z";
const PREFIX: &str = "run-";
/// Of the organisation, without the management account and the one that is suspended.
pub(crate) const ACCOUNTS: usize = 30;

/// What is done to a run from outside, and what was seen of it.
#[derive(Debug, Default)]
struct Watch {
    /// Whose worker is killed as soon as it has its event, by map.
    killed: BTreeSet<(String, String)>,
    /// Who was called, by map.
    calls: Vec<(String, String)>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Run {
    scene: Arc<Scene>,
    machine: String,
    bucket: String,
    ids: BTreeMap<String, String>,
    watch: Arc<Mutex<Watch>>,
    _called: Vec<Called>,
}

impl Run {
    /// `mode` is the deployment's. Every second account has one cluster that is due, in one Region or another; four accounts go first.
    pub(crate) async fn deployed(mode: &str, percent: &str) -> anyhow::Result<Self> {
        let scene = Arc::new(Scene::new()?);
        let bucket = format!("runs-{}", scene.account);
        s3(&scene).await.create_bucket().bucket(&bucket).create_bucket_configuration(here()).send().await?;
        let ids = organisation(&scene).await?;
        for number in (1..=ACCOUNTS).step_by(2) {
            let member = Scene::of(&ids[&name(number)])?;
            expired("orders-dev").region(REGIONS[number / 2 % REGIONS.len()]).create(&member).await?;
        }
        let asked = Rendering {
            bucket: &bucket,
            canary_failures: 0,
            concurrency: 4,
            prefix: PREFIX,
            tolerated: json!({ "percent": 10 }),
        };
        let definition = rendered(&asked).await?[mode].take();
        let machine = scene.machine("run", definition.as_str().context("no definition")?).await?;
        let watch = Arc::<Mutex<Watch>>::default();
        let binary = built("fleet-run")?;
        let mut called = Vec::new();
        for part in ["list", "plan", "judge", "apply", "report"] {
            let variables = variables(part, mode, &bucket, &machine, percent);
            let (scene_of_calls, watch, binary) = (Arc::clone(&scene), Arc::clone(&watch), binary.clone());
            let work = move |event: Value| {
                let (scene, watch, binary) = (Arc::clone(&scene_of_calls), Arc::clone(&watch), binary.clone());
                let variables = variables.clone();
                Box::pin(async move { call(&scene, &watch, &binary, &variables, &event).await }) as _
            };
            called.push(scene.answers(&format!("{PREFIX}{part}"), work).await?);
        }
        Ok(Self { scene, machine, bucket, ids, watch, _called: called })
    }

    /// The id of an account.
    pub(crate) fn account(&self, number: usize) -> &str {
        &self.ids[&name(number)]
    }

    pub(crate) async fn execute(&self, name: &str, input: &Value) -> anyhow::Result<Ended> {
        self.watch(|watch| watch.calls.clear());
        self.scene.execute(&self.machine, name, input).await
    }

    /// From now on, the worker of this account cannot become its role there.
    pub(crate) fn refuse(&self, account: &str, fault: Fault) {
        self.scene.proxy.break_next("sts:AssumeRole", account, usize::MAX, fault);
    }

    /// The same of a call in the account, once it is being changed.
    pub(crate) fn kill(&self, phase: &str, account: &str) {
        self.watch(|watch| watch.killed.insert((phase.to_owned(), account.to_owned())));
    }

    /// Everything is well again.
    pub(crate) fn mend(&self) {
        self.scene.proxy.forgive();
        self.watch(|watch| watch.killed.clear());
    }

    /// The accounts a map called a worker for, by number, sorted.
    pub(crate) fn called(&self, phase: &str) -> Vec<usize> {
        let of = |id: &str| (1..=ACCOUNTS + 1).find(|number| self.account(*number) == id).unwrap_or_default();
        let mut called: Vec<_> =
            self.watch(|watch| watch.calls.iter().filter(|(map, _)| map == phase).map(|(_, id)| of(id)).collect());
        called.sort_unstable();
        called
    }

    /// Where something is still due, by number.
    pub(crate) async fn left(&self) -> anyhow::Result<Vec<usize>> {
        let mut left = Vec::new();
        for number in 1..=ACCOUNTS {
            let member = Scene::of(self.account(number))?;
            for region in REGIONS {
                left.extend(clusters(&member, region).await?.iter().map(|_| number));
            }
        }
        Ok(left)
    }

    /// What lies in the bucket below the name of an execution.
    pub(crate) async fn kept(&self, run: &str, name: &str) -> anyhow::Result<Value> {
        let key = format!("fleet/cluster-cleanup/{run}/{name}");
        let got = s3(&self.scene).await.get_object().bucket(&self.bucket).key(key).send().await?;
        Ok(serde_json::from_slice(&got.body.collect().await?.to_vec())?)
    }

    fn watch<T>(&self, look: impl FnOnce(&mut Watch) -> T) -> T {
        look(&mut self.watch.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn name(number: usize) -> String {
    format!("account-{number:02}")
}

/// Four accounts below Sandbox, the others below Workloads, and one more there that is suspended.
async fn organisation(scene: &Scene) -> anyhow::Result<BTreeMap<String, String>> {
    let unit = |number| if number <= 4 { "Sandbox" } else { "Workloads" };
    let accounts: Vec<_> =
        (1..=ACCOUNTS + 1).map(|number| json!({ "name": name(number), "unit": unit(number) })).collect();
    let body = json!({ "units": [{ "path": "Sandbox" }, { "path": "Workloads" }], "accounts": accounts });
    let made = scene.control("organization", body).await?;
    let ids: BTreeMap<String, String> = serde_json::from_value(made["accounts"].clone())?;
    let suspended = json!({ "method": "close_account", "parameters": { "AccountId": ids[&name(ACCOUNTS + 1)] } });
    scene.control("organization-call", suspended).await?;
    Ok(ids)
}

/// As the layer writes them.
fn variables(part: &str, mode: &str, bucket: &str, machine: &str, percent: &str) -> Vec<(String, String)> {
    let all = [("NIGHTSHIFT_FLEET_BUCKET", bucket), ("NIGHTSHIFT_FLEET_JOB", "cluster-cleanup")];
    let of_worker = [
        ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "a-long-number-7d41"),
        ("NIGHTSHIFT_FLEET_PART", "work"),
        ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
        ("NIGHTSHIFT_NOW", NOW),
        ("NIGHTSHIFT_REGIONS", "eu-central-1,eu-west-1,us-east-1,us-west-2"),
        ("NIGHTSHIFT_REQUIRED_TAGS", "env=dev"),
        ("NIGHTSHIFT_TAG_KEY", "auto-delete-after"),
    ];
    let own = match part {
        "list" => vec![
            ("NIGHTSHIFT_FLEET_CANARY", "Root/Sandbox"),
            ("NIGHTSHIFT_FLEET_MANAGEMENT", "exclude"),
            ("NIGHTSHIFT_FLEET_PART", "list"),
            ("NIGHTSHIFT_FLEET_REGIONS", "eu-central-1,eu-west-1,us-east-1,us-west-2"),
            ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine),
            ("NIGHTSHIFT_FLEET_UNITS", "Root"),
            ("NIGHTSHIFT_MODE", mode),
        ],
        "judge" => vec![
            ("NIGHTSHIFT_FLEET_CANARY_FAILURES", "0"),
            ("NIGHTSHIFT_FLEET_MAX_DELETIONS", "50"),
            ("NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", percent),
            ("NIGHTSHIFT_FLEET_PART", "judge"),
            ("NIGHTSHIFT_MODE", mode),
        ],
        "report" => vec![("NIGHTSHIFT_FLEET_PART", "report"), ("NIGHTSHIFT_MODE", mode)],
        worker => {
            let role = if worker == "apply" { "nightshift/run-apply" } else { "nightshift/run-read" };
            [&of_worker[..], &[("NIGHTSHIFT_FLEET_ROLE", role), ("NIGHTSHIFT_MODE", worker)]].concat()
        }
    };
    all.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn call(
    scene: &Scene,
    watch: &Mutex<Watch>,
    binary: &Path,
    variables: &[(String, String)],
    event: &Value,
) -> anyhow::Result<Answer> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let whose = (text(&event["phase"]), text(&event["item"]["account"]));
    let is_killed = {
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        if !whose.1.is_empty() {
            watch.calls.push(whose.clone());
        }
        watch.killed.contains(&whose)
    };
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let binary: PathBuf = binary.to_owned();
    let mut process = FunctionProcess::start(&binary, &scene.environment(&variables))?;
    if is_killed {
        process.send(event).await?;
        process.kill();
        anyhow::bail!("Runtime exited with error: signal: killed in {REGION}");
    }
    process.invoke(event).await
}
