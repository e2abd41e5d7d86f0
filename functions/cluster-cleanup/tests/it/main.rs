//! The function as it is deployed: the real binary in the real runtime loop, against the AWS stand-in.

mod apply;
mod clock;
mod faults;
mod final_snapshot;
mod night;
mod notices;
mod preflight;
mod standing;
mod telling;

use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::Value;

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_cluster-cleanup");
/// The night all tests play in.
const NOW: &str = "2026-11-21T02:00:00Z";

/// The function in `scene`, at [`NOW`].
fn start(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
    // What is not about notices has none; `notices` says otherwise.
    let policy: Vec<_> =
        [("NIGHTSHIFT_NOW", NOW), ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0")].iter().chain(policy).copied().collect();
    scene.start(FUNCTION, &policy)
}

/// What the report says of `id`: outcome and code.
fn said<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str) {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let item = items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} is not in {report:#}"));
    (item["outcome"].as_str().unwrap_or_default(), item["reason"]["code"].as_str().unwrap_or_default())
}

/// The ids of the items that ended as `outcome`.
fn ids<'a>(report: &'a Value, outcome: &str) -> Vec<&'a str> {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter(|item| item["outcome"] == outcome).filter_map(|item| item["id"].as_str()).collect()
}
