//! `plan db-users` and `apply db-users`: the SQL on the screen, then done, then nothing left to do.

use std::process::{Command, Stdio};
use std::time::Duration;

use nightshift_testkit::child::ChildProcess;
use nightshift_testkit::database::{DatabaseWorld, Installation};
use nightshift_testkit::repository;

use crate::record::{called, ended, signal};
use crate::{STATE, policy_file};

fn command(world: &DatabaseWorld, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    command.env_clear().envs(world.environment(&[("COLUMNS", "200"), ("XDG_STATE_HOME", STATE)])).args(arguments);
    command
}

pub(crate) fn nightshift(world: &DatabaseWorld, arguments: &[&str]) -> (i32, String, String) {
    let output = command(world, arguments).output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

pub(crate) fn policy_of(world: &DatabaseWorld) -> String {
    let through = world.environment(&[]);
    format!(
        "NIGHTSHIFT_DB_ADDRESS={}\nNIGHTSHIFT_DB_CA_FILE={}\n",
        through["NIGHTSHIFT_DB_ADDRESS"], through["NIGHTSHIFT_DB_CA_FILE"]
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_is_begun_is_finished_and_the_others_wait_when_it_is_asked_to_stop() -> anyhow::Result<()> {
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    let event = repository::root().join("events/db-users/airflow.json").display().to_string();
    let (_folder, policy) = policy_file(&policy_of(&world));
    let policy = policy.display().to_string();
    let apply = ["apply", "db-users", "--event", &event, "--policy", &policy, "--account", &world.scene.account];
    world.scene.proxy.delay(Duration::from_millis(300));
    let json = [&apply[..], &["--yes", "--output", "json"]].concat();
    let mut child = ChildProcess::start(command(&world, &json).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    called(&world.scene, "secretsmanager:CreateSecret", 1).await;
    signal(child.get().id(), "TERM");
    let (code, out, err) = ended(child).await;
    assert_eq!(code, Some(130), "{out}{err}");
    let report: serde_json::Value = serde_json::from_str(&out)?;
    let codes: Vec<_> = report["items"].as_array().into_iter().flatten().map(|item| &item["reason"]["code"]).collect();
    assert_eq!(codes, [&serde_json::Value::Null, &"interrupted".into(), &"interrupted".into()], "{report:#}");
    world.log_in_by("dp-sec-db-ue1-af-activation-af_rw_ddl-dev").await?;

    world.scene.proxy.delay(Duration::ZERO);
    let (code, out, err) = nightshift(&world, &[&apply[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("2 changed, 1 already right"), "{out}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_planned_as_sql_reviewed_applied_and_done() -> anyhow::Result<()> {
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    let event = repository::root().join("events/db-users/airflow.json").display().to_string();
    let (code, out, err) = nightshift(&world, &["plan", "db-users", "--event", &event]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("CREATE ROLE \"airflow-rw-ddl\" LOGIN PASSWORD '********'"), "{out}");
    let digest = out.lines().rev().find_map(|line| line.strip_prefix("plan ")).expect("a digest").to_owned();

    let (_folder, policy) = policy_file(&policy_of(&world));
    let policy = policy.display().to_string();
    let apply = ["apply", "db-users", "--event", &event, "--policy", &policy, "--account", &world.scene.account];
    let (code, out, err) = nightshift(&world, &[&apply[..], &["--expect-plan", &digest]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let record = err.lines().filter(|line| !line.starts_with("nightshift: "));
    let record: Vec<_> = record.map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(record, ["begun", "changed"].repeat(3), "one user after the other: {err}");
    assert!(out.contains("3 changed"), "{out}");
    for secret in ["af_rw_ddl", "af_rw", "af_ro"] {
        world.log_in_by(&format!("dp-sec-db-ue1-af-activation-{secret}-dev")).await?;
    }
    let (code, out, _) = nightshift(&world, &[&apply[..], &["--yes"]].concat());
    assert_eq!(code, 0);
    assert!(out.contains("3 already right"), "{out}");
    Ok(())
}
