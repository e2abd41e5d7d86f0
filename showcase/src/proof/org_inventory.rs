//! `org-inventory` as a subject: the second night, after which the snapshot, the table and what the operators know say the same.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client as Tables;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use aws_sdk_s3::Client as Buckets;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::repository;
use nightshift_testkit::scene::{REGION, Scene};
use serde_json::{Value, json};

use super::Subject;

/// A night after a day on which an account moved, one left and a unit got a tag, broken at every call.
#[derive(Debug, Clone, Copy)]
pub struct OrgInventory;

const TABLE: &str = "accounts";

impl Subject for OrgInventory {
    const NAME: &'static str = "org-inventory";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_ACCOUNTS_TABLE", TABLE),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
        ]
    }

    fn of_scene(&self, scene: &Scene) -> Vec<(&'static str, String)> {
        vec![("NIGHTSHIFT_SNAPSHOT_BUCKET", bucket(scene))]
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        scene.mail_identity("nightshift@example.com").await?;
        let accounts = json!([{ "name": "web", "unit": "Prod" }, { "name": "pay", "unit": "Prod" }, { "name": "lab" }]);
        let cost = json!({ "tags": { "cost": { "tag_value": { "@@assign": ["1"] } } } });
        let policies = json!([{ "name": "cost", "type": "TAG_POLICY", "content": cost, "targets": ["Prod"] }]);
        let body = json!({ "units": [{ "path": "Prod" }], "accounts": accounts, "policies": policies });
        let ids = scene.control("organization", body).await?;
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
        buckets(scene).await.create_bucket().bucket(bucket(scene)).create_bucket_configuration(place).send().await?;
        let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build()?;
        let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build()?;
        let table = tables(scene).await.create_table().table_name(TABLE).key_schema(key).attribute_definitions(id);
        table.billing_mode(BillingMode::PayPerRequest).send().await?;
        // As it was built for the proof.
        let binary = repository::target().join("debug").join(Self::NAME);
        let bucket = bucket(scene);
        let policy: Vec<_> =
            self.policy().into_iter().chain([("NIGHTSHIFT_SNAPSHOT_BUCKET", bucket.as_str())]).collect();
        FunctionProcess::start(&binary, &scene.environment(&policy))?.invoke(&json!({})).await?;
        let id = |kind: &str, name: &str| ids[kind][name].as_str().unwrap_or_default().to_owned();
        let root = object(scene, "snapshot.json").await?["roots"][0]["id"].clone();
        let by_hand = |method: &str, parameters: Value| json!({ "method": method, "parameters": parameters });
        for call in [
            by_hand(
                "move_account",
                json!({ "AccountId": id("accounts", "lab"), "SourceParentId": root, "DestinationParentId": id("units", "Prod") }),
            ),
            by_hand("remove_account_from_organization", json!({ "AccountId": id("accounts", "pay") })),
        ] {
            scene.control("organization-call", call).await?;
        }
        scene.proxy.reset();
        Ok(())
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let (now, told) = (object(scene, "snapshot.json").await?, object(scene, "told.json").await?);
        let accounts = |snapshot: &Value| {
            let all = snapshot["accounts"].as_array().cloned().unwrap_or_default().into_iter();
            all.map(|account| format!("{} {} {}", account["id"], account["path"], account["effective_policies"]))
                .collect()
        };
        let (known, now): (BTreeSet<String>, BTreeSet<String>) = (accounts(&told), accounts(&now));
        if now.len() != 3 || now.iter().filter(|account| account.contains("Root/Prod")).count() != 2 {
            wrong.push(format!("the snapshot has {now:?}"));
        }
        if known.iter().map(|one| &one[..50.min(one.len())]).ne(now.iter().map(|one| &one[..50.min(one.len())])) {
            wrong.push(format!("the operators were told of {known:?}"));
        }
        let items = tables(scene).await.scan().table_name(TABLE).send().await?;
        let rows: BTreeSet<_> =
            items.items().iter().filter_map(|item| item.get("path")?.as_s().ok().cloned()).collect();
        if items.items().len() != 3 || rows != BTreeSet::from(["Root".to_owned(), "Root/Prod".to_owned()]) {
            wrong.push(format!("the table has {} items in {rows:?}", items.items().len()));
        }
        let mail = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
        let told =
            |one: &&Value| one["subject"].as_str().is_some_and(|subject| subject.ends_with("organisation: 2 changes"));
        if !mail.iter().any(|one| told(&one)) {
            wrong.push("nobody was told of the two changes".to_owned());
        }
        Ok(wrong)
    }
}

/// Names of buckets are everybody's.
fn bucket(scene: &Scene) -> String {
    format!("proof-records-{}", scene.account)
}

async fn buckets(scene: &Scene) -> Buckets {
    let config = scene.sdk_config(REGION).await;
    Buckets::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}

async fn tables(scene: &Scene) -> Tables {
    Tables::new(&scene.sdk_config(REGION).await)
}

async fn object(scene: &Scene, name: &str) -> anyhow::Result<Value> {
    let answer =
        buckets(scene).await.get_object().bucket(bucket(scene)).key(format!("organization/{name}")).send().await?;
    Ok(serde_json::from_slice(&answer.body.collect().await?.to_vec())?)
}
