//! The environment dev with everything switched on, applied to the stand-in that enforces IAM, and its night: the
//! schedule fires, and what was deployed does its work.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::account::{self, Account};
use super::terraform::Deployment;

const EVERYTHING: &str = include_str!("everything_override.tf");
/// What stands there until it is to fire.
const NIGHTLY: &str = "cron(0 2 * * ? *)";
/// Long enough for Terraform to change a schedule, on a busy machine too.
const AHEAD: SignedDuration = SignedDuration::from_secs(40);
const PATIENCE: Duration = Duration::from_mins(3);

/// See the module.
#[derive(Debug)]
pub(super) struct Night {
    pub(super) account: Account,
    deployment: Deployment,
}

/// What Terraform gave the function.
#[derive(Debug)]
pub(super) struct Applied {
    /// The policy of its job.
    pub(super) role: Value,
    /// The policy of its platform.
    pub(super) platform: Value,
    /// Its variables.
    pub(super) told: Value,
    /// How many resources there are in all.
    pub(super) resources: usize,
}

impl Night {
    /// Applies it.
    pub(super) async fn new(packages: &Path) -> anyhow::Result<Self> {
        let account = Account::new().await?;
        let mut deployment = Deployment::new("dev", packages, &account.aws.url).await?;
        deployment.account.clone_from(&account.aws.account);
        deployment.add("everything_override.tf", EVERYTHING)?;
        let night = Self { account, deployment };
        night.apply().await?;
        Ok(night)
    }

    async fn apply(&self) -> anyhow::Result<()> {
        let [account, zone] = self.variables();
        self.deployment.apply(&[&account, &zone]).await
    }

    /// What differs from the example.
    fn variables(&self) -> [String; 2] {
        [format!("account_id={}", self.account.aws.account), "time_zone=UTC".to_owned()]
    }

    /// Fills the account, makes the schedule fire, and gives the report of the run.
    pub(super) async fn falls(&self) -> anyhow::Result<Value> {
        self.account.fill().await?;
        let known = self.account.reports().await?;
        // A cron goes by the minute: the next one that is far enough.
        let minute: Timestamp = account::now() + AHEAD + SignedDuration::from_mins(1);
        let expression = minute.strftime("cron(%-M %-H %-d %-m ? %Y)").to_string();
        self.deployment.add("everything_override.tf", &EVERYTHING.replace(NIGHTLY, &expression))?;
        self.apply().await?;
        let report = self.account.report_beside(&known, PATIENCE).await?;
        ensure!(report["counts"]["failed"] == 0, "the scheduled run failed at something: {report:#}");
        let standing = self.account.clusters().await?;
        ensure!(standing == ["asleep-dev", "payments"], "after the scheduled run there are {standing:?}");
        Ok(report)
    }

    pub(super) async fn applied(&self) -> anyhow::Result<Applied> {
        let resources = self.deployment.resources().await?;
        let values = |part: &str| {
            let found = resources
                .iter()
                .find(|(address, _)| address.ends_with(&format!("cluster_cleanup.module.function.{part}")));
            found.map(|(_, values)| values).with_context(|| format!("there is no {part}"))
        };
        let policy = |name: &str| -> anyhow::Result<Value> {
            let text = values(&format!("aws_iam_role_policy.{name}"))?["policy"].as_str();
            Ok(serde_json::from_str(text.unwrap_or_default())?)
        };
        let function = values("aws_lambda_function.this")?;
        let told = function["environment"][0]["variables"].clone();
        let (role, platform) = (policy("job")?, policy("platform")?);
        Ok(Applied { role, platform, told, resources: resources.len() })
    }

    pub(super) async fn destroy(&self) -> anyhow::Result<()> {
        let [account, zone] = self.variables();
        self.deployment.destroy(&[&account, &zone]).await
    }
}
