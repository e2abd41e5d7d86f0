//! One clone, from the wish to the hand-over, and what is refused on the way.

use nightshift_testkit::world::clusters;
use nightshift_testkit::{Fault, Scene};
use serde_json::{Value, json};

use crate::{orders, start, tags, wish};

/// What the world has of a clone, as far as anybody who uses it would see.
async fn shown(scene: &Scene, id: &str) -> anyhow::Result<Value> {
    let rds = scene.rds("eu-west-1").await;
    let mut pages = rds.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
    let found = pages.next().await.expect("it is there")?;
    let mut members = rds.describe_db_instances().into_paginator().items().send();
    let mut public = Vec::new();
    while let Some(member) = members.next().await {
        let member = member?;
        if member.db_cluster_identifier() == Some(id) {
            public.push(json!([
                member.db_instance_identifier(),
                member.db_instance_class(),
                member.publicly_accessible()
            ]));
        }
    }
    Ok(json!({
        "engine": found.engine(),
        "protected": found.deletion_protection(),
        "backups": found.backup_retention_period(),
        "secret": found.master_user_secret().and_then(|secret| secret.secret_arn()).is_some(),
        "group": found.clone_group_id().is_some(),
        "members": public,
    }))
}

#[tokio::test]
async fn a_clone_is_made_whole_and_the_same_event_again_does_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut function = start(&scene, &[])?;
    let report = function.invoke(&wish("ana")).await?.report();
    assert_eq!((&report["counts"]["changed"], &report["items"][0]["owner"]), (&json!(1), &json!("ana")));
    let steps = report["items"][0]["steps"].as_array().expect("steps");
    let last = steps.last().and_then(Value::as_str).unwrap_or_default();
    assert!(
        last.contains("handed over; endpoint orders-ana.") && last.contains("its password in secret arn:"),
        "{last}"
    );
    insta::assert_json_snapshot!(shown(&scene, "orders-ana").await?, @r#"
    {
      "backups": 1,
      "engine": "aurora-postgresql",
      "group": true,
      "members": [
        [
          "orders-ana-1",
          "db.t4g.medium",
          false
        ]
      ],
      "protected": false,
      "secret": true
    }
    "#);
    let tags = tags(&scene, "orders-ana").await?.expect("it is there");
    let tags: Vec<_> =
        tags.iter().map(|(key, value)| format!("{key}={}", value.replace(&scene.account, "ACCOUNT"))).collect();
    insta::assert_snapshot!(tags.join("\n"), @r"
    auto-delete-after=2026-11-28T02:00:00Z
    env=dev
    nightshift:clone=ready
    nightshift:source=arn:aws:rds:eu-west-1:ACCOUNT:cluster:orders
    nightshift:tool=nightshift 0.1.0
    nightshift:wish=copy-on-write instances=1
    owner=ana
    ");

    let before = scene.proxy.calls().len();
    let again = function.invoke(&wish("ana")).await?.report();
    assert_eq!(again["counts"]["already_right"], 1, "{again:#}");
    let writes = ["Restore", "Create", "Modify", "Delete", "Add"];
    let calls = scene.proxy.calls().split_off(before);
    assert!(!calls.iter().any(|call| writes.iter().any(|verb| call.action.contains(&format!(":{verb}")))), "{calls:?}");
    Ok(())
}

/// `restore` is the call that must carry everything: what dies right after it is known and has an end.
#[tokio::test]
async fn every_tag_is_in_the_call_that_makes_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut function = start(&scene, &[])?;
    scene.proxy.deny("rds:ModifyDBCluster");
    let (kind, message) = function.invoke(&wish("ana")).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    assert!(message.contains("orders-ana (access-denied"), "{message}");
    let had = tags(&scene, "orders-ana").await?.expect("it is there");
    assert_eq!(had["nightshift:clone"], "creating");
    assert_eq!(had["auto-delete-after"], "2026-11-28T02:00:00Z");
    assert_eq!((had["owner"].as_str(), had["env"].as_str()), ("ana", "dev"));
    // And the same event goes on, to the day it was first meant.
    scene.proxy.forgive();
    let later = [("NIGHTSHIFT_NOW", "2026-11-21T09:00:00Z")];
    let report = start(&scene, &later)?.invoke(&wish("ana")).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    let has = tags(&scene, "orders-ana").await?.expect("it is there");
    assert_eq!((has["nightshift:clone"].as_str(), &has["auto-delete-after"]), ("ready", &had["auto-delete-after"]));
    Ok(())
}

#[tokio::test]
async fn in_plan_mode_nothing_is_made_and_the_way_is_shown() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut event = wish("ana");
    event["mode"] = json!("plan");
    let report = start(&scene, &[])?.invoke(&event).await?.report();
    assert_eq!(report["counts"]["planned"], 1);
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    let ceiling = start(&scene, &[("NIGHTSHIFT_MODE", "plan")])?.invoke(&wish("ana")).await?.report();
    assert_eq!(ceiling["counts"]["planned"], 1);
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    Ok(())
}

