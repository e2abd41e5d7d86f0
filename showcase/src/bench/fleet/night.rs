//! One night through an organisation: the machine as Terraform renders it, Step Functions within its limits, and the real code of every
//! part in this process, which asks services within theirs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_config::SdkConfig;
use nightshift::clock::{Deadline, Timekeeper as _};
use nightshift::config::Environment;
use nightshift::fleet::Fleet;
use nightshift::lambda::Raw;
use nightshift::services::aws::{Aws, Roots};
use nightshift::telemetry;
use nightshift::text::chain;
use nightshift_testkit::machine::{Rendering, rendered};
use serde_json::{Value, json};

use super::aws::{BUCKET, Seen, Services, denies};
use super::limits::{CALLS_AT_ONCE, START};
use super::machine::{Failed, Functions, Machine, Outcome};
use super::store::Store;
use crate::bench::org_inventory::organization::Organization;
use crate::bench::time::Time;
use crate::bench::{From, Sizes};
use crate::staged_fleet::Deployment;

const MACHINE: &str = "arn:aws:states:eu-west-1:100000000000:stateMachine:run";
const EXECUTION: &str = "night";
/// As the layer has it unless it is told otherwise.
const CONCURRENCY: usize = 40;
/// Of a hundred calls of a service, and of a function.
const FAILING: f64 = 0.01;
/// More than there are here, for an organisation of many accounts.
pub(super) const REGIONS: [&str; 17] = [
    "eu-west-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What goes through which organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// The job.
    pub job: &'static str,
    /// The organisation's accounts, the management account among them.
    pub accounts: usize,
    /// How many Regions of each.
    pub regions: usize,
    /// Whether each account has something to delete.
    pub busy: bool,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Went {
    pub(super) night: Night,
    pub(super) outcome: Outcome,
    pub(super) seen: Seen,
    /// The run's report.
    pub report: Value,
    /// Bytes of the list of accounts.
    pub(super) items: usize,
    /// What one worker answered, for who makes more of them.
    pub(super) sample: Value,
}

impl Night {
    /// In a few words.
    pub(super) fn name(self) -> String {
        let Self { job, accounts, regions, busy } = self;
        let what = if busy { "all busy" } else { "quiet" };
        match job {
            "cluster-cleanup" => format!("{job}, {accounts} accounts x {regions} Regions, {what}"),
            _ => format!("{job}, {accounts} accounts, {what}"),
        }
    }

    /// Has it take place. An error if Step Functions or a service would have refused something for good.
    pub async fn pass(self) -> anyhow::Result<Went> {
        telemetry::hold_back();
        let asked = Rendering {
            bucket: BUCKET,
            canary_failures: 0,
            concurrency: CONCURRENCY,
            job: self.job,
            prefix: "run-",
            tolerated: json!({ "percent": 10 }),
        };
        let definition: Value = rendered(&asked).await?["apply"].as_str().context("no definition")?.parse()?;
        let sizes = Sizes { accounts: self.accounts, units: 20.max(self.accounts / 5), policies: 3 };
        let (time, store) = (Time::default(), Store::default());
        let organization = Organization { sizes, from: From::Management };
        let services = Services::new(&time, &store, organization, FAILING, self.busy);
        let parts = Parts {
            config: services.config().await,
            services: services.clone(),
            time: time.clone(),
            environments: self.environments(),
            at_work: AtomicUsize::new(0),
        };
        let (run_store, run_time) = (store.clone(), time.clone());
        let carry_out = move || {
            let machine = Machine { definition: &definition, functions: &parts, store: &run_store, time: &run_time };
            let id = format!("{}:{EXECUTION}", MACHINE.replace(":stateMachine:", ":execution:"));
            let input = json!({ "mode": "apply" });
            let execution = json!({ "Name": EXECUTION, "Id": id, "StartTime": "2026-11-21T02:00:00Z", "Input": input });
            run_time.run(machine.execute(&json!({ "Execution": execution }), input))
        };
        let outcome = tokio::task::spawn_blocking(carry_out).await???;
        let seen = services.seen();
        ensure!(seen.unknown.is_empty(), "nobody has an answer to {:?}", seen.unknown);
        let key = |name: &str| format!("fleet/{}/{EXECUTION}/{name}", self.job);
        let (report, items) =
            (store.json(&key("report.json"))?, store.get(&key("items.json")).map_or(0, |body| body.len()));
        let of_plan = store.keys(&key("results/map-plan/")).into_iter().find(|key| key.contains("SUCCEEDED"));
        let sample = store.json(&of_plan.context("no worker answered")?)?[1].clone();
        Ok(Went { night: self, outcome, seen, report, items, sample })
    }

    fn environments(self) -> BTreeMap<&'static str, Environment> {
        let regions = REGIONS[..self.regions].join(",");
        let regional = self.job == "cluster-cleanup";
        let mut more = vec![
            ("list", "NIGHTSHIFT_FLEET_UNITS", "Root"),
            ("judge", "NIGHTSHIFT_FLEET_MAX_DELETIONS", "100000"),
            ("judge", "NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", "100"),
        ];
        if regional {
            more.extend([
                ("list", "NIGHTSHIFT_FLEET_REGIONS", regions.as_str()),
                ("work", "NIGHTSHIFT_REGIONS", &regions),
                ("work", "NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
                ("work", "NIGHTSHIFT_FINAL_SNAPSHOT", "never"),
            ]);
        }
        let now = "2026-11-21T02:00:00Z";
        let deployment = Deployment { job: self.job, name: "run", mode: "apply", bucket: BUCKET, now, more: &more };
        let of = |part: &'static str| {
            let variables = deployment.variables(part, MACHINE);
            let now = ["plan", "apply"].contains(&part).then(|| ("NIGHTSHIFT_NOW".to_owned(), now.to_owned()));
            (part, variables.into_iter().chain(now).collect())
        };
        ["list", "plan", "judge", "apply", "report"].map(of).into()
    }
}

