//! The state machine of a run through an organisation, as Terraform renders it, carried out by the stand-in: thirty accounts in four Regions, and what
//! becomes of a run in which some of them fail, are refused, or have their worker killed.

mod cost;
mod parts;

use nightshift_testkit::Scene;
use nightshift_testkit::machine::{Rendering, rendered};
use serde_json::{Value, json};

use parts::Parts;

const PREFIX: &str = "run-";

/// The machine of `mode`, made in a scene of its own, and its parts.
async fn deployed(mode: &str, canary_failures: usize, percent: f64) -> anyhow::Result<(Scene, String, Parts)> {
    let scene = Scene::new()?;
    let bucket = format!("runs-{}", scene.account);
    let parts = Parts::deployed(&scene, &bucket, PREFIX).await?;
    let tolerated = json!({ "percent": percent });
    let asked = Rendering { bucket: &bucket, canary_failures, concurrency: 8, prefix: PREFIX, tolerated };
    let definitions = rendered(&asked).await?;
    let definition = definitions[mode].as_str().unwrap_or_default();
    let machine = scene.machine("run", definition).await?;
    Ok((scene, machine, parts))
}

fn count(summary: &Value, ended: &str) -> usize {
    summary["accounts"].as_array().into_iter().flatten().filter(|row| row["ended"] == ended).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_judged_whatever_becomes_of_some_and_the_second_run_finds_nothing() -> anyhow::Result<()> {
    let (scene, machine, parts) = deployed("apply", 0, 10.0).await?;
    let [raising, killed, denied] = [7, 11, 9].map(|number| parts.account(number));
    parts.world(|world| {
        world.raises.insert(raising.clone());
        world.killed.insert(killed.clone());
        world.denied.insert(denied.clone());
    });
    let first = scene.execute(&machine, "night-1", &json!({ "mode": "apply" })).await?;
    assert_eq!(first.status, "SUCCEEDED", "{first:?}");
    let summary = first.output.unwrap_or_default();
    // Two of thirty failed, which is tolerated; one was refused; the others are done.
    let rows = ["done", "failed", "skipped", "nothing"].map(|ended| count(&summary, ended));
    assert_eq!(rows, [12, 2, 1, 15], "{summary:#}");
    assert_eq!(parts.world(|world| world.calls("canary")), parts.canary());
    let rest = parts.world(|world| world.calls("rest"));
    assert!(rest.iter().all(|account| !parts.canary().contains(account)), "{rest:?}");
    // Whoever failed to be read is not changed.
    for account in [&raising, &killed, &denied] {
        assert!(!rest.contains(account), "{account}");
    }

    parts.world(|world| {
        world.raises.clear();
        world.killed.clear();
        world.calls.clear();
    });
    let second = scene.execute(&machine, "night-2", &json!({ "mode": "apply" })).await?;
    assert_eq!(second.status, "SUCCEEDED", "{second:?}");
    let summary = second.output.unwrap_or_default();
    let rows = ["done", "failed", "skipped"].map(|ended| count(&summary, ended));
    // What could not be read the first night is taken up on the second.
    assert_eq!(rows, [2, 0, 1], "{summary:#}");

    parts.world(|world| world.calls.clear());
    let third = scene.execute(&machine, "night-3", &json!({ "mode": "apply" })).await?;
    let summary = third.output.unwrap_or_default();
    assert_eq!(["done", "failed"].map(|ended| count(&summary, ended)), [0, 0], "{summary:#}");
    assert_eq!(parts.world(|world| world.calls("canary").len() + world.calls("rest").len()), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_fail_the_run_before_anything_is_changed() -> anyhow::Result<()> {
    let (scene, machine, parts) = deployed("apply", 0, 10.0).await?;
    parts.world(|world| world.raises.extend((4..9).map(|number| parts.account(number))));
    let run = scene.execute(&machine, "night", &json!({ "mode": "apply" })).await?;
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("States.ExceedToleratedFailureThreshold")));
    assert_eq!(parts.world(|world| world.calls("canary").len() + world.calls("rest").len()), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_comes_to_harm_keeps_the_rest_as_it_is() -> anyhow::Result<()> {
    // One that raises fails the execution, so that it can be redriven; one that answers that it failed is judged.
    for (raises, ended) in [(true, "FAILED"), (false, "SUCCEEDED")] {
        let (scene, machine, parts) = deployed("apply", 0, 10.0).await?;
        let canary = parts.canary();
        parts.world(|world| {
            let whose = if raises { &mut world.raises_later } else { &mut world.fails_later };
            whose.extend(canary.iter().take(1).cloned());
        });
        let run = scene.execute(&machine, "night", &json!({ "mode": "apply" })).await?;
        assert_eq!(run.status, ended, "{run:?}");
        assert_eq!(parts.world(|world| world.calls("rest")), Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_plans_changes_nothing_whatever_it_is_asked() -> anyhow::Result<()> {
    let (scene, machine, parts) = deployed("plan", 0, 10.0).await?;
    let run = scene.execute(&machine, "night", &json!({ "mode": "apply" })).await?;
    assert_eq!(run.status, "SUCCEEDED", "{run:?}");
    assert_eq!(parts.world(|world| world.calls("plan").len()), 30);
    assert_eq!(parts.world(|world| world.calls("canary").len() + world.calls("rest").len()), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_gives_way_to_another_and_says_so() -> anyhow::Result<()> {
    let (scene, machine, parts) = deployed("apply", 0, 10.0).await?;
    parts.world(|world| world.busy = true);
    let run = scene.execute(&machine, "night", &json!({})).await?;
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("FleetBusy")), "{run:?}");
    assert_eq!(parts.world(|world| world.calls("plan").len()), 0);
    Ok(())
}
