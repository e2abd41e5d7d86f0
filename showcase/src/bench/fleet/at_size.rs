//! The parts that hold all accounts at once, as processes: what judging and reporting ten thousand accounts takes. The files of the map
//! are made of what a worker of the computed night answered.

use std::path::Path;

use anyhow::ensure;
use aws_sdk_s3::Client as Buckets;
use nightshift_testkit::Scene;
use nightshift_testkit::world::{here, s3};
use serde_json::{Map, Value, json};

use super::machine::float;
use super::night::{REGIONS, Went};
use super::store::Store;
use crate::bench::process::{self, Invocation, Program};
use crate::bench::table::{Section, Target, kibi, mebi, millis, ratio};
use crate::staged_fleet::Deployment;

/// What the layer gives each function.
const MEMORY_MIB: u32 = 256;
const JOB: &str = "cluster-cleanup";
const EXECUTION: &str = "night";

/// Adds the rows of so many accounts, by the function at `binary`.
pub(super) async fn measure(section: &mut Section, went: &Went, accounts: usize, binary: &Path) -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let bucket = format!("runs-{}", scene.account);
    let buckets = s3(&scene).await;
    buckets.create_bucket().bucket(&bucket).create_bucket_configuration(here()).send().await?;
    let left = Left { bucket: &bucket, buckets: &buckets };
    let written = left.by_a_map(&went.sample, accounts).await?;
    let deployment = Deployment {
        job: JOB,
        name: "run",
        mode: "apply",
        bucket: &bucket,
        now: "2026-11-21T02:00:00Z",
        more: &[
            ("judge", "NIGHTSHIFT_FLEET_MAX_DELETIONS", "100000"),
            ("judge", "NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", "100"),
        ],
    };
    let machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:run";
    let program = |part| {
        let variables = deployment.variables(part, machine);
        let texts: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Program { file: binary.into(), arguments: Vec::new(), environment: scene.environment(&texts) }
    };
    let judge = json!({
        "execution": EXECUTION, "phase": "plan", "mode": "apply", "expect_plan": null, "items_key": key("items.json"), "result": written,
    });
    let run = process::invoke(&program("judge"), &judge).await?;
    ensure!(run.answer["rest"] == accounts.div_ceil(10), "it judged something else: {}", run.answer);
    add(section, accounts, "judge", &run, &scene);
    scene.proxy.reset();
    let report = json!({ "execution": EXECUTION, "execution_arn": "arn" });
    let run = process::invoke(&program("report"), &report).await?;
    let told: u64 =
        run.answer["ended"].as_object().into_iter().flatten().filter_map(|(_, number)| number.as_u64()).sum();
    ensure!(told == u64::try_from(accounts)?, "it told of something else: {}", run.answer);
    add(section, accounts, "report", &run, &scene);
    for name in ["items.json", "report.json", "report.html"] {
        let object = buckets.head_object().bucket(&bucket).key(key(name)).send().await?;
        let bytes = usize::try_from(object.content_length().unwrap_or_default())?;
        row(section, accounts, &format!("{name}, size"), mebi(float(bytes)), None);
    }
    Ok(())
}

fn add(section: &mut Section, accounts: usize, part: &str, run: &Invocation, scene: &Scene) {
    let target = Target { words: "under".to_owned(), met: run.peak_kib < MEMORY_MIB * 1024 };
    let figures = (mebi(kibi(run.peak_kib)), format!("{MEMORY_MIB} MiB"));
    let quotient = ratio(f64::from(run.peak_kib), f64::from(MEMORY_MIB * 1024));
    section.row(&[name(accounts), format!("{part}, peak memory"), figures.0, figures.1, quotient], Some(target), &[]);
    row(section, accounts, &format!("{part}, calls"), scene.proxy.calls().len().to_string(), None);
    row(section, accounts, &format!("{part}, time"), millis(run.run), None);
    let bytes = run.answer.to_string().len();
    let target = Target { words: "under 8 KiB".to_owned(), met: bytes < 8 * 1024 };
    row(section, accounts, &format!("{part}, answer, bytes"), bytes.to_string(), Some(target));
}

fn row(section: &mut Section, accounts: usize, figure: &str, found: String, target: Option<Target>) {
    section.row(&[name(accounts), figure.to_owned(), found, String::new(), String::new()], target, &[]);
}

fn name(accounts: usize) -> String {
    format!("{JOB}, {accounts} accounts x {} Regions, as a process", REGIONS.len())
}

fn key(name: &str) -> String {
    format!("fleet/{JOB}/{EXECUTION}/{name}")
}

/// What earlier parts left.
struct Left<'a> {
    bucket: &'a str,
    buckets: &'a Buckets,
}

impl Left<'_> {
    /// The accounts and what became of each in the map: one of ten has something to delete. What Step Functions tells of it.
    async fn by_a_map(&self, sample: &Value, accounts: usize) -> anyhow::Result<Value> {
        let text = |key: &str| sample[key].as_str().unwrap_or_default();
        let (input, output): (Value, Value) = (text("Input").parse()?, text("Output").parse()?);
        let (mut items, mut records, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
        let regional: Map<String, Value> =
            REGIONS.iter().map(|region| ((*region).to_owned(), json!({ "ended": "nothing" }))).collect();
        for number in 0..accounts {
            let (id, name) = (format!("1{number:011}"), format!("team-{}-service-{number}", number % 97));
            let (mut input, mut output) = (input.clone(), output.clone());
            for value in [&mut input["item"], &mut output] {
                value["account"] = json!(id);
                value["name"] = json!(name);
            }
            input["item"]["regions"] = json!(REGIONS);
            output["regions"] = Value::Object(regional.clone());
            if number % 10 == 0 {
                output["ended"] = json!("planned");
                output["counts"]["planned"] = json!(1);
                output["budget"] = json!({ "deletions": 1 });
                output["destructive"] = json!(1);
            }
            output["report_key"] = json!(key(&format!("plan/{id}.json")));
            chosen.push(json!({ "account": id, "name": name, "path": input["item"]["path"], "policy": null }));
            items.push(input["item"].clone());
            let mut record = sample.clone();
            record["Input"] = json!(input.to_string());
            record["Output"] = json!(output.to_string());
            records.push(record);
        }
        let choice = json!({
            "started_at": nightshift::clock::now(), "mode": "apply", "organization": "o-bench00000", "redrive_of": null, "canary": [],
            "rest": chosen, "left_out": [],
        });
        let store = Store::default();
        let into = json!({ "Bucket": self.bucket, "Prefix": key("results/map-plan") });
        let written = store.write_results(&into, "plan", &records)?;
        store.put(&key("items.json"), serde_json::to_vec(&items)?);
        store.put(&key("choice.json"), serde_json::to_vec(&choice)?);
        for name in store.keys("") {
            let body = store.get(&name).unwrap_or_default();
            self.buckets.put_object().bucket(self.bucket).key(name).body(body.into()).send().await?;
        }
        Ok(written["ResultWriterDetails"].clone())
    }
}
