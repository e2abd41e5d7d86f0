//! What operators hear of a run, and a secret's key that an event changes.

use serde_json::json;

use crate::world::{any, one_user, start, with_mode};
use crate::{FUNCTION, said};

#[tokio::test]
async fn operators_hear_of_an_applying_run_by_mail_and_by_topic() -> anyhow::Result<()> {
    let world = any().await?;
    let scene = &world.scene;
    let topic = scene.topic("users").await?;
    scene.mail_identity("nightshift@example.com").await?;
    let policy = [
        ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
        ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
        ("NIGHTSHIFT_SNS_TOPIC_ARN", &*topic),
        // Where the stand-in was told of the sender.
        ("AWS_REGION", "eu-west-1"),
        ("NIGHTSHIFT_REGIONS", "us-east-1"),
    ];
    let mut function = world.start(FUNCTION, &policy)?;
    let mut event = one_user("app", "SELECT");
    event["region"] = json!("us-east-1");
    let planned = function.invoke(&event).await?.report();
    assert_eq!(planned["notices"], json!([]), "a plan tells nobody");
    let report = function.invoke(&with_mode(event, "apply")).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let notices = report["notices"].as_array().cloned().unwrap_or_default();
    let sent: Vec<_> = notices.iter().map(|one| (one["channel"].as_str(), one["outcome"].as_str())).collect();
    assert_eq!(sent, [(Some("mail"), Some("sent")), (Some("sns"), Some("sent"))], "{report:#}");
    let mails = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], json!(["ops@example.com"]));
    Ok(())
}

#[tokio::test]
async fn a_secret_gets_the_key_the_event_names() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let mut event = with_mode(one_user("app", "SELECT"), "apply");
    function.invoke(&event).await?.report();
    let key = format!("arn:aws:kms:us-east-1:{}:key/ours", world.scene.account);
    event["kms_key_id"] = json!(key);
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    assert_eq!(described.kms_key_id(), Some(key.as_str()));
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    Ok(())
}
