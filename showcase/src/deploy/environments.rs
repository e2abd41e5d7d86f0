//! Every environment, applied as it stands, planned again, changed and destroyed, against the stand-in.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::actions;
use super::before_the_fleet;
use super::platform;
use super::raw::Aws;
use super::terraform::{Deployment, Plan};
use super::wiring;
use nightshift_testkit::stand_in::StandIn;

/// As Terraform names the modules of the functions.
const FUNCTIONS: [&str; 3] = ["cluster_cleanup", "db_users", "key_rotation"];
const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

/// All three side by side: most of an apply is waiting for a queue to be there.
pub(super) async fn run(packages: &Path) -> anyhow::Result<[Shown; 3]> {
    let stand_in = StandIn::start()?;
    let url = stand_in.url();
    let [dev, staging, prod] = ENVIRONMENTS.map(|name| one(name, packages, url));
    let (dev, staging, prod) = tokio::try_join!(dev, staging, prod)?;
    Ok([dev, staging, prod])
}

/// What is to be said of an environment.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) line: String,
    /// Every action the provider called.
    pub(super) called: BTreeSet<String>,
    /// Every action its roles hold.
    pub(super) held: BTreeSet<String>,
}

async fn one(name: &str, packages: &Path, url: &str) -> anyhow::Result<Shown> {
    let deployment = Deployment::new(name, packages, url).await?;
    deployment.apply().await?;
    let applied = deployment.resources().await?;
    for function in FUNCTIONS {
        check_mode(&applied, function, "plan").with_context(|| format!("{function} of {name}, as it stands"))?;
    }
    let wired = wiring::check(&applied, &deployment.account).with_context(|| format!("{name}, as it stands"))?;
    ensure!(deployment.plan().await? == Plan::Empty, "{name}: the second plan is not empty");
    // All three say the same of it, the list is of dev, and a plan is a plan.
    let besides = match name {
        "dev" => {
            let kept = before_the_fleet::check(&deployment).await.context("an environment of an earlier version")?;
            format!(" · {kept} of an earlier version kept")
        }
        "staging" => {
            let reached = platform::check(&deployment).await.context("with a platform of its own")?;
            format!(" · its platform reaches all {reached}")
        }
        _ => String::new(),
    };

    deployment.edit("main.tf", "= \"plan\"", "= \"apply\"")?;
    ensure!(deployment.plan().await? == Plan::Changes, "{name}: the modes can be changed without a change");
    deployment.apply().await?;
    let changed = deployment.resources().await?;
    for function in FUNCTIONS {
        check_mode(&changed, function, "apply").with_context(|| format!("{function} of {name}, told to apply"))?;
    }
    ensure!(deployment.plan().await? == Plan::Empty, "{name}: the plan after the change is not empty");
    if name == "prod" {
        check_members(&changed)?;
    }

    let aws = Aws { url: url.to_owned(), account: deployment.account.clone() };
    let there = known_to(&aws, "nightshift").await?;
    ensure!(
        there.len() == SERVICES,
        "{name}: only {} know of it, so the next look would see nothing",
        there.join(", ")
    );
    // What is to be taken away need not have been built.
    deployment.forget_packages()?;
    deployment.destroy().await?;
    let left = known_to(&aws, "nightshift").await?;
    ensure!(left == [LOGS], "{name}: after the destroy there should be the record, and there is something in {left:?}");
    let line = format!(
        "{name:<8} {} resources, {wired} of them wired to what is there · second plan empty{besides} · modes changed to apply · plan empty · destroyed, the logs left",
        applied.len()
    );
    Ok(Shown { line, called: deployment.called()?, held: actions::held(&changed)? })
}

