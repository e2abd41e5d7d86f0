//! Who becomes whom in a run through an organisation, under real roles on the stand-in that enforces IAM: a worker becomes the member role of its own
//! job and mode, in accounts of its organisation, and nobody else does, no other part of the run either.

use std::io::Write;
use std::process::Command as StdCommand;

use anyhow::{Context as _, ensure};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_rds::config::Credentials;
use aws_sdk_sts::Client as Sts;
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use nightshift_testkit::child::ChildProcess;
use nightshift_testkit::fresh_account;
use nightshift_testkit::repository;
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::stand_in::listening;
use serde_json::{Value, json};

use super::raw::Aws;
use super::terraform::{Deployment, Plan};

const EXTERNAL_ID: &str = "a-long-number-7d41";
const JOBS: [&str; 2] = ["cluster-cleanup", "key-rotation"];
/// A worker, and the one kind of role it becomes.
const KINDS: [(&str, &str); 2] = [("plan", "read"), ("apply", "apply")];
/// The parts that enter no account.
const AT_HOME: [&str; 3] = ["judge", "list", "report"];

/// The roles of two runs, one a job, and the member roles in two accounts. It goes with both stand-ins.
#[derive(Debug)]
pub(super) struct Roles {
    /// Of the stand-in that enforces IAM.
    pub(super) url: String,
    /// The accounts on the other one.
    pub(super) scene: Scene,
    pub(super) deployment: Deployment,
    /// The account of the run.
    pub(super) run: String,
    /// Those of its organisation, by name.
    pub(super) accounts: Value,
    member: String,
    without: String,
    _server: ChildProcess,
}

/// How somebody asks to become a role.
#[derive(Clone, Copy)]
struct Asking<'a> {
    external_id: Option<&'a str>,
    identity: Option<&'a str>,
}

const RIGHTLY: Asking<'_> = Asking { external_id: Some(EXTERNAL_ID), identity: Some("night-1") };

/// Shows it on `out`. Gives the roles.
pub(super) async fn run(out: &mut dyn Write) -> anyhow::Result<Roles> {
    let scene = Scene::of(&fresh_account())?;
    let accounts = json!([{ "name": "member", "unit": "Sandbox" }, { "name": "other" }, { "name": "third" }]);
    let made = scene.control("organization", json!({ "units": [{ "path": "Sandbox" }], "accounts": accounts })).await?;
    let member = made["accounts"]["member"].as_str().context("no member")?.to_owned();
    let root = repository::root();
    let mut command = StdCommand::new(root.join(".tools/role-stand-in/bin/python"));
    command.arg(root.join("testkit/role-stand-in/role_stand_in.py")).args(["--other", scene.stand_in_url()]);
    let (server, url) = listening(&mut command, "the stand-in that enforces roles")?;
    let (run, without) = (scene.account.clone(), fresh_account());
    let organization = Aws { url: scene.stand_in_url().to_owned(), account: run.clone() }.organization().await?;
    let named = json!({ "run": run, "member": member, "without": without });
    let variables = json!({ "organization_id": organization, "accounts": named });
    // Real Terraform makes them, each account's by a provider of its own.
    let deployment = Deployment::of_room("testkit/machine/roles", &variables, &url, &run).await?;
    deployment.apply().await?;
    ensure!(deployment.plan().await? == Plan::Empty, "the second plan of the roles is not empty");
    let accounts = made["accounts"].clone();
    let roles = Roles { url, scene, deployment, run, accounts, member, without, _server: server };
    let (allowed, refused) = roles.matrix().await?;
    let reach = roles.reach().await?;
    writeln!(out, "\nORGANISATION · the parts of a run and member roles, on the stand-in that enforces IAM")?;
    writeln!(out, "  {allowed} ways in, each worker's to the role of its job and mode; {refused} others are refused")?;
    writeln!(out, "  {reach}")?;
    Ok(roles)
}

