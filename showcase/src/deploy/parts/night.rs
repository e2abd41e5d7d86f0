//! A night as the parts of a run leave it in the bucket, and the calls by which each of them uses every right it has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use aws_sdk_s3::Client as Buckets;
use jiff::Timestamp;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::slack::Slack;
use nightshift_testkit::world::{expired, here};
use nightshift_testkit::{Answer, FunctionProcess};
use serde_json::{Value, json};

use super::rights::sentences;
use crate::deploy::account;
use crate::deploy::assuming::Roles;
use crate::deploy::raw::Aws;

pub(super) const JOB: &str = "cluster-cleanup";
const NIGHT: &str = "night-1";
/// Until then, what [`expired`] makes is due.
const NOW: &str = "2026-11-21T02:00:00Z";
/// As `testkit/machine/roles` names it, and the two below.
const SENDER: &str = "nightshift@example.com";
const TOPIC: &str = "nightshift-notices";
const WEBHOOK: &str = "nightshift-webhook";

/// See the module. Of three accounts one is entered by the workers; what they would leave of the others is made of that.
#[derive(Debug)]
pub(super) struct Night<'a> {
    roles: &'a Roles,
    member: Scene,
    buckets: Buckets,
    bucket: String,
    binary: PathBuf,
    machine: String,
    /// When every execution began: Step Functions says the same of one whenever it calls a part.
    began: Timestamp,
    /// Goes with it.
    _slack: Slack,
    /// Every object that is there in the end, by the name below the execution's.
    left: BTreeMap<String, Value>,
}

/// What a part said.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Its errors, and what it could not do.
    pub(super) faults: Vec<Value>,
    /// All of it: its answers, its log, and what it left in the bucket.
    pub(super) sentences: Vec<String>,
}

/// What happens to a part.
#[derive(Debug)]
enum Turn {
    Called(Value),
    /// Something is due from now on.
    Due(&'static str),
}

impl<'a> Night<'a> {
    pub(super) async fn new(roles: &'a Roles, packages: &Path) -> anyhow::Result<Self> {
        let root = Aws { url: roles.url.clone(), account: roles.run.clone() };
        let name = format!("nightshift-dev-{JOB}-fleet");
        let role = format!("arn:aws:iam::{}:role/{name}-list", roles.run);
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
        let body = json!({ "name": name, "definition": definition, "roleArn": role }).to_string();
        root.json("states", "AWSStepFunctions.CreateStateMachine", &body).await?;
        root.query("sns", "2010-03-31", &[("Action", "CreateTopic"), ("Name", TOPIC)]).await?;
        root.query("ses", "2010-12-01", &[("Action", "VerifyEmailIdentity"), ("EmailAddress", SENDER)]).await?;
        let slack = Slack::start(&[]).await?;
        let secret = json!({ "Name": WEBHOOK, "SecretString": slack.url() }).to_string();
        root.json("secretsmanager", "secretsmanager.CreateSecret", &secret).await?;
        // Then parents are listed as well.
        roles.scene.control("organization-oddities", json!({ "without_paths": true })).await?;
        let credentials = aws_sdk_s3::config::Credentials::new(&roles.run, "test", None, None, "root");
        let config = roles.config(credentials).await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let (buckets, bucket) = (Buckets::from_conf(config), format!("runs-{}", roles.run));
        buckets.create_bucket().bucket(&bucket).create_bucket_configuration(here()).send().await?;
        let member = Scene::of(roles.accounts["member"].as_str().context("no member")?)?;
        let machine = format!("arn:aws:states:{REGION}:{}:stateMachine:{name}", roles.run);
        let binary = packages.join("x86_64/fleet-run/bootstrap");
        let left = BTreeMap::new();
        let began = account::now();
        let mut night = Self { roles, member, buckets, bucket, binary, machine, began, _slack: slack, left };
        night.falls().await?;
        Ok(night)
    }

