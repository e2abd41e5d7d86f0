//! A fleet on the stand-in as its layer deploys it: the state machine as Terraform renders it, and the real binary behind each of its
//! functions, a process of its own for every call, as Lambda runs them side by side.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use nightshift_testkit::machine::{Ended, Rendering, rendered};
use nightshift_testkit::scene::REGION;
use nightshift_testkit::{Answer, Called, FunctionProcess, Scene};
use serde_json::{Value, json};

/// The package and binary.
pub const FUNCTION: &str = "fleet-run";
/// Accounts at once.
const CONCURRENCY: usize = 4;
const EXTERNAL_ID: &str = "a-long-number-7d41";

/// What is deployed.
#[derive(Debug, Clone)]
pub struct Deployment<'a> {
    /// What is done in every account.
    pub job: &'a str,
    /// The name of the state machine; with a part behind it, those of the functions.
    pub name: &'a str,
    /// How far it may go.
    pub mode: &'a str,
    /// The run's bucket.
    pub bucket: &'a str,
    /// When its first night is.
    pub now: &'a str,
    /// Variables beyond those that every fleet has: of `list`, `judge`, `report`, or `work` for both workers.
    pub more: &'a [(&'a str, &'a str, &'a str)],
}

/// What is done to a run from outside, and what was seen of it.
#[derive(Debug, Default)]
struct Watch {
    now: String,
    /// Whose worker is killed as soon as it has its event, by map.
    killed: BTreeSet<(String, String)>,
    /// Who was called, by map.
    calls: Vec<(String, String)>,
}

/// See the module. It ends when this is dropped.
#[derive(Debug)]
pub struct StagedFleet {
    /// The ARN of its state machine.
    pub machine: String,
    scene: Arc<Scene>,
    watch: Arc<Mutex<Watch>>,
    _called: Vec<Called>,
}

impl StagedFleet {
    /// Deploys it in the account of `scene`, with `binary` behind its functions.
    pub async fn deploy(scene: &Arc<Scene>, binary: &Path, deployment: &Deployment<'_>) -> anyhow::Result<Self> {
        let Deployment { job, name, mode, bucket, now, .. } = *deployment;
        let prefix = format!("{name}-");
        let asked = Rendering {
            bucket,
            canary_failures: 0,
            concurrency: CONCURRENCY,
            job,
            prefix: &prefix,
            tolerated: json!({ "percent": 10 }),
        };
        let definition = rendered(&asked).await?[mode].take();
        let machine = scene.machine(name, definition.as_str().context("no definition")?).await?;
        let watch = Arc::new(Mutex::new(Watch { now: now.to_owned(), ..Watch::default() }));
        let mut called = Vec::new();
        for part in ["list", "plan", "judge", "apply", "report"] {
            let variables = deployment.variables(part, &machine);
            let texts: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let behind = Behind {
                scene: Arc::clone(scene),
                watch: Arc::clone(&watch),
                binary: binary.to_owned(),
                variables: variables.clone(),
            };
            let behind = Arc::new(behind);
            let work = move |event: Value| {
                let behind = Arc::clone(&behind);
                Box::pin(async move { behind.call(&event).await }) as _
            };
            called.push(scene.answers(&format!("{prefix}{part}"), &texts, work).await?);
        }
        Ok(Self { machine, scene: Arc::clone(scene), watch, _called: called })
    }

    /// Runs it once, as its schedule does.
    pub async fn execute(&self, name: &str, input: &Value) -> anyhow::Result<Ended> {
        self.watch(|watch| watch.calls.clear());
        self.scene.execute(&self.machine, name, input).await
    }

    /// Workers take it to be `now` from here on.
    pub fn it_is(&self, now: &str) {
        self.watch(|watch| now.clone_into(&mut watch.now));
    }

    /// From now on, the worker of this account is killed as soon as the map of this phase called it.
    pub fn kill(&self, phase: &str, account: &str) {
        self.watch(|watch| watch.killed.insert((phase.to_owned(), account.to_owned())));
    }

    /// Nobody is killed any more.
    pub fn mend(&self) {
        self.watch(|watch| watch.killed.clear());
    }

    /// The accounts that the map of this phase called a worker for.
    pub fn called(&self, phase: &str) -> Vec<String> {
        self.watch(|watch| {
            let of_phase = watch.calls.iter().filter(|(map, _)| map == phase);
            of_phase.map(|(_, account)| account.clone()).collect()
        })
    }

    fn watch<T>(&self, look: impl FnOnce(&mut Watch) -> T) -> T {
        look(&mut self.watch.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Deployment<'_> {
    /// As the layer writes them.
    fn variables(&self, part: &str, machine: &str) -> Vec<(String, String)> {
        let of_worker = |mode: &str, role: &str| {
            let role = format!("nightshift/{}-{role}", self.name);
            [("PART", "work".to_owned()), ("EXTERNAL_ID", EXTERNAL_ID.to_owned()), ("ROLE", role)]
                .map(|(name, value)| (format!("FLEET_{name}"), value))
                .into_iter()
                .chain([("MODE".to_owned(), mode.to_owned())])
                .collect::<Vec<_>>()
        };
        let own = match part {
            "list" => vec![
                ("FLEET_MANAGEMENT".to_owned(), "exclude".to_owned()),
                ("FLEET_PART".to_owned(), part.to_owned()),
                ("FLEET_STATE_MACHINE".to_owned(), machine.to_owned()),
                ("MODE".to_owned(), self.mode.to_owned()),
            ],
            "plan" => of_worker("plan", "read"),
            "apply" => of_worker("apply", "apply"),
            other => vec![("FLEET_PART".to_owned(), other.to_owned()), ("MODE".to_owned(), self.mode.to_owned())],
        };
        let of_all = [("FLEET_BUCKET", self.bucket), ("FLEET_JOB", self.job)];
        let of_all = of_all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let of_all = of_all.chain(own).map(|(name, value)| (format!("NIGHTSHIFT_{name}"), value));
        let of = if matches!(part, "plan" | "apply") { "work" } else { part };
        let more = self.more.iter().filter(|(part, ..)| *part == of);
        of_all.chain(more.map(|(_, name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }
}

/// What stands behind one function.
#[derive(Debug)]
struct Behind {
    scene: Arc<Scene>,
    watch: Arc<Mutex<Watch>>,
    binary: PathBuf,
    variables: Vec<(String, String)>,
}

impl Behind {
    async fn call(&self, event: &Value) -> anyhow::Result<Answer> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let whose = (text(&event["phase"]), text(&event["item"]["account"]));
        let (now, is_killed) = {
            let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            if !whose.1.is_empty() {
                watch.calls.push(whose.clone());
            }
            (watch.now.clone(), watch.killed.contains(&whose))
        };
        let mut variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if !whose.1.is_empty() {
            variables.push(("NIGHTSHIFT_NOW", &now));
        }
        let mut process = FunctionProcess::start(&self.binary, &self.scene.environment(&variables))?;
        if is_killed {
            process.send(event).await?;
            process.kill();
            anyhow::bail!("Runtime exited with error: signal: killed in {REGION}");
        }
        process.invoke(event).await
    }
}