/// The function's variable, and what its role may do: in plan mode, reading and nothing else.
fn check_mode(resources: &[(String, Value)], function: &str, mode: &str) -> anyhow::Result<()> {
    let values = |part: &str| {
        // One that can be left out has a number.
        let addresses =
            ["", "[0]"].map(|number| format!("module.fleet.module.{function}{number}.module.function.{part}"));
        let found = resources.iter().find(|(found, _)| addresses.contains(found));
        found.map(|(_, values)| values).with_context(|| format!("there is no {}", addresses[0]))
    };
    let function = values("aws_lambda_function.this")?;
    let told = &function["environment"][0]["variables"]["NIGHTSHIFT_MODE"];
    ensure!(told == mode, "NIGHTSHIFT_MODE is {told}");
    let actions = super::policy::actions(values("aws_iam_role_policy.job")?["policy"].as_str())?;
    let reads = [":Describe", ":Get", ":List"];
    let writes: Vec<_> = actions.iter().filter(|action| !reads.iter().any(|read| action.contains(read))).collect();
    ensure!((mode == "plan") == writes.is_empty(), "in mode {mode} the role may {writes:?}");
    Ok(())
}

/// Production says that members are marked: its role deletes none that is not.
fn check_members(resources: &[(String, Value)]) -> anyhow::Result<()> {
    let job = "module.fleet.module.cluster_cleanup.module.function.aws_iam_role_policy.job";
    let found = resources.iter().find(|(address, _)| address == job);
    let policy =
        found.and_then(|(_, values)| values["policy"].as_str()).with_context(|| format!("there is no {job}"))?;
    let policy: Value = serde_json::from_str(policy)?;
    let statements = policy["Statement"].as_array().context("the policy has no statements")?;
    let members = statements.iter().find(|statement| statement["Sid"] == "DeleteMembers");
    let asked = members.map(|statement| &statement["Condition"]["StringEquals"]["aws:ResourceTag/disposable"]);
    ensure!(asked.is_some_and(|asked| asked == "yes"), "in production a member goes without a mark: {members:?}");
    Ok(())
}

/// How many places an environment leaves something in.
const SERVICES: usize = 15;
/// The record of what was done, which outlives who did it.
pub(super) const LOGS: &str = "the logs";

/// Those of them that know something of this name.
pub(super) async fn known_to(aws: &Aws, name: &str) -> anyhow::Result<Vec<&'static str>> {
    let answers: [(&str, String); SERVICES] = [
        ("Lambda", aws.get("lambda", "/2015-03-31/functions").await?),
        ("Scheduler", aws.get("scheduler", "/schedules").await?),
        ("Scheduler's groups", aws.get("scheduler", "/schedule-groups").await?),
        ("SES", aws.query("ses", "2010-12-01", &[("Action", "ListIdentities")]).await?),
        ("IAM", aws.query("iam", "2010-05-08", &[("Action", "ListRoles")]).await?),
        ("SNS", aws.query("sns", "2010-03-31", &[("Action", "ListTopics")]).await?),
        ("CloudWatch", aws.query("monitoring", "2010-08-01", &[("Action", "DescribeAlarms")]).await?),
        ("the dashboards", aws.query("monitoring", "2010-08-01", &[("Action", "ListDashboards")]).await?),
        ("EventBridge", aws.json("events", "AWSEvents.ListRules", "{}").await?),
        ("EventBridge in us-east-1", aws.json_in("us-east-1", "events", "AWSEvents.ListRules", "{}").await?),
        ("SNS in us-east-1", aws.query_in("us-east-1", "sns", "2010-03-31", &[("Action", "ListTopics")]).await?),
        (
            "CloudWatch in us-east-1",
            aws.query_in("us-east-1", "monitoring", "2010-08-01", &[("Action", "DescribeAlarms")]).await?,
        ),
        ("SQS in us-east-1", aws.json_in("us-east-1", "sqs", "AmazonSQS.ListQueues", "{}").await?),
        ("SQS", aws.json("sqs", "AmazonSQS.ListQueues", "{}").await?),
        (LOGS, aws.json("logs", "Logs_20140328.DescribeLogGroups", "{}").await?),
    ];
    Ok(answers.into_iter().filter(|(_, answer)| answer.contains(name)).map(|(service, _)| service).collect())
}
