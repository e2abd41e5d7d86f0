//! A whole believable night: planned, and applied.

use nightshift_testkit::Scene;
use serde_json::json;

use crate::{APPLY, NOW, item, said, start};

#[tokio::test]
async fn a_due_key_is_replaced_and_the_old_one_goes_on_working() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    scene.user("bob", &[]).await?;
    scene.user("ci", &[]).await?;
    scene.user("console", &[]).await?;
    let ana = scene.key("ana", NOW, 95, Some(1)).await?;
    scene.key("bob", NOW, 10, Some(1)).await?;
    scene.key("ci", NOW, 400, Some(0)).await?;
    let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_EXCLUDE", "ci")]).await?;

    let plan = function.invoke(&json!({"mode": "plan"})).await?.report();
    assert_eq!(said(&plan, "ana"), ("planned", ""));
    assert_eq!(said(&plan, "bob"), ("already_right", "not-due"));
    assert_eq!(said(&plan, "ci"), ("skipped", "excluded"));
    assert_eq!(plan["counts"]["observed"], 4);
    assert!(
        plan["calls"]
            .as_object()
            .unwrap()
            .keys()
            .all(|call| call.contains(":Get") || call.contains(":List") || call.contains(":Describe"))
    );
    assert_eq!(scene.keys("ana").await?.len(), 1, "a plan only reads");

    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(report["plan_digest"], plan["plan_digest"]);
    assert_eq!(said(&report, "ana"), ("changed", "not-told"), "{:#}", item(&report, "ana"));
    let keys = scene.keys("ana").await?;
    assert!(keys.len() == 2 && keys.iter().all(|key| key.active), "{keys:?}");
    let value = scene.handed_out("ana").await?;
    let new = keys.iter().find(|key| key.id != ana).unwrap();
    assert_eq!((&value["Version"], &value["UserName"]), (&json!(1), &json!("ana")));
    assert_eq!((&value["AccessKeyId"], &value["PreviousAccessKeyId"]), (&json!(new.id), &json!(ana)));
    assert_eq!(scene.labels("ana").await?, ["AWSCURRENT", "AWSPREVIOUS"]);

    let again = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&again, "ana"), ("skipped", "untold"), "nobody was told, so nothing is taken");
    assert_eq!(again["counts"]["changed"], 0);
    assert_eq!(scene.keys("ana").await?, keys);
    Ok(())
}
