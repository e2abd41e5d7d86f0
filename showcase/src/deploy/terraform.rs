//! One environment of `terraform/` as a user would deploy it, or another room that calls its modules: a copy of the whole folder, a
//! backend on disk, and Terraform itself. Nothing else is changed but what a user changes; what it talks to is decided by
//! `AWS_ENDPOINT_URL` alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::{fs, io};

use anyhow::{Context as _, bail, ensure};
use nightshift::config::Environment;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::actions;
use nightshift_testkit::repository;

/// The one file a copy gets besides.
const LOCAL_BACKEND: &str = "terraform {\n  backend \"local\" {}\n}\n";

/// See the module.
#[derive(Debug)]
pub(super) struct Deployment {
    folder: TempDir,
    name: String,
    /// Where Terraform is started, below the folder.
    room: PathBuf,
    /// The account it names.
    pub(super) account: String,
    endpoint: String,
}

/// What a plan came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Empty,
    Changes,
}

impl Deployment {
    /// Copies the environment `name`, lays `packages` where it looks for them, and initialises it.
    pub(super) async fn new(name: &str, packages: &Path, endpoint: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(&repository::root().join("terraform"), &folder.path().join("terraform"))?;
        fs::create_dir(folder.path().join("target"))?;
        std::os::unix::fs::symlink(packages, folder.path().join("target/lambda"))?;
        let (name, room) = (name.to_owned(), Path::new("terraform/environment").join(name));
        let mut new = Self { folder, name, room, account: String::new(), endpoint: endpoint.to_owned() };
        new.add("backend_override.tf", LOCAL_BACKEND)?;
        new.account = account_of(&fs::read_to_string(new.path().join("providers.tf"))?)?;
        new.init().await?;
        Ok(new)
    }

    /// Copies the room of this path, which calls modules of `terraform/`, and initialises it; `endpoint` knows who calls as `account`.
    pub(super) async fn of_room(room: &str, variables: &Value, endpoint: &str, account: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        for part in ["terraform", room] {
            copy(&repository::root().join(part), &folder.path().join(part))?;
        }
        let (name, room, account, endpoint) = (room.to_owned(), room.into(), account.to_owned(), endpoint.to_owned());
        let new = Self { folder, name, room, account, endpoint };
        new.say(variables)?;
        new.init().await?;
        Ok(new)
    }

    /// Gives the variables other values from now on.
    pub(super) fn say(&self, variables: &Value) -> io::Result<()> {
        self.add("terraform.tfvars.json", &variables.to_string())
    }

    /// Again, where a module was added.
    pub(super) async fn init(&self) -> anyhow::Result<()> {
        self.run(&["init", "-input=false"]).await.map(drop)
    }

