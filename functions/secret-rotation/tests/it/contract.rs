//! The contract with Secrets Manager, whatever the strategy: what is refused, what is done once, what is passed on, and how a
//! failure is told.

use nightshift_testkit::rotation::STEPS;
use nightshift_testkit::{Answer, Rotation};
use serde_json::{Value, json};

use crate::FUNCTION;
use crate::world::{FIRST, SECRET, any, is_silent, kind, labels, stage, start, turn_on, value, version};

#[tokio::test]
async fn the_token_of_whoever_asked_is_passed_on_and_the_same_token_makes_one_password() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "create_secret").await?);
    let puts = |world: &nightshift_testkit::database::DatabaseWorld| {
        let calls = world.scene.proxy.calls().into_iter();
        calls.filter(|call| call.action == "secretsmanager:PutSecretValue").collect::<Vec<_>>()
    };
    let put = puts(&world);
    assert_eq!(put.len(), 1);
    assert_eq!(put[0].parameters["RotationToken"], format!("behalf-{}", rotation.token));
    assert_eq!(put[0].parameters["ClientRequestToken"], rotation.token);
    let first = version(&world.secrets, &rotation.token).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    assert_eq!((puts(&world).len(), version(&world.secrets, &rotation.token).await?), (1, first.clone()));
    // All but the password is as it was written, the port's text and a stranger's key among it.
    let mut expected = value("aurora-postgresql", "airflow");
    expected["password"] = first["password"].clone();
    assert_eq!(first, expected);
    let password = first["password"].as_str().unwrap_or_default().to_owned();
    assert!(password.len() == 32 && password != FIRST);
    // Nor is in the log on whose behalf it was written, which opens the secret to whoever has it.
    let log = function.into_output();
    assert!(!log.contains(&password) && !log.contains("behalf-"));
    Ok(())
}

#[tokio::test]
async fn two_invocations_of_one_step_at_once_make_one_password() -> anyhow::Result<()> {
    let world = any().await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let (mut one, mut other) = (start(&world)?, start(&world)?);
    for step in STEPS {
        let event = rotation.event(step);
        let (first, second) = tokio::join!(one.invoke(&event), other.invoke(&event));
        // Whoever comes too late for a label finds it moved, and Secrets Manager asks again.
        for answer in [first?, second?] {
            assert!(
                answer == Answer::Report(Value::Null) || kind(answer.clone()) == "LabelMoved",
                "{step}: {answer:?}"
            );
        }
    }
    world.log_in_by(SECRET).await?;
    assert_eq!(labels(&world, &rotation.token).await?, ["AWSCURRENT"]);
    Ok(())
}

#[tokio::test]
async fn before_every_step_it_is_asked_whether_there_is_a_rotation_and_this_is_it() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let current = world.versions(SECRET).await?.into_keys().next().unwrap_or_default();
    let arn = world.secrets.describe_secret().secret_id(SECRET).send().await?.arn.unwrap_or_default();
    let of = |secret: &str, token: &str| Rotation { secret: secret.to_owned(), token: token.to_owned() };
    for step in STEPS {
        assert_eq!(kind(of(&arn, &current).step(&mut function, step).await?), "RotationOff", "{step}");
    }
    let rotation = Rotation::begin(&world, SECRET).await?;
    let nobodys = of("nobodys-secret", &rotation.token);
    let unknown = of(&arn, "00000000-0000-4000-8000-ffffffffffff");
    for step in STEPS {
        assert_eq!(kind(nobodys.step(&mut function, step).await?), "NoSuchSecret", "{step}");
        assert_eq!(kind(unknown.step(&mut function, step).await?), "VersionUnknown", "{step}");
        // It is handed out already: that is success, and nothing is done.
        is_silent(&of(&arn, &current).step(&mut function, step).await?);
    }
    // There is no value to set, to test or to hand out.
    for step in &STEPS[1..] {
        assert_eq!(kind(rotation.step(&mut function, step).await?), "NoPendingValue", "{step}");
    }
    // A version that was current before is not the coming one.
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let secrets = &world.secrets;
    let labelled = secrets.update_secret_version_stage().secret_id(SECRET).version_stage("KEPT");
    labelled.move_to_version_id(&current).send().await?;
    let moved = secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSCURRENT");
    moved.move_to_version_id(&rotation.token).remove_from_version_id(&current).send().await?;
    let third = Rotation::begin(&world, SECRET).await?;
    for step in STEPS {
        assert_eq!(kind(of(&arn, &current).step(&mut function, step).await?), "PreviousIncomplete", "{step}");
    }
    let gone = secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
    gone.remove_from_version_id(&third.token).send().await?;
    assert_eq!(kind(of(&arn, &current).step(&mut function, "setSecret").await?), "VersionNotPending");
    let writes = world.scene.proxy.calls().into_iter().map(|call| call.action);
    let writes: Vec<_> = writes.filter(|action| !action.contains(":Describe") && !action.contains(":Get")).collect();
    assert_eq!(writes, ["secretsmanager:PutSecretValue"], "of all that, one step did something");
    Ok(())
}

