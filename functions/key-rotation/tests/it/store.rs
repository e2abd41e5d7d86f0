//! Where secret halves are kept: whose a secret is, who reads it, what it looks like, and what was there before.

use nightshift_testkit::Scene;
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, said, start};

async fn due(scene: &Scene, user: &str) -> anyhow::Result<String> {
    scene.user(user, &[]).await?;
    scene.key(user, NOW, 95, Some(1)).await
}

async fn apply(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    let policy: Vec<_> = [APPLY].iter().chain(policy).copied().collect();
    Ok(start(scene, &policy).await?.invoke(&json!({})).await?.report())
}

#[tokio::test]
async fn a_new_secret_has_the_key_the_copies_and_the_readers_the_policy_asks_for() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    let security = format!("arn:aws:iam::{}:role/security", scene.account);
    let report = apply(
        &scene,
        &[
            ("NIGHTSHIFT_SECRET_PREFIX", "keys/"),
            ("NIGHTSHIFT_SECRET_REGION", "eu-north-1"),
            ("NIGHTSHIFT_SECRET_KMS_KEY", "alias/keys"),
            ("NIGHTSHIFT_SECRET_REPLICA_REGIONS", "eu-west-1,eu-central-1"),
            ("NIGHTSHIFT_SECRET_READERS", &security),
            ("NIGHTSHIFT_SMTP_REGIONS", "eu-west-1"),
        ],
    )
    .await?;
    assert_eq!(said(&report, "ana").0, "changed", "{:#}", item(&report, "ana"));
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-north-1").await);
    let found = secrets.describe_secret().secret_id("keys/ana").send().await?;
    assert_eq!(found.kms_key_id(), Some("alias/keys"));
    let mut copies: Vec<_> = found.replication_status().iter().filter_map(|copy| copy.region()).collect();
    copies.sort_unstable();
    assert_eq!(copies, ["eu-central-1", "eu-west-1"]);
    let policy = secrets.get_resource_policy().secret_id("keys/ana").send().await?;
    assert!(policy.resource_policy().unwrap_or_default().contains(&security));
    let value = secrets.get_secret_value().secret_id("keys/ana").send().await?;
    let value: Value = serde_json::from_str(value.secret_string().unwrap_or_default())?;
    assert_eq!(value["SmtpPasswords"].as_object().map(serde_json::Map::len), Some(1));
    // The copies follow what is written later.
    let elsewhere = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-west-1").await);
    let theirs = elsewhere.get_secret_value().secret_id("keys/ana").send().await?;
    assert_eq!(serde_json::from_str::<Value>(theirs.secret_string().unwrap_or_default())?, value);
    Ok(())
}

#[tokio::test]
async fn the_shape_of_older_rotators_is_written_where_it_is_asked_for() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    apply(&scene, &[("NIGHTSHIFT_SECRET_SHAPE", "legacy")]).await?;
    let value = scene.handed_out("ana").await?;
    let mut fields: Vec<_> = value.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    fields.sort();
    assert_eq!(fields, ["AccessKey", "SecretAccessKey"]);
    Ok(())
}

#[tokio::test]
async fn a_secret_on_its_way_out_is_restored_and_then_written() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let old = due(&scene, "ana").await?;
    apply(&scene, &[]).await?;
    // A month on: the old key is gone, the new one is due again, and somebody threw the secret away.
    let new = scene.handed_out("ana").await?["AccessKeyId"].as_str().unwrap_or_default().to_owned();
    scene.iam().await.delete_access_key().user_name("ana").access_key_id(old).send().await?;
    scene.age_key(&new, NOW, 95, Some(1)).await?;
    let secrets = scene.secrets().await;
    secrets.delete_secret().secret_id("/aws/iam/credentials/ana").send().await?;
    let report = apply(&scene, &[]).await?;
    assert_eq!(said(&report, "ana").0, "changed", "{:#}", item(&report, "ana"));
    assert_eq!(item(&report, "ana")["steps"][0], "restored secret /aws/iam/credentials/ana");
    let value = scene.handed_out("ana").await?;
    assert_eq!(value["PreviousAccessKeyId"], new);
    Ok(())
}

