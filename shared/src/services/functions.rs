//! AWS Lambda: which functions there are, and their variables.

use std::collections::BTreeMap;

use aws_sdk_lambda::Client;

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
