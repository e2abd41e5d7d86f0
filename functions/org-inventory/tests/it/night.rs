//! Nights: what is kept, what is read again, what a quiet one costs, and what is left of those that were cut short.

use nightshift_testkit::Scene;
use nightshift_testkit::proxy::Fault;
use serde_json::json;

use crate::{
    SNAPSHOT, bucket_of, buckets, calls, object, organization, organizations, run, snapshot, start, still, with_code,
};

#[tokio::test]
async fn each_sample_event_is_taken_and_a_plan_keeps_its_record_alone() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    let plan = [("NIGHTSHIFT_MODE", "plan")];
    for event in [
        include_str!("../../../../events/org-inventory/scheduled.json"),
        include_str!("../../../../events/org-inventory/touched.json"),
        include_str!("../../../../events/org-inventory/whole.json"),
        include_str!("../../../../events/org-inventory/move-account.json"),
    ] {
        let report = start(&scene, &plan)?.invoke(&serde_json::from_str(event)?).await?.report();
        assert_eq!((&report["mode"], &report["counts"]["failed"]), (&json!("plan"), &json!(0)), "{report}");
    }
    let kept = snapshot(&scene).await?;
    assert_eq!(kept["accounts"].as_array().map(Vec::len), Some(4), "written in both modes");
    let writes = scene.proxy.calls().into_iter().filter(|call| call.action.contains("PUT "));
    let keys: std::collections::BTreeSet<_> = writes.map(|call| call.action).collect();
    assert!(keys.iter().all(|key| key.ends_with(SNAPSHOT)), "{keys:?}");
    Ok(())
}

#[tokio::test]
async fn a_quiet_night_lists_the_accounts_and_carries_the_rest_over() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    let first = run(&scene, &[], &json!({})).await?;
    let whole = snapshot(&scene).await?;
    let item = &first["items"][0];
    assert_eq!((&item["outcome"], &item["id"]), (&json!("already_right"), &whole["organization"]["id"]), "{first}");
    assert_eq!(item["snapshot"]["at"], format!("s3://{}/{SNAPSHOT}", bucket_of(&scene)));

    scene.proxy.reset();
    let second = run(&scene, &[], &json!({})).await?;
    assert!(with_code(&second, "change").is_empty(), "{second}");
    let made: Vec<_> = scene.proxy.calls().into_iter().map(|call| call.action).collect();
    let of = |action: &str| made.iter().filter(|one| *one == action).count();
    assert_eq!(of("organizations:ListAccounts"), 1);
    assert_eq!(of("organizations:ListPolicies"), 2, "one for each type that is turned on");
    let asked = made.iter().filter(|one| one.starts_with("organizations:")).count();
    assert_eq!(
        asked,
        1 + 1 + 1 + 2,
        "the organisation, its roots, a page of accounts, the names of policies: {made:?}"
    );
    let carried = snapshot(&scene).await?;
    assert_eq!(still(carried.clone()), still(whole.clone()));
    assert_eq!(carried["whole_at"], whole["whole_at"], "when it was read whole is not forgotten");
    assert_ne!(carried["ended_at"], whole["ended_at"]);
    let versions = buckets(&scene).await.list_object_versions().bucket(bucket_of(&scene)).send().await?;
    assert_eq!(versions.versions().len(), 2, "the bucket keeps both");

    scene.proxy.reset();
    run(&scene, &[], &json!({"whole": "yes"})).await?;
    assert!(calls(&scene, "organizations:ListOrganizationalUnitsForParent") > 0);
    assert_ne!(snapshot(&scene).await?["whole_at"], whole["whole_at"]);
    Ok(())
}

#[tokio::test]
async fn a_week_later_nothing_is_carried_over() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let week = (nightshift::clock::now() + std::time::Duration::from_hours(24 * 7)).to_string();
    for (now, walks) in [(None, 0), (Some(week.as_str()), 1)] {
        scene.proxy.reset();
        let policy: Vec<_> = now.map(|now| ("NIGHTSHIFT_NOW", now)).into_iter().collect();
        run(&scene, &policy, &json!({})).await?;
        assert_eq!(calls(&scene, "organizations:ListOrganizationalUnitsForParent").min(1), walks);
    }
    Ok(())
}

