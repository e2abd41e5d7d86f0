//! AWS Step Functions: the executions of a state machine, and how far their maps are; starting one, and taking one up again.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionRedriveStatus, ExecutionStatus};
use jiff::Timestamp;

use super::Permit;
use super::aws::{Aws, AwsError};

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// AWS's word for how it is: `RUNNING`, `SUCCEEDED`, `FAILED` and so on.
    pub status: String,
    /// When it was started: of one that was redriven, when it was started first.
    pub started_at: Timestamp,
    /// When it ended, if it did.
    pub stopped_at: Option<Timestamp>,
    /// How often it was redriven.
    pub redrives: u32,
}

/// One execution with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// It.
    pub execution: Execution,
    /// What it was started with, as JSON.
    pub input: Option<String>,
    /// The type of the error it ended with.
    pub error: Option<String>,
    /// What that error said.
    pub cause: Option<String>,
    /// Whether AWS would take it up again where it failed; if not, why, in AWS's words.
    pub redrivable: Result<(), String>,
}

/// One map of an execution, and how many of its items are how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRun {
    /// What the state machine calls the map.
    pub label: String,
    /// AWS's word for how it is.
    pub status: String,
    /// How many items there are.
    pub total: u64,
    /// How many wait.
    pub pending: u64,
    /// How many are being worked on.
    pub running: u64,
    /// How many ended well.
    pub succeeded: u64,
    /// How many failed, took too long or were stopped.
    pub failed: u64,
}

/// The executions of one state machine.
#[derive(Debug)]
pub struct ExecutionsReader {
    client: Client,
    machine: String,
}

impl ExecutionsReader {
    /// Of the state machine with this ARN.
    pub fn new(aws: &Aws, machine: &str) -> Self {
        Self { client: aws.sfn(machine), machine: machine.to_owned() }
    }

    /// Every one that runs. AWS says that this list may lag behind a little.
    pub async fn running(&self) -> Result<Vec<Execution>, AwsError> {
        self.list(Some(ExecutionStatus::Running), usize::MAX).await
    }

    /// The `most` that were started last, the newest first.
    pub async fn latest(&self, most: usize) -> Result<Vec<Execution>, AwsError> {
        self.list(None, most).await
    }

    async fn list(&self, status: Option<ExecutionStatus>, most: usize) -> Result<Vec<Execution>, AwsError> {
        const LIST: &str = "states:ListExecutions";
        let call = self.client.list_executions().state_machine_arn(&self.machine).set_status_filter(status);
        let mut pages = call.into_paginator().items().send();
        let mut found = Vec::new();
        while found.len() < most
            && let Some(execution) = pages.next().await
        {
            let execution = execution.map_err(|error| AwsError::of(LIST, &self.machine, error))?;
            found.push(listed(execution));
        }
        Ok(found)
    }

    /// The ARN of the execution called `name`.
    pub fn arn_of(&self, name: &str) -> String {
        format!("{}:{name}", self.machine.replacen(":stateMachine:", ":execution:", 1))
    }

    /// The execution called `name`; `None` if there is none.
    pub async fn find(&self, name: &str) -> Result<Option<Described>, AwsError> {
        const DESCRIBE: &str = "states:DescribeExecution";
        let arn = self.arn_of(name);
        let answer = self.client.describe_execution().execution_arn(&arn).send().await;
        let answer = match answer.map_err(|error| AwsError::of(DESCRIBE, &arn, error)) {
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => return Ok(None),
            answer => answer?,
        };
        let redrivable = match answer.redrive_status {
            Some(ExecutionRedriveStatus::Redrivable) => Ok(()),
            status => Err(answer.redrive_status_reason.unwrap_or_else(|| {
                status.map_or_else(|| "AWS does not say".to_owned(), |status| status.as_str().to_owned())
            })),
        };
        let execution = Execution {
            name: answer.name.unwrap_or_else(|| name.to_owned()),
            arn: answer.execution_arn,
            status: answer.status.as_str().to_owned(),
            started_at: moment(answer.start_date),
            stopped_at: answer.stop_date.map(moment),
            redrives: u32::try_from(answer.redrive_count.unwrap_or_default()).unwrap_or_default(),
        };
        Ok(Some(Described { execution, input: answer.input, error: answer.error, cause: answer.cause, redrivable }))
    }

    /// The maps that the execution `arn` came to, in the order they began.
    pub async fn maps(&self, arn: &str) -> Result<Vec<MapRun>, AwsError> {
        let mut pages = self.client.list_map_runs().execution_arn(arn).into_paginator().items().send();
        let mut begun = Vec::new();
        while let Some(run) = pages.next().await {
            let run = run.map_err(|error| AwsError::of("states:ListMapRuns", arn, error))?;
            begun.push((moment(run.start_date), run.map_run_arn));
        }
        begun.sort();
        let mut maps = Vec::new();
        for (_, run) in begun {
            let answer = self.client.describe_map_run().map_run_arn(&run).send().await;
            let answer = answer.map_err(|error| AwsError::of("states:DescribeMapRun", &run, error))?;
            let counts = answer.item_counts;
            let count = |number: i64| u64::try_from(number).unwrap_or_default();
            let of =
                |get: fn(&aws_sdk_sfn::types::MapRunItemCounts) -> i64| counts.as_ref().map_or(0, |c| count(get(c)));
            maps.push(MapRun {
                label: label(&run).to_owned(),
                status: answer.status.as_str().to_owned(),
                total: of(|counts| counts.total),
                pending: of(|counts| counts.pending),
                running: of(|counts| counts.running),
                succeeded: of(|counts| counts.succeeded),
                failed: of(|counts| counts.failed + counts.timed_out + counts.aborted),
            });
        }
        Ok(maps)
    }
}

