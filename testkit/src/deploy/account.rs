//! The account the deployed function works in: its clusters on the stand-in, everything else on the stand-in that
//! enforces roles. Both know it by the same number.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_sdk_rds::types::Tag;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::raw::{Aws, Invoked};
use crate::child::Held;
use crate::repository;
use crate::scene::{REGION, Scene};
use crate::stand_in::listening;
use crate::world::{self, ClusterBuilder, expired, snapshots};

/// Where reports are kept; the override file names it.
const BUCKET: &str = "nightshift-reports";
const ROLE: &str = "nightshift-dev-cluster-cleanup";

/// See the module.
#[derive(Debug)]
pub(super) struct Account {
    scene: Scene,
    pub(super) aws: Aws,
    roles: Held,
}

impl Account {
    /// Starts both, with a bucket and no cluster.
    pub(super) async fn new() -> anyhow::Result<Self> {
        let scene = Scene::new()?;
        let root = repository::root();
        let mut command = Command::new(root.join(".tools/role-stand-in/bin/python"));
        command.arg(root.join("testkit/role-stand-in/role_stand_in.py")).args(["--rds", &scene.proxy.url()]);
        let (roles, url) = listening(&mut command, "the stand-in that enforces roles")?;
        let aws = Aws { url, account: scene.account.clone() };
        let here = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        );
        aws.put("s3", &format!("/{BUCKET}"), &here).await?;
        // Nobody listens there: what counts is that the secret could be read.
        let secret = json!({"Name": "nightshift-webhook", "SecretString": "http://127.0.0.1:9/hook"}).to_string();
        aws.json("secretsmanager", "secretsmanager.CreateSecret", &secret).await?;
        // The alarms' topic takes nothing that is not encrypted on its way, and nothing here is.
        let topic = [("Action", "CreateTopic"), ("Name", "nightshift-notices")];
        aws.query("sns", "2010-03-31", &topic).await?;
        Ok(Self { scene, aws, roles })
    }

    /// One of everything that takes the function another call: a cluster with a member, one that copies its tags, one
    /// that is protected, one that stands still, a snapshot whose time is over; and one that is not its business.
    pub(super) async fn fill(&self) -> anyhow::Result<()> {
        self.scene.control("reset", json!({})).await?;
        overdue("old-dev").create(&self.scene).await?;
        self.invoke().await?;
        self.outdate_snapshots().await?;
        overdue("orders-dev").create(&self.scene).await?;
        overdue("copying-dev").copies_tags().create(&self.scene).await?;
        overdue("locked-dev").protected().create(&self.scene).await?;
        overdue("asleep-dev").with("status", "stopped").create(&self.scene).await?;
        overdue("payments").tag("env", "prod").create(&self.scene).await
    }

    /// The names of the clusters that stand.
    pub(super) async fn clusters(&self) -> anyhow::Result<Vec<String>> {
        world::clusters(&self.scene, REGION).await
    }

    async fn outdate_snapshots(&self) -> anyhow::Result<()> {
        let rds = self.scene.rds(REGION).await;
        let yesterday = Tag::builder().key("nightshift:purge-after").value(days_ago(1).to_string()).build();
        for (snapshot, _) in snapshots(&self.scene, REGION).await? {
            let arn = format!("arn:aws:rds:{REGION}:{}:cluster-snapshot:{snapshot}", self.aws.account);
            rds.add_tags_to_resource().resource_name(arn).tags(yesterday.clone()).send().await?;
        }
        Ok(())
    }

    /// What the deployed function answers to an empty event, and what it logged last.
    pub(super) async fn invoke(&self) -> anyhow::Result<Invoked> {
        self.aws.invoke(ROLE, "{}").await
    }

    /// Replaces the policy of the function's job.
    pub(super) async fn allow(&self, policy: &Value) -> anyhow::Result<()> {
        let policy = policy.to_string();
        let parameters =
            [("Action", "PutRolePolicy"), ("RoleName", ROLE), ("PolicyName", "job"), ("PolicyDocument", &policy)];
        self.aws.query("iam", "2010-05-08", &parameters).await.map(drop)
    }

    /// Tells the function something else than Terraform did.
    pub(super) async fn tell(&self, variables: &Value) -> anyhow::Result<()> {
        let body = json!({ "Environment": { "Variables": variables } }).to_string();
        self.aws.put("lambda", &format!("/2015-03-31/functions/{ROLE}/configuration"), &body).await
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

    /// The reports in the bucket, by key.
    pub(super) async fn reports(&self) -> anyhow::Result<Vec<String>> {
        let list = self.aws.get("s3", &format!("/{BUCKET}?list-type=2")).await?;
        let keys = list.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        Ok(keys.map(str::to_owned).collect())
    }

    /// A report that is not one of `known`, as soon as there is one.
    #[expect(clippy::disallowed_methods, reason = "a schedule fires by the real clock")]
    pub(super) async fn report_beside(&self, known: &[String], patience: Duration) -> anyhow::Result<Value> {
        let begin = std::time::Instant::now();
        loop {
            if let Some(key) = self.reports().await?.iter().find(|key| !known.contains(key)) {
                let report = self.aws.get("s3", &format!("/{BUCKET}/{key}")).await?;
                return serde_json::from_str(&report).with_context(|| format!("the report {key} is no JSON"));
            }
            ensure!(begin.elapsed() < patience, "the schedule did not fire: no report came to {BUCKET}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the deployed function goes by the real clock")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

impl Drop for Account {
    fn drop(&mut self) {
        // It has functions of its own to end.
        self.roles.dismiss();
    }
}

/// Expired by the clock on the wall: a deployed function has no other.
fn overdue(id: &str) -> ClusterBuilder {
    expired(id).tag("auto-delete-after", &days_ago(1).to_string()).created(&days_ago(10).to_string())
}

fn days_ago(days: i64) -> Timestamp {
    // To the second: a tag has no room for more doubt.
    let second = now().as_second() - SignedDuration::from_hours(24 * days).as_secs();
    Timestamp::from_second(second).unwrap_or_default()
}
