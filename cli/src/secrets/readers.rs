//! Who may read a secret, by its own policy.

use nightshift::config::Glob;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// One statement of a secret's policy that is about reading it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct Statement {
    /// `Allow` or `Deny`.
    pub effect: String,
    /// Who, as the policy has them.
    pub principals: Vec<String>,
    /// Everybody but them.
    pub but: Vec<String>,
    /// Under which conditions.
    pub condition: Option<Value>,
}

/// The actions that give a value away.
const READING: [&str; 2] = ["secretsmanager:getsecretvalue", "secretsmanager:batchgetsecretvalue"];

/// Those statements of `policy` that are about reading.
pub(super) fn statements(policy: Option<&str>) -> Vec<Statement> {
    let policy: Value = policy.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let all = match &policy["Statement"] {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    all.iter().filter(|statement| is_about_reading(statement)).map(statement).collect()
}

fn is_about_reading(statement: &Value) -> bool {
    let meets = |pattern: &str| READING.iter().any(|action| Glob::wildcards(pattern).is_match(action));
    match (&statement["Action"], &statement["NotAction"]) {
        (Value::Null, Value::Null) => false,
        (Value::Null, but) => !texts(but).iter().any(|pattern| meets(pattern)),
        (actions, _) => texts(actions).iter().any(|pattern| meets(pattern)),
    }
}

fn statement(statement: &Value) -> Statement {
    let principals = |of: &Value| match of {
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        other => texts(other),
    };
    Statement {
        effect: statement["Effect"].as_str().unwrap_or_default().to_owned(),
        principals: principals(&statement["Principal"]),
        but: principals(&statement["NotPrincipal"]),
        condition: Some(statement["Condition"].clone()).filter(|condition| !condition.is_null()),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

impl Statement {
    /// Whether anybody at all may.
    pub(super) fn allows_anybody(&self) -> bool {
        self.effect == "Allow"
            && self.condition.is_none()
            && (self.principals.iter().any(|one| one == "*") || !self.but.is_empty())
    }

    /// In words.
    pub(super) fn said(&self) -> String {
        let who = match (self.principals.as_slice(), self.but.as_slice()) {
            ([], []) => "nobody".to_owned(),
            ([], but) => format!("everybody but {}", but.join(", ")),
            (all, _) if all.iter().any(|one| one == "*") => "everybody".to_owned(),
            (some, _) => some.join(", "),
        };
        let verb = if self.effect == "Deny" { "denied to" } else { "allowed to" };
        let condition = self.condition.as_ref().map_or_else(String::new, |condition| format!(", if {condition}"));
        format!("{verb} {who}{condition}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(statement: &Value) -> Vec<String> {
        statements(Some(&json!({"Statement": statement}).to_string())).iter().map(Statement::said).collect()
    }

    #[test]
    fn a_policy_says_who_may_read_and_what_is_about_other_things_is_left_out() {
        let root = "arn:aws:iam::111122223333:root";
        for (statement, expected) in [
            (
                json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "secretsmanager:GetSecretValue"}),
                format!("allowed to {root}"),
            ),
            (json!({"Effect": "Allow", "Principal": "*", "Action": "*"}), "allowed to everybody".to_owned()),
            (
                json!({"Effect": "Deny", "NotPrincipal": {"AWS": [root, "x"]}, "Action": ["secretsmanager:Get*"]}),
                format!("denied to everybody but {root}, x"),
            ),
            (
                json!({"Effect": "Deny", "Principal": "*", "NotAction": "secretsmanager:PutSecretValue"}),
                "denied to everybody".to_owned(),
            ),
            (
                json!({"Effect": "Allow", "Principal": {"Service": "a"}, "Action": "SecretsManager:*Value", "Condition": {"Bool": {"b": "true"}}}),
                r#"allowed to a, if {"Bool":{"b":"true"}}"#.to_owned(),
            ),
        ] {
            assert_eq!(said(&statement), [expected.as_str()], "{statement}");
            assert_eq!(said(&json!([statement])), [expected], "a list of one");
        }
        for nothing in [
            json!([]),
            json!({"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:PutSecretValue"}),
            json!({"Effect": "Allow", "Principal": "*", "NotAction": "secretsmanager:*"}),
        ] {
            assert_eq!(said(&nothing), Vec::<String>::new(), "{nothing}");
        }
        assert!(statements(None).is_empty() && statements(Some("no JSON")).is_empty());
    }
}
