//! What a function was invoked with: an `EventBridge` or Scheduler envelope, or a plain JSON object. Both come down to
//! the same few keys; a key nobody knows is refused with the one that was probably meant, because a misspelt narrowing
//! would otherwise widen a run.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::nearest::nearest;
use crate::text::printable;

/// An event that cannot be taken as it stands: every fault at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event is refused and nothing was done: {}", .0.join("; "))]
pub struct EventFault(Vec<String>);

impl EventFault {
    /// A single fault.
    pub fn one(fault: impl Into<String>) -> Self {
        Self(vec![fault.into()])
    }
}

/// The keys of an event, read one by one; [`Fields::finish`] says what was wrong and what was left over.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<String>,
}

impl Fields {
    /// Takes the plain keys out of `payload`, whichever of the accepted shapes it has. `null` and an envelope without
    /// detail are an empty object: what the schedule means.
    pub fn of(payload: Value) -> Result<Self, EventFault> {
        let map = match payload {
            Value::Null => Map::new(),
            Value::Object(map) if is_envelope(&map) => detail(map)?,
            Value::Object(map) => map,
            other => {
                return Err(EventFault::one(format!(
                    "expected a JSON object such as {{}} or {{\"mode\": \"plan\"}}, found {}",
                    kind(&other)
                )));
            }
        };
        Ok(Self::of_object(map))
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => self.fault(format!("'{key}' must be a text, found {}", kind(&other))),
        }
    }

    /// One of `choices`, written exactly so.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let allowed: Vec<_> = choices.iter().map(|(name, _)| format!("'{name}'")).collect();
        self.fault(format!("'{key}' must be {}, found '{}'", allowed.join(" or "), printable(&text)))
    }

    /// A list of names that narrows a run. An empty list is nobody, never everybody.
    pub fn names(&mut self, key: &'static str) -> Option<BTreeSet<String>> {
        let Value::Array(entries) = self.narrowing(key)? else {
            return self.fault(format!("'{key}' must be a list of texts, such as [\"a\", \"b\"]"));
        };
        let mut names = BTreeSet::new();
        for entry in entries {
            match entry {
                Value::String(name) if !name.is_empty() => _ = names.insert(name),
                other => {
                    return self.fault(format!("'{key}' must hold only non-empty texts, found {}", kind(&other)));
                }
            }
        }
        Some(names)
    }

    /// The fields of a part of an event, read like an event of its own.
    pub fn of_object(map: Map<String, Value>) -> Self {
        Self { map, known: Vec::new(), faults: Vec::new() }
    }

    /// Whatever stands under a `key` that narrows a run. A `null` there is most likely a value that got lost, and whoever
    /// lost it did not mean everybody.
    pub fn narrowing(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        match self.map.remove(key)? {
            Value::Null => self.fault(format!("'{key}' is null; leave it out if this run is not to be narrowed by it")),
            value => Some(value),
        }
    }

    /// Whatever stands under `key`, for a domain whose values have a grammar of their own.
    pub fn value(&mut self, key: &'static str) -> Option<Value> {
        self.take(key)
    }

    /// A list of objects, each to be read like an event and given back with [`Fields::absorb`].
    pub fn objects(&mut self, key: &'static str) -> Option<Vec<Self>> {
        let Value::Array(entries) = self.take(key)? else {
            return self.fault(format!("'{key}' must be a list of objects"));
        };
        let mut parts = Vec::new();
        for entry in entries {
            match entry {
                Value::Object(map) => parts.push(Self::of_object(map)),
                other => return self.fault(format!("'{key}' must hold only objects, found {}", kind(&other))),
            }
        }
        Some(parts)
    }

    /// Takes over what was wrong in `part`, which was found at `place`.
    pub fn absorb(&mut self, place: &str, part: Self) {
        if let Err(EventFault(faults)) = part.finish() {
            self.faults.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
        }
    }

    /// Adds a fault found by whoever understands a value.
    pub fn fault<T>(&mut self, fault: String) -> Option<T> {
        self.faults.push(fault);
        None
    }

    /// Refuses what was wrong and what nobody asked for.
    pub fn finish(mut self) -> Result<(), EventFault> {
        for key in self.map.keys() {
            let meant = nearest(key, self.known.iter().copied())
                .map(|near| format!(", did you mean '{near}'?"))
                .unwrap_or_default();
            self.faults.push(format!("unknown key '{}'{meant} (known: {})", printable(key), self.known.join(", ")));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(EventFault(self.faults)) }
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.map.remove(key).filter(|value| !value.is_null())
    }
}

