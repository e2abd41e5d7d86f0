//! Throttled: each call once or twice, and each call for good, with the event that comes again after it.

use std::collections::BTreeSet;

use nightshift_testkit::Scene;
use nightshift_testkit::function::Answer;
use nightshift_testkit::proxy::Fault;
use serde_json::{Value, json};

use crate::{event, organization, organizations, run, snapshot, start, still};

/// The actions of the calls that were made, each once.
fn made(scene: &Scene) -> BTreeSet<String> {
    scene.proxy.calls().into_iter().map(|call| call.action).collect()
}

#[tokio::test]
async fn throttled_at_every_call_a_night_reads_the_same() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let (calm, actions) = (still(snapshot(&scene).await?), made(&scene));
    let read: Vec<_> =
        actions.iter().filter(|one| one.starts_with("organizations:") || one.starts_with("tagging:")).collect();
    assert!(read.len() > 12, "{actions:?}");
    for action in &read {
        scene.proxy.break_next(action, "", 2, Fault::Throttled);
    }
    scene.proxy.reset();
    run(&scene, &[], &json!({"whole": "yes"})).await?;
    let kept = snapshot(&scene).await?;
    assert_eq!((&kept["gaps"], still(kept.clone())), (&json!([]), calm));
    Ok(())
}

#[tokio::test]
async fn throttled_for_good_it_fails_and_the_event_again_takes_few_calls() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    let web = ids["accounts"]["web"].as_str().unwrap_or_default().to_owned();
    let client = organizations(&scene).await;
    let tag = async |value: &str| {
        let tag = aws_sdk_organizations::types::Tag::builder().key("CostCenter").value(value).build()?;
        client.tag_resource().resource_id(&web).tags(tag).send().await?;
        Ok::<_, anyhow::Error>(event("TagResource", &json!({ "resourceId": web })))
    };
    let cost_center = async || {
        let kept = snapshot(&scene).await?;
        let accounts = kept["accounts"].as_array().cloned().unwrap_or_default();
        let found = accounts.into_iter().find(|account| account["id"] == web.as_str());
        Ok::<Value, anyhow::Error>(found.map(|account| account["tags"]["CostCenter"].clone()).unwrap_or_default())
    };
    let mut function = start(&scene, &[])?;
    function.invoke(&json!({})).await?.report();
    scene.proxy.reset();
    let first = tag("first").await?;
    function.invoke(&first).await?.report();
    let (actions, calls) = (made(&scene), scene.proxy.calls().len());
    assert_eq!((actions.len(), cost_center().await?), (9, json!("first")), "{actions:?}");
    for (round, action) in actions.iter().enumerate() {
        let value = format!("round {round}");
        let event = tag(&value).await?;
        scene.proxy.forgive();
        scene.proxy.break_next(action, "", usize::MAX, Fault::Throttled);
        // Whoever does not know what time it is for AWS, or has no place to keep it, does not say that it was done.
        let answer = function.invoke(&event).await?;
        assert!(matches!(answer, Answer::Fault { .. }), "{action}: {answer:?}");
        assert_ne!(cost_center().await?, json!(value), "{action}");
        scene.proxy.forgive();
        scene.proxy.reset();
        function.invoke(&event).await?.report();
        assert_eq!(cost_center().await?, json!(value), "{action}");
        assert_eq!(scene.proxy.calls().len(), calls, "{action}: the event again takes no more than the first");
    }
    Ok(())
}
