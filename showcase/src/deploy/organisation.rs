//! A run through an organisation as its page has it deployed: the layer and the member roles, first to plan, then to apply; and its first
//! night, begun with what the schedule would begin it with. What was deployed does the work: the machine on the stand-in, behind each of
//! its functions the archive's own binary with the variables that Terraform gave it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use nightshift_testkit::deployed::Deployed;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::world::{clusters, expired, s3};
use nightshift_testkit::{FunctionProcess, fresh_account};
use serde_json::{Value, json};

use super::account::ago;
use super::actions;
use super::environments::{self, LOGS, Shown};
use super::raw::Aws;
use super::terraform::{Deployment, Plan};

const ROOM: &str = "testkit/machine/layer";
/// As the layer names what belongs to the whole.
const NAME: &str = "nightshift-dev-cluster-cleanup-fleet";
/// In the first account, whose unit is the canary, and in the second, in another Region.
const DUE: [(&str, &str); 2] = [("first", REGION), ("second", "eu-central-1")];
/// Carries no mark.
const KEPT: &str = "payments";

/// Shows it.
pub(super) async fn run(packages: &Path) -> anyhow::Result<Shown> {
    let organisation = Organisation::new(packages).await?;
    let Organisation { scene, aws, deployment, .. } = &organisation;
    deployment.apply().await?;
    let planning = deployment.resources().await?;
    has_nobody_who_changes_anything(&planning)?;
    ensure!(deployment.plan().await? == Plan::Empty, "the second plan of the layer organization is not empty");

    deployment.say(&organisation.variables("apply"))?;
    deployment.apply().await?;
    let applied = deployment.resources().await?;
    ensure!(deployment.plan().await? == Plan::Empty, "told to apply, the layer organization is changed again");

    organisation.fill().await?;
    let served = organisation.serve(&applied).await?;
    let target = organisation.scheduled().await?;
    for (night, ended) in [("night-1", json!({ "done": 2 })), ("night-2", json!({ "nothing": 2 }))] {
        let run = scene.execute(target.machine()?, night, &target.input()?).await?;
        let told = run.output.clone().unwrap_or_default();
        ensure!(run.status == "SUCCEEDED" && told["ended"] == ended, "{night} was to end with {ended}: {run:?}");
    }
    ensure!(organisation.chose("night-1").await?["scheduled"] == true, "a run of the schedule does not count as one");
    for (account, region) in DUE {
        let member = organisation.member(account)?;
        let left = clusters(&member, region).await?;
        ensure!(left == [KEPT], "in the {account} account {left:?} are left");
    }
    ensure!(!served.iter().any(|part| part.events().is_empty()), "a part of the run was never called");

    organisation.empty().await?;
    deployment.destroy().await?;
    let left = environments::known_to(aws, NAME).await?;
    ensure!(
        left == [LOGS],
        "after the destroy there should be the record of calls, and there is something in {left:?}"
    );
    let machines = aws.json("states", "AWSStepFunctions.ListStateMachines", "{}").await?;
    ensure!(!machines.contains(NAME), "after the destroy the machine is there: {machines}");
    let line = format!(
        "{} resources, the member roles in two accounts as the plain module (StackSets exist on no stand-in) · to plan: nobody could change \
         anything · told to apply · second plans empty · its schedule's input run: 2 accounts done, then nothing to do · destroyed",
        applied.len()
    );
    Ok(Shown { line, called: deployment.called()?, held: actions::held(&applied)? })
}

/// See the module.
#[derive(Debug)]
struct Organisation {
    scene: Scene,
    aws: Aws,
    deployment: Deployment,
    accounts: Value,
    organization: String,
    /// The unpacked archive.
    binary: PathBuf,
    package: PathBuf,
}

/// What Scheduler would do, as it tells it.
#[derive(Debug)]
struct Target(Value);

impl Target {
    fn machine(&self) -> anyhow::Result<&str> {
        self.0["Arn"].as_str().context("the schedule has no target")
    }

    fn input(&self) -> anyhow::Result<Value> {
        serde_json::from_str(self.0["Input"].as_str().context("the schedule has no input")?)
            .context("its input is no JSON")
    }
}

impl Organisation {
    async fn new(packages: &Path) -> anyhow::Result<Self> {
        let scene = Scene::of(&fresh_account())?;
        let units = json!([{ "path": "Sandbox" }]);
        let accounts = json!([{ "name": "first", "unit": "Sandbox" }, { "name": "second" }]);
        let made = scene.control("organization", json!({ "units": units, "accounts": accounts })).await?;
        // From now on, executions are carried out.
        scene.control("state-machines", json!({})).await?;
        let aws = Aws { url: scene.stand_in_url().to_owned(), account: scene.account.clone() };
        let organization = aws.organization().await?;
        let folder = packages.join("x86_64/fleet-run");
        let (binary, package) = (folder.join("bootstrap"), folder.join("bootstrap.zip"));
        let accounts = made["accounts"].clone();
        let said = variables("plan", &scene.account, &accounts, &organization, &package);
        let deployment = Deployment::of_room(ROOM, &said, &aws.url, &aws.account).await?;
        Ok(Self { scene, aws, deployment, accounts, organization, binary, package })
    }

