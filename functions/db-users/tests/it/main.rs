//! The function as it is deployed: the real binary in the real runtime loop, against real database servers and the AWS
//! stand-in.

mod airflow;
mod any_name;
mod drift;
mod drops;
mod extensions;
mod faults;
mod features;
mod gate;
mod iam;
mod least;
mod lifecycle;
mod mysql;
mod mysql_accounts;
mod mysql_rights;
mod names;
mod notices;
mod presets;
mod rotated;
mod secrets;
mod servers;
mod staying;
mod traps;
mod world;

use serde_json::Value;

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_db-users");

/// What the report says of `id`: outcome and code.
fn said<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str) {
    let item = item(report, id);
    (item["outcome"].as_str().unwrap_or_default(), item["reason"]["code"].as_str().unwrap_or_default())
}

/// The item of `id`.
fn item<'a>(report: &'a Value, id: &str) -> &'a Value {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} is not in {report:#}"))
}

/// The steps of `id`, one a line.
fn steps(report: &Value, id: &str) -> String {
    let steps = item(report, id)["steps"].as_array().cloned().unwrap_or_default();
    steps.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// The ids of the items that ended as `outcome`.
fn ids<'a>(report: &'a Value, outcome: &str) -> Vec<&'a str> {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter(|item| item["outcome"] == outcome).filter_map(|item| item["id"].as_str()).collect()
}

/// How many calls of `report` write something.
fn writes(report: &Value) -> Vec<String> {
    let calls = report["calls"].as_object().cloned().unwrap_or_default();
    calls.keys().filter(|action| !action.contains(":Describe") && !action.contains(":Get")).cloned().collect()
}
