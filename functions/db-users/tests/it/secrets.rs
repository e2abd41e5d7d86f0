//! Secret and database in step, whatever state they are found in; and no secret but the user's own is ever written.

use aws_sdk_secretsmanager::types::Tag;
use nightshift_testkit::database::DatabaseWorld;
use serde_json::json;

use crate::world::{any, event, one_user, start, with_mode};
use crate::{item, said, writes};
use nightshift_testkit::Fault;

#[tokio::test]
async fn a_secret_of_another_is_never_written() -> anyhow::Result<()> {
    let world = any().await?;
    let of = |username: &str, host: &str| json!({"username": username, "host": host, "password": "hers", "x": 1});
    world.put("strange-secret", &of("somebody", "db.example")).await?;
    world.put("elsewhere-secret", &of("elsewhere", "another.example")).await?;
    world.secrets.create_secret().name("text-secret").secret_string("hunter2").send().await?;
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("CREATE ROLE elsewhere LOGIN PASSWORD 'of this server'").await?;
    let users = ["strange", "elsewhere", "text"].map(|name| one_user(name, "SELECT")["users"][0].clone());
    let report = start(&world)?.invoke(&with_mode(event(&users), "apply")).await?.report();
    for user in ["strange", "elsewhere", "text"] {
        assert_eq!(said(&report, user), ("skipped", "secret-of-another"), "{report:#}");
        assert_eq!(world.versions(&format!("{user}-secret")).await?.len(), 1);
    }
    assert_eq!(writes(&report), Vec::<String>::new());
    let roles =
        world.server.master("postgres").await?.query("SELECT 1 FROM pg_roles WHERE rolname = 'strange'", &[]).await?;
    assert!(roles.is_empty(), "without its secret there is no user");
    let tried = "authentication failed for user \"elsewhere\"";
    assert!(!world.server.log()?.contains(tried), "a password for another server was tried on this one");
    Ok(())
}

#[tokio::test]
async fn a_secret_made_by_hand_for_this_user_is_taken_over_with_all_that_stands_in_it() -> anyhow::Result<()> {
    let world = any().await?;
    let host = nightshift_testkit::database::world::HOST;
    world
        .put("app-secret", &json!({"username": "app", "host": host, "password": "p'a\\ss€", "proxyHost": "x"}))
        .await?;
    let mut function = start(&world)?;
    let event = with_mode(one_user("app", "SELECT"), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let secret = world.secret("app-secret").await?;
    assert_eq!((&secret["password"], &secret["proxyHost"]), (&json!("p'a\\ss€"), &json!("x")));
    assert_eq!((&secret["engine"], &secret["dbname"]), (&json!("postgres"), &json!("airflow")));
    world.log_in_by("app-secret").await?;
    let stages: Vec<_> = world.versions("app-secret").await?.into_values().flatten().collect();
    assert!(!stages.contains(&"AWSPENDING".to_owned()), "{stages:?}");
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    Ok(())
}

#[tokio::test]
async fn a_password_on_its_way_is_judged_by_trying_it() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let event = with_mode(one_user("app", "SELECT"), "apply");
    function.invoke(&event).await?.report();
    let mut value = world.secret("app-secret").await?;
    value["password"] = json!("the-next-one");
    let pending = || async {
        let put = world.secrets.put_secret_value().secret_id("app-secret").secret_string(value.to_string());
        put.version_stages("AWSPENDING").send().await
    };
    // Left over by a rotation that was cancelled before it reached the database.
    pending().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_ne!(world.secret("app-secret").await?["password"], "the-next-one");
    world.log_in_by("app-secret").await?;
    // And after it did.
    pending().await?;
    let master = world.server.master("postgres").await?;
    master.batch_execute("ALTER ROLE app PASSWORD 'the-next-one'").await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(world.secret("app-secret").await?["password"], "the-next-one");
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    Ok(())
}

const STRATEGY: &str = "nightshift:rotation-strategy";