    /// Every part in turn, with all of its rights. The maps are played here.
    async fn falls(&mut self) -> anyhow::Result<()> {
        self.turn("list", vec![self.list(NIGHT, &json!({ "started_by": "schedule" }))]).await?;
        self.turn("plan", vec![Turn::Due("orders-dev"), self.work("plan", "items.json").await?]).await?;
        self.of_others("plan", &["other", "third"]).await?;
        self.map("plan", &["member", "other", "third"]).await?;
        self.turn("judge", vec![self.judge("plan", "items.json")]).await?;
        self.turn("apply", vec![self.work("canary", "canary-items.json").await?]).await?;
        self.map("canary", &["member"]).await?;
        self.turn("judge", vec![self.judge("canary", "canary-items.json")]).await?;
        // Of the last one nobody hears: its plan is all there is.
        let spent = self.object(&format!("spent/{}.json", self.account("member"))).await?;
        self.leave(&format!("spent/{}.json", self.account("other")), &spent).await?;
        self.of_others("rest", &["other"]).await?;
        self.map("rest", &["other"]).await?;
        self.turn("report", vec![self.report()]).await?;
        self.left = self.all().await?;
        Ok(())
    }

    /// Has `part` do all its work on what it finds that night, in accounts where things are due.
    pub(super) async fn work_of(&self, part: &str) -> anyhow::Result<Said> {
        let finds = |name: &str| match part {
            "list" => true,
            "judge" => !name.starts_with("verdict") && !name.starts_with("canary") && !name.starts_with("rest"),
            "plan" => name == "items.json",
            "apply" => name.ends_with("items.json"),
            _ => !name.starts_with("report"),
        };
        for key in self.keys().await? {
            self.buckets.delete_object().bucket(&self.bucket).key(key).send().await?;
        }
        for (name, value) in self.left.iter().filter(|(name, _)| finds(name)) {
            self.leave(name, value).await?;
        }
        self.member.control("reset", json!({})).await?;
        let due = || Turn::Due("orders-dev");
        let turns = match part {
            "list" => {
                let again = json!({ "redrive_of": NIGHT });
                vec![self.list("night-2", &json!({})), self.list("night-2", &json!({})), self.list("night-3", &again)]
            }
            // Each call after the first finds what that left.
            "plan" => vec![due(), self.work("plan", "items.json").await?, self.work("plan", "items.json").await?],
            "judge" => vec![self.judge("plan", "items.json"), self.judge("canary", "canary-items.json")],
            "apply" => vec![
                due(),
                self.work("canary", "canary-items.json").await?,
                Turn::Due("web-dev"),
                self.work("canary", "canary-items.json").await?,
                Turn::Due("pay-dev"),
                self.work("rest", "canary-items.json").await?,
                self.work("rest", "canary-items.json").await?,
            ],
            _ => vec![self.report(), self.report()],
        };
        self.turns(part, turns).await
    }

    async fn turn(&self, part: &str, turns: Vec<Turn>) -> anyhow::Result<()> {
        let Said { faults, .. } = self.turns(part, turns).await?;
        ensure!(faults.is_empty(), "{part} did not do its part of the night: {faults:#?}");
        Ok(())
    }

    async fn turns(&self, part: &str, turns: Vec<Turn>) -> anyhow::Result<Said> {
        let before = self.all().await?;
        let mut process = self.start(part).await?;
        let mut said = Said::default();
        for turn in turns {
            let event = match turn {
                Turn::Due(cluster) => {
                    expired(cluster).create(&self.member).await?;
                    continue;
                }
                Turn::Called(event) => event,
            };
            let answer = match process.invoke(&event).await? {
                Answer::Report(report) => report,
                Answer::Fault { kind, message } => json!({ "errorType": kind, "errorMessage": message }),
            };
            let ended = answer["ended"].as_str().unwrap_or("done");
            let did = if part == "plan" { ended == "planned" } else { matches!(ended, "done" | "nothing") };
            if !did || !answer["errorType"].is_null() || answer["go"] == false {
                said.faults.push(answer.clone());
            }
            said.faults.extend(lost(&answer));
            sentences(&answer, &mut said.sentences);
        }
        for line in process.into_output().lines().filter_map(|line| serde_json::from_str(line).ok()) {
            sentences(&line, &mut said.sentences);
        }
        let after = self.all().await?;
        for (_, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
            sentences(value, &mut said.sentences);
            said.faults.extend(lost(value));
        }
        Ok(said)
    }

