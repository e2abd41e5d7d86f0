//! An organisation on the stand-in, and a fleet that goes through it.

use std::collections::BTreeMap;
use std::sync::Arc;

use nightshift_showcase::staged_fleet::{Deployment, FUNCTION, StagedFleet};
use nightshift_testkit::machine::Ended;
use nightshift_testkit::world::{clusters, expired, here, s3};
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::built;

pub(crate) const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const ALL_REGIONS: &str = "eu-central-1,eu-west-1,us-east-1,us-west-2";
const NOW: &str = "2026-11-21T02:00:00Z";
/// Of the organisation, without the management account and the one that is suspended.
pub(crate) const ACCOUNTS: usize = 30;

/// See the module.
#[derive(Debug)]
pub(crate) struct Run {
    scene: Arc<Scene>,
    fleet: StagedFleet,
    bucket: String,
    ids: BTreeMap<String, String>,
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
        let deployment = Deployment {
            job: "cluster-cleanup",
            name: "run",
            mode,
            bucket: &bucket,
            now: NOW,
            more: &[
                ("list", "NIGHTSHIFT_FLEET_CANARY", "Root/Sandbox"),
                ("list", "NIGHTSHIFT_FLEET_REGIONS", ALL_REGIONS),
                ("list", "NIGHTSHIFT_FLEET_UNITS", "Root"),
                ("judge", "NIGHTSHIFT_FLEET_CANARY_FAILURES", "0"),
                ("judge", "NIGHTSHIFT_FLEET_MAX_DELETIONS", "50"),
                ("judge", "NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", percent),
                ("work", "NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
                ("work", "NIGHTSHIFT_REGIONS", ALL_REGIONS),
                ("work", "NIGHTSHIFT_REQUIRED_TAGS", "env=dev"),
                ("work", "NIGHTSHIFT_TAG_KEY", "auto-delete-after"),
            ],
        };
        let fleet = StagedFleet::deploy(&scene, &built(FUNCTION)?, &deployment).await?;
        Ok(Self { scene, fleet, bucket, ids })
    }

    /// The id of an account.
    pub(crate) fn account(&self, number: usize) -> &str {
        &self.ids[&name(number)]
    }

    pub(crate) async fn execute(&self, name: &str, input: &Value) -> anyhow::Result<Ended> {
        self.fleet.execute(name, input).await
    }

    /// From now on, the worker of this account cannot become its role there.
    pub(crate) fn refuse(&self, account: &str, fault: Fault) {
        self.scene.proxy.break_next("sts:AssumeRole", account, usize::MAX, fault);
    }

    /// From now on, the worker of this account is killed as soon as the map of this phase called it.
    pub(crate) fn kill(&self, phase: &str, account: &str) {
        self.fleet.kill(phase, account);
    }

    /// Everything is well again.
    pub(crate) fn mend(&self) {
        self.scene.proxy.forgive();
        self.fleet.mend();
    }

    /// The accounts a map called a worker for, by number, sorted.
    pub(crate) fn called(&self, phase: &str) -> Vec<usize> {
        let of = |id: &String| (1..=ACCOUNTS + 1).find(|number| self.account(*number) == id).unwrap_or_default();
        let mut called: Vec<_> = self.fleet.called(phase).iter().map(of).collect();
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
