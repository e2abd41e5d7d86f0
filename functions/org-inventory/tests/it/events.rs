//! Events: what a call touched is read again, and nothing else; what was touched while nobody looked is in the next snapshot.

use nightshift_testkit::Scene;
use serde_json::{Value, json};

use crate::{calls, event, organization, organizations, run, snapshot, start, still};

/// What the snapshot says after an event is what a whole reading says; and how often each action was called for it.
async fn follows(scene: &Scene, event: &Value) -> anyhow::Result<Vec<String>> {
    scene.proxy.reset();
    run(scene, &[], event).await?;
    let made = scene.proxy.calls().into_iter().map(|call| call.action).collect();
    let by_event = still(snapshot(scene).await?);
    run(scene, &[], &json!({"whole": "yes"})).await?;
    assert_eq!(by_event, still(snapshot(scene).await?), "{event}");
    Ok(made)
}

#[tokio::test]
async fn what_an_event_names_is_read_again_and_nothing_else() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let client = organizations(&scene).await;
    let id = |kind: &str, name: &str| ids[kind][name].as_str().unwrap_or_default().to_owned();
    let (prod, eu, web) = (id("units", "Prod"), id("units", "Prod/Eu"), id("accounts", "web"));
    let (cost, deny) = (id("policies", "cost"), id("policies", "no-s3"));
    let of =
        |made: &[String], action: &str| made.iter().filter(|one| **one == format!("organizations:{action}")).count();

    let tag = aws_sdk_organizations::types::Tag::builder().key("CostCenter").value("8").build()?;
    client.tag_resource().resource_id(&web).tags(tag).send().await?;
    let made = follows(&scene, &event("TagResource", &json!({ "resourceId": web }))).await?;
    assert_eq!((of(&made, "ListTagsForResource"), of(&made, "ListTargetsForPolicy")), (1, 0), "{made:?}");

    client.update_policy().policy_id(&deny).content(r#"{"Statement":[]}"#).send().await?;
    let made = follows(&scene, &event("UpdatePolicy", &json!({ "policyId": deny }))).await?;
    assert_eq!((of(&made, "DescribePolicy"), of(&made, "DescribeEffectivePolicy")), (1, 0), "{made:?}");

    // What it comes to for each account below is another from now on.
    let text = json!({ "tags": { "cost": { "tag_value": { "@@assign": ["2"] } } } }).to_string();
    client.update_policy().policy_id(&cost).content(text).send().await?;
    let made = follows(&scene, &event("UpdatePolicy", &json!({ "policyId": cost }))).await?;
    assert!((1..=2).contains(&of(&made, "DescribeEffectivePolicy")), "{made:?}");

    client.attach_policy().policy_id(&cost).target_id(&eu).send().await?;
    let made = follows(&scene, &event("AttachPolicy", &json!({ "policyId": cost, "targetId": eu }))).await?;
    assert_eq!((of(&made, "ListTargetsForPolicy"), of(&made, "ListOrganizationalUnitsForParent")), (1, 0), "{made:?}");

    client.update_organizational_unit().organizational_unit_id(&prod).name("Production").send().await?;
    let made = follows(&scene, &event("UpdateOrganizationalUnit", &json!({ "organizationalUnitId": prod }))).await?;
    assert_eq!((of(&made, "ListOrganizationalUnitsForParent"), of(&made, "ListTagsForResource")), (3, 0), "{made:?}");

    client.create_organizational_unit().parent_id(&eu).name("Empty").send().await?;
    follows(&scene, &event("CreateOrganizationalUnit", &json!({ "parentId": eu, "name": "Empty" }))).await?;
    client.enable_aws_service_access().service_principal("ssm.amazonaws.com").send().await?;
    follows(&scene, &event("EnableAWSServiceAccess", &json!({}))).await?;
    client.detach_policy().policy_id(&deny).target_id(&eu).send().await?;
    follows(&scene, &event("DetachPolicy", &json!({ "policyId": deny, "targetId": eu }))).await?;
    client.delete_policy().policy_id(&deny).send().await?;
    follows(&scene, &event("DeletePolicy", &json!({ "policyId": deny }))).await?;
    follows(&scene, &event("ACallOfNextYear", &json!({}))).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_later_reading_saw_and_what_changed_nothing_is_not_read_again() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let mut old = event("MoveAccount", &json!({}));
    old["detail"]["eventTime"] = json!((nightshift::clock::now() - std::time::Duration::from_mins(5)).to_string());
    let mut denied = event("MoveAccount", &json!({}));
    denied["detail"]["errorCode"] = json!("AccessDenied");
    for (event, lists) in [(old, 0), (denied, 0), (event("MoveAccount", &json!({})), 1)] {
        scene.proxy.reset();
        let report = run(&scene, &[], &event).await?;
        assert_eq!(calls(&scene, "organizations:ListAccounts"), lists, "{event}");
        assert_eq!(report["items"].as_array().map_or(0, Vec::len), lists, "{report}");
    }
    Ok(())
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_refused() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let mut function = start(&scene, &[])?;
    for (event, said) in [
        (
            json!({"touched": ["trees"]}),
            "'touched' holds 'trees', and knows everything, accounts, units, extras, policy:ID and tags:ID",
        ),
        (json!({"touched": ["units"], "changed_at": "yesterday"}), "'changed_at' must be a moment"),
        (json!({"whol": "yes"}), "did you mean 'whole'?"),
    ] {
        let (kind, message) = function.invoke(&event).await?.fault();
        assert_eq!(kind, "EventRefused");
        assert!(message.contains(said), "{message}");
    }
    assert!(scene.proxy.calls().iter().all(|call| call.action == "sts:GetCallerIdentity"));
    Ok(())
}
