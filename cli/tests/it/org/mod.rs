//! `org …`: what it reads is what plain calls read, whatever happens meanwhile, and what it prints is that.

mod command;
mod disturbed;
mod fleet;
mod items;
mod plain;
mod twins;

use nightshift::domains::organization::Snapshot;
use nightshift::services::aws::{Aws, Roots};
use nightshift::services::organizations::{Builder, OrganizationReader, Pace, Wanted};
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use serde_json::{Value, json};

/// An organisation of five levels, with accounts on each, enough for three pages; and what is in it, by name.
async fn grown(scene: &Scene) -> Value {
    let deep = ["A", "A/B", "A/B/C", "A/B/C/D", "A/B/C/D/E"];
    let wide = ["Sandbox", "Infra", "Infra/Net", "Infra/Log", "Empty"];
    let unit = |path: &&str| json!({ "path": path, "tags": if path.len() == 1 { json!({ "Env": "prod" }) } else { json!({}) } });
    let units: Vec<_> = deep.iter().chain(&wide).map(unit).collect();
    let homes = ["", "A", "A/B", "A/B/C", "A/B/C/D", "A/B/C/D/E", "Sandbox", "Infra/Net", "Infra/Log"];
    let account = |number: usize| {
        let tags = match number % 4 {
            0 => json!({ "CostCenter": number.to_string(), "costcenter": "other", "owner-Team": "a=b" }),
            1 => json!({ "CostCenter": "7" }),
            _ => json!({}),
        };
        json!({ "name": format!("account-{number:02}"), "unit": homes[number % homes.len()], "tags": tags })
    };
    let accounts: Vec<_> = (0..45).map(account).collect();
    let deny = |action: &str| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": action, "Resource": "*" }] });
    let cost = |value: &str| json!({ "tags": { "cost": { "tag_value": { "@@assign": [value] } } } });
    let policies = json!([
        { "name": "no-leaving", "type": "SERVICE_CONTROL_POLICY", "content": deny("organizations:LeaveOrganization"), "targets": ["A"], "tags": { "Owner": "sec" } },
        { "name": "no-regions", "type": "SERVICE_CONTROL_POLICY", "content": deny("ec2:*"), "targets": ["A/B/C/D/E", "account-06"] },
        { "name": "inside", "type": "RESOURCE_CONTROL_POLICY", "content": deny("s3:*"), "targets": ["Infra"] },
        { "name": "cost", "type": "TAG_POLICY", "content": cost("1"), "targets": ["A", "Infra/Net"] },
        { "name": "cost-deep", "type": "TAG_POLICY", "content": cost("2"), "targets": ["A/B/C/D", "account-06"] },
        { "name": "unused", "type": "TAG_POLICY", "content": cost("3") },
    ]);
    let body = json!({ "units": units, "accounts": accounts, "policies": policies, "root_tags": { "Top": "yes" } });
    scene.control("organization", body).await.expect("an organisation")
}

/// What a person does in the console meanwhile.
async fn meanwhile(scene: &Scene, method: &str, parameters: Value) -> Value {
    let body = json!({ "method": method, "parameters": parameters });
    scene.control("organization-call", body).await.expect("a change")["answer"].take()
}

async fn aws(scene: &Scene) -> Aws {
    let config = scene.sdk_config(REGION).await.into_builder().endpoint_url(scene.proxy.url()).build();
    Aws::of(config, Roots::System)
}

/// As fast as the stand-in answers.
async fn builder(scene: &Scene) -> Builder {
    Builder::new(OrganizationReader::new(&aws(scene).await, Pace::unpaced()))
}

async fn read(scene: &Scene) -> Snapshot {
    Snapshot::of(Box::pin(builder(scene).await.read(&Wanted::ALL)).await.expect("a reading")).expect("an organisation")
}

/// Two readings of the same differ in when they were made and how they went.
fn still(mut snapshot: Snapshot) -> Snapshot {
    (snapshot.began_at, snapshot.ended_at, snapshot.whole_at) = Default::default();
    snapshot.gaps.clear();
    snapshot
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
