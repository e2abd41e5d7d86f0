//! A function whose machine's clock is wrong deletes nothing, however warm its process is.

use nightshift_testkit::world::{clusters, expired};
use nightshift_testkit::{Clock, Scene};
use serde_json::json;

use crate::{said, start};

#[tokio::test]
async fn a_clock_that_goes_wrong_between_two_runs_stops_the_second_before_anything_is_read() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let mut function = start(&scene, &[])?;
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!((said(&report, "orders-dev").0, &report["warnings"]), ("planned", &json!([])));
    for (clock, message) in [
        (Clock::Off(-3 * 24 * 60 * 60), "this machine's clock is 3 d ahead of AWS's ("),
        (Clock::Off(5 * 60 + 5), "this machine's clock is 5 min behind AWS's ("),
        (
            Clock::Silent,
            "this machine's clock could not be compared with AWS's: the answer to sts:GetCallerIdentity has no date",
        ),
    ] {
        scene.proxy.reset();
        scene.proxy.set_clock(clock);
        let (kind, fault) = function.invoke(&json!({"mode": "apply"})).await?.fault();
        assert_eq!(kind, "ConfigurationFault");
        assert!(fault.starts_with(message) && fault.contains("nothing was done"), "{fault}");
        let calls: Vec<_> = scene.proxy.calls().into_iter().map(|call| call.action).collect();
        assert_eq!(calls, ["sts:GetCallerIdentity"], "{clock:?}");
        let report = function.invoke(&json!({"mode": "plan"})).await?.report();
        assert_eq!(said(&report, "orders-dev").0, "planned", "a plan is still made");
        let warning = &report["warnings"][0];
        assert!(warning["message"].as_str().unwrap_or_default().starts_with(message), "{warning}");
    }
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders-dev"]);
    scene.proxy.set_clock(Clock::Off(-290));
    let report = function.invoke(&json!({"mode": "apply"})).await?.report();
    assert_eq!(said(&report, "orders-dev").0, "changed", "{report:#}");
    Ok(())
}