#[tokio::test]
async fn who_came_left_and_moved_without_an_event_is_seen_with_all_that_belongs_to_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let client = organizations(&scene).await;
    let root = snapshot(&scene).await?["roots"][0]["id"].as_str().unwrap_or_default().to_owned();
    let account = |name: &str| ids["accounts"][name].as_str().unwrap_or_default().to_owned();
    let prod = ids["units"]["Prod"].as_str().unwrap_or_default().to_owned();
    client
        .move_account()
        .account_id(account("lab"))
        .source_parent_id(&root)
        .destination_parent_id(&prod)
        .send()
        .await?;
    client.remove_account_from_organization().account_id(account("pay")).send().await?;
    let made = client.create_account().account_name("new").email("new@example.com").send().await?;
    assert!(made.create_account_status.is_some());
    let report = run(&scene, &[], &json!({})).await?;
    let again = snapshot(&scene).await?;
    run(&scene, &[], &json!({"whole": "yes"})).await?;
    // The creations of accounts are known from an event, or from a whole reading.
    let without = |mut value: serde_json::Value| {
        value.as_object_mut().map(|fields| fields.remove("account_creations"));
        value
    };
    assert_eq!(without(still(again)), without(still(snapshot(&scene).await?)), "as if all had been read");
    let said: Vec<_> =
        with_code(&report, "change").into_iter().map(|item| item["reason"]["message"].to_string()).collect();
    for word in ["moved: Root", "is gone from Root/Prod/Eu", "is new in Root"] {
        assert!(said.iter().any(|line| line.contains(word)), "{word}: {said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_snapshot_that_is_none_is_replaced_by_a_whole_reading() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    for body in ["{", "[]", r#"{"schema": 1}"#] {
        let put = buckets(&scene).await.put_object().bucket(bucket_of(&scene)).key(SNAPSHOT);
        put.body(body.as_bytes().to_vec().into()).send().await?;
        let report = run(&scene, &[], &json!({})).await?;
        assert_eq!(report["warnings"][0]["code"], "snapshot-unreadable", "{report}");
        assert_eq!(snapshot(&scene).await?["accounts"].as_array().map(Vec::len), Some(4));
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_kept_is_said_and_the_last_snapshot_stands() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    let put = format!("s3:PUT /{}/{SNAPSHOT}", bucket_of(&scene));
    scene.proxy.deny(&put);
    let report = run(&scene, &[], &json!({})).await?;
    assert_eq!(with_code(&report, "snapshot-not-kept").len(), 1, "{report}");
    assert_eq!(report["counts"]["failed"], 1);
    assert_eq!(object(&scene, SNAPSHOT).await?, None);
    let (kind, said) = start(&scene, &[])?.invoke(&json!({"touched": ["units"]})).await?.fault();
    assert_eq!(kind, "NotCarriedOut", "an event comes again: {said}");
    scene.proxy.forgive();
    scene.proxy.deny("organizations:ListRoots");
    let (kind, _) = start(&scene, &[])?.invoke(&json!({})).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    Ok(())
}

#[tokio::test]
async fn a_part_that_cannot_be_read_is_said_and_read_the_next_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    scene.proxy.deny("organizations:ListHandshakesForOrganization");
    let report = run(&scene, &[], &json!({})).await?;
    assert_eq!(with_code(&report, "incomplete").len(), 1, "{report}");
    assert_eq!(snapshot(&scene).await?["handshakes"], json!(null));
    scene.proxy.forgive();
    let report = run(&scene, &[], &json!({})).await?;
    assert_eq!(with_code(&report, "incomplete").len(), 0, "{report}");
    assert_eq!(snapshot(&scene).await?["handshakes"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_run_that_was_overtaken_reads_again_and_two_at_once_lose_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = organization(&scene).await?;
    run(&scene, &[], &json!({})).await?;
    let prod = ids["units"]["Prod"].as_str().unwrap_or_default();
    let client = organizations(&scene).await;
    // One has read and is about to write; what it did not see happens, and another run sees it and writes.
    let mut slow = start(&scene, &[])?;
    scene.proxy.reset();
    let put = format!("s3:PUT /{}/{SNAPSHOT}", bucket_of(&scene));
    scene.proxy.break_next(&put, "", 1, Fault::HoldBefore);
    slow.send(&json!({})).await?;
    scene.proxy.reached().await?;
    let tag = aws_sdk_organizations::types::Tag::builder().key("Late").value("yes").build()?;
    client.tag_resource().resource_id(prod).tags(tag).send().await?;
    run(&scene, &[], &json!({"touched": [format!("tags:{prod}")]})).await?;
    scene.proxy.release();
    let report = slow.answer().await?.report();
    assert_eq!(report["counts"]["deferred"], 0, "{report}");
    let kept = snapshot(&scene).await?;
    let unit = kept["units"].as_array().into_iter().flatten().find(|unit| unit["id"] == prod).cloned();
    assert_eq!(unit.unwrap_or_default()["tags"]["Late"], "yes", "the slow one did not write over it");
    Ok(())
}