#[tokio::test]
async fn a_secret_that_another_service_owns_is_left_to_it() -> anyhow::Result<()> {
    let world = any().await?;
    let rds = world.scene.rds("us-east-1").await;
    let call = rds.create_db_cluster().db_cluster_identifier("own").engine("aurora-postgresql");
    let made = call.master_username("root").manage_master_user_password(true).send().await?;
    let cluster = made.db_cluster.and_then(|cluster| cluster.master_user_secret);
    let secret = cluster.and_then(|secret| secret.secret_arn).unwrap_or_default();
    let rotation = Rotation { secret, token: "00000000-0000-4000-8000-000000000000".to_owned() };
    let mut function = start(&world)?;
    for step in STEPS {
        assert_eq!(kind(rotation.step(&mut function, step).await?), "SecretManaged", "{step}");
    }
    Ok(())
}

#[tokio::test]
async fn a_password_goes_to_no_other_server_and_is_nobody_elses() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    for (key, wrong, expected) in [
        ("host", json!("collector.example.org"), "OtherServer"),
        ("port", json!(6000), "OtherServer"),
        ("engine", json!("mysql"), "OtherServer"),
        ("tlsServerName", json!("collector.example.org"), "OtherServer"),
        ("username", json!("master"), "OtherUser"),
    ] {
        let rotation = Rotation::begin(&world, SECRET).await?;
        let mut stolen = value("aurora-postgresql", "airflow");
        stolen[key] = wrong;
        stage(&world, &rotation, &stolen).await?;
        let before = world.server.log()?.len();
        for step in ["createSecret", "setSecret"] {
            assert_eq!(kind(rotation.step(&mut function, step).await?), expected, "{key} {step}");
        }
        assert_eq!(world.server.log()?.len(), before, "{key}: nobody was even asked");
        let gone = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
        gone.remove_from_version_id(&rotation.token).send().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_login_is_said_with_what_is_wrong_with_it() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "billing_*")])?;
    let good = value("postgres", "airflow");
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed
    };
    for (value, expected, words) in [
        (with("engine", json!("oracle")), "SecretMalformed", "has the engine 'oracle', and this function rotates"),
        (with("port", json!("x")), "SecretMalformed", "has a 'port' that is no port"),
        (with("username", json!("")), "SecretMalformed", "has no text under 'username'"),
        (json!([1]), "SecretMalformed", "holds no JSON object"),
        (
            with("host", json!("front.proxy-abc.us-east-1.rds.amazonaws.com")),
            "HostIsProxy",
            "is an RDS Proxy, which checks a password against the current version",
        ),
        (with("username", json!("rdsadmin")), "NameUnfit", "the name is reserved for the server and RDS"),
        (with("username", json!("Billing_main")), "Protected", "NIGHTSHIFT_PROTECTED"),
    ] {
        world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string()).send().await?;
        let rotation = Rotation::begin(&world, SECRET).await?;
        let (kind, message) = rotation.step(&mut function, "createSecret").await?.fault();
        assert!(kind == expected && message.contains(words), "{kind}: {message}");
        let gone = world.secrets.update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
        gone.remove_from_version_id(&rotation.token).send().await?;
    }
    Ok(())
}

