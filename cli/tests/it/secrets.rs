//! `secrets list` and `secrets show`: everything about a secret but its value.

use aws_sdk_secretsmanager::types::Tag;
use nightshift_testkit::Scene;
use serde_json::{Value, json};

use crate::nightshift;

const VALUE: &str = "hunter2-never-to-be-seen";

async fn secret(scene: &Scene, name: &str, tags: &[(&str, &str)]) {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
    let text = json!({ "username": "app", "password": VALUE }).to_string();
    scene
        .secrets()
        .await
        .create_secret()
        .name(name)
        .secret_string(text)
        .set_tags(Some(tags))
        .send()
        .await
        .expect("a secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_with_whose_it_is_and_who_may_read_it_and_without_its_value() {
    let scene = Scene::new().expect("a scene");
    secret(&scene, "app-reader", &[("nightshift:db-user", "reader"), ("owner", "ana")]).await;
    secret(&scene, "/aws/iam/credentials/bob", &[("nightshift:user-id", "AIDABOB")]).await;
    secret(&scene, "foreign", &[("owner", "ana")]).await;
    secret(&scene, "=going\u{e9}", &[("nightshift:db-user", "old")]).await;
    let secrets = scene.secrets().await;
    secrets.delete_secret().secret_id("=going\u{e9}").recovery_window_in_days(7).send().await.expect("it goes");
    let account = &scene.account;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:role/app")}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"},
    ]});
    secrets
        .put_resource_policy()
        .secret_id("app-reader")
        .resource_policy(policy.to_string())
        .send()
        .await
        .expect("a policy");

    let said = nightshift(&scene, &[], &["secrets", "list", "--output", "csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err, "nightshift: 1 secret more of nobody's function; --all lists them\n");
    let rows: Vec<_> =
        said.out.lines().skip(1).map(|line| line.split(',').take(4).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        rows,
        [
            "/aws/iam/credentials/bob,key-rotation,AIDABOB,",
            "'=going\u{e9},db-users,old,",
            "app-reader,db-users,reader,ana"
        ]
    );
    assert!(said.out.starts_with("secret,function,user,owner,created_at,changed_at,age_days,"), "{}", said.out);
    assert!(
        said.out.lines().nth(3).is_some_and(|line| line.contains(",0,,false,")),
        "numbers as numbers: {}",
        said.out
    );
    let table = nightshift(&scene, &[], &["secrets", "list"]).out;
    assert!(table.contains("deleted on "), "{table}");
    let list = |more: &[&str]| {
        let said = nightshift(&scene, &[], &[&["secrets", "list", "--output", "json"], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let list: Value = serde_json::from_str(&said.out).expect("JSON");
        let names = list["secrets"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["name"].as_str().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(list(&["--all"]).len(), 4);
    assert_eq!(list(&["--owner", "ana"]), ["app-reader"]);
    assert_eq!(list(&["--all", "--owner", "ana"]), ["app-reader", "foreign"]);
    assert_eq!(list(&["--match", "APP-*"]), ["app-reader"]);
    assert_eq!(list(&["--region", "eu-north-1"]), Vec::<String>::new());

    let said = nightshift(&scene, &[], &["secrets", "show", "app-reader"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    for words in [
        "db-users, for reader".to_owned(),
        "AWSCURRENT".to_owned(),
        format!("allowed to arn:aws:iam::{account}:role/app"),
        "and whom IAM allows".to_owned(),
    ] {
        assert!(said.out.contains(&words), "{words}: {}", said.out);
    }
    assert!(!said.out.contains("denied"), "what is about deleting says nothing of reading: {}", said.out);
    // What could not be read is not "nobody".
    scene.proxy.deny("secretsmanager:GetResourcePolicy");
    let said = nightshift(&scene, &[], &["secrets", "show", "app-reader", "--output", "json"]);
    assert!(said.code == 2 && said.err.contains("secretsmanager:GetResourcePolicy"), "{}", said.err);
    let shown: Value = serde_json::from_str(&said.out).expect("JSON");
    assert!(shown["policy"].is_null() && shown["versions"][0]["labels"] == json!(["AWSCURRENT"]), "{shown:#}");
    let said = nightshift(&scene, &[], &["secrets", "show", "absent\u{1b}[2J"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(
        said.err.contains("there is no secret absent\u{fffd}[2J in eu-west-1")
            && said.err.contains("\n→ check the name"),
        "{}",
        said.err
    );

    let calls = scene.proxy.calls();
    assert!(calls.iter().all(|call| !call.action.contains("GetSecretValue")), "no value is read: {calls:?}");
}