#[tokio::test]
async fn production_and_what_is_anonymised_by_nobody_are_refused_with_the_reason() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    nightshift_testkit::world::expired("orders").tag("env", "prod").create(&scene).await?;
    let mut function = start(&scene, &[])?;
    let (kind, message) = function.invoke(&wish("ana")).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    insta::assert_snapshot!(message, @"1 of 1 not done: orders (production: orders is production ('env=prod*' of NIGHTSHIFT_PRODUCTION), and its clone would hand that data out as it is)");
    let mut event = wish("ana");
    event["anonymise"] = json!(true);
    let (_, message) = function.invoke(&event).await?.fault();
    insta::assert_snapshot!(message, @"1 of 1 not done: orders (anonymise-unavailable: anonymise was asked for, and there is no quarantine to do that in)");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    Ok(())
}

#[tokio::test]
async fn a_full_copy_of_a_moment_is_one_and_costs_a_note() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut event = wish("ana");
    event["from"] = json!("2026-11-20T10:00:00Z");
    event["acu"] = json!("0.5-4");
    event["instances"] = json!(2);
    let report = start(&scene, &[])?.invoke(&event).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    assert!(report["items"][0]["clusters"]["notes"][0].as_str().is_some_and(|note| note.starts_with("a full copy")));
    insta::assert_json_snapshot!(shown(&scene, "orders-ana").await?, @r#"
    {
      "backups": 1,
      "engine": "aurora-postgresql",
      "group": false,
      "members": [
        [
          "orders-ana-1",
          "db.serverless",
          false
        ],
        [
          "orders-ana-2",
          "db.serverless",
          false
        ]
      ],
      "protected": false,
      "secret": true
    }
    "#);
    Ok(())
}

/// A Region nobody can read may hold any number of clones.
#[tokio::test]
async fn what_cannot_be_counted_is_not_added_to() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    scene.proxy.deny_in("eu-north-1");
    let both = [("NIGHTSHIFT_REGIONS", "eu-west-1,eu-north-1")];
    let (kind, _) = start(&scene, &both)?.invoke(&wish("ana")).await?.fault();
    assert_eq!(kind, "ObservationFailed");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    Ok(())
}

/// AWS takes minutes; Lambda ends the process. What was begun is told as put off, and the invocation fails, so that Lambda tries
/// again.
#[tokio::test]
async fn what_takes_longer_than_a_function_lives_is_gone_on_with() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    scene.control("lifecycle", json!({"mode": "held"})).await?;
    let mut function = start(&scene, &[])?;
    // Ten seconds more than the least that anything is begun with: a slow machine reads for some of them.
    function.timeout = std::time::Duration::from_secs(55);
    let (kind, message) = function.invoke(&wish("ana")).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    assert!(message.contains("orders-ana (not-ready: cluster orders-ana: creating"), "{message}");
    scene.control("settle", json!({})).await?;
    scene.control("lifecycle", json!({"mode": "instant"})).await?;
    function.timeout = std::time::Duration::from_mins(5);
    let report = function.invoke(&wish("ana")).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    Ok(())
}

#[tokio::test]
async fn two_of_the_same_at_the_same_moment_make_one() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let (mut one, mut other) = (start(&scene, &[])?, start(&scene, &[])?);
    let event = wish("ana");
    let (one, other) = tokio::join!(one.invoke(&event), other.invoke(&event));
    one?;
    other?;
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana"]);
    let report = start(&scene, &[])?.invoke(&event).await?.report();
    let counts = &report["counts"];
    assert_eq!(counts["already_right"].as_u64().zip(counts["failed"].as_u64()), Some((1, 0)), "{report:#}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_after() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut function = start(&scene, &[])?;
    let calls = {
        let probe = Scene::new()?;
        orders(&probe).await?;
        start(&probe, &[])?.invoke(&wish("ana")).await?.report();
        probe.proxy.calls()
    };
    let restore =
        calls.iter().position(|call| call.action == "rds:RestoreDBClusterToPointInTime").expect("it restores");
    scene.proxy.break_call(restore, Fault::AnswerLost);
    function.invoke(&wish("ana")).await?.fault();
    scene.proxy.reset();
    let report = function.invoke(&wish("ana")).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana"]);
    Ok(())
}

/// Each sample is an event the function takes as it is written.
#[tokio::test]
async fn each_sample_event_does_what_it_says() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut function = start(&scene, &[])?;
    for (text, counted) in [
        (include_str!("../../../../events/cluster-clone/clone.json"), "changed"),
        (include_str!("../../../../events/cluster-clone/full-copy.json"), "planned"),
        (include_str!("../../../../events/cluster-clone/scheduled.json"), "observed"),
    ] {
        let report = function.invoke_text(text).await?.report();
        assert!(report["counts"][counted].as_u64() > Some(0), "{text}: {report:#}");
    }
    Ok(())
}
