//! The rights of a policy one by one, and whether somebody names one of them.

use serde_json::{Value, json};

use crate::deploy::policy::texts;

/// One action; of objects in a bucket on one pattern of keys, of all else on whatever its statement names.
#[derive(Debug)]
pub(super) struct Right {
    pub(super) action: String,
    pub(super) resources: Vec<String>,
    /// The policy without it.
    pub(super) rest: Value,
}

/// Every right of `document`.
pub(super) fn of(document: &Value) -> Vec<Right> {
    let statements = document["Statement"].as_array().into_iter().flatten();
    let single: Vec<_> = statements.flat_map(singles).collect();
    let allows = single.iter().enumerate().filter(|(_, statement)| statement["Effect"] == "Allow");
    allows
        .map(|(at, statement)| {
            let others: Vec<_> =
                single.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| one).collect();
            Right {
                action: statement["Action"].as_str().unwrap_or_default().to_owned(),
                resources: texts(&statement["Resource"]),
                rest: json!({ "Version": "2012-10-17", "Statement": others }),
            }
        })
        .collect()
}

/// A statement as those that hold one right each. A denial stays whole.
fn singles(statement: &Value) -> Vec<Value> {
    if statement["Effect"] != "Allow" {
        return vec![statement.clone()];
    }
    let resources = texts(&statement["Resource"]);
    let mut all = Vec::new();
    for action in texts(&statement["Action"]) {
        let each: Vec<Value> = if action.starts_with("s3:") {
            resources.iter().map(|resource| json!(resource)).collect()
        } else {
            vec![json!(resources)]
        };
        for resource in each {
            let mut one = statement.clone();
            one["Action"] = json!(action);
            one["Resource"] = resource;
            // Else several would be one.
            if let Some(fields) = one.as_object_mut() {
                fields.remove("Sid");
            }
            all.push(one);
        }
    }
    all
}

impl Right {
    /// Whether one of `sentences` names it, what it is on, and the next step.
    pub(super) fn is_named(&self, sentences: &[String]) -> bool {
        let object = self.object();
        sentences.iter().any(|said| said.contains(&self.action) && said.contains(object) && said.contains("allow "))
    }

    /// How whoever names what it is on would call that; nothing of what has no name, or several.
    fn object(&self) -> &str {
        let [resource] = self.resources.as_slice() else { return "" };
        if let Some((_, key)) = resource.split_once("/*/") {
            return key.trim_end_matches('*');
        }
        let name = resource.rsplit(':').next().unwrap_or(resource);
        name.trim_start_matches("role/").trim_end_matches("-??????").trim_end_matches('*')
    }
}

/// What stands together in `value`: of each object the texts right in it, of a list each text.
pub(super) fn sentences(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| sentences(one, into)),
        Value::Object(fields) => {
            let texts: Vec<_> = fields.values().filter_map(Value::as_str).collect();
            into.push(texts.join(" · "));
            fields.values().filter(|value| !value.is_string()).for_each(|value| sentences(value, into));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_taken_apart_by_action_and_of_objects_by_key() {
        let document = json!({ "Statement": [
            { "Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/f/j/*/a/*", "arn:aws:s3:::b/f/j/*/c.json"] },
            { "Sid": "B", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/n/n-read", "Condition": { "StringEquals": { "k": "v" } } },
            { "Sid": "C", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/f/j/*/results/*" },
        ] });
        let rights = of(&document);
        let told: Vec<_> = rights.iter().map(|right| format!("{} {}", right.action, right.object())).collect();
        assert_eq!(
            told,
            [
                "s3:GetObject a/",
                "s3:GetObject c.json",
                "s3:PutObject a/",
                "s3:PutObject c.json",
                "sts:AssumeRole n/n-read"
            ]
        );
        assert!(rights.iter().all(|right| right.rest["Statement"].as_array().map(Vec::len) == Some(5)));
        let rest = rights[4].rest.to_string();
        assert!(!rest.contains("AssumeRole") && rest.contains("Deny"), "{rest}");
        assert!(rights[0].rest.to_string().contains(r#""StringEquals":{"k":"v"}"#), "conditions stay");
    }

    #[test]
    fn a_right_is_named_with_its_object_and_what_to_do_in_one_sentence() {
        let document = json!({ "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/f/j/*/plan/*" }] });
        let right = of(&document).remove(0);
        let is_named = |value: Value| {
            let mut all = Vec::new();
            sentences(&value, &mut all);
            right.is_named(&all)
        };
        let message = "s3:GetObject on s3://b/f/j/night/plan/1.json did not succeed";
        assert!(is_named(json!({ "reason": { "message": message, "fix": "allow s3:GetObject on it" } })));
        assert!(!is_named(json!({ "reason": { "message": message } })), "and then?");
        assert!(!is_named(json!([{ "message": message }, { "fix": "allow s3:GetObject on it" }])), "of something else");
        assert!(!is_named(json!({ "m": "s3:GetObject on s3://b/x.json; allow s3:GetObject on it" })));
    }
}
