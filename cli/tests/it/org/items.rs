//! `org write-accounts` and `org read-accounts`, against a real API of `DynamoDB`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use serde_json::json;

use super::text;
use crate::machine::holds;
use crate::{Said, nightshift};

fn org(scene: &Scene, arguments: &[&str]) -> Said {
    nightshift(scene, &[], &[&["org"], arguments].concat())
}

async fn table(scene: &Scene) -> Client {
    let client = Client::new(&scene.sdk_config(REGION).await);
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().expect("a key");
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build();
    let call = client.create_table().table_name("accounts").key_schema(key).attribute_definitions(id.expect("a text"));
    call.billing_mode(BillingMode::PayPerRequest).send().await.expect("a table");
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_written_from_a_snapshot_and_read_as_they_were() {
    let scene = Scene::new().expect("a scene");
    let client = table(&scene).await;
    // More than one batch, and names that no form of output may take for anything else.
    let accounts: Vec<_> =
        (0..27).map(|n| json!({ "name": format!("a{n:02}"), "tags": { "CostCenter": "=1+1" } })).collect();
    let ids = scene.control("organization", json!({ "accounts": accounts })).await.expect("an organisation");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("organization.json").to_string_lossy().into_owned();
    let dumped = org(&scene, &["dump", "--share", "100", "--no-policies", "-o", &file]);
    assert_eq!(dumped.code, 0, "{}", dumped.err);
    let stranger = [("id", "999999999999"), ("name", "theirs")];
    let put = stranger.iter().fold(client.put_item().table_name("accounts"), |put, (key, value)| {
        put.item(*key, AttributeValue::S((*value).to_owned()))
    });
    put.send().await.expect("an item");

    let write =
        |more: &[&str]| org(&scene, &[&["write-accounts", "--table", "accounts", "--snapshot", &file], more].concat());
    scene.proxy.reset();
    let planned = write(&["--plan", "--output", "json"]);
    let report = holds(&scene, "report", &planned);
    assert_eq!((report["counts"]["planned"].as_u64(), report["mode"].as_str()), (Some(2), Some("plan")));
    assert!(scene.proxy.calls().iter().all(|call| !call.action.contains("Write")), "a plan writes nothing");
    let unasked = write(&[]);
    assert_eq!(unasked.code, 1, "nobody was asked: {}", unasked.err);
    let done = write(&["--account", &scene.account, "--yes"]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let again = write(&["--account", &scene.account, "--yes", "--output", "json"]);
    assert_eq!(holds(&scene, "report", &again)["counts"]["changed"], 0, "what is right is left");

    let said = org(&scene, &["read-accounts", "--table", "accounts"]);
    let read = holds(&scene, "organization-table", &said);
    assert_eq!(read["accounts"].as_array().map(Vec::len), Some(28), "with the management account");
    assert_eq!(read["others"], json!(["999999999999"]));
    assert!(said.complaints().contains("1 item of the table are no accounts"), "{}", said.err);
    let dump: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    for (item, account) in
        read["accounts"].as_array().into_iter().flatten().zip(dump["accounts"].as_array().into_iter().flatten())
    {
        let mut item = item.clone();
        let own = item.as_object_mut().expect("an object");
        assert_eq!(own.remove("organization").as_ref(), Some(&dump["organization"]["id"]));
        own.remove("read_at");
        assert_eq!(&item, account, "as it was");
    }
    assert!(text(&ids["accounts"]["a00"]).len() == 12);
    let none = org(&scene, &["read-accounts", "--table", "no-such-table"]);
    assert_eq!(none.code, 1, "{}", none.out);
}
