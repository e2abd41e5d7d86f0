//! The accounts of a run, into the bucket; and the lock.

use aws_sdk_sfn::Client as Machines;
use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use serde_json::{Value, json};

use crate::{EXECUTION, Fleet};

/// Of a selection that names everybody.
pub(crate) const VARIABLES: [(&str, &str); 3] = [
    ("NIGHTSHIFT_FLEET_UNITS", "Root"),
    ("NIGHTSHIFT_FLEET_REGIONS", "eu-west-1"),
    ("NIGHTSHIFT_FLEET_STATE_MACHINE", "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"),
];

/// A fleet in an organisation of three accounts, with its state machine. The ids of the accounts, by name.
async fn organization() -> anyhow::Result<(Fleet, Value, String)> {
    let fleet = Fleet::new().await?;
    let accounts = json!([
        { "name": "web", "unit": "Prod", "tags": { "team": "web" } },
        { "name": "lab", "unit": "Lab" },
        { "name": "old", "unit": "Prod", "tags": { "nightshift": "off" } },
    ]);
    let body = json!({ "units": [{ "path": "Prod" }, { "path": "Lab" }], "accounts": accounts });
    let ids = fleet.home.control("organization", body).await?;
    let machine = machines(&fleet.home).await.create_state_machine().name("fleet");
    let role = format!("arn:aws:iam::{}:role/fleet", fleet.home.account);
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let machine = machine.definition(definition).role_arn(role).send().await?.state_machine_arn;
    Ok((fleet, ids["accounts"].clone(), machine))
}

async fn machines(scene: &Scene) -> Machines {
    Machines::new(&scene.sdk_config(REGION).await)
}

/// Starts an execution, which runs until somebody stops it. The event of its first part.
async fn begin(fleet: &Fleet, machine: &str, name: &str, input: Value) -> anyhow::Result<Value> {
    let started = machines(&fleet.home).await.start_execution().state_machine_arn(machine).name(name).send().await?;
    let at = jiff::Timestamp::from_millisecond(started.start_date.to_millis()?)?;
    Ok(json!({ "execution": name, "execution_arn": started.execution_arn, "started_at": at, "input": input }))
}

#[tokio::test]
async fn the_accounts_of_a_run_are_chosen_and_left_for_the_map() -> anyhow::Result<()> {
    let (fleet, ids, machine) = organization().await?;
    let event = begin(&fleet, &machine, EXECUTION, json!({ "started_by": "schedule" })).await?;
    let variables = [
        ("NIGHTSHIFT_FLEET_UNITS", "Root"),
        ("NIGHTSHIFT_FLEET_EXCLUDED_TAGS", "nightshift=off"),
        ("NIGHTSHIFT_FLEET_CANARY", "Root/Lab"),
        ("NIGHTSHIFT_FLEET_POLICIES", "Root/Prod=strict"),
        ("NIGHTSHIFT_FLEET_REGIONS", "eu-west-1,eu-north-1"),
        ("NIGHTSHIFT_FLEET_STATE_MACHINE", &machine),
        ("NIGHTSHIFT_MODE", "apply"),
    ];
    let answer = fleet.start("list", &variables)?.invoke(&event).await?.report();
    let key = format!("fleet/cluster-cleanup/{EXECUTION}/items.json");
    let expected = json!({
        "bucket": fleet.bucket, "items_key": key, "accounts": 2, "mode": "apply", "expect_plan": null, "redrive_of": null,
    });
    assert_eq!(answer, expected);
    let regions = json!(["eu-north-1", "eu-west-1"]);
    assert_eq!(
        fleet.left("items.json").await?,
        json!([
            { "account": ids["lab"], "name": "lab", "path": "Root/Lab", "policy": null, "regions": regions },
            { "account": ids["web"], "name": "web", "path": "Root/Prod", "policy": "strict", "regions": regions },
        ])
    );
    let choice = fleet.left("choice.json").await?;
    assert_eq!((&choice["canary"][0]["name"], &choice["scheduled"]), (&json!("lab"), &json!(true)));
    let left: Vec<_> = choice["left_out"].as_array().into_iter().flatten().map(|one| &one["reason"]["code"]).collect();
    assert!(left.contains(&&json!("excluded")) && left.contains(&&json!("management-account")), "{choice:#}");
    Ok(())
}

