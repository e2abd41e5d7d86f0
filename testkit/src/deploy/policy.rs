//! Policy documents as Terraform renders them.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::Value;

/// Every action a document allows.
pub(super) fn actions(document: Option<&str>) -> anyhow::Result<BTreeSet<String>> {
    let document: Value = serde_json::from_str(document.context("there is no policy document")?)?;
    let statements = document["Statement"].as_array().context("the policy has no statements")?;
    let allowed = statements.iter().filter(|statement| statement["Effect"] == "Allow");
    Ok(allowed.flat_map(|statement| texts(&statement["Action"])).collect())
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    }
}