impl Roles {
    /// What leads to the stand-in that enforces IAM, as whoever has `credentials`.
    pub(super) async fn config(&self, credentials: Credentials) -> SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&self.url)
            .region(Region::new(REGION))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(credentials)
            .load()
            .await
    }

    /// The same as a part of a run.
    async fn part(&self, name: &str) -> anyhow::Result<SdkConfig> {
        Ok(self.config(self.session(name).await?).await)
    }

    /// Lambda's session of a function whose role is called so. The stand-in takes the account itself for its services.
    pub(super) async fn session(&self, name: &str) -> anyhow::Result<Credentials> {
        let lambda = self.config(Credentials::new(&self.run, "test", None, None, "lambda")).await;
        let arn = format!("arn:aws:iam::{}:role/{name}", self.run);
        let session = become_role(&Sts::new(&lambda), &arn, Asking { external_id: None, identity: None }).await?;
        session.map_err(|code| anyhow::anyhow!("Lambda cannot run {name}: {code}"))
    }

    fn role(account: &str, job: &str, kind: &str) -> String {
        format!("arn:aws:iam::{account}:role/nightshift/nightshift-dev-{job}-{kind}")
    }

    /// Every worker at every role, in every way of asking; how many came in, and how many did not.
    async fn matrix(&self) -> anyhow::Result<(usize, usize)> {
        let (mut allowed, mut refused) = (0, 0);
        let wrongly = [
            Asking { external_id: None, ..RIGHTLY },
            Asking { external_id: Some("another-number-1"), ..RIGHTLY },
            Asking { identity: None, ..RIGHTLY },
        ];
        let workers = JOBS.iter().flat_map(|job| KINDS.map(|(part, kind)| (*job, part, kind)));
        for (job, part, kind) in workers {
            let name = format!("nightshift-dev-{job}-fleet-{part}");
            let sts = Sts::new(&self.part(&name).await?);
            for account in [&self.member, &self.without] {
                for (other, other_kind) in JOBS.iter().flat_map(|other| KINDS.map(|(_, kind)| (*other, kind))) {
                    let role = Self::role(account, other, other_kind);
                    let is_its_own = *account == self.member && other == job && other_kind == kind;
                    let came = become_role(&sts, &role, RIGHTLY).await?;
                    ensure!(came.is_ok() == is_its_own, "{name} at {role}: {:?}", came.err());
                    if is_its_own {
                        allowed += 1;
                    } else {
                        refused += 1;
                    }
                    for asking in wrongly {
                        let came = become_role(&sts, &role, asking).await?;
                        ensure!(came.is_err(), "{name} became {role} without what is asked for");
                        refused += 1;
                    }
                }
            }
        }
        // Whoever may assume anything is still nobody's worker, and the other parts of the run are none either.
        let at_home = JOBS.iter().flat_map(|job| AT_HOME.map(|part| format!("nightshift-dev-{job}-fleet-{part}")));
        for name in at_home.chain(["stranger".to_owned()]) {
            let sts = Sts::new(&self.part(&name).await?);
            for (job, kind) in JOBS.iter().flat_map(|job| KINDS.map(|(_, kind)| (*job, kind))) {
                let role = Self::role(&self.member, job, kind);
                ensure!(become_role(&sts, &role, RIGHTLY).await?.is_err(), "{name} became {role}");
                refused += 1;
            }
        }
        Ok((allowed, refused))
    }

    /// What the two roles of one job reach.
    async fn reach(&self) -> anyhow::Result<&'static str> {
        for (part, kind) in KINDS {
            let name = format!("nightshift-dev-cluster-cleanup-fleet-{part}");
            let worker = self.part(&name).await?;
            let role = Self::role(&self.member, "cluster-cleanup", kind);
            let session = become_role(&Sts::new(&worker), &role, RIGHTLY).await?;
            let session = session.map_err(|code| anyhow::anyhow!("{role}: {code}"))?;
            let rds = aws_sdk_rds::Client::new(&self.config(session).await);
            let mut pages = rds.describe_db_clusters().into_paginator().send();
            pages.next().await.context("no page")?.with_context(|| format!("{kind} cannot read"))?;
            let snapshot =
                rds.delete_db_cluster().db_cluster_identifier("unmarked").skip_final_snapshot(true).send().await;
            let code = snapshot.err().and_then(|error| error.code().map(str::to_owned));
            ensure!(code.as_deref() == Some("AccessDenied"), "{kind} deleted what carries no mark: {code:?}");
            // The worker itself has nothing in any account, its own among them.
            let own = aws_sdk_rds::Client::new(&worker);
            let own = own.describe_db_clusters().into_paginator().send().next().await;
            ensure!(own.is_some_and(|page| page.is_err()), "{name} reads without a member role");
        }
        Ok("each role reads; neither deletes what carries no mark; a worker without a role of a member reads nothing")
    }
}

/// The session, or the code of the refusal.
async fn become_role(sts: &Sts, role: &str, asking: Asking<'_>) -> anyhow::Result<Result<Credentials, String>> {
    let asked = sts.assume_role().role_arn(role).role_session_name("nightshift-test");
    let asked = asked.set_external_id(asking.external_id.map(str::to_owned));
    let answer = asked.set_source_identity(asking.identity.map(str::to_owned)).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let code = error.code().map(str::to_owned).with_context(|| format!("no answer about {role}: {error:?}"))?;
            ensure!(code == "AccessDenied", "{role} was not judged: {code}");
            return Ok(Err(code));
        }
    };
    let given = answer.credentials.context("a session without credentials")?;
    let (id, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
    Ok(Ok(Credentials::new(id, secret, Some(token), None, "assumed")))
}