#[tokio::test]
async fn a_run_gives_way_to_one_that_was_started_before_it() -> anyhow::Result<()> {
    let (fleet, _, machine) = organization().await?;
    let first = begin(&fleet, &machine, "first", json!({})).await?;
    let second = begin(&fleet, &machine, "second", json!({})).await?;
    let variables = [VARIABLES[0], VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine.as_str())];
    let mut list = fleet.start("list", &variables)?;
    let (kind, message) = list.invoke(&second).await?.fault();
    assert!(kind == "FleetBusy" && message.contains("under way, first, since"), "{kind}: {message}");
    assert_eq!(list.invoke(&first).await?.report()["mode"], "plan");
    let arn = first["execution_arn"].as_str().unwrap_or_default();
    machines(&fleet.home).await.stop_execution().execution_arn(arn).send().await?;
    assert_eq!(list.invoke(&second).await?.report()["accounts"], 3);
    Ok(())
}

#[tokio::test]
async fn a_run_that_applies_waits_for_the_workers_of_one_that_was_stopped() -> anyhow::Result<()> {
    let (fleet, _, machine) = organization().await?;
    let variables = |mode| {
        [VARIABLES[0], VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine.as_str()), ("NIGHTSHIFT_MODE", mode)]
    };
    let (plans, applies) = (variables("plan"), variables("apply"));
    let listed = async |of: &[(&str, &str)], event: &Value| fleet.start("list", of)?.invoke(event).await;
    let stop = async |event: &Value| {
        let arn = event["execution_arn"].as_str().unwrap_or_default();
        machines(&fleet.home).await.stop_execution().execution_arn(arn).send().await
    };
    // One that died before it chose an account, and one that only planned, have nobody at work who could change anything.
    stop(&begin(&fleet, &machine, "nothing", json!({})).await?).await?;
    let planned = begin(&fleet, &machine, "planned", json!({})).await?;
    listed(&plans, &planned).await?.report();
    stop(&planned).await?;
    let first = begin(&fleet, &machine, "first", json!({})).await?;
    assert_eq!(listed(&applies, &first).await?.report()["mode"], "apply");
    stop(&first).await?;
    let next = begin(&fleet, &machine, "next", json!({})).await?;
    let (kind, message) = listed(&applies, &next).await?.fault();
    assert!(
        kind == "FleetBusy" && message.contains("workers of execution first, which was stopped"),
        "{kind}: {message}"
    );
    assert_eq!(listed(&plans, &next).await?.report()["mode"], "plan", "a plan harms nobody");
    assert_eq!(listed(&applies, &first).await?.report()["accounts"], 3, "its own workers share its budgets");
    Ok(())
}

#[tokio::test]
async fn a_selection_that_does_not_fit_the_organisation_begins_nothing() -> anyhow::Result<()> {
    let (fleet, _, machine) = organization().await?;
    let event = begin(&fleet, &machine, EXECUTION, json!({})).await?;
    let mut variables = vec![VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine.as_str())];
    variables.extend([("NIGHTSHIFT_FLEET_UNITS", "Root"), ("NIGHTSHIFT_FLEET_EXCLUDED_UNITS", "Root/Prd")]);
    let (kind, message) = fleet.start("list", &variables)?.invoke(&event).await?.fault();
    assert_eq!(kind, "NoChoice");
    insta::assert_snapshot!(message, @"no account was chosen and nothing was begun; correct the selection (nightshift fleet accounts shows it): NIGHTSHIFT_FLEET_EXCLUDED_UNITS names Root/Prd, and this organisation has no such unit; did you mean Root/Prod?");
    assert!(fleet.left("items.json").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_deployment_that_plans_is_asked_to_apply_in_vain() -> anyhow::Result<()> {
    let (fleet, _, machine) = organization().await?;
    let event = begin(&fleet, &machine, EXECUTION, json!({ "mode": "apply" })).await?;
    let variables =
        [VARIABLES[0], VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine.as_str()), ("NIGHTSHIFT_MODE", "plan")];
    let (kind, _) = fleet.start("list", &variables)?.invoke(&event).await?.fault();
    assert_eq!(kind, "ModeRefused");
    assert_eq!(fleet.home.proxy.calls(), []);
    Ok(())
}

