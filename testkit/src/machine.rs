//! The state machine of a run through an organisation, as Terraform renders it, carried out by the stand-in.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::repository;
use crate::scene::{REGION, Scene};

/// What the layer is asked for.
#[derive(Debug, Clone)]
pub struct Rendering<'a> {
    /// The run's bucket.
    pub bucket: &'a str,
    /// Of the canary, how many accounts may fail.
    pub canary_failures: usize,
    /// How many accounts at once.
    pub concurrency: usize,
    /// Whose run it is.
    pub job: &'a str,
    /// What the names of the functions begin with.
    pub prefix: &'a str,
    /// What of all accounts may fail.
    pub tolerated: Value,
}

/// The machine in each mode, `plan` and `apply`, rendered by Terraform itself. Nothing is left behind.
pub async fn rendered(asked: &Rendering<'_>) -> anyhow::Result<Value> {
    let folder = tempfile::tempdir()?;
    let room = repository::root().join("testkit/machine/render");
    let state = format!("-state={}", folder.path().join("state").display());
    let variables = [
        format!("bucket={}", asked.bucket),
        format!("canary_failures={}", asked.canary_failures),
        format!("concurrency={}", asked.concurrency),
        format!("function_prefix={}", asked.prefix),
        format!("job={}", asked.job),
        format!("tolerated={}", asked.tolerated),
    ];
    let variables: Vec<_> = variables.iter().flat_map(|variable| ["-var", variable]).collect();
    let terraform = async |arguments: &[&str]| {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(&room).env("TF_DATA_DIR", folder.path().join("data"));
        command.env("CHECKPOINT_DISABLE", "true").env("TF_IN_AUTOMATION", "true").stdin(Stdio::null());
        let output = command
            .output()
            .await
            .context("could not start terraform, which renders the state machine; install it (1.10 or later)")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "terraform {} failed:\n{said}", arguments.join(" "));
        Ok(output.stdout)
    };
    terraform(&["init", "-input=false"]).await?;
    terraform(&[&["apply", "-auto-approve", "-input=false", &state][..], &variables].concat()).await?;
    let outputs: Value = serde_json::from_slice(&terraform(&["output", "-json", &state]).await?)?;
    Ok(outputs["definitions"]["value"].clone())
}

/// How an execution ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// AWS's word for it.
    pub status: String,
    /// What the last state gave.
    pub output: Option<Value>,
    /// Why, where it did not end well.
    pub error: Option<String>,
    /// The same in words.
    pub cause: Option<String>,
}

/// More than any execution in a test takes.
const PATIENCE: Duration = Duration::from_mins(5);

impl Scene {
    /// Has the stand-in carry out executions; makes the machine, and gives its ARN.
    pub async fn machine(&self, name: &str, definition: &str) -> anyhow::Result<String> {
        self.control("state-machines", json!({})).await?;
        let role = format!("arn:aws:iam::{}:role/{name}", self.account);
        let body = json!({ "name": name, "definition": definition, "roleArn": role });
        let made = self.states("CreateStateMachine", &body).await?;
        made["stateMachineArn"].as_str().map(str::to_owned).context("no ARN of the machine")
    }

    /// Starts an execution, and waits for its end.
    pub async fn execute(&self, machine: &str, name: &str, input: &Value) -> anyhow::Result<Ended> {
        let body = json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() });
        let execution = self.states("StartExecution", &body).await?["executionArn"].clone();
        let ended = tokio::time::timeout(PATIENCE, self.ended(&execution));
        ended.await.with_context(|| format!("the execution {name} does not end"))?
    }

    /// Waits for the end of an execution that somebody else started.
    pub async fn end_of(&self, machine: &str, name: &str) -> anyhow::Result<Ended> {
        let execution = json!(format!("{}:{name}", machine.replace(":stateMachine:", ":execution:")));
        let ended = tokio::time::timeout(PATIENCE, self.ended(&execution));
        ended.await.with_context(|| format!("the execution {name} does not end"))?
    }

    #[expect(clippy::disallowed_methods, reason = "an execution is watched by the real clock")]
    async fn ended(&self, execution: &Value) -> anyhow::Result<Ended> {
        loop {
            let now = self.states("DescribeExecution", &json!({ "executionArn": execution })).await?;
            let text = |key: &str| now[key].as_str().map(str::to_owned);
            let status = text("status").unwrap_or_default();
            if status != "RUNNING" {
                let output = text("output").map(|output| serde_json::from_str(&output)).transpose()?;
                return Ok(Ended { status, output, error: text("error"), cause: text("cause") });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts an execution, and does not wait.
    pub async fn begin(&self, machine: &str, name: &str, input: &Value) -> anyhow::Result<String> {
        let body = json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() });
        let begun = self.states("StartExecution", &body).await?;
        begun["executionArn"].as_str().map(str::to_owned).context("no ARN of the execution")
    }

    /// Stops the execution with this ARN.
    pub async fn stop(&self, execution: &str) -> anyhow::Result<()> {
        self.states("StopExecution", &json!({ "executionArn": execution })).await.map(|_| ())
    }

    /// The name of the execution that was started last, and what it was started with.
    pub async fn last_execution(&self, machine: &str) -> anyhow::Result<(String, Value)> {
        let all = self.states("ListExecutions", &json!({ "stateMachineArn": machine })).await?;
        let newest = all["executions"].as_array().into_iter().flatten().max_by(|one, other| {
            let at = |execution: &Value| execution["startDate"].as_f64().unwrap_or_default();
            at(one).total_cmp(&at(other))
        });
        let newest = newest.context("there is no execution")?;
        let described = self.states("DescribeExecution", &json!({ "executionArn": newest["executionArn"] })).await?;
        let name = newest["name"].as_str().unwrap_or_default().to_owned();
        Ok((name, serde_json::from_str(described["input"].as_str().unwrap_or_default())?))
    }

    async fn states(&self, action: &str, body: &Value) -> anyhow::Result<Value> {
        let target = format!("AWSStepFunctions.{action}");
        let answer = self.post_in(REGION, "states", "/", &target, &body.to_string()).await?;
        Ok(serde_json::from_str(&answer)?)
    }
}