/// `EventBridge` and Scheduler both write these two keys; no plain event has them.
fn is_envelope(map: &Map<String, Value>) -> bool {
    map.contains_key("detail-type") && map.contains_key("source")
}

/// A rule's `detail` is an object; Scheduler's can be a text that holds one.
fn detail(mut envelope: Map<String, Value>) -> Result<Map<String, Value>, EventFault> {
    let refuse = |found: String| EventFault::one(format!("'detail' of the envelope must be an object, found {found}"));
    match envelope.remove("detail") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(detail)) => Ok(detail),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Map::new()),
        Some(Value::String(text)) => match serde_json::from_str(&text) {
            Ok(Value::Object(detail)) => Ok(detail),
            Ok(other) => Err(refuse(format!("a text that holds {}", kind(&other)))),
            Err(error) => Err(refuse(format!("a text that is not JSON ({error})"))),
        },
        Some(other) => Err(refuse(kind(&other).to_owned())),
    }
}

/// What a value is, in words for a person.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(payload: Value) -> Result<(Option<String>, Option<BTreeSet<String>>), EventFault> {
        let mut fields = Fields::of(payload)?;
        let mode = fields.choice("mode", &[("plan", "p"), ("apply", "a")]).map(str::to_owned);
        let clusters = fields.names("clusters");
        fields.finish()?;
        Ok((mode, clusters))
    }

    #[test]
    fn every_shape_of_the_schedule_means_an_empty_object() {
        for payload in [
            json!(null),
            json!({}),
            json!({"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{}}),
            json!({"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}),
            json!({"source":"aws.scheduler","detail-type":"Scheduled Event","detail":""}),
            json!({"source":"aws.scheduler","detail-type":"Scheduled Event"}),
            json!({"mode": null}),
        ] {
            assert_eq!(read(payload.clone()), Ok((None, None)), "{payload}");
        }
    }

    #[test]
    fn the_keys_of_a_detail_are_those_of_a_plain_event() {
        let names: BTreeSet<String> = ["a".to_owned()].into();
        for payload in [
            json!({"mode":"plan","clusters":["a"]}),
            json!({"source":"x","detail-type":"y","detail":{"mode":"plan","clusters":["a"]}}),
            json!({"source":"x","detail-type":"y","detail":"{\"mode\":\"plan\",\"clusters\":[\"a\"]}"}),
        ] {
            assert_eq!(read(payload.clone()), Ok((Some("p".to_owned()), Some(names.clone()))), "{payload}");
        }
        assert_eq!(read(json!({"clusters":[]})), Ok((None, Some(BTreeSet::new()))), "an empty list is nobody");
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let message = |payload| read(payload).unwrap_err().to_string();
        insta::assert_snapshot!(message(json!({"mode":"Apply","cluster":["a"],"clusters":"a","x":1})), @"the event is refused and nothing was done: 'mode' must be 'plan' or 'apply', found 'Apply'; 'clusters' must be a list of texts, such as [\"a\", \"b\"]; unknown key 'cluster', did you mean 'clusters'? (known: mode, clusters); unknown key 'x' (known: mode, clusters)");
        insta::assert_snapshot!(message(json!([])), @r#"the event is refused and nothing was done: expected a JSON object such as {} or {"mode": "plan"}, found a list"#);
        insta::assert_snapshot!(message(json!({"source":"x","detail-type":"y","detail":"{"})), @"the event is refused and nothing was done: 'detail' of the envelope must be an object, found a text that is not JSON (EOF while parsing an object at line 1 column 1)");
        insta::assert_snapshot!(message(json!({"clusters":["a",""]})), @"the event is refused and nothing was done: 'clusters' must hold only non-empty texts, found an empty text");
        insta::assert_snapshot!(message(json!({"clusters":null})), @"the event is refused and nothing was done: 'clusters' is null; leave it out if this run is not to be narrowed by it");
    }
}