#[tokio::test]
async fn a_run_takes_up_what_failed_in_an_earlier_one() -> anyhow::Result<()> {
    let (fleet, ids, machine) = organization().await?;
    let row = |name: &str, ended: &str| {
        json!({
            "account": ids[name], "name": name, "path": "Root", "policy": null, "phase": "plan", "ended": ended, "regions": {},
            "counts": { "observed": 0, "planned": 0, "changed": 0, "already_right": 0, "deferred": 0, "skipped": 0, "failed": 0 },
            "destructive": 0, "marked": 0, "report_keys": {},
        })
    };
    let report = json!({
        "schema": 1, "function": "cluster-cleanup", "mode": "apply", "execution": "last-night",
        "plan_digest": format!("sha256:{}", "0".repeat(64)), "started_at": "2026-11-20T02:00:00Z",
        "finished_at": "2026-11-20T02:10:00Z", "tripped": null, "ended": { "done": 1, "failed": 1 },
        "counts": { "observed": 0, "planned": 0, "changed": 0, "already_right": 0, "deferred": 0, "skipped": 0, "failed": 0 },
        "accounts": [row("web", "failed"), row("lab", "done")], "left_out": [],
    });
    let key = "fleet/cluster-cleanup/last-night/report.json";
    let body = report.to_string().into_bytes().into();
    crate::buckets(&fleet.home).await.put_object().bucket(&fleet.bucket).key(key).body(body).send().await?;
    let event = begin(&fleet, &machine, EXECUTION, json!({ "redrive_of": "last-night" })).await?;
    let variables = [VARIABLES[0], VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", machine.as_str())];
    let answer = fleet.start("list", &variables)?.invoke(&event).await?.report();
    assert_eq!((&answer["accounts"], &answer["redrive_of"]), (&json!(1), &json!("last-night")));
    assert_eq!(fleet.left("items.json").await?[0]["account"], ids["web"]);
    let choice = fleet.left("choice.json").await?;
    assert_eq!((&choice["redrive_of"], &choice["mode"]), (&json!("last-night"), &json!("plan")));
    Ok(())
}

#[tokio::test]
async fn a_name_that_an_earlier_run_had_takes_nothing_of_its_record() -> anyhow::Result<()> {
    let (fleet, _, machine) = organization().await?;
    let event = begin(&fleet, &machine, EXECUTION, json!({})).await?;
    let variables = [VARIABLES[0], VARIABLES[1], ("NIGHTSHIFT_FLEET_STATE_MACHINE", &machine)];
    let mut list = fleet.start("list", &variables)?;
    list.invoke(&event).await?.report();
    let before = fleet.left("items.json").await?;
    assert_eq!(list.invoke(&event).await?.report()["accounts"], before.as_array().map_or(0, Vec::len), "called again");
    let mut later = event.clone();
    later["started_at"] = json!("2027-03-01T02:00:00Z");
    let (kind, message) = list.invoke(&later).await?.fault();
    assert!(kind == "Refused" && message.contains("start this one by another name"), "{kind}: {message}");
    assert_eq!(fleet.left("items.json").await?, before);
    Ok(())
}