#[tokio::test]
async fn who_comes_after_somebody_of_the_same_name_inherits_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    apply(&scene, &[]).await?;
    let before = scene.handed_out("ana").await?;
    let iam = scene.iam().await;
    for key in scene.keys("ana").await? {
        iam.delete_access_key().user_name("ana").access_key_id(key.id).send().await?;
    }
    iam.delete_user().user_name("ana").send().await?;
    due(&scene, "ana").await?;
    let report = apply(&scene, &[]).await?;
    assert_eq!(said(&report, "ana"), ("skipped", "secret-of-another"));
    assert_eq!((scene.handed_out("ana").await?, scene.keys("ana").await?.len()), (before, 1));
    Ok(())
}

#[tokio::test]
async fn every_name_iam_allows_has_a_secret_of_its_own() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let users = ["a,b", "a=2Cb", "a=b", "a+b@c.d_e", "robot-abc123", "ana", "anabel"];
    for user in users {
        due(&scene, user).await?;
    }
    apply(&scene, &[("NIGHTSHIFT_MAX_ROTATION_PERCENT", "100")]).await?;
    let mut names = scene.secret_names().await?;
    names.sort();
    names.dedup();
    assert_eq!(names.len(), users.len(), "{names:?}");
    for name in names {
        let value = scene.secrets().await.get_secret_value().secret_id(&name).send().await?;
        let value: Value = serde_json::from_str(value.secret_string().unwrap_or_default())?;
        let owner = value["UserName"].as_str().unwrap_or_default();
        let keys = scene.keys(owner).await?;
        assert!(keys.iter().any(|key| value["AccessKeyId"] == key.id.as_str()), "{name} is {owner}'s");
    }
    Ok(())
}

#[tokio::test]
async fn what_others_wrote_into_the_policy_outlives_a_rotation_and_an_open_door_stops_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let old = due(&scene, "ana").await?;
    apply(&scene, &[]).await?;
    let name = "/aws/iam/credentials/ana";
    let secrets = scene.secrets().await;
    let policy = secrets.get_resource_policy().secret_id(name).send().await?.resource_policy.unwrap_or_default();
    let mut policy: Value = serde_json::from_str(&policy)?;
    let audit = format!("arn:aws:iam::{}:role/audit", scene.account);
    let theirs = json!({"Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": audit},
                        "Action": "secretsmanager:GetSecretValue", "Resource": "*"});
    policy["Statement"].as_array_mut().unwrap().push(theirs.clone());
    secrets.put_resource_policy().secret_id(name).resource_policy(policy.to_string()).send().await?;
    // The next rotation.
    let again = async || -> anyhow::Result<Value> {
        let keys = scene.keys("ana").await?;
        let iam = scene.iam().await;
        let new = scene.handed_out("ana").await?["AccessKeyId"].as_str().unwrap_or_default().to_owned();
        for key in keys.iter().filter(|key| key.id != new) {
            iam.delete_access_key().user_name("ana").access_key_id(&key.id).send().await?;
        }
        scene.age_key(&new, NOW, 95, Some(1)).await?;
        apply(&scene, &[]).await
    };
    assert_eq!(said(&again().await?, "ana").0, "changed");
    let kept = secrets.get_resource_policy().secret_id(name).send().await?.resource_policy.unwrap_or_default();
    let kept: Value = serde_json::from_str(&kept)?;
    assert!(kept["Statement"].as_array().unwrap().contains(&theirs), "{kept:#}");
    let shut: Vec<_> = kept["Statement"].as_array().unwrap().iter().filter(|one| one["Effect"] == "Deny").collect();
    assert!(
        shut[0]["Condition"]["ArnNotLike"].to_string().contains(&audit),
        "whom they let in is not shut out: {kept:#}"
    );
    assert!(!old.is_empty());

    let open = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}]});
    secrets.put_resource_policy().secret_id(name).resource_policy(open.to_string()).send().await?;
    let report = again().await?;
    assert_eq!(said(&report, "ana"), ("failed", "policy-open"), "{report:#}");
    assert_eq!(scene.keys("ana").await?.len(), 1, "no key is minted for it");
    Ok(())
}

