//! One environment of `terraform/` as a user would deploy it: a copy of the whole folder, a backend on disk, and
//! Terraform itself. Nothing else is changed; what it talks to is decided by `AWS_ENDPOINT_URL` alone.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::{fs, io};

use anyhow::{Context as _, bail, ensure};
use nightshift::config::Environment;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::repository;

/// The one file a copy gets besides.
const LOCAL_BACKEND: &str = "terraform {\n  backend \"local\" {}\n}\n";

/// See the module.
#[derive(Debug)]
pub(super) struct Deployment {
    folder: TempDir,
    name: String,
    /// The account its example names.
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
        let mut new = Self { folder, name: name.to_owned(), account: String::new(), endpoint: endpoint.to_owned() };
        new.add("backend_override.tf", LOCAL_BACKEND)?;
        new.account = account_of(&fs::read_to_string(new.path().join("terraform.tfvars.example"))?)?;
        new.run(&["init", "-input=false"], &[]).await?;
        Ok(new)
    }

    /// A file of the environment's own, for what a test asks of it beyond its example.
    pub(super) fn add(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.path().join(file), text)
    }

    pub(super) async fn apply(&self, variables: &[&str]) -> anyhow::Result<()> {
        self.run(&["apply", "-auto-approve", "-input=false"], variables).await.map(drop)
    }

    pub(super) async fn plan(&self, variables: &[&str]) -> anyhow::Result<Plan> {
        let output = self.output(&["plan", "-detailed-exitcode", "-input=false"], variables).await?;
        match output.status.code() {
            Some(0) => Ok(Plan::Empty),
            Some(2) => Ok(Plan::Changes),
            _ => bail!("terraform plan of {} failed:\n{}", self.name, said(&output)),
        }
    }

    pub(super) async fn destroy(&self, variables: &[&str]) -> anyhow::Result<()> {
        self.run(&["destroy", "-auto-approve", "-input=false"], variables).await.map(drop)
    }

    /// Every resource of the state: its address and its values.
    pub(super) async fn resources(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let output = self.output_without_variables(&["show", "-json"]).await?;
        ensure!(output.status.success(), "terraform show of {} failed:\n{}", self.name, said(&output));
        let state: Value = serde_json::from_slice(&output.stdout).context("terraform show gave no JSON")?;
        let mut found = Vec::new();
        collect(&state["values"]["root_module"], &mut found);
        Ok(found)
    }

    async fn run(&self, command: &[&str], variables: &[&str]) -> anyhow::Result<Output> {
        let output = match command {
            ["init", ..] => self.output_without_variables(command).await?,
            _ => self.output(command, variables).await?,
        };
        ensure!(output.status.success(), "terraform {} of {} failed:\n{}", command.join(" "), self.name, said(&output));
        Ok(output)
    }

    async fn output(&self, command: &[&str], variables: &[&str]) -> anyhow::Result<Output> {
        let mut command: Vec<_> = command.iter().map(|&word| word.to_owned()).collect();
        command.push("-var-file=terraform.tfvars.example".to_owned());
        command.extend(variables.iter().map(|variable| format!("-var={variable}")));
        self.start(&command).await
    }

    async fn output_without_variables(&self, command: &[&str]) -> anyhow::Result<Output> {
        self.start(&command.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()).await
    }

    async fn start(&self, arguments: &[String]) -> anyhow::Result<Output> {
        let mut command = Command::new("terraform");
        // The caller's own credentials and endpoints have no business here.
        for name in Environment::of_process().names().filter(|name| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHECKPOINT_DISABLE", "true")
            .env("TF_CLI_ARGS", "-no-color")
            .env("TF_IN_AUTOMATION", "true")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command.output().await.context("could not start terraform")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("terraform/environment").join(&self.name)
    }
}

/// The folder without what Terraform left in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
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

fn account_of(example: &str) -> anyhow::Result<String> {
    let line =
        example.lines().find(|line| line.starts_with("account_id")).context("the example names no account_id")?;
    line.split('"').nth(1).map(str::to_owned).context("account_id is not a text")
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

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