    fn member(&self, name: &str) -> anyhow::Result<Scene> {
        Scene::of(self.accounts[name].as_str().context("no such account")?)
    }

    fn variables(&self, mode: &str) -> Value {
        variables(mode, &self.scene.account, &self.accounts, &self.organization, &self.package)
    }

    /// In each account one cluster whose time is over, and one that carries no mark.
    async fn fill(&self) -> anyhow::Result<()> {
        for (account, region) in DUE {
            let member = self.member(account)?;
            let created = ago(240).to_string();
            let due = expired("orders-dev").tag("auto-delete-after", &ago(24).to_string());
            due.region(region).created(&created).create(&member).await?;
            expired(KEPT).tag("env", "prod").region(region).created(&created).create(&member).await?;
        }
        Ok(())
    }

    /// Each deployed function is answered for by the binary of its archive, with the variables it was deployed with.
    async fn serve(&self, resources: &[(String, Value)]) -> anyhow::Result<Vec<Deployed>> {
        let mut served = Vec::new();
        for (_, values) in resources.iter().filter(|(address, _)| address.ends_with(".aws_lambda_function.this")) {
            let name = values["function_name"].as_str().context("a function without a name")?;
            let told = values["environment"][0]["variables"].as_object().context("a function that is told nothing")?;
            let told: Vec<_> = told.iter().map(|(name, value)| (&**name, value.as_str().unwrap_or_default())).collect();
            let process = FunctionProcess::start(&self.binary, &self.scene.environment(&told))?;
            served.push(self.scene.serve(name, process).await?);
        }
        ensure!(served.len() == 5, "there are {} functions, and a run has five", served.len());
        Ok(served)
    }

    /// What the run called `night` chose.
    async fn chose(&self, night: &str) -> anyhow::Result<Value> {
        let (s3, bucket) = (s3(&self.scene).await, format!("{NAME}-{}", self.scene.account));
        let key = format!("fleet/cluster-cleanup/{night}/choice.json");
        let answer = s3.get_object().bucket(bucket).key(key).send().await?;
        Ok(serde_json::from_slice(&answer.body.collect().await?.to_vec())?)
    }

    /// The target of its schedule, as Scheduler has it.
    async fn scheduled(&self) -> anyhow::Result<Target> {
        let schedule = self.aws.get("scheduler", &format!("/schedules/{NAME}?groupName={NAME}")).await?;
        let schedule: Value = serde_json::from_str(&schedule).context("the schedule is no JSON")?;
        Ok(Target(schedule["Target"].clone()))
    }

    /// The record outlives who made it: a bucket with something in it is not destroyed.
    async fn empty(&self) -> anyhow::Result<()> {
        let (s3, bucket) = (s3(&self.scene).await, format!("{NAME}-{}", self.scene.account));
        let all = s3.list_object_versions().bucket(&bucket).send().await?;
        ensure!(all.versions().iter().any(|one| one.key().is_some_and(|key| key.ends_with("night-1/report.html"))));
        ensure!(all.is_truncated() != Some(true), "the record has more than one page");
        let of = |one: &aws_sdk_s3::types::ObjectVersion| {
            let id = ObjectIdentifier::builder().set_key(one.key.clone()).set_version_id(one.version_id.clone());
            id.build()
        };
        let all = all.versions().iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let delete = Delete::builder().set_objects(Some(all)).build()?;
        s3.delete_objects().bucket(bucket).delete(delete).send().await?;
        Ok(())
    }
}

fn variables(mode: &str, run: &str, accounts: &Value, organization: &str, package: &Path) -> Value {
    json!({
        "accounts": { "run": run, "first": accounts["first"], "second": accounts["second"] },
        "mode": mode, "organization_id": organization, "package": package,
    })
}

/// In plan mode there is no worker that changes anything, no role for one, and no state that would call it.
fn has_nobody_who_changes_anything(resources: &[(String, Value)]) -> anyhow::Result<()> {
    let could = |(address, values): &&(String, Value)| {
        let is_of_it = address.contains("[\"apply\"]");
        is_of_it || values["definition"].as_str().is_some_and(|machine| machine.contains("RestMap"))
    };
    let found: Vec<_> = resources.iter().filter(could).map(|(address, _)| address).collect();
    ensure!(found.is_empty(), "in plan mode there are {found:?}");
    ensure!(resources.iter().any(|(address, _)| address.starts_with("module.member_second.module.role[\"read\"]")));
    Ok(())
}
