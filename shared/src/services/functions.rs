//! AWS Lambda: which functions there are, their variables, and what one of them answers.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::Region;
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::Permit;
use super::aws::{Aws, AwsError};

/// A deployed function.
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: Option<String>,
    /// Its variables, ours and others'.
    pub variables: BTreeMap<String, String>,
}

/// Lambda in one Region.
#[derive(Debug, Clone)]
pub struct FunctionsReader {
    client: Client,
    region: String,
}

impl FunctionsReader {
    /// In the Region of the environment or profile.
    pub fn new(aws: &Aws) -> Self {
        Self { client: aws.lambda(), region: aws.region().unwrap_or_default().to_owned() }
    }

    /// Every function.
    pub async fn all(&self) -> Result<Vec<Deployed>, AwsError> {
        let mut pages = self.client.list_functions().into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(function) = pages.next().await {
            let failed = |error| AwsError::of("lambda:ListFunctions", format!("region {}", self.region), error);
            let function = function.map_err(failed)?;
            let variables = function.environment.and_then(|environment| environment.variables);
            all.push(deployed(function.function_name, function.function_arn.as_deref(), variables));
        }
        Ok(all)
    }

    /// The function `name`, which may be an ARN.
    pub async fn named(&self, name: &str) -> Result<Deployed, AwsError> {
        let answer = self.client.get_function_configuration().function_name(name).send().await;
        let answer = answer
            .map_err(|error| AwsError::of("lambda:GetFunctionConfiguration", format!("function {name}"), error))?;
        let variables = answer.environment.and_then(|environment| environment.variables);
        Ok(deployed(answer.function_name, answer.function_arn.as_deref(), variables))
    }
}

/// What a function answered.
#[derive(Debug, Clone)]
pub struct Called {
    /// How Lambda calls it, where it is an error.
    pub error: Option<String>,
    /// The answer, or the error, as it came.
    pub payload: Vec<u8>,
}

/// Who calls functions: whoever calls one lets it write.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::functions::FunctionCaller::new(aws, "eu-west-1");
/// # }
/// ```
#[derive(Debug)]
pub struct FunctionCaller<'p> {
    client: Client,
    _leave: &'p Permit,
}

impl<'p> FunctionCaller<'p> {
    /// A function may take a quarter of an hour, and its answer some seconds more.
    pub const LONGEST: Duration = Duration::from_secs(15 * 60 + 30);

    /// In `region`, with leave to write.
    pub fn new(aws: &Aws, region: &str, leave: &'p Permit) -> Self {
        let patience =
            TimeoutConfig::builder().operation_attempt_timeout(Self::LONGEST).operation_timeout(Self::LONGEST).build();
        // An answer that was lost says nothing of what was done: who calls again does it again.
        let client = aws.lambda_as(|config| {
            config.region(Region::new(region.to_owned())).timeout_config(patience).retry_config(RetryConfig::disabled())
        });
        Self { client, _leave: leave }
    }

    /// Calls `function`, which may be an ARN, with `event`: once, and waits for its answer.
    pub async fn call(&self, function: &str, event: &serde_json::Value) -> Result<Called, AwsError> {
        let payload = Blob::new(event.to_string().into_bytes());
        let answer = self.client.invoke().function_name(function).payload(payload).send().await;
        let answer =
            answer.map_err(|error| AwsError::of("lambda:InvokeFunction", format!("function {function}"), error))?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        Ok(Called { error: answer.function_error, payload })
    }
}

fn deployed<V>(name: Option<String>, arn: Option<&str>, variables: Option<V>) -> Deployed
where
    V: IntoIterator<Item = (String, String)>,
{
    Deployed {
        name: name.unwrap_or_default(),
        region: arn.and_then(|arn| arn.split(':').nth(3)).map(str::to_owned),
        variables: variables.into_iter().flatten().collect(),
    }
}