    /// A process of its own, as Lambda has one: its variables as the layer says them, its credentials those of its role.
    async fn start(&self, part: &str) -> anyhow::Result<FunctionProcess> {
        let session = self.roles.session(&format!("nightshift-dev-{JOB}-fleet-{part}")).await?;
        let topic = format!("arn:aws:sns:{REGION}:{}:{TOPIC}", self.roles.run);
        let is_worker = matches!(part, "plan" | "apply");
        let kind = if part == "apply" { "apply" } else { "read" };
        let member = format!("nightshift/nightshift-dev-{JOB}-{kind}");
        let mut told = vec![
            ("AWS_ACCESS_KEY_ID", session.access_key_id()),
            ("AWS_ENDPOINT_URL", &self.roles.url),
            ("AWS_MAX_ATTEMPTS", "1"),
            ("AWS_REGION", REGION),
            ("AWS_SECRET_ACCESS_KEY", session.secret_access_key()),
            ("AWS_SESSION_TOKEN", session.session_token().unwrap_or_default()),
            ("NIGHTSHIFT_FLEET_BUCKET", &self.bucket),
            ("NIGHTSHIFT_FLEET_JOB", JOB),
            ("NIGHTSHIFT_FLEET_PART", if is_worker { "work" } else { part }),
            ("NIGHTSHIFT_MODE", if part == "plan" { "plan" } else { "apply" }),
        ];
        if is_worker {
            told.extend([
                ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "a-long-number-7d41"),
                ("NIGHTSHIFT_FLEET_ROLE", &member),
                ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
                ("NIGHTSHIFT_NOW", NOW),
                ("NIGHTSHIFT_REQUIRED_TAGS", "env=dev"),
            ]);
        }
        if matches!(part, "apply" | "report") {
            told.extend([
                ("NIGHTSHIFT_MAIL_FROM", SENDER),
                ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
                ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
                ("NIGHTSHIFT_SLACK_SECRET_ID", WEBHOOK),
                ("NIGHTSHIFT_SNS_TOPIC_ARN", &topic),
            ]);
        }
        match part {
            "list" => told.extend([
                ("NIGHTSHIFT_FLEET_CANARY", "Root/Sandbox"),
                ("NIGHTSHIFT_FLEET_EXCLUDED_TAGS", "nightshift=off"),
                ("NIGHTSHIFT_FLEET_REGIONS", REGION),
                ("NIGHTSHIFT_FLEET_STATE_MACHINE", &self.machine),
                ("NIGHTSHIFT_FLEET_UNITS", "Root"),
            ]),
            "judge" => told.push(("NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", "100")),
            _ => {}
        }
        let told = told.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        FunctionProcess::start(&self.binary, &told)
    }

    fn list(&self, execution: &str, input: &Value) -> Turn {
        let arn = format!("{}:{execution}", self.machine.replace(":stateMachine:", ":execution:"));
        Turn::Called(json!({ "execution": execution, "execution_arn": arn, "started_at": self.began, "input": input }))
    }

    /// What a map hands to the worker of the one account that is entered. What was judged may be two more.
    async fn work(&self, phase: &str, items: &str) -> anyhow::Result<Turn> {
        let mut item = self.item("member", items).await?;
        if phase != "plan" {
            item["budget"] = json!({ "deletions": 3 });
            item["judged_at"] = json!(account::now());
        }
        Ok(Turn::Called(json!({ "execution": NIGHT, "phase": phase, "item": item })))
    }

    fn judge(&self, phase: &str, items: &str) -> Turn {
        let result = json!({ "Bucket": self.bucket, "Key": key(&format!("results/map-{phase}/1/manifest.json")) });
        Turn::Called(json!({
            "execution": NIGHT, "phase": phase, "mode": "apply", "expect_plan": null, "items_key": key(items), "result": result,
        }))
    }

    fn report(&self) -> Turn {
        Turn::Called(json!({ "execution": NIGHT, "execution_arn": self.machine }))
    }

    fn account(&self, name: &str) -> String {
        self.roles.accounts[name].as_str().unwrap_or_default().to_owned()
    }

