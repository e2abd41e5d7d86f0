//! AWS Step Functions: which executions of a state machine run.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;

use super::aws::{Aws, AwsError};

/// An execution that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// When it was started: of one that was redriven, when it was started first.
    pub started_at: Timestamp,
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
        const LIST: &str = "states:ListExecutions";
        let call =
            self.client.list_executions().state_machine_arn(&self.machine).status_filter(ExecutionStatus::Running);
        let mut pages = call.into_paginator().items().send();
        let mut running = Vec::new();
        while let Some(execution) = pages.next().await {
            let execution = execution.map_err(|error| AwsError::of(LIST, &self.machine, error))?;
            let started_at = Timestamp::from_millisecond(execution.start_date.to_millis().unwrap_or_default());
            running.push(Execution {
                arn: execution.execution_arn,
                name: execution.name,
                started_at: started_at.unwrap_or_default(),
            });
        }
        Ok(running)
    }
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
}
