//! The function as it is deployed: the real binary in the real runtime loop, against the AWS stand-in.

mod events;
mod night;
mod table;
mod throttled;
mod told;

use std::time::Duration;

use aws_sdk_organizations::Client as Organizations;
use aws_sdk_s3::Client as Buckets;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::{Value, json};

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_org-inventory");
/// Where snapshots are kept.
const BUCKET: &str = "org-inventory-records";
const SNAPSHOT: &str = "organization/snapshot.json";

/// An organisation of three accounts, two units and two policies of its own, and a versioned bucket of this account.
async fn organization(scene: &Scene) -> anyhow::Result<Value> {
    let cost = json!({ "tags": { "cost": { "tag_value": { "@@assign": ["1"] } } } });
    let deny =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "s3:*", "Resource": "*" }] });
    let body = json!({
        "units": [{ "path": "Prod", "tags": { "Env": "prod" } }, { "path": "Prod/Eu" }],
        "accounts": [
            { "name": "web", "unit": "Prod", "tags": { "CostCenter": "7" } },
            { "name": "pay", "unit": "Prod/Eu" },
            { "name": "lab", "unit": "" },
        ],
        "policies": [
            { "name": "cost", "type": "TAG_POLICY", "content": cost, "targets": ["Prod"] },
            { "name": "no-s3", "type": "SERVICE_CONTROL_POLICY", "content": deny, "targets": ["Prod/Eu"], "tags": { "Owner": "sec" } },
        ],
    });
    let ids = scene.control("organization", body).await?;
    bucket(scene).await?;
    Ok(ids)
}

/// The bucket's name in this account: names of buckets are everybody's.
fn bucket_of(scene: &Scene) -> String {
    format!("{BUCKET}-{}", scene.account)
}

async fn bucket(scene: &Scene) -> anyhow::Result<()> {
    use aws_sdk_s3::types::{
        BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration,
    };
    let (s3, name) = (buckets(scene).await, bucket_of(scene));
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    s3.create_bucket().bucket(&name).create_bucket_configuration(place).send().await?;
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket(&name).versioning_configuration(versioning).send().await?;
    Ok(())
}

async fn buckets(scene: &Scene) -> Buckets {
    let config = scene.sdk_config(REGION).await;
    Buckets::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}

async fn organizations(scene: &Scene) -> Organizations {
    Organizations::new(&scene.sdk_config("us-east-1").await)
}

/// The function in `scene`.
fn start(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
    let bucket = bucket_of(scene);
    let own = [("NIGHTSHIFT_SNAPSHOT_BUCKET", bucket.as_str()), ("NIGHTSHIFT_MODE", "apply")];
    let policy: Vec<_> = own.into_iter().chain(policy.iter().copied()).collect();
    scene.start(FUNCTION, &policy)
}

/// One run.
async fn run(scene: &Scene, policy: &[(&str, &str)], event: &Value) -> anyhow::Result<Value> {
    Ok(start(scene, policy)?.invoke(event).await?.report())
}

/// The object of this key, if there is one.
async fn object(scene: &Scene, key: &str) -> anyhow::Result<Option<Value>> {
    let answer = buckets(scene).await.get_object().bucket(bucket_of(scene)).key(key).send().await;
    match answer {
        Ok(answer) => Ok(Some(serde_json::from_slice(&answer.body.collect().await?.to_vec())?)),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The last snapshot.
async fn snapshot(scene: &Scene) -> anyhow::Result<Value> {
    object(scene, SNAPSHOT).await?.ok_or_else(|| anyhow::anyhow!("there is no snapshot"))
}

/// Without the moments of its reading, and how it was read.
fn still(mut snapshot: Value) -> Value {
    for key in ["began_at", "ended_at", "whole_at", "gaps", "read_again"] {
        snapshot.as_object_mut().map(|fields| fields.remove(key));
    }
    for account in snapshot["accounts"].as_array_mut().into_iter().flatten() {
        for policy in account["effective_policies"].as_array_mut().into_iter().flatten() {
            for key in ["how", "asked_of", "updated_at"] {
                policy.as_object_mut().map(|fields| fields.remove(key));
            }
        }
    }
    snapshot
}

/// The items of a report with this code.
fn with_code<'a>(report: &'a Value, code: &str) -> Vec<&'a Value> {
    report["items"].as_array().into_iter().flatten().filter(|item| item["reason"]["code"] == code).collect()
}

/// How often `action` was called.
fn calls(scene: &Scene, action: &str) -> usize {
    scene.proxy.calls().iter().filter(|call| call.action == action).count()
}

/// An event as `CloudTrail`'s come through `EventBridge`.
fn event(name: &str, parameters: &Value) -> Value {
    let at = (nightshift::clock::now() - Duration::from_secs(30)).to_string();
    json!({
        "version": "0", "id": "1", "source": "aws.organizations", "detail-type": "AWS API Call via CloudTrail",
        "account": "111122223333", "time": at, "region": "us-east-1", "resources": [],
        "detail": {
            "eventSource": "organizations.amazonaws.com", "eventName": name, "eventTime": at,
            "requestParameters": parameters, "readOnly": false,
        },
    })
}