impl Went {
    /// How many accounts ended in each way, of all that the run went through.
    pub fn ended(&self) -> &Value {
        &self.report["ended"]
    }

    /// Accounts of the run that let nobody in.
    pub fn denying(&self) -> usize {
        let rows = self.report["accounts"].as_array().into_iter().flatten();
        rows.filter(|row| row["account"].as_str().is_some_and(denies)).count()
    }

    /// How long its maps took, and the least they could.
    pub fn time(&self) -> (Duration, Duration) {
        let maps = &self.outcome.maps;
        (maps.iter().map(|map| map.took).sum(), maps.iter().map(|map| map.bound).sum())
    }
}

/// The functions behind the machine: each call in a process of its own, as far as anybody can tell.
struct Parts {
    config: SdkConfig,
    services: Services,
    time: Time,
    environments: BTreeMap<&'static str, Environment>,
    at_work: AtomicUsize,
}

impl Functions for Parts {
    async fn call(&self, name: &str, payload: &Value) -> Result<Value, Failed> {
        let failed = |error: &str| Failed { error: error.to_owned(), cause: "of the bench".to_owned() };
        self.time.sleep(START).await;
        if self.roll() < FAILING {
            return Err(failed("Lambda.ServiceException"));
        }
        if self.at_work.fetch_add(1, Ordering::Relaxed) >= CALLS_AT_ONCE {
            self.at_work.fetch_sub(1, Ordering::Relaxed);
            return Err(failed("Lambda.TooManyRequestsException"));
        }
        let part = name.rsplit('-').next().unwrap_or_default();
        let environment = self.environments.get(part).ok_or_else(|| failed("ResourceNotFoundException"))?;
        let fleet = Fleet::of(environment, Aws::of(self.config.clone(), Roots::System));
        let answer = Box::pin(fleet.run(Raw::Text(payload.to_string()), Deadline::NONE)).await;
        self.at_work.fetch_sub(1, Ordering::Relaxed);
        answer.map_err(|fault| Failed { error: fault.error_type().to_owned(), cause: chain(&fault) })
    }

    fn roll(&self) -> f64 {
        self.services.roll()
    }
}
