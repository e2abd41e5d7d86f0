//! The account the deployed functions work in: clusters, users and secrets on the stand-in, everything else on the stand-in
//! that enforces roles. Both know it by the same number.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::raw::{Aws, Invoked};
use nightshift_testkit::child::ChildProcess;
use nightshift_testkit::repository;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::slack::Slack;
use nightshift_testkit::stand_in::listening;

/// Where reports are kept; the override file names it.
const BUCKET: &str = "nightshift-reports";

/// See the module.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) scene: Scene,
    pub(super) aws: Aws,
    roles: ChildProcess,
    slack: Slack,
}

impl Account {
    /// Starts both, with a bucket, a topic and a webhook.
    pub(super) async fn new() -> anyhow::Result<Self> {
        Self::with(Scene::new()?).await
    }

    /// The account of this number.
    pub(super) async fn of(account: &str) -> anyhow::Result<Self> {
        Self::with(Scene::of(account)?).await
    }

    async fn with(scene: Scene) -> anyhow::Result<Self> {
        let root = repository::root();
        let mut command = Command::new(root.join(".tools/role-stand-in/bin/python"));
        command.arg(root.join("testkit/role-stand-in/role_stand_in.py")).args(["--other", &scene.proxy.url()]);
        let (roles, url) = listening(&mut command, "the stand-in that enforces roles")?;
        let aws = Aws { url, account: scene.account.clone() };
        let here = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        );
        aws.put("s3", &format!("/{BUCKET}"), &here).await?;
        // The alarms' topic takes nothing that is not encrypted on its way, and nothing here is.
        let topic = [("Action", "CreateTopic"), ("Name", "nightshift-notices")];
        aws.query("sns", "2010-03-31", &topic).await?;
        let slack = Slack::start(&[]).await?;
        let new = Self { scene, aws, roles, slack };
        new.clear().await?;
        Ok(new)
    }

    /// Takes everything away that functions work on, but for the webhook's secret.
    pub(super) async fn clear(&self) -> anyhow::Result<()> {
        self.scene.control("reset", json!({})).await?;
        let secret = json!({"Name": "nightshift-webhook", "SecretString": self.slack.url()}).to_string();
        self.aws.json("secretsmanager", "secretsmanager.CreateSecret", &secret).await.map(drop)
    }

    /// What the deployed function answers to an event, and what it logged last.
    pub(super) async fn invoke(&self, job: &str, event: &Value) -> anyhow::Result<Invoked> {
        self.aws.invoke(&named(job), &event.to_string()).await
    }

    /// How often the deployed function has been called, whoever called it.
    pub(super) async fn calls(&self, job: &str) -> anyhow::Result<usize> {
        let asked =
            json!({ "logGroupName": format!("/aws/lambda/{}", named(job)), "filterPattern": "START" }).to_string();
        let log = self.aws.json("logs", "Logs_20140328.FilterLogEvents", &asked).await?;
        let log: Value = serde_json::from_str(&log).context("the log is no JSON")?;
        ensure!(log["nextToken"].is_null(), "the log of {job} has more than one page");
        let lines = log["events"].as_array().into_iter().flatten().filter_map(|line| line["message"].as_str());
        Ok(lines.filter(|line| line.starts_with("START RequestId")).count())
    }

    /// Replaces the policy of the function's job.
    pub(super) async fn allow(&self, job: &str, policy: &Value) -> anyhow::Result<()> {
        let (role, policy) = (named(job), policy.to_string());
        let parameters =
            [("Action", "PutRolePolicy"), ("RoleName", &role), ("PolicyName", "job"), ("PolicyDocument", &policy)];
        self.aws.query("iam", "2010-05-08", &parameters).await.map(drop)
    }

    /// Tells the function something else than Terraform did.
    pub(super) async fn tell(&self, job: &str, variables: &Value) -> anyhow::Result<()> {
        let body = json!({ "Environment": { "Variables": variables } }).to_string();
        self.aws.put("lambda", &format!("/2015-03-31/functions/{}/configuration", named(job)), &body).await
    }

    /// Says what AWS Health says of a key it found, in the Region it says it in.
    pub(super) async fn leak(&self, key: &str) -> anyhow::Result<()> {
        let detail = json!({
            "service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "eventTypeCategory": "issue",
            "affectedEntities": [{ "entityValue": key }],
        });
        let entry = json!({ "Source": "aws.health", "DetailType": "AWS Health Event", "Detail": detail.to_string() });
        let body = json!({ "Entries": [entry] }).to_string();
        let answer = self.aws.json_in("us-east-1", "events", "AWSEvents.PutEvents", &body).await?;
        ensure!(answer.contains("\"FailedEntryCount\": 0"), "the event was not taken: {answer}");
        Ok(())
    }

    /// Every alarm and its state, by name.
    pub(super) async fn alarms(&self) -> anyhow::Result<Vec<(String, String)>> {
        let parameters = [("Action", "DescribeAlarms"), ("MaxRecords", "100")];
        let answer = self.aws.query("monitoring", "2010-08-01", &parameters).await?;
        let text = |of: &str, name: &str| {
            let rest = of.split(&format!("<{name}>")).nth(1).unwrap_or_default();
            rest.split('<').next().unwrap_or_default().to_owned()
        };
        let alarms = answer.split("<AlarmName>").skip(1);
        let mut alarms: Vec<_> = alarms
            .map(|rest| (rest.split('<').next().unwrap_or_default().to_owned(), text(rest, "StateValue")))
            .collect();
        alarms.sort();
        Ok(alarms)
    }

    /// The reports of `job` in the bucket, by key.
    pub(super) async fn reports(&self, job: &str) -> anyhow::Result<Vec<String>> {
        let list = self.aws.get("s3", &format!("/{BUCKET}?list-type=2&prefix={job}%2F")).await?;
        let keys = list.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        Ok(keys.map(str::to_owned).collect())
    }

    /// So many reports of `job` that are none of `known`, as soon as there are.
    #[expect(clippy::disallowed_methods, reason = "a schedule fires by the real clock")]
    pub(super) async fn reports_beside(
        &self,
        job: &str,
        known: &[String],
        wanted: usize,
        patience: Duration,
    ) -> anyhow::Result<Vec<Value>> {
        let begin = std::time::Instant::now();
        loop {
            let mut found = self.reports(job).await?;
            found.retain(|key| !known.contains(key));
            if found.len() >= wanted {
                let mut reports = Vec::new();
                for key in found {
                    let report = self.aws.get("s3", &format!("/{BUCKET}/{key}")).await?;
                    reports
                        .push(serde_json::from_str(&report).with_context(|| format!("the report {key} is no JSON"))?);
                }
                return Ok(reports);
            }
            ensure!(begin.elapsed() < patience, "{job} was not called: {} of {wanted} reports came", found.len());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// What Terraform calls the function of a job, and its role.
pub(super) fn named(job: &str) -> String {
    format!("nightshift-dev-{job}")
}

#[expect(clippy::disallowed_methods, reason = "the deployed function goes by the real clock")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// To the second: a tag has no room for more doubt.
pub(super) fn ago(hours: i64) -> Timestamp {
    let second = now().as_second() - SignedDuration::from_hours(hours).as_secs();
    Timestamp::from_second(second).unwrap_or_default()
}

impl Drop for Account {
    fn drop(&mut self) {
        // It has functions of its own to end.
        self.roles.dismiss();
    }
}
