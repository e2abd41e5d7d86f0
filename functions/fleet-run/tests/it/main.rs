//! The function as it is deployed: the real binary in the real runtime loop, against the AWS stand-in, which keeps a state for
//! each account.

mod begun;
mod blind;
mod budget;
mod events;
mod faults;
mod kept_out;
mod list;
mod night;
mod redriven;
mod scheduled;
mod work;

use aws_sdk_s3::Client as Buckets;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::expired;
use nightshift_testkit::{FunctionProcess, Scene, fresh_account};
use serde_json::{Value, json};

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_fleet-run");
/// The night all tests play in.
const NOW: &str = "2026-11-21T02:00:00Z";
const EXECUTION: &str = "2026-11-21-night";

/// The account of the fleet, with its bucket, and accounts that it goes through.
struct Fleet {
    home: Scene,
    bucket: String,
}

impl Fleet {
    async fn new() -> anyhow::Result<Self> {
        let home = Scene::new()?;
        let bucket = format!("fleet-records-{}", home.account);
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
        buckets(&home).await.create_bucket().bucket(&bucket).create_bucket_configuration(place).send().await?;
        Ok(Self { home, bucket })
    }

    /// An account of the organisation with these clusters, all expired.
    async fn member(clusters: &[&str]) -> anyhow::Result<Scene> {
        let member = Scene::of(&fresh_account())?;
        for id in clusters {
            expired(id).create(&member).await?;
        }
        Ok(member)
    }

    /// A part of it.
    fn start(&self, part: &str, variables: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
        let own = [
            ("NIGHTSHIFT_FLEET_PART", part),
            ("NIGHTSHIFT_FLEET_BUCKET", &self.bucket),
            ("NIGHTSHIFT_FLEET_JOB", "cluster-cleanup"),
        ];
        let mut all: Vec<_> =
            own.into_iter().filter(|(name, _)| variables.iter().all(|(other, _)| other != name)).collect();
        all.extend(variables);
        self.home.start(FUNCTION, &all)
    }

    /// The worker with the role that reads, or with the one that acts.
    fn worker(&self, mode: &str, variables: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
        let role = if mode == "apply" { "nightshift/cluster-cleanup-apply" } else { "nightshift/cluster-cleanup-read" };
        let own = [
            ("NIGHTSHIFT_MODE", mode),
            ("NIGHTSHIFT_FLEET_ROLE", role),
            ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "an-external-id"),
            ("NIGHTSHIFT_NOW", NOW),
            ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
        ];
        let mut all: Vec<_> =
            own.into_iter().filter(|(name, _)| variables.iter().all(|(other, _)| other != name)).collect();
        all.extend(variables);
        self.start("work", &all)
    }

    /// What lies in the bucket under this name of the night's execution.
    async fn left(&self, name: &str) -> anyhow::Result<Value> {
        let key = format!("fleet/cluster-cleanup/{EXECUTION}/{name}");
        let answer = buckets(&self.home).await.get_object().bucket(&self.bucket).key(key).send().await?;
        Ok(serde_json::from_slice(&answer.body.collect().await?.to_vec())?)
    }
}

async fn buckets(scene: &Scene) -> Buckets {
    let config = scene.sdk_config(REGION).await;
    Buckets::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}

/// What the map hands to a worker about `account`.
fn to_work(phase: &str, account: &str, more: &Value) -> Value {
    let mut item =
        json!({ "account": account, "name": "web", "path": "Root/Prod", "policy": null, "regions": [REGION] });
    for (key, value) in more.as_object().into_iter().flatten() {
        item[key] = value.clone();
    }
    // So many deletions.
    if let Some(deletions) = item["budget"].as_u64() {
        item["budget"] = json!({ "deletions": deletions });
    }
    // Judged just now, unless the test says when.
    if (phase != "plan" || item["budget"].is_object()) && item["judged_at"].is_null() {
        item["judged_at"] = json!(nightshift::clock::now());
    }
    json!({ "execution": EXECUTION, "phase": phase, "item": item })
}

/// How often `action` was called.
fn calls(fleet: &Fleet, action: &str) -> usize {
    fleet.home.proxy.calls().iter().filter(|call| call.action == action).count()
}