/// What the tag of the secret says.
async fn strategy(world: &DatabaseWorld) -> anyhow::Result<Option<String>> {
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    let tag = described.tags().iter().find(|tag| tag.key() == Some(STRATEGY));
    Ok(tag.and_then(Tag::value).map(str::to_owned))
}

#[tokio::test]
async fn rotation_is_set_and_unset_and_a_running_one_is_left_alone() -> anyhow::Result<()> {
    let world = any().await?;
    world.scene.function_in("us-east-1", "rotate", &[]).await?;
    let arn = format!("arn:aws:lambda:us-east-1:{}:function:rotate", world.scene.account);
    let mut on = with_mode(one_user("app", "SELECT"), "apply");
    on["users"][0]["rotation"] = json!({"lambda_arn": arn, "schedule": "rate(10 days)"});
    let mut function = start(&world)?;
    let report = function.invoke(&on).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    assert_eq!((described.rotation_enabled(), described.rotation_lambda_arn()), (Some(true), Some(arn.as_str())));
    assert_eq!(strategy(&world).await?.as_deref(), Some("single-user"), "what the function goes by");
    assert_eq!(said(&function.invoke(&on).await?.report(), "app").0, "already_right");
    let by_hand = Tag::builder().key(STRATEGY).value("alternating-users").build();
    world.secrets.tag_resource().secret_id("app-secret").tags(by_hand).send().await?;
    let mended = function.invoke(&on).await?.report();
    assert_eq!(writes(&mended), ["secretsmanager:TagResource"], "and it is not rotated for that");
    assert_eq!(strategy(&world).await?.as_deref(), Some("single-user"));

    // While one is under way, nobody else writes the secret.
    let value = world.secret("app-secret").await?.to_string();
    let put = world.secrets.put_secret_value().secret_id("app-secret").secret_string(&value);
    let running = put.version_stages("AWSPENDING").send().await?;
    let report = function.invoke(&on).await?.report();
    assert_eq!(said(&report, "app"), ("deferred", "rotation-pending"), "{report:#}");
    assert_eq!(writes(&report), Vec::<String>::new());
    let ended = world.secrets.update_secret_version_stage().secret_id("app-secret").version_stage("AWSPENDING");
    ended.remove_from_version_id(running.version_id().unwrap_or_default()).send().await?;

    let mut off = on.clone();
    off["users"][0]["rotation"] = json!("none");
    let report = function.invoke(&off).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    assert_eq!((described.rotation_enabled(), strategy(&world).await?), (Some(false), None));
    assert_eq!(said(&function.invoke(&off).await?.report(), "app").0, "already_right");
    let mut none = on.clone();
    none["users"][0]["rotation"] = json!({"schedule": "rate(10 days)"});
    assert_eq!(said(&function.invoke(&none).await?.report(), "app"), ("skipped", "no-rotation-function"));
    Ok(())
}

#[tokio::test]
async fn one_user_that_fails_stops_only_those_that_need_it() -> anyhow::Result<()> {
    let world = any().await?;
    // A role somebody else made: its password cannot be set by the master, from version 16 on.
    world.server.admin("postgres").await?.batch_execute("CREATE ROLE maker LOGIN").await?;
    let user = |name: &str, grantor: Option<&str>| {
        let mut user = one_user(name, "SELECT")["users"][0].clone();
        user["grantor"] = json!(grantor);
        user
    };
    let users = [user("maker", None), user("needs", Some("maker")), user("free", None)];
    let report = start(&world)?.invoke(&with_mode(event(&users), "apply")).await?.report();
    assert_eq!(said(&report, "maker"), ("skipped", "not-ours"), "{report:#}");
    assert_eq!(said(&report, "free").0, "changed");
    assert_eq!(said(&report, "needs"), ("skipped", "role-refused"), "a stranger's role lends nothing");
    Ok(())
}