/// Who starts executions: whoever starts one lets its functions write.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::executions::ExecutionsCaller::new(aws, "arn:aws:states:eu-west-1:111122223333:stateMachine:m");
/// # }
/// ```
#[derive(Debug)]
pub struct ExecutionsCaller<'p> {
    client: Client,
    machine: String,
    _leave: &'p Permit,
}

impl<'p> ExecutionsCaller<'p> {
    /// Of the state machine with this ARN, with leave to write.
    pub fn new(aws: &Aws, machine: &str, leave: &'p Permit) -> Self {
        Self { client: aws.sfn(machine), machine: machine.to_owned(), _leave: leave }
    }

    /// Starts an execution called `name`, which no other of the last 90 days may be called unless it has the same input and runs:
    /// then it is that one.
    pub async fn start(&self, name: &str, input: &serde_json::Value) -> Result<String, AwsError> {
        let call = self.client.start_execution().state_machine_arn(&self.machine).name(name).input(input.to_string());
        let answer = call.send().await;
        let what = || format!("execution {name} of {}", self.machine);
        Ok(answer.map_err(|error| AwsError::of("states:StartExecution", what(), error))?.execution_arn)
    }

    /// Takes up again what failed in the execution `arn`.
    pub async fn redrive(&self, arn: &str) -> Result<(), AwsError> {
        let answer = self.client.redrive_execution().execution_arn(arn).send().await;
        answer.map(|_| ()).map_err(|error| AwsError::of("states:RedriveExecution", arn, error))
    }
}

fn listed(execution: ExecutionListItem) -> Execution {
    Execution {
        arn: execution.execution_arn,
        name: execution.name,
        status: execution.status.as_str().to_owned(),
        started_at: moment(execution.start_date),
        stopped_at: execution.stop_date.map(moment),
        redrives: u32::try_from(execution.redrive_count.unwrap_or_default()).unwrap_or_default(),
    }
}

fn moment(date: DateTime) -> Timestamp {
    Timestamp::from_millisecond(date.to_millis().unwrap_or_default()).unwrap_or_default()
}

/// `…:mapRun:machine/LABEL:id`
fn label(map_run: &str) -> &str {
    let after = map_run.rsplit_once('/').map_or(map_run, |(_, after)| after);
    after.split(':').next().unwrap_or(after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::aws::wire::Wire;

    #[tokio::test]
    async fn every_page_is_read_and_only_of_those_that_run() {
        const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet";
        let one = |name: &str, at: f64| {
            let arn = format!("arn:aws:states:eu-west-1:111122223333:execution:fleet:{name}");
            json!({ "executionArn": arn, "stateMachineArn": MACHINE, "name": name, "status": "RUNNING", "startDate": at })
        };
        let first = json!({ "executions": [one("a", 1_795_226_400.5)], "nextToken": "more" });
        let wire = Wire::of(&[(200, first), (200, json!({ "executions": [one("b", 1_795_226_401.0)] }))]).await;
        let running = ExecutionsReader::new(&wire.aws, MACHINE).running().await.unwrap();
        let told: Vec<_> = running.iter().map(|one| format!("{} {}", one.name, one.started_at)).collect();
        assert_eq!(told, ["a 2026-11-21T02:00:00.5Z", "b 2026-11-21T02:00:01Z"]);
        let asked = wire.asked();
        assert!(asked.iter().all(|body| body["statusFilter"] == "RUNNING" && body["stateMachineArn"] == MACHINE));
        assert_eq!(asked[1]["nextToken"], "more");
    }

    #[tokio::test]
    async fn what_is_not_there_is_no_error_and_what_aws_would_not_take_up_again_says_why() {
        const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet";
        let missing = json!({ "__type": "com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist", "message": "no" });
        let described = json!({
            "executionArn": "arn:aws:states:eu-west-1:111122223333:execution:fleet:night", "stateMachineArn": MACHINE,
            "name": "night", "status": "SUCCEEDED", "startDate": 1_795_226_400.0, "stopDate": 1_795_226_460.0,
            "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        });
        let wire = Wire::of(&[(400, missing), (200, described)]).await;
        let reader = ExecutionsReader::new(&wire.aws, MACHINE);
        assert_eq!(reader.find("other").await.unwrap(), None);
        let found = reader.find("night").await.unwrap().unwrap();
        assert_eq!(found.redrivable.unwrap_err(), "Execution is SUCCEEDED and cannot be redriven");
        assert_eq!((found.execution.status.as_str(), found.execution.redrives), ("SUCCEEDED", 0));
        assert_eq!(wire.asked()[0]["executionArn"], "arn:aws:states:eu-west-1:111122223333:execution:fleet:other");
    }

    #[test]
    fn a_map_is_called_as_the_machine_calls_it() {
        assert_eq!(label("arn:aws:states:eu-west-1:111122223333:mapRun:fleet/PlanMap:6dbfba93-bcff"), "PlanMap");
        assert_eq!(label("odd"), "odd");
    }
}
