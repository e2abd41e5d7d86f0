//! The table of the accounts: written in batches, read back, and nothing of anybody else's touched.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use nightshift_testkit::Scene;
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::scene::REGION;
use serde_json::json;

use crate::{calls, organization, organizations, run, start, with_code};

const TABLE: (&str, &str) = ("NIGHTSHIFT_ACCOUNTS_TABLE", "accounts");

/// An item, by attribute.
type Item = BTreeMap<String, AttributeValue>;

async fn client(scene: &Scene) -> Client {
    Client::new(&scene.sdk_config(REGION).await)
}

async fn table(scene: &Scene) -> anyhow::Result<()> {
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build()?;
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build()?;
    let call = client(scene).await.create_table().table_name("accounts").key_schema(key).attribute_definitions(id);
    call.billing_mode(BillingMode::PayPerRequest).send().await?;
    Ok(())
}

async fn items(scene: &Scene) -> anyhow::Result<BTreeMap<String, Item>> {
    let found = client(scene).await.scan().table_name("accounts").send().await?;
    let text = |item: &Item| item["id"].as_s().cloned().unwrap_or_default();
    Ok(found
        .items
        .into_iter()
        .flatten()
        .map(|item| item.into_iter().collect::<Item>())
        .map(|item| (text(&item), item))
        .collect())
}

fn name(item: &Item) -> &str {
    item.get("name").and_then(|name| name.as_s().ok()).map_or("", String::as_str)
}

/// An item that somebody else has.
async fn stranger(scene: &Scene, id: &str, mark: Option<&str>) -> anyhow::Result<()> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let call = client(scene).await.put_item().table_name("accounts").item("id", text(id)).item("name", text("theirs"));
    let call = if let Some(mark) = mark { call.item("nightshift_organization", text(mark)) } else { call };
    call.send().await?;
    Ok(())
}

#[tokio::test]
async fn every_account_is_an_item_and_whoever_left_is_none_any_more() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    table(&scene).await?;
    let id = |name: &str| ids["accounts"][name].as_str().unwrap_or_default().to_owned();
    stranger(&scene, "999999999999", Some("o-other")).await?;
    stranger(&scene, "888888888888", None).await?;
    let planned = run(&scene, &[TABLE, ("NIGHTSHIFT_MODE", "plan")], &json!({})).await?;
    assert_eq!((&planned["counts"]["planned"], items(&scene).await?.len()), (&json!(1), 2), "{planned}");
    run(&scene, &[TABLE], &json!({})).await?;
    let all = items(&scene).await?;
    assert_eq!(all.len(), 2 + 4);
    assert_eq!(name(&all[&id("web")]), "web");
    let tags = all[&id("web")]["tags"].as_m().cloned().unwrap_or_default();
    assert_eq!(tags["CostCenter"], AttributeValue::S("7".to_owned()), "the case of a key is its user's");

    scene.proxy.reset();
    let quiet = run(&scene, &[TABLE], &json!({})).await?;
    assert_eq!(quiet["counts"]["changed"], 0, "{quiet}");
    assert_eq!(calls(&scene, "dynamodb:BatchWriteItem"), 0, "what is right is not written again");

    organizations(&scene).await.remove_account_from_organization().account_id(id("lab")).send().await?;
    let capped = run(&scene, &[TABLE, ("NIGHTSHIFT_MAX_DELETIONS", "0")], &json!({})).await?;
    assert_eq!(capped["tripped"]["guard"], "max_deletions", "{capped}");
    assert!(items(&scene).await?.contains_key(&id("lab")));
    run(&scene, &[TABLE], &json!({})).await?;
    let left = items(&scene).await?;
    assert!(!left.contains_key(&id("lab")));
    assert_eq!((name(&left["999999999999"]), name(&left["888888888888"])), ("theirs", "theirs"));
    Ok(())
}

#[tokio::test]
async fn an_item_of_somebody_elses_is_not_written_over() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    table(&scene).await?;
    let web = ids["accounts"]["web"].as_str().unwrap_or_default();
    stranger(&scene, web, None).await?;
    let report = run(&scene, &[TABLE], &json!({})).await?;
    assert_eq!(with_code(&report, "not-ours").len(), 1, "{report}");
    let all = items(&scene).await?;
    assert_eq!((name(&all[web]), all.len()), ("theirs", 4));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_or_written_is_said_and_done_the_next_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    let report = run(&scene, &[TABLE], &json!({})).await?;
    assert_eq!(with_code(&report, "table-unread").len(), 1, "there is no such table: {report}");
    table(&scene).await?;
    scene.proxy.break_next("dynamodb:BatchWriteItem", "", 1, Fault::Throttled);
    let report = run(&scene, &[TABLE], &json!({})).await?;
    assert_eq!((&report["counts"]["deferred"], items(&scene).await?.len()), (&json!(1), 0), "{report}");
    scene.proxy.break_next("dynamodb:BatchWriteItem", "", 1, Fault::AnswerLost);
    run(&scene, &[TABLE], &json!({})).await?;
    run(&scene, &[TABLE], &json!({})).await?;
    assert_eq!(items(&scene).await?.len(), 4);
    Ok(())
}

#[tokio::test]
async fn whoever_writes_between_the_look_and_the_end_is_seen() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    table(&scene).await?;
    let id = |name: &str| ids["accounts"][name].as_str().unwrap_or_default().to_owned();
    // After the table was read, before the batch: it is left alone.
    let mut function = start(&scene, &[TABLE])?;
    scene.proxy.break_next("dynamodb:BatchGetItem", "", 1, Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    stranger(&scene, &id("web"), None).await?;
    scene.proxy.release();
    function.answer().await?.report();
    assert_eq!((name(&items(&scene).await?[&id("web")]), items(&scene).await?.len()), ("theirs", 4));
    // After the batch, before it is read back: it is said.
    client(&scene).await.delete_item().table_name("accounts").key("id", AttributeValue::S(id("web"))).send().await?;
    scene.proxy.break_next("dynamodb:BatchWriteItem", "", 1, Fault::HoldAfter);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    stranger(&scene, &id("web"), None).await?;
    scene.proxy.release();
    let report = function.answer().await?.report();
    assert_eq!(with_code(&report, "not-as-written").len(), 1, "{report}");
    Ok(())
}
