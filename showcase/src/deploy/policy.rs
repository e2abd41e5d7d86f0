//! Policy documents as Terraform renders them.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};

/// Every action a document allows.
pub(super) fn actions(document: Option<&str>) -> anyhow::Result<BTreeSet<String>> {
    actions_of(&serde_json::from_str(document.context("there is no policy document")?)?)
}

/// See [`actions`].
pub(super) fn actions_of(document: &Value) -> anyhow::Result<BTreeSet<String>> {
    let statements = document["Statement"].as_array().context("the policy has no statements")?;
    let allowed = statements.iter().filter(|statement| statement["Effect"] == "Allow");
    Ok(allowed.flat_map(|statement| texts(&statement["Action"])).collect())
}

/// The document with `action` taken out of every statement.
pub(super) fn without(document: &Value, action: &str) -> Value {
    let mut document = document.clone();
    for statement in document["Statement"].as_array_mut().into_iter().flatten() {
        let rest: Vec<_> = texts(&statement["Action"]).into_iter().filter(|found| found != action).collect();
        statement["Action"] = json!(rest);
    }
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.retain(|statement| statement["Action"] != json!([]));
    }
    document
}

/// One text, or a list of them.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_taken_out_of_every_statement_and_no_empty_one_is_left() {
        let document = json!({"Statement": [
            {"Effect": "Allow", "Action": ["rds:A", "rds:B"]},
            {"Effect": "Allow", "Action": "rds:A"},
            {"Effect": "Deny", "Action": "rds:C"},
        ]});
        assert_eq!(actions_of(&document).unwrap(), ["rds:A".to_owned(), "rds:B".to_owned()].into());
        let rest = without(&document, "rds:A");
        assert_eq!(actions_of(&rest).unwrap(), ["rds:B".to_owned()].into());
        assert_eq!(rest["Statement"].as_array().map(Vec::len), Some(2));
    }
}
