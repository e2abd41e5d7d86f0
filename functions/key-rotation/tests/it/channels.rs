//! Other channels than mail: without it, a topic carries what its owner is told.

use nightshift_testkit::Scene;
use serde_json::json;

use crate::{APPLY, NOW, said, start};

#[tokio::test]
async fn a_topic_carries_what_mail_would_and_counts_as_having_told() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let topic = scene.topic("keys").await?;
    scene.user("ana", &[("owner", "ana")]).await?;
    scene.key("ana", NOW, 95, Some(1)).await?;
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_SNS_TOPIC_ARN", &topic)]).await?;
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "ana"), ("changed", ""), "{report:#}");
    let published = scene.control("sns", json!({})).await?["topics"][&topic].as_array().cloned().unwrap_or_default();
    let subjects: Vec<_> = published.iter().map(|one| one["subject"].as_str().unwrap_or_default()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[1].ends_with("key-rotation: 1 changed"), "{subjects:?}");
    assert!(scene.user_tags("ana").await?.contains_key("nightshift:told:rotated"), "the overlap begins");
    Ok(())
}
