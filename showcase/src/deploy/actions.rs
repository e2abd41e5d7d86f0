//! What whoever deploys has to be allowed: the calls the AWS provider was seen to make, read from its own log, and the most a
//! role of a function holds. `terraform/bootstrap` makes a role and a boundary of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::policy;
use nightshift_testkit::repository;

const FILE: &str = "terraform/bootstrap/access/actions.json";

/// Services as the provider's log has them, and as IAM has them.
const SERVICES: [(&str, &str); 11] = [
    ("CloudWatch", "cloudwatch"),
    ("CloudWatch Logs", "logs"),
    ("EventBridge", "events"),
    ("IAM", "iam"),
    ("Lambda", "lambda"),
    ("S3", "s3"),
    ("SESv2", "ses"),
    ("SFN", "states"),
    ("SNS", "sns"),
    ("SQS", "sqs"),
    ("Scheduler", "scheduler"),
];

/// Calls whose action has another name (Service Authorization Reference of Lambda and S3).
const OTHERWISE_CALLED: [(&str, &str); 15] = [
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("s3:DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("s3:GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
    ("s3:GetBucketCors", "s3:GetBucketCORS"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
];

/// What AWS asks for besides the calls, and calls of the provider that no run here has a reason for: for tags given when something
/// is made, for an upgrade, for a network, for what is taken away again (Service Authorization Reference of each service). What takes
/// a name of yours, as a key or a bucket, is in `terraform/bootstrap` itself.
const ON_A_CALLS_BEHALF: [&str; 33] = [
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "events:TagResource",
    "events:UntagResource",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
    "lambda:DeleteFunctionConcurrency",
    "lambda:InvokeFunction",
    "lambda:PutFunctionConcurrency",
    "lambda:TagResource",
    "lambda:UntagResource",
    "lambda:UpdateFunctionCode",
    "logs:AssociateKmsKey",
    "logs:DisassociateKmsKey",
    "logs:TagResource",
    "logs:UntagResource",
    "scheduler:TagResource",
    "scheduler:UntagResource",
    "scheduler:UpdateSchedule",
    "ses:TagResource",
    "ses:UntagResource",
    "sns:TagResource",
    "sns:UntagResource",
    "sqs:TagQueue",
    "sqs:UntagQueue",
    "states:TagResource",
    "states:UntagResource",
];

/// What no stand-in is asked about: only a key of yours, or a network, takes it.
const ONLY_WHERE_ASKED_FOR: [&str; 9] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
];

/// The actions behind the calls that `log`, which the provider wrote, is about. Each call is announced in a line of its own, when
/// its address is looked up; the record of what was sent has the body in it, and one with an archive loses the call's name.
pub(super) fn called(log: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut actions = BTreeSet::new();
    for record in log.lines().filter(|line| line.contains("setting endpoint:")) {
        let fields = (field(record, "rpc.service"), field(record, "rpc.method"));
        let (Some(service), Some(method)) = fields else { bail!("the provider's log names no call here: {record}") };
        // It takes no permission.
        if service == "STS" {
            continue;
        }
        let prefix = SERVICES.iter().find(|(name, _)| *name == service).map(|(_, prefix)| prefix);
        let prefix = prefix.with_context(|| format!("the provider called {service}: name its prefix in SERVICES"))?;
        let call = format!("{prefix}:{method}");
        let otherwise = OTHERWISE_CALLED.iter().find(|(name, _)| *name == call);
        actions.insert(otherwise.map_or(call, |(_, action)| (*action).to_owned()));
    }
    ensure!(!actions.is_empty(), "the provider's log has no call in it");
    Ok(actions)
}

/// Every action the inline policies among `resources` allow.
pub(super) fn held(resources: &[(String, Value)]) -> anyhow::Result<BTreeSet<String>> {
    let mut actions: BTreeSet<_> = ONLY_WHERE_ASKED_FOR.iter().map(|&action| action.to_owned()).collect();
    for (address, values) in resources.iter().filter(|(address, _)| address.contains(".aws_iam_role_policy.")) {
        let found = policy::actions(values["policy"].as_str());
        actions.extend(found.with_context(|| format!("the policy {address}"))?);
    }
    Ok(actions)
}

/// Compares with the file, and writes it anew where it says something else.
pub(super) fn compare(deployer: &BTreeSet<String>, boundary: &BTreeSet<String>) -> anyhow::Result<String> {
    let path = repository::root().join(FILE);
    let besides = ON_A_CALLS_BEHALF.iter().map(|&action| action.to_owned());
    let deployer: BTreeSet<_> = deployer.iter().cloned().chain(besides).collect();
    let wanted = serde_json::to_string_pretty(&json!({ "boundary": boundary, "deployer": deployer }))? + "\n";
    let found = fs::read_to_string(&path).unwrap_or_default();
    if found != wanted {
        let before: Value = serde_json::from_str(&found).unwrap_or_default();
        let list = |of: &Value, name: &str| -> BTreeSet<String> {
            of[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        write(&path, &wanted)?;
        bail!(
            "{FILE} was not what is called and held now, and was written anew: look at it. New for the deployer: {:?}; for the \
             boundary: {:?}",
            deployer.difference(&list(&before, "deployer")).collect::<Vec<_>>(),
            boundary.difference(&list(&before, "boundary")).collect::<Vec<_>>(),
        );
    }
    Ok(format!("{} actions for whoever deploys, {} in the boundary of roles", deployer.len(), boundary.len()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    ensure!(path.parent().is_some_and(Path::is_dir), "there is no folder for {}", path.display());
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

/// `name=value` or `name="value with spaces"`.
fn field(record: &str, name: &str) -> Option<String> {
    let rest = record.split(&format!("{name}=")).nth(1)?;
    let value = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split_whitespace().next(),
    };
    value.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_the_provider_is_an_action_of_iam() {
        let log = "t p: setting endpoint: rpc.method=PutRetentionPolicy rpc.service=\"CloudWatch Logs\"\n\
                   t p: setting endpoint: rpc.service=Lambda rpc.method=Invoke rpc.system=aws-api\n\
                   t p: setting endpoint: rpc.service=STS rpc.method=GetCallerIdentity\n\
                   t p: HTTP Request Sent: rpc.service=SNS rpc.method=Publish\n";
        let expected = ["lambda:InvokeFunction", "logs:PutRetentionPolicy"].map(str::to_owned);
        assert_eq!(called(log).unwrap(), expected.into());
        let unknown = "t setting endpoint: a rpc.service=Glue rpc.method=X y";
        assert_eq!(called(unknown).unwrap_err().to_string(), "the provider called Glue: name its prefix in SERVICES");
    }

    #[test]
    fn a_call_with_an_archive_in_its_body_is_seen() {
        let log = "t p: setting endpoint: rpc.service=Lambda rpc.method=CreateFunction x=1\n\
                   t p: HTTP Request Sent: http.request.body={\"Code\":{\"ZipFile\":\"UEsDB\n20fQ\n";
        assert_eq!(called(log).unwrap(), ["lambda:CreateFunction".to_owned()].into());
        assert!(called("t p: HTTP Request Sent: x=1").is_err(), "a log without a call would give a deployer nothing");
        assert!(called("t p: setting endpoint: rpc.service=Lambda").is_err());
    }
}