    async fn item(&self, name: &str, items: &str) -> anyhow::Result<Value> {
        let account = self.account(name);
        let items = self.object(items).await?;
        let found = items.as_array().into_iter().flatten().find(|item| item["account"] == account);
        found.cloned().with_context(|| format!("{name} is no item: {items}"))
    }

    /// What the map of `phase` leaves of these accounts: what their workers left in the bucket is what they answered.
    async fn map(&self, phase: &str, names: &[&str]) -> anyhow::Result<()> {
        let mut records = Vec::new();
        for name in names {
            let item = self.item(name, "items.json").await?;
            let report = self.object(&format!("{phase}/{}.json", self.account(name))).await?;
            let counts = &report["counts"];
            let ended = if phase == "plan" { "planned" } else { "done" };
            let output = json!({
                "account": item["account"], "name": item["name"], "path": item["path"], "phase": phase, "policy": null, "ended": ended,
                "counts": counts, "budget": { "deletions": counts["planned"] }, "destructive": counts["planned"], "wanted": counts["planned"],
                "marked": 1, "plan_digest": report["plan_digest"], "report_key": key(&format!("{phase}/{}.json", self.account(name))),
            });
            let input = json!({ "execution": NIGHT, "phase": phase, "item": item });
            records.push(json!({
                "Input": input.to_string(), "Output": output.to_string(), "Status": "SUCCEEDED", "StopDate": "2026-11-21T02:00:02Z",
            }));
        }
        let folder = format!("results/map-{phase}/1");
        self.leave(&format!("{folder}/SUCCEEDED_0.json"), &json!(records)).await?;
        let file = json!([{ "Key": key(&format!("{folder}/SUCCEEDED_0.json")), "Size": 1 }]);
        let manifest =
            json!({ "DestinationBucket": self.bucket, "MapRunArn": "arn", "ResultFiles": { "SUCCEEDED": file } });
        self.leave(&format!("{folder}/manifest.json"), &manifest).await
    }

    /// The reports of accounts that no worker enters here: that of the one, with another number.
    async fn of_others(&self, phase: &str, names: &[&str]) -> anyhow::Result<()> {
        let from = if phase == "rest" { "canary" } else { phase };
        let own = self.account("member");
        let report = self.object(&format!("{from}/{own}.json")).await?.to_string();
        for name in names {
            let account = self.account(name);
            let report = serde_json::from_str(&report.replace(&own, &account))?;
            self.leave(&format!("{phase}/{account}.json"), &report).await?;
        }
        Ok(())
    }

    async fn leave(&self, name: &str, value: &Value) -> anyhow::Result<()> {
        let body = value.to_string().into_bytes().into();
        self.buckets.put_object().bucket(&self.bucket).key(key(name)).body(body).send().await?;
        Ok(())
    }

    async fn object(&self, name: &str) -> anyhow::Result<Value> {
        let got = self.buckets.get_object().bucket(&self.bucket).key(key(name)).send().await;
        let got = got.with_context(|| format!("there is no {name}"))?;
        Ok(serde_json::from_slice(&got.body.collect().await?.to_vec())?)
    }

    async fn keys(&self) -> anyhow::Result<Vec<String>> {
        let listed = self.buckets.list_objects_v2().bucket(&self.bucket).send().await?;
        ensure!(listed.is_truncated() != Some(true), "the bucket has more than one page");
        Ok(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
    }

    /// Every object of the night that is JSON.
    async fn all(&self) -> anyhow::Result<BTreeMap<String, Value>> {
        let (mut all, prefix) = (BTreeMap::new(), key(""));
        for key in self.keys().await? {
            let is_json = Path::new(&key).extension().is_some_and(|ending| ending == "json");
            let Some(name) = key.strip_prefix(&prefix).filter(|_| is_json) else { continue };
            all.insert(name.to_owned(), self.object(name).await?);
        }
        Ok(all)
    }
}

/// The notices of a report that reached nobody.
fn lost(report: &Value) -> impl Iterator<Item = Value> {
    let notices = report["notices"].as_array().into_iter().flatten();
    notices.filter(|notice| notice["outcome"] == "failed").cloned()
}

fn key(name: &str) -> String {
    format!("fleet/{JOB}/{NIGHT}/{name}")
}
