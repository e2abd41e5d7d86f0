//! The function as it is deployed: the real binary in the real runtime loop, against the AWS stand-in.

mod chain;
mod channels;
mod events;
mod fetching;
mod leaks;
mod night;
mod people;
mod signs;
mod store;
mod takeover;
mod telling;

use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::Value;

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_key-rotation");
/// The night all tests begin in.
const NOW: &str = "2026-11-21T02:00:00Z";

const APPLY: (&str, &str) = ("NIGHTSHIFT_MODE", "apply");

/// The function in `scene`, at `now`, with the stand-in's clock there too.
async fn start_at(scene: &Scene, now: &str, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
    scene.set_clock(now).await?;
    let policy: Vec<_> = [("NIGHTSHIFT_NOW", now)].iter().chain(policy).copied().collect();
    scene.start(FUNCTION, &policy)
}

/// The function in `scene`, at [`NOW`].
async fn start(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
    start_at(scene, NOW, policy).await
}

/// What the report says of `id`: outcome and code.
fn said<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str) {
    let item = item(report, id);
    (item["outcome"].as_str().unwrap_or_default(), item["reason"]["code"].as_str().unwrap_or_default())
}

fn item<'a>(report: &'a Value, id: &str) -> &'a Value {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} is not in {report:#}"))
}
