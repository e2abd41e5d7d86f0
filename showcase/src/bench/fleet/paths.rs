//! As much of the Amazon States Language's paths, templates and choices as the rendered machine uses; anything else is an error.

use anyhow::{Context as _, bail};
use serde_json::{Map, Value};

/// What a state sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    /// `$`.
    pub(super) data: &'a Value,
    /// `$$`.
    pub(super) context: &'a Value,
}

impl Sight<'_> {
    /// What `path` names.
    pub(super) fn at(&self, path: &str) -> anyhow::Result<Value> {
        if let Some(arguments) = path.strip_prefix("States.Format(").and_then(|rest| rest.strip_suffix(')')) {
            return self.formatted(arguments);
        }
        let (root, rest) = match (path.strip_prefix("$$"), path.strip_prefix('$')) {
            (Some(rest), _) => (self.context, rest),
            (None, Some(rest)) => (self.data, rest),
            (None, None) => bail!("{path} is no path"),
        };
        let mut keys = rest.split('.').filter(|key| !key.is_empty());
        let found = keys.try_fold(root, |value, key| value.get(key));
        found.cloned().with_context(|| format!("nothing is at {path}"))
    }

    fn formatted(&self, arguments: &str) -> anyhow::Result<Value> {
        let (text, path) = arguments
            .strip_prefix('\'')
            .and_then(|rest| rest.split_once("', "))
            .with_context(|| format!("States.Format({arguments}) is none of ours"))?;
        let value = self.at(path)?;
        Ok(Value::String(text.replacen("{}", value.as_str().context("States.Format takes a text")?, 1)))
    }

    /// `template` with everything whose name ends in `.$` put in.
    pub(super) fn filled(&self, template: &Value) -> anyhow::Result<Value> {
        let Value::Object(map) = template else { return Ok(template.clone()) };
        let mut filled = Map::new();
        for (key, value) in map {
            match (key.strip_suffix(".$"), value) {
                (Some(key), Value::String(path)) => filled.insert(key.to_owned(), self.at(path)?),
                (Some(_), _) => bail!("{key} has no path"),
                (None, value) => filled.insert(key.clone(), self.filled(value)?),
            };
        }
        Ok(Value::Object(filled))
    }

    /// Where a choice leads.
    pub(super) fn chosen<'s>(&self, state: &'s Value) -> anyhow::Result<&'s str> {
        for choice in state["Choices"].as_array().context("a choice without choices")? {
            if self.holds(choice)? {
                return choice["Next"].as_str().context("a choice that leads nowhere");
            }
        }
        state["Default"].as_str().context("no choice holds")
    }

    fn holds(&self, rule: &Value) -> anyhow::Result<bool> {
        if let Some(all) = rule["And"].as_array() {
            return all.iter().try_fold(true, |holds, rule| Ok(holds && self.holds(rule)?));
        }
        let value = self.at(rule["Variable"].as_str().context("a rule about nothing")?)?;
        match (&rule["BooleanEquals"], &rule["NumericGreaterThan"]) {
            (Value::Bool(expected), _) => Ok(value == *expected),
            (_, Value::Number(least)) => Ok(value.as_f64() > least.as_f64()),
            _ => bail!("a rule that is none of ours: {rule}"),
        }
    }
}

/// `value` at `path` of `data`, or in its place.
pub(super) fn put(data: Value, path: Option<&str>, value: Value) -> anyhow::Result<Value> {
    let Some(key) = path.map(|path| path.strip_prefix("$.").with_context(|| format!("{path} is none of ours"))) else {
        return Ok(value);
    };
    let mut data = data;
    data.as_object_mut().context("a result is put into what is no object")?.insert(key?.to_owned(), value);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_templates_and_choices_are_what_the_language_says() {
        let (data, context) = (json!({ "a": { "b": 1 }, "go": true }), json!({ "Execution": { "Name": "night" } }));
        let sight = Sight { data: &data, context: &context };
        let template = json!({ "x.$": "$.a.b", "y": { "z.$": "States.Format('f/{}/r', $$.Execution.Name)" }, "k": 2 });
        assert_eq!(sight.filled(&template).unwrap(), json!({ "x": 1, "y": { "z": "f/night/r" }, "k": 2 }));
        assert!(sight.filled(&json!({ "x.$": "$.none" })).is_err());
        let both = |least: u8| {
            json!({ "Choices": [{ "And": [{ "Variable": "$.go", "BooleanEquals": true },
                { "Variable": "$.a.b", "NumericGreaterThan": least }], "Next": "On" }], "Default": "Off" })
        };
        assert_eq!((sight.chosen(&both(0)).unwrap(), sight.chosen(&both(1)).unwrap()), ("On", "Off"));
        assert_eq!(put(json!({ "a": 1 }), Some("$.b"), json!(2)).unwrap(), json!({ "a": 1, "b": 2 }));
        assert_eq!(put(json!({ "a": 1 }), None, json!(2)).unwrap(), json!(2));
    }
}