#[tokio::test]
async fn two_runs_at_once_do_what_one_does() -> anyhow::Result<()> {
    let world = any().await?;
    let (mut one, mut other) = (start(&world)?, start(&world)?);
    let event = with_mode(crate::world::airflow(), "apply");
    let (first, second) = tokio::join!(one.invoke(&event), other.invoke(&event));
    let outcomes = [first?.report(), second?.report()].map(|report| {
        let counts = &report["counts"];
        (counts["changed"].as_u64(), counts["already_right"].as_u64(), counts["failed"].as_u64())
    });
    let mut outcomes = outcomes.to_vec();
    outcomes.sort();
    assert_eq!(outcomes, [(Some(0), Some(3), Some(0)), (Some(3), Some(0), Some(0))]);
    Ok(())
}

#[tokio::test]
async fn another_key_is_one_call_and_then_nothing() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let mut event = with_mode(one_user("app", "SELECT"), "apply");
    function.invoke(&event).await?.report();
    event["kms_key_id"] = json!("alias/database-secrets");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(writes(&report), ["secretsmanager:UpdateSecret"]);
    let described = world.secrets.describe_secret().secret_id("app-secret").send().await?;
    assert_eq!(described.kms_key_id(), Some("alias/database-secrets"));
    world.log_in_by("app-secret").await?;
    assert_eq!(said(&function.invoke(&event).await?.report(), "app").0, "already_right");
    Ok(())
}

#[tokio::test]
async fn a_login_without_a_secret_gets_a_new_password_and_the_plan_says_whom_that_shuts_out() -> anyhow::Result<()> {
    let world = any().await?;
    world.server.master("airflow").await?.batch_execute("CREATE ROLE app LOGIN PASSWORD 'in-use'").await?;
    let mut function = start(&world)?;
    let plan = function.invoke(&one_user("app", "SELECT")).await?.report();
    assert!(item(&plan, "app")["dbusers"]["notes"].to_string().contains("password-replaced"), "{plan:#}");
    world.log_in_by_name("app", "in-use").await?;
    // As the note says: with the password stored first, it stays.
    let host = nightshift_testkit::database::world::HOST;
    world.put("app-secret", &json!({"username": "app", "host": host, "password": "in-use"})).await?;
    let report = function.invoke(&with_mode(one_user("app", "SELECT"), "apply")).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(!item(&report, "app")["dbusers"]["notes"].to_string().contains("password-replaced"), "{report:#}");
    world.log_in_by_name("app", "in-use").await?;
    Ok(())
}

#[tokio::test]
async fn a_secret_that_comes_back_brings_no_password_of_old_though_the_run_dies() -> anyhow::Result<()> {
    let world = any().await?;
    let event = with_mode(one_user("app", "SELECT"), "apply");
    start(&world)?.invoke(&event).await?.report();
    let old = world.secret("app-secret").await?["password"].as_str().unwrap_or_default().to_owned();
    // It leaked, and whoever found that deleted it.
    let delete = || world.secrets.delete_secret().secret_id("app-secret").recovery_window_in_days(7).send();
    delete().await?;
    let mut function = start(&world)?;
    world.scene.proxy.break_next("secretsmanager:RestoreSecret", "", 1, Fault::HoldAfter);
    function.send(&event).await?;
    world.scene.proxy.reached().await?;
    function.kill();
    world.scene.proxy.reset();
    assert!(
        world.log_in_by_name("app", &old).await.is_err(),
        "the old password is back in the secret, and opens nothing"
    );
    let report = start(&world)?.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_ne!(world.secret("app-secret").await?["password"], old.as_str());
    assert!(world.log_in_by_name("app", &old).await.is_err());
    world.log_in_by("app-secret").await?;
    assert_eq!(said(&start(&world)?.invoke(&event).await?.report(), "app").0, "already_right");

    // Where AWS says no, the user has its login as it was.
    let newer = world.secret("app-secret").await?["password"].as_str().unwrap_or_default().to_owned();
    delete().await?;
    world.scene.proxy.break_next("secretsmanager:RestoreSecret", "", 1, Fault::Denied);
    let report = start(&world)?.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("failed", "access-denied"), "{report:#}");
    world.log_in_by_name("app", &newer).await?;
    Ok(())
}
