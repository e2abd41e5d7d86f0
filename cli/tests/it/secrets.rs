//! `secrets list` and `secrets show`: everything about a secret but its value.

use aws_sdk_secretsmanager::types::{RotationRulesType, Tag};
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_or_half_way_is_marked_and_listed_alone() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for name in ["punctual", "late", "half-way", "off"] {
        secret(&scene, name, &[("nightshift:db-user", name)]).await;
    }
    scene.function("rotator", &[]).await?;
    let secrets = scene.secrets().await;
    let function = format!("arn:aws:lambda:eu-west-1:{}:function:rotator", scene.account);
    scene.set_clock(&ago(20)).await?;
    for (name, days) in [("punctual", 30), ("late", 10), ("half-way", 30)] {
        let rules = RotationRulesType::builder().automatically_after_days(days).build();
        let call = secrets.rotate_secret().secret_id(name).rotation_lambda_arn(&function).rotation_rules(rules);
        call.rotate_immediately(false).send().await?;
    }
    let coming = secrets.put_secret_value().secret_id("half-way").secret_string("{}").version_stages("AWSPENDING");
    coming.send().await?;
    let list = |more: &[&str]| nightshift(&scene, &[], &[&["secrets", "list"], more].concat());
    let said = list(&["--overdue", "--output", "json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let found: Value = serde_json::from_str(&said.out)?;
    let marks =
        found["secrets"].as_array().into_iter().flatten().map(|one| (&one["name"], &one["overdue"], &one["half_way"]));
    assert_eq!(
        marks.collect::<Vec<_>>(),
        [(&json!("half-way"), &json!(false), &json!(true)), (&json!("late"), &json!(true), &json!(false))]
    );
    let table = list(&[]).out;
    let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("half-way") && words.contains("overdue") && words.contains("punctual"), "{table}");
    assert!(!list(&["--overdue"]).out.contains("punctual"));
    Ok(())
}

/// So many days ago, to the second.
#[expect(clippy::disallowed_methods, reason = "the command goes by the real clock")]
fn ago(days: i64) -> String {
    let moment = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What a rotation would do, by the function's own job, on a real server.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_is_rehearsed_with_its_strategy_and_why_and_changes_nothing() -> anyhow::Result<()> {
    use crate::db_users::{nightshift, policy_of};
    use nightshift_testkit::database::world::{DATABASE, HOST, MASTER_SECRET};
    use nightshift_testkit::database::{DatabaseWorld, Installation};
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    let server = world.server.master(DATABASE).await?;
    server.batch_execute(&format!("CREATE ROLE app LOGIN PASSWORD '{VALUE}'")).await?;
    let master = world.secrets.describe_secret().secret_id(MASTER_SECRET).send().await?;
    let value = json!({
        "engine": "postgres", "host": HOST, "username": "app", "password": VALUE, "dbname": DATABASE, "masterarn": master.arn(),
    });
    world.put("app-secret", &value).await?;
    let (_folder, policy) = crate::policy_file(&policy_of(&world));
    let policy = policy.display().to_string();
    let rehearse = |more: &[&str]| {
        nightshift(&world, &[&["secrets", "rotate", "app-secret", "--dry-run", "--policy", &policy], more].concat())
    };
    let (code, out, err) = rehearse(&[]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(
        lines[0],
        "app-secret would be rotated as alternating-users: it names a master's secret (masterarn), and no tag says otherwise"
    );
    assert!(lines[2].ends_with("as the master master: CREATE ROLE \"app_clone\" LOGIN"), "{out}");
    assert!(out.contains("log in as app_clone with it, and compare what the two may do"), "{out}");
    assert!(out.ends_with("rotate-secret --secret-id app-secret\n"), "{out}");
    assert!(err.contains("rotation is not on for secret app-secret"), "{err}");
    assert!(!out.contains(VALUE) && !err.contains(VALUE));
    let writes = world.scene.proxy.calls().into_iter().map(|call| call.action);
    let writes: Vec<_> = writes.filter(|call| call.contains(":Put") || call.contains(":Update")).collect();
    assert_eq!(writes, Vec::<String>::new());
    assert!(server.query("SELECT 1 FROM pg_roles WHERE rolname = 'app_clone'", &[]).await?.is_empty());
    let (_, json, _) = rehearse(&["--output", "json"]);
    let report: Value = serde_json::from_str(&json)?;
    assert_eq!(report["items"][0]["reason"]["code"], "would-rotate", "{report:#}");
    // What stands in the way is said, with the way out.
    server.batch_execute("ALTER ROLE app PASSWORD 'by hand'").await?;
    let (code, out, err) = rehearse(&[]);
    assert!(code == 2 && out.is_empty() && err.contains("refuses app its current password"), "{code} {out} {err}");
    // Without the word there is nothing it could do.
    let (code, _, err) = nightshift(&world, &["secrets", "rotate", "app-secret"]);
    assert!(code != 0 && err.contains("--dry-run"), "{err}");
    Ok(())
}
