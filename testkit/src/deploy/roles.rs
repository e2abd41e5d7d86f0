//! The deployed function under the very role that was applied: called by its schedule, held to its marks, and useless
//! without any one of its rights, which it then names.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::account::{self, Account};
use super::raw::Invoked;
use super::terraform::Deployment;
use super::{permissions, policy};

const EVERYTHING: &str = include_str!("everything_override.tf");
/// What stands there until it is to fire.
const NIGHTLY: &str = "cron(0 2 * * ? *)";
/// Long enough for Terraform to change a schedule, on a busy machine too.
const AHEAD: SignedDuration = SignedDuration::from_secs(25);
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    let account = Account::new().await?;
    let mut deployment = Deployment::new("dev", packages, &account.aws.url).await?;
    deployment.account.clone_from(&account.aws.account);
    deployment.add("everything_override.tf", EVERYTHING)?;
    writeln!(out, "\nROLES · dev with everything switched on, on the stand-in that enforces IAM")?;
    let variables = variables(&account);
    let variables: Vec<_> = variables.iter().map(String::as_str).collect();
    deployment.apply(&variables).await?;

    let report = fired(&account, &deployment, &variables).await?;
    writeln!(out, "  the schedule called what was deployed: {}", counts(&report))?;

    let Applied { role, platform, told } = applied(&deployment).await?;
    held_to_its_marks(&account, &told).await?;
    writeln!(out, "  told to delete what is marked otherwise, it is refused by its role")?;

    let actions = policy::actions_of(&role)?;
    permissions::check("cluster-cleanup", &actions, &policy::actions_of(&platform)?)?;
    writeln!(
        out,
        "  its role allows what its test suite called and docs/permissions.md explains, no more and no less"
    )?;
    for action in &actions {
        let named = without(&account, &role, action).await.with_context(|| format!("without {action}"))?;
        writeln!(out, "  without {action:<32} {named}")?;
    }
    account.allow(&role).await?;
    writeln!(out, "  {} rights, each of them missed", actions.len())?;
    Ok(())
}

fn variables(account: &Account) -> Vec<String> {
    vec![format!("account_id={}", account.aws.account), "time_zone=UTC".to_owned()]
}

/// Makes the schedule fire, and gives the report of the run.
async fn fired(account: &Account, deployment: &Deployment, variables: &[&str]) -> anyhow::Result<Value> {
    account.fill().await?;
    let known = account.reports().await?;
    // A cron goes by the minute: the next one that is far enough.
    let minute: Timestamp = account::now() + AHEAD + SignedDuration::from_mins(1);
    let expression = minute.strftime("cron(%-M %-H %-d %-m ? %Y)").to_string();
    deployment.add("everything_override.tf", &EVERYTHING.replace(NIGHTLY, &expression))?;
    deployment.apply(variables).await?;
    let report = account.report_beside(&known, PATIENCE).await?;
    ensure!(report["counts"]["failed"] == 0, "the scheduled run failed at something: {report:#}");
    let standing = account.clusters().await?;
    ensure!(standing == ["asleep-dev", "payments"], "after the scheduled run there are {standing:?}");
    Ok(report)
}

/// What Terraform gave the function.
#[derive(Debug)]
struct Applied {
    /// The policy of its job.
    role: Value,
    /// The policy of its platform.
    platform: Value,
    /// Its variables.
    told: Value,
}

async fn applied(deployment: &Deployment) -> anyhow::Result<Applied> {
    let resources = deployment.resources().await?;
    let values = |part: &str| {
        let found = resources.iter().find(|(address, _)| address.ends_with(part));
        found.map(|(_, values)| values).with_context(|| format!("there is no {part}"))
    };
    let policy = |name: &str| -> anyhow::Result<Value> {
        let text = values(&format!("module.function.aws_iam_role_policy.{name}"))?["policy"].as_str();
        Ok(serde_json::from_str(text.unwrap_or_default())?)
    };
    let function = values("module.function.aws_lambda_function.this")?;
    let told = function["environment"][0]["variables"].clone();
    Ok(Applied { role: policy("job")?, platform: policy("platform")?, told })
}

/// Whoever changes the function's variables does not change its role.
async fn held_to_its_marks(account: &Account, told: &Value) -> anyhow::Result<()> {
    account.fill().await?;
    let mut otherwise = told.clone();
    otherwise["NIGHTSHIFT_REQUIRED_TAGS"] = json!("env=prod");
    account.tell(&otherwise).await?;
    let Invoked { answer, .. } = account.invoke().await?;
    account.tell(told).await?;
    let item = answer["items"].as_array().into_iter().flatten().find(|item| item["id"] == "payments");
    let item = item.with_context(|| format!("it did not try payments: {answer:#}"))?;
    ensure!(item["reason"]["code"] == "access-denied", "payments was not refused: {item:#}");
    ensure!(account.clusters().await?.contains(&"payments".to_owned()), "payments is gone");
    Ok(())
}

/// Runs without one right; where the function says which one it misses.
async fn without(account: &Account, role: &Value, action: &str) -> anyhow::Result<&'static str> {
    account.allow(role).await?;
    account.fill().await?;
    account.allow(&policy::without(role, action)).await?;
    let Invoked { answer, log } = account.invoke().await?;
    if answer["errorMessage"].as_str().is_some_and(|message| message.contains(action)) {
        return Ok("the run does not take place, and its error names it");
    }
    for (list, what) in [
        ("items", "an item is left, and its reason names it"),
        ("notices", "a notice is not sent, and its reason names it"),
    ] {
        let told = answer[list].as_array().into_iter().flatten();
        let mut messages = told.filter_map(|told| told["reason"]["message"].as_str());
        if messages.any(|message| message.contains(action)) {
            return Ok(what);
        }
    }
    ensure!(log.contains(action), "nothing names it; the answer is {answer:#} and the log ends {log}");
    Ok("the log names it")
}

fn counts(report: &Value) -> String {
    let count = |name: &str| report["counts"][name].as_u64().unwrap_or_default();
    format!("{} changed, {} skipped, {} failed", count("changed"), count("skipped"), count("failed"))
}