#[tokio::test]
async fn bytes_are_no_login_and_are_left_as_they_are() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let bytes = aws_sdk_secretsmanager::primitives::Blob::new(b"not a text".as_slice());
    world.secrets.put_secret_value().secret_id(SECRET).secret_binary(bytes).send().await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let (kind, message) = rotation.step(&mut function, "createSecret").await?.fault();
    assert!(kind == "NoCurrent" && message.contains("holds no text"), "{kind}: {message}");
    let writes = world.scene.proxy.calls().into_iter().filter(|call| call.action.contains(":Put"));
    assert_eq!(writes.count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_value_that_is_not_shown_yet_is_looked_for_again_and_by_its_id_alone() -> anyhow::Result<()> {
    use nightshift_testkit::Fault;
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let hidden = Fault::Refused { status: 400, code: "ResourceNotFoundException" };
    for step in &STEPS[1..] {
        world.scene.proxy.break_next("secretsmanager:GetSecretValue", &rotation.token, 2, hidden);
        world.scene.proxy.reset();
        is_silent(&rotation.step(&mut function, step).await?);
        let reads = world.scene.proxy.calls().into_iter();
        let reads: Vec<_> = reads.filter(|call| call.action == "secretsmanager:GetSecretValue").collect();
        assert!(reads.iter().all(|call| !call.parameters.contains_key("VersionStage")), "{step}: {reads:?}");
        assert!(reads.iter().filter(|call| call.parameters["VersionId"] == rotation.token).count() == 3, "{step}");
    }
    world.log_in_by(SECRET).await?;
    Ok(())
}

#[tokio::test]
async fn a_label_that_somebody_else_moved_is_left_to_them() -> anyhow::Result<()> {
    use nightshift_testkit::Fault;
    let world = any().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    for step in &STEPS[..3] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    let moved = Fault::Refused { status: 400, code: "InvalidParameterException" };
    world.scene.proxy.break_next("secretsmanager:UpdateSecretVersionStage", "", 1, moved);
    assert_eq!(kind(rotation.step(&mut function, "finishSecret").await?), "LabelMoved");
    assert_eq!(rotation.whole(&mut function).await?, Ok(()));
    assert!(function.into_output().contains("label-moved"), "and the log has its code");
    Ok(())
}

/// What the alarm asks the log with (`terraform/layer/secret-rotation/alarms.tf`), piece by piece.
#[tokio::test]
async fn what_the_alarm_asks_the_log_with_finds_the_secret_that_failed() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    turn_on(&world).await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    world.secrets.cancel_rotate_secret().secret_id(SECRET).send().await?;
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "RotationOff");
    world.scene.proxy.deny("secretsmanager:DescribeSecret");
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "ObservationFailed");
    let log = function.into_output();
    let found = |words: &str| log.lines().find(|line| line.contains(words)).map(str::to_owned).unwrap_or_default();
    let alarms = nightshift_testkit::repository::root().join("terraform/layer/secret-rotation/alarms.tf");
    let alarms = std::fs::read_to_string(alarms)?;
    for (asked, words, shown) in [
        (
            r#"/item.outcome\":\"(failed|deferred|skipped)"#,
            r#"item.outcome":"failed"#,
            [r#""item.id":""#, r#""reason.code":""#],
        ),
        ("|run did not take place/", "run did not take place", [r#""error.message":""#, r#""error.kind":""#]),
    ] {
        assert!(alarms.contains(asked), "{asked}: {alarms}");
        let line = found(words);
        assert!(
            shown.iter().all(|key| line.contains(key)) && line.contains(&rotation.secret),
            "{words}: {line:?} in {log}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn each_way_not_to_reach_a_server_has_a_type_of_its_own() -> anyhow::Result<()> {
    let world = any().await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut start(&world)?, "createSecret").await?);
    // A port that nobody listens at: bound, and never listened on.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut environment = world.environment(&[]);
    environment.remove("NIGHTSHIFT_DB_ADDRESS");
    let start = |environment: &std::collections::BTreeMap<String, String>| {
        nightshift_testkit::FunctionProcess::start(std::path::Path::new(FUNCTION), environment)
    };
    for step in ["setSecret", "testSecret"] {
        let (kind, message) =
            rotation.step(&mut world.start(FUNCTION, &[("NIGHTSHIFT_DB_ADDRESS", &closed)])?, step).await?.fault();
        assert_eq!(kind, "SqlNoAnswer", "{message}");
        // The name in the secret is nobody's.
        let (kind, message) = rotation.step(&mut start(&environment)?, step).await?.fault();
        assert_eq!(kind, "SqlNoName", "{message}");
        // The authorities of RDS, who know nothing of this server.
        let mut trusting = world.environment(&[]);
        trusting.remove("NIGHTSHIFT_DB_CA_FILE");
        let (kind, message) = rotation.step(&mut start(&trusting)?, step).await?.fault();
        assert_eq!(kind, "SqlTls", "{message}");
    }
    let admin = world.server.admin("postgres").await?;
    let mut held = Vec::new();
    while let Ok(session) = world.server.admin("postgres").await {
        held.push(session);
    }
    let (kind, message) = rotation.step(&mut world.start(FUNCTION, &[])?, "setSecret").await?.fault();
    assert_eq!(kind, "SqlFull", "{message}");
    drop(held);
    admin.batch_execute("ALTER ROLE app NOLOGIN").await?;
    let (kind, message) = rotation.step(&mut world.start(FUNCTION, &[])?, "setSecret").await?.fault();
    assert_eq!(kind, "LoginRefused", "{message}");
    admin.batch_execute("ALTER ROLE app LOGIN PASSWORD 'nobody knows'").await?;
    let mut function = world.start(FUNCTION, &[])?;
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert_eq!(kind, "NoPasswordWorks", "{message}");
    let (kind, message) = rotation.step(&mut function, "testSecret").await?.fault();
    assert_eq!(kind, "TestFailed", "{message}");
    Ok(())
}
