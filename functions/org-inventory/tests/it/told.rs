//! What the operators hear, and that they hear it whatever dies between.

use nightshift_testkit::Scene;
use nightshift_testkit::proxy::Fault;
use serde_json::{Value, json};

use crate::{bucket_of, event, object, organization, organizations, run, start};

const MAIL: [(&str, &str); 2] =
    [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];

/// The mails about the organisation itself, oldest first.
async fn letters(scene: &Scene) -> anyhow::Result<Vec<Value>> {
    let mail = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
    Ok(mail.into_iter().filter(|one| one["subject"].as_str().is_some_and(|text| text.starts_with("[o-"))).collect())
}

fn subject(letter: &Value) -> String {
    letter["subject"].as_str().unwrap_or_default().split("] ").nth(1).unwrap_or_default().to_owned()
}

async fn rename(scene: &Scene, ids: &Value, name: &str) -> anyhow::Result<()> {
    let prod = ids["units"]["Prod"].as_str().unwrap_or_default();
    organizations(scene).await.update_organizational_unit().organizational_unit_id(prod).name(name).send().await?;
    run(scene, &MAIL, &event("UpdateOrganizationalUnit", &json!({}))).await?;
    Ok(())
}

#[tokio::test]
async fn at_night_they_hear_what_the_day_changed_and_once() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let ids = organization(&scene).await?;
    let first = run(&scene, &MAIL, &json!({})).await?;
    assert_eq!(first["counts"]["changed"], 1, "{first}");
    assert_eq!(letters(&scene).await?.iter().map(subject).collect::<Vec<_>>(), ["organisation on record from now on"]);
    let mails = scene.control("mail", json!({})).await?["mail"].as_array().map_or(0, Vec::len);
    rename(&scene, &ids, "Production").await?;
    let then = scene.control("mail", json!({})).await?["mail"].as_array().map_or(0, Vec::len);
    assert_eq!(then, mails, "an event says nothing by itself");
    let report = run(&scene, &MAIL, &json!({})).await?;
    assert_eq!(report["items"].as_array().map(Vec::len), Some(3), "the letter, the snapshot, the change: {report}");
    let all = letters(&scene).await?;
    assert_eq!(subject(&all[1]), "organisation: 1 change");
    let text = all[1]["text"].as_str().unwrap_or_default();
    assert!(text.contains("name: Prod -> Production"), "{text}");
    run(&scene, &MAIL, &json!({})).await?;
    assert_eq!(letters(&scene).await?.len(), 2, "it is no news any more");
    Ok(())
}

#[tokio::test]
async fn who_could_not_be_told_is_told_the_next_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let ids = organization(&scene).await?;
    run(&scene, &MAIL, &json!({})).await?;
    rename(&scene, &ids, "Production").await?;
    scene.proxy.break_next("ses:SendEmail", "", 2, Fault::ServerError);
    let report = run(&scene, &MAIL, &json!({})).await?;
    assert_eq!(report["counts"]["deferred"], 1, "{report}");
    scene.proxy.reset();
    // Sent, and the process dies before it is noted: they hear it again.
    let told = format!("s3:PUT /{}/organization/told.json", bucket_of(&scene));
    let mut function = start(&scene, &MAIL)?;
    scene.proxy.break_next(&told, "", 1, Fault::HoldBefore);
    function.send(&json!({})).await?;
    scene.proxy.reached().await?;
    function.kill();
    scene.proxy.reset();
    run(&scene, &MAIL, &json!({})).await?;
    let subjects: Vec<_> = letters(&scene).await?.iter().map(subject).collect();
    assert_eq!(subjects[1..], ["organisation: 1 change", "organisation: 1 change"]);
    assert_eq!(object(&scene, "organization/told.json").await?, object(&scene, crate::SNAPSHOT).await?);
    Ok(())
}

#[tokio::test]
async fn a_plan_tells_nobody() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    organization(&scene).await?;
    let policy: Vec<_> = MAIL.into_iter().chain([("NIGHTSHIFT_MODE", "plan")]).collect();
    let report = run(&scene, &policy, &json!({})).await?;
    assert_eq!(report["counts"]["planned"], 1, "{report}");
    assert_eq!(letters(&scene).await?.len(), 0);
    assert_eq!(object(&scene, "organization/told.json").await?, None);
    Ok(())
}