    /// A file of the environment's own, for what a test asks of it beyond its example.
    pub(super) fn add(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.path().join(file), text)
    }

    /// Takes a file of its own away again.
    pub(super) fn remove(&self, file: &str) -> io::Result<()> {
        fs::remove_file(self.path().join(file))
    }

    /// Says `to` instead of `from` in a file of the environment, as a user does in an editor.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) -> anyhow::Result<()> {
        let path = self.path().join(file);
        let text = fs::read_to_string(&path)?;
        ensure!(text.contains(from), "{file} of {} does not say {from}", self.name);
        Ok(fs::write(path, text.replace(from, to))?)
    }

    /// Lies in this account instead of the one it names.
    pub(super) fn move_to(&mut self, account: &str) -> anyhow::Result<()> {
        self.edit("providers.tf", &self.account, account)?;
        account.clone_into(&mut self.account);
        Ok(())
    }

    /// As in a fresh clone, where nothing was built.
    pub(super) fn forget_packages(&self) -> io::Result<()> {
        fs::remove_file(self.folder.path().join("target/lambda"))
    }

    pub(super) async fn apply(&self) -> anyhow::Result<()> {
        self.run(&["apply", "-auto-approve", "-input=false"]).await.map(drop)
    }

    /// Only what `module` makes, and `besides`: with the rest, everything would be looked at again, and on the stand-in that enforces
    /// IAM a third of it be changed back to what it was told before.
    pub(super) async fn apply_of(&self, module: &str, besides: &[&str]) -> anyhow::Result<()> {
        let target = format!("-target={module}");
        self.run(&[&["apply", "-auto-approve", "-input=false", &target], besides].concat()).await.map(drop)
    }

    pub(super) async fn plan(&self) -> anyhow::Result<Plan> {
        self.planned(&[]).await
    }

    /// Only what `module` makes: the stand-in that enforces IAM forgets some of what it was told of the rest.
    pub(super) async fn plan_of(&self, module: &str) -> anyhow::Result<Plan> {
        self.planned(&[&format!("-target={module}")]).await
    }

    async fn planned(&self, besides: &[&str]) -> anyhow::Result<Plan> {
        let command = [&["plan", "-detailed-exitcode", "-input=false"], besides].concat();
        let output = self.output(&command).await?;
        match output.status.code() {
            Some(0) => Ok(Plan::Empty),
            Some(2) => Ok(Plan::Changes),
            _ => bail!("terraform plan of {} failed:\n{}", self.name, said(&output)),
        }
    }

    /// Plans over another state beside it, without a look at what there is.
    pub(super) async fn planned_over(&self, state: &str) -> anyhow::Result<Value> {
        const PLAN: &str = "over-another-state.plan";
        let state = format!("-state={state}");
        self.run(&["plan", "-input=false", "-refresh=false", &state, &format!("-out={PLAN}")]).await?;
        let output = self.run(&["show", "-json", PLAN]).await?;
        serde_json::from_slice(&output.stdout).context("terraform show gave no JSON")
    }

    /// Its state, as Terraform wrote it.
    pub(super) fn state(&self) -> io::Result<String> {
        fs::read_to_string(self.path().join("terraform.tfstate"))
    }

    pub(super) async fn destroy(&self) -> anyhow::Result<()> {
        self.run(&["destroy", "-auto-approve", "-input=false"]).await.map(drop)
    }

    /// Every resource of the state: its address and its values.
    pub(super) async fn resources(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let output = self.output(&["show", "-json"]).await?;
        ensure!(output.status.success(), "terraform show of {} failed:\n{}", self.name, said(&output));
        let state: Value = serde_json::from_slice(&output.stdout).context("terraform show gave no JSON")?;
        Ok(managed(&state["values"]["root_module"]))
    }

    async fn run(&self, command: &[&str]) -> anyhow::Result<Output> {
        let output = self.output(command).await?;
        ensure!(
            output.status.success(),
            "terraform {} of {} failed:\n{}{}",
            command.join(" "),
            self.name,
            said(&output),
            self.sent_again()
        );
        Ok(output)
    }

    /// What its provider sent a second time: a call that was answered and not heard may be refused as done already.
    fn sent_again(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains("retrying request")).fold(String::new(), |all, line| all + line + "\n")
    }

    async fn output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Command::new("terraform");
        talks_to(&mut command, &self.endpoint, &self.account);
        command.args(arguments).current_dir(self.path()).env("TF_LOG_PROVIDER", "debug").env("TF_LOG_PATH", self.log());
        command.output().await.context("could not start terraform")
    }

    /// Every action its provider has called so far.
    pub(super) fn called(&self) -> anyhow::Result<BTreeSet<String>> {
        actions::called(&fs::read_to_string(self.log()).context("the provider left no log")?)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("provider.log")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.room)
    }
}

/// What a command that starts Terraform has around it: a stand-in, and nothing of the caller's own.
pub(super) fn talks_to(command: &mut Command, endpoint: &str, account: &str) {
    // The caller's own credentials and endpoints have no business here.
    for name in Environment::of_process().names().filter(|name| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", account)
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("CHECKPOINT_DISABLE", "true")
        .env("TF_CLI_ARGS", "-no-color")
        .env("TF_IN_AUTOMATION", "true")
        .stdin(Stdio::null())
        .kill_on_drop(true);
}

/// The folder without what Terraform left in it.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with(".terraform") || text.contains(".tfstate") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(&name))?;
        } else {
            fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

fn account_of(providers: &str) -> anyhow::Result<String> {
    let line = providers.lines().find(|line| line.contains("allowed_account_ids"));
    let line = line.context("the provider is bound to no account")?;
    line.split('"').nth(1).map(str::to_owned).context("the account is not a text")
}

/// Every resource of a module and of those in it: its address and its values.
pub(super) fn managed(module: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(module, &mut found);
    found
}

fn collect(module: &Value, found: &mut Vec<(String, Value)>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            found.push((resource["address"].as_str().unwrap_or_default().to_owned(), resource["values"].clone()));
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, found);
    }
}

pub(super) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
