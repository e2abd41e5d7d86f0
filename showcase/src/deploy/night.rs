//! The environment dev with everything switched on, applied to the stand-in that enforces IAM, and its night: the schedules
//! fire, AWS Health finds a key, and what was deployed does its work.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::account::{self, Account};
use super::subjects::Subject;
use super::subjects::cluster_cleanup::{ClusterCleanup, clusters};
use super::subjects::key_rotation::{KeyRotation, leaked};
use super::terraform::Deployment;

const EVERYTHING: &str = include_str!("everything_override.tf");
/// What stands there until it is to fire.
const NIGHTLY: &str = "cron(0 2 * * ? *)";
const SCHEDULES: [&str; 2] =
    ["module.fleet.module.cluster_cleanup.module.schedule", "module.fleet.module.key_rotation.module.schedule"];
/// Long enough for Terraform to change a schedule, on a busy machine too.
const AHEAD: SignedDuration = SignedDuration::from_secs(40);
const PATIENCE: Duration = Duration::from_mins(4);

/// See the module.
#[derive(Debug)]
pub(super) struct Night {
    pub(super) account: Account,
    everything: String,
    pub(super) deployment: Deployment,
}

/// What Terraform gave a function.
#[derive(Debug)]
pub(super) struct Applied {
    /// The policy of its job.
    pub(super) role: Value,
    /// The policy of its platform.
    pub(super) platform: Value,
    /// Its variables.
    pub(super) told: Value,
}

impl Night {
    /// Applies it, with the servers that are reached: where each listens, and the file with the authority that vouches for it.
    pub(super) async fn new(
        packages: &Path,
        databases: (String, String),
        rotation: (String, String),
    ) -> anyhow::Result<Self> {
        let account = Account::new().await?;
        let mut everything = EVERYTHING.to_owned();
        for (name, (address, authority)) in [("DATABASE", databases), ("ROTATION", rotation)] {
            everything = everything.replace(&format!("{name}_ADDRESS"), &address);
            everything = everything.replace(&format!("{name}_AUTHORITY"), &authority);
        }
        let everything = everything.replace("ACCOUNT", &account.aws.account);
        let mut deployment = Deployment::new("dev", packages, &account.aws.url).await?;
        deployment.move_to(&account.aws.account)?;
        deployment.edit("main.tf", "Europe/Madrid", "UTC")?;
        let night = Self { account, everything, deployment };
        night.schedules(NIGHTLY)?;
        night.deployment.apply().await?;
        Ok(night)
    }

    /// Writes them down as `expression`.
    fn schedules(&self, expression: &str) -> anyhow::Result<()> {
        Ok(self.deployment.add("everything_override.tf", &self.everything.replace(NIGHTLY, expression))?)
    }

    /// Fills the account, makes the schedules fire, and gives the reports of the runs.
    pub(super) async fn falls(&self) -> anyhow::Result<Vec<Value>> {
        let account = &self.account;
        account.clear().await?;
        ClusterCleanup.fill(account).await?;
        KeyRotation.fill(account).await?;
        let known = [account.reports(ClusterCleanup::NAME).await?, account.reports(KeyRotation::NAME).await?];
        // A cron goes by the minute: the next one that is far enough.
        let minute: Timestamp = account::now() + AHEAD + SignedDuration::from_mins(1);
        self.schedules(&minute.strftime("cron(%-M %-H * * ? *)").to_string())?;
        let [first, second] = SCHEDULES;
        self.deployment.apply_of(first, &[&format!("-target={second}")]).await?;
        let mut reports = account.reports_beside(ClusterCleanup::NAME, &known[0], 1, PATIENCE).await?;
        reports.extend(account.reports_beside(KeyRotation::NAME, &known[1], 2, PATIENCE).await?);
        for report in &reports {
            ensure!(report["counts"]["failed"] == 0, "a scheduled run failed at something: {report:#}");
        }
        let standing = clusters(account).await?;
        ensure!(standing == ["asleep-dev", "payments"], "after the scheduled run there are {standing:?}");
        Ok(reports)
    }

    /// AWS Health finds a key in the open; the report of what became of it.
    pub(super) async fn leak(&self) -> anyhow::Result<Value> {
        let account = &self.account;
        let known = account.reports(KeyRotation::NAME).await?;
        let key = leaked(&account.scene).await?;
        account.leak(&key).await?;
        let report = account.reports_beside(KeyRotation::NAME, &known, 1, PATIENCE).await?.remove(0);
        ensure!(report["counts"]["changed"] == 1, "the leaked key was not dealt with: {report:#}");
        let still = account.scene.keys("eve").await?.into_iter().any(|found| found.id == key && found.active);
        ensure!(!still, "the leaked key works");
        Ok(report)
    }

    /// How many resources there are.
    pub(super) async fn resources(&self) -> anyhow::Result<usize> {
        Ok(self.deployment.resources().await?.len())
    }

    pub(super) async fn applied(&self, job: &str) -> anyhow::Result<Applied> {
        let resources = self.deployment.resources().await?;
        let module = format!("module.fleet.module.{}", job.replace('-', "_"));
        let values = |part: &str| {
            let part = format!(".module.function.{part}");
            let of_job = |address: &str| address.starts_with(&module) && address.ends_with(&part);
            let found = resources.iter().find(|(address, _)| of_job(address));
            found.map(|(_, values)| values).with_context(|| format!("there is no {part} of {job}"))
        };
        let policy = |name: &str| -> anyhow::Result<Value> {
            let text = values(&format!("aws_iam_role_policy.{name}"))?["policy"].as_str();
            Ok(serde_json::from_str(text.unwrap_or_default())?)
        };
        let told = values("aws_lambda_function.this")?["environment"][0]["variables"].clone();
        Ok(Applied { role: policy("job")?, platform: policy("platform")?, told })
    }

    pub(super) async fn destroy(&self) -> anyhow::Result<()> {
        self.deployment.destroy().await
    }
}