#[tokio::test]
async fn a_secret_whose_primary_is_elsewhere_is_left_alone_with_what_is_pending_in_it() -> anyhow::Result<()> {
    use aws_sdk_secretsmanager::types::{ReplicaRegionType, Tag};
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    let id = scene.iam().await.get_user().user_name("ana").send().await?.user.map(|user| user.user_id);
    let elsewhere = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-north-1").await);
    let name = "/aws/iam/credentials/ana";
    let tag = Tag::builder().key("nightshift:user-id").value(id.unwrap_or_default()).build();
    let here = ReplicaRegionType::builder().region("eu-west-1").build();
    elsewhere.create_secret().name(name).secret_string("{}").tags(tag).add_replica_regions(here).send().await?;
    elsewhere.put_secret_value().secret_id(name).secret_string("theirs").version_stages("AWSPENDING").send().await?;
    let before = scene.labels("ana").await?;
    for _ in 0..2 {
        let report = apply(&scene, &[]).await?;
        assert_eq!(said(&report, "ana"), ("skipped", "secret-ruled"), "{report:#}");
    }
    assert_eq!((scene.labels("ana").await?, scene.keys("ana").await?.len()), (before, 1));
    Ok(())
}

#[tokio::test]
async fn a_secret_that_another_rotator_or_a_service_rules_is_left_alone_with_what_is_pending_in_it()
-> anyhow::Result<()> {
    use aws_sdk_secretsmanager::types::{RotationRulesType, Tag};
    for ruler in ["rotation", "service", "nobody it tells of"] {
        let scene = Scene::new()?;
        due(&scene, "ana").await?;
        let id = scene.iam().await.get_user().user_name("ana").send().await?.user.map(|user| user.user_id);
        let (name, secrets) = ("/aws/iam/credentials/ana", scene.secrets().await);
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let mut made = secrets.create_secret().name(name).secret_string("{}");
        made = made.tags(tag("nightshift:user-id", &id.unwrap_or_default()));
        if ruler == "service" {
            // What the stand-in knows it by.
            made = made.tags(tag("aws:secretsmanager:owningService", "some.amazonaws.com"));
        }
        made.send().await?;
        if ruler == "rotation" {
            let function = format!("arn:aws:lambda:eu-west-1:{}:function:rotator", scene.account);
            scene.function_in("eu-west-1", "rotator", &[]).await?;
            let rules = RotationRulesType::builder().schedule_expression("rate(10 days)").build();
            let rotate = secrets.rotate_secret().secret_id(name).rotation_lambda_arn(function).rotation_rules(rules);
            rotate.rotate_immediately(false).send().await?;
        }
        secrets.put_secret_value().secret_id(name).secret_string("theirs").version_stages("AWSPENDING").send().await?;
        let found = secrets.describe_secret().secret_id(name).send().await?;
        assert_eq!(found.rotation_enabled().unwrap_or_default(), ruler == "rotation");
        assert_eq!(found.owning_service().is_some(), ruler == "service");
        let before = scene.labels("ana").await?;
        for _ in 0..2 {
            let report = apply(&scene, &[]).await?;
            assert_eq!(said(&report, "ana"), ("skipped", "secret-ruled"), "{ruler}: {report:#}");
        }
        assert_eq!((scene.labels("ana").await?, scene.keys("ana").await?.len()), (before, 1), "{ruler}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_of_kms_says_that_it_is_kms() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    due(&scene, "ana").await?;
    scene.proxy.break_next(
        "secretsmanager:CreateSecret",
        "",
        1,
        nightshift_testkit::Fault::Refused { status: 400, code: "KMSAccessDeniedException" },
    );
    let report = apply(&scene, &[]).await?;
    let fix = item(&report, "ana")["reason"]["fix"].as_str().unwrap_or_default().to_owned();
    assert!(fix.contains("kms:GenerateDataKey"), "{report:#}");
    Ok(())
}

#[tokio::test]
async fn a_user_renamed_while_a_key_waits_keeps_its_secret() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    scene.user("ana", &[("mail", "ana@example.com")]).await?;
    let old = scene.key("ana", NOW, 95, Some(8)).await?;
    let policy = [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];
    apply(&scene, &policy).await?;
    scene.iam().await.update_user().user_name("ana").new_user_name("anna").send().await?;
    let policy: Vec<_> = [APPLY].iter().chain(&policy).copied().collect();
    let night = async |now: &str| -> anyhow::Result<Value> {
        Ok(crate::start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report())
    };
    let report = night("2026-11-22T02:00:00Z").await?;
    assert_eq!(said(&report, "anna"), ("skipped", "overlap"), "and no word of two slots: {report:#}");
    scene.handed_out("ana").await?;
    night("2026-11-29T02:00:00Z").await?;
    let off: Vec<_> = scene.keys("anna").await?.into_iter().filter(|key| !key.active).map(|key| key.id).collect();
    assert_eq!(off, [old], "it was fetched under its old name");
    Ok(())
}
