//! Where the policy of a run comes from: a file, a deployed function, or, for a plan, this shell.

use anyhow::{Context as _, anyhow, bail};
use nightshift::config::{Environment, is_ours};
use nightshift::run::Job;
use nightshift::services::aws::{Aws, AwsError};

use crate::args::PolicyArgs;
use crate::policy_file;

/// The variables of the run, over the AWS environment of the caller.
pub(crate) async fn read<J: Job>(
    args: &PolicyArgs,
    environment: &Environment,
    aws: &Aws,
) -> anyhow::Result<Environment> {
    if let Some(path) = &args.file {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("could not read the policy file {shown}"))?;
        let variables = policy_file::read(&text).map_err(|faults| {
            anyhow!("the policy file {shown} is no policy, and nothing was done: {}", faults.join("; "))
        })?;
        if variables.is_empty() {
            bail!(
                "the policy file {shown} sets nothing, so it is no policy; write at least the Regions and what is protected"
            );
        }
        return Ok(Environment::of_file(variables).over_aws_of(environment));
    }
    if let Some(name) = &args.function {
        return Ok(of_function(name, aws, region_variable(J::NAME)).await?.over_aws_of(environment));
    }
    Ok(environment.clone())
}

/// Where a job keeps the Region it works in, for a function that leaves it to be its own.
fn region_variable(job: &str) -> &'static str {
    if job == "key-rotation" { "NIGHTSHIFT_SECRET_REGION" } else { "NIGHTSHIFT_REGIONS" }
}

/// The `NIGHTSHIFT_` variables of a deployed function. What else it has (its handler, its Region) is its own.
async fn of_function(name: &str, aws: &Aws, region_variable: &str) -> anyhow::Result<Environment> {
    let client = aws_sdk_lambda::Client::new(aws.sdk_config());
    let answer = client.get_function_configuration().function_name(name).send().await;
    let answer =
        answer.map_err(|error| AwsError::of("lambda:GetFunctionConfiguration", format!("function {name}"), error))?;
    let variables = answer.environment.and_then(|environment| environment.variables).unwrap_or_default();
    let mut own: Vec<_> = variables.into_iter().filter(|(name, _)| is_ours(name)).collect();
    if own.is_empty() {
        bail!("function {name} has no NIGHTSHIFT_ variables, so it holds no policy; is it the right function?");
    }
    // A function without a list of Regions works in its own, which the caller's shell need not name.
    if let Some(region) = answer.function_arn.as_deref().and_then(|arn| arn.split(':').nth(3))
        && !own.iter().any(|(name, value)| name == region_variable && !value.is_empty())
    {
        own.push((region_variable.to_owned(), region.to_owned()));
    }
    Ok(own.into_iter().collect())
}
