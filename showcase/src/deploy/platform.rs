//! What an environment says of its platform reaches everything it is about: looked up in a plan that makes all of it, resource by
//! resource, so that one that is added is held to it as well.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::terraform::{self, Deployment};

const OVERRIDE: &str = include_str!("platform_override.tf");
const FILE: &str = "platform_override.tf";

/// Plans the environment with a platform of its own, and takes that away again.
pub(super) async fn check(deployment: &Deployment) -> anyhow::Result<usize> {
    deployment.add(FILE, &OVERRIDE.replace("ACCOUNT", &deployment.account))?;
    let plan = deployment.planned_over("nothing.tfstate").await?;
    deployment.remove(FILE)?;
    let resources = terraform::managed(&plan["planned_values"]["root_module"]);
    for (address, values) in &resources {
        reaches(address, values, &deployment.account)?;
    }
    for kind in
        ["aws_iam_role", "aws_lambda_function", "aws_cloudwatch_log_group", "aws_sqs_queue", "aws_scheduler_schedule"]
    {
        let there = resources.iter().any(|(address, _)| address.contains(&format!(".{kind}.")));
        ensure!(there, "the plan has no {kind}, so nothing of it was shown");
    }
    Ok(resources.len())
}

fn reaches(address: &str, values: &Value, account: &str) -> anyhow::Result<()> {
    let key = json!(format!("arn:aws:kms:eu-west-1:{account}:key/ours"));
    let boundary = json!(format!("arn:aws:iam::{account}:policy/ours"));
    let kind = address.split('.').rev().nth(1).context("an address has a type")?;
    // A key is of one Region, and what begins elsewhere is in another.
    let is_here = !["forward_dead_letters", "global_alarm_topic"].iter().any(|module| address.contains(module));
    let wanted: &[(&str, Value)] = match kind {
        "aws_iam_role" => &[("/permissions_boundary", boundary)],
        "aws_lambda_function" => &[
            ("/kms_key_arn", key),
            ("/reserved_concurrent_executions", json!(3)),
            ("/environment/0/variables/NIGHTSHIFT_REPORT_BUCKET", json!("reports")),
        ],
        "aws_cloudwatch_log_group" => &[("/kms_key_id", key), ("/retention_in_days", json!(30))],
        "aws_sqs_queue" | "aws_sns_topic" if is_here => &[("/kms_master_key_id", key)],
        "aws_scheduler_schedule" => &[("/kms_key_arn", key)],
        _ => &[],
    };
    for (path, value) in wanted {
        let found = values.pointer(path).unwrap_or(&Value::Null);
        ensure!(found == value, "{address}: {path} is {found}, and the platform says {value}");
    }
    if kind == "aws_lambda_function" {
        protects(address, &values["environment"][0]["variables"])?;
        ensure!(values["vpc_config"].as_array().is_some_and(|list| !list.is_empty()), "{address} is in no network");
    }
    if let Some(tags) = values.get("tags_all").filter(|tags| tags.is_object()) {
        ensure!(tags["cost-centre"] == "42", "{address} has not the platform's tags: {tags}");
    }
    Ok(())
}

/// What is never touched, as the environment names it: it reaches the function it is about.
fn protects(address: &str, variables: &Value) -> anyhow::Result<()> {
    const NEVER: [(&str, &str, &str); 3] = [
        ("module.cluster_cleanup.", "NIGHTSHIFT_PROTECTED", "release-*"),
        ("module.key_rotation.", "NIGHTSHIFT_EXCLUDE", "path:/admin/*"),
        ("module.db_users[0].", "NIGHTSHIFT_PROTECTED", "billing"),
    ];
    for (module, name, wanted) in NEVER.into_iter().filter(|(module, ..)| address.contains(module)) {
        ensure!(variables[name] == wanted, "{address}, in {module}: {name} is {}, and not {wanted}", variables[name]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protection_that_is_lost_on_its_way_is_found() {
        let address = "module.fleet.module.cluster_cleanup.module.function.aws_lambda_function.this";
        assert!(protects(address, &json!({ "NIGHTSHIFT_PROTECTED": "release-*" })).is_ok());
        assert!(protects(address, &json!({})).is_err());
        assert!(
            protects("module.fleet.module.db_users[0].module.function.aws_lambda_function.this", &json!({})).is_err()
        );
    }

    #[test]
    fn a_role_without_the_boundary_is_found() {
        let address = "module.fleet.module.x.aws_iam_role.this";
        let with = json!({ "permissions_boundary": "arn:aws:iam::1:policy/ours", "tags_all": { "cost-centre": "42" } });
        assert!(reaches(address, &with, "1").is_ok());
        let error = reaches(address, &json!({ "permissions_boundary": null }), "1").unwrap_err().to_string();
        assert_eq!(
            error,
            format!("{address}: /permissions_boundary is null, and the platform says \"arn:aws:iam::1:policy/ours\"")
        );
        let error =
            reaches("m.aws_sns_topic.this", &json!({ "kms_master_key_id": null }), "1").unwrap_err().to_string();
        assert!(error.contains("/kms_master_key_id is null"), "{error}");
        assert!(reaches("module.global_alarm_topic[0].aws_sns_topic.this", &json!({}), "1").is_ok());
        let untagged = json!({ "permissions_boundary": "arn:aws:iam::1:policy/ours", "tags_all": {} });
        assert!(reaches(address, &untagged, "1").is_err());
    }
}
