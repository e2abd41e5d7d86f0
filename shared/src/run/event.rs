//! What a function was invoked with: an `EventBridge` or Scheduler envelope, or a plain JSON object. Both come down to
//! the same few keys; a key nobody knows is refused with the one that was probably meant, because a misspelt narrowing
//! would otherwise widen a run.

use std::collections::BTreeSet;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::{Map, Value};

use super::envelope::Envelope;
pub use super::fault::EventFault;
use super::payload::Payload;
use crate::nearest::nearest;
use crate::text::printable;

/// The keys of an event, read one by one; [`Fields::finish`] says what was wrong and what was left over.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    /// What stands beside the detail of an envelope, and AWS writes no such key.
    beside: Vec<String>,
    known: Vec<&'static str>,
    faults: Vec<String>,
}

impl Fields {
    /// Takes the plain keys out of `payload`, whichever of the accepted shapes it has. The envelope of a schedule without
    /// detail is an empty object; every other event says what it means.
    pub fn of(payload: Value) -> Result<Self, EventFault> {
        match payload {
            Value::Object(map) if Envelope::is(&map) => Self::of_envelope(Envelope::read(map)),
            Value::Object(map) => Ok(Self::of_object(map)),
            Value::Null => Err(EventFault::one(
                "the event is null, most likely a value that got lost; send {} if it is to mean what the schedule means",
            )),
            other => Err(EventFault::one(format!(
                "expected a JSON object such as {{}} or {{\"mode\": \"plan\"}}, found {}",
                kind(&other)
            ))),
        }
    }

    fn of_envelope(Envelope { event, detail, beside }: Envelope) -> Result<Self, EventFault> {
        if detail.is_none() && !beside.is_empty() {
            return Err(EventFault::all(beside.iter().map(|key| out_of_place(key))));
        }
        let map = self::detail(detail.unwrap_or_else(|| Map::new().into()))?;
        match origin(&event) {
            Origin::Other { what } if map.is_empty() => Err(EventFault::one(format!(
                "'detail' is empty, and that means everything only from a schedule of EventBridge or EventBridge \
                 Scheduler; this is {what}: say in 'detail' what is meant, or narrow the rule that sends it"
            ))),
            _ => Ok(Self { beside, ..Self::of_object(map) }),
        }
    }

    /// A text. A `null` in its place is most likely a value that got lost, such as the digest of a reviewed plan.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.known.push(key);
        match self.map.remove(key)? {
            Value::String(text) => Some(text),
            Value::Null => {
                self.fault(format!("'{key}' is null, most likely a value that got lost; leave it out if none is meant"))
            }
            other => self.fault(format!("'{key}' must be a text, found {}", kind(&other))),
        }
    }

    /// A text that has to be there.
    pub fn needed(&mut self, key: &'static str) -> String {
        match self.text(key) {
            Some(text) => text,
            None => self.fault(format!("'{key}' is missing")).unwrap_or_default(),
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
        Self { map, beside: Vec::new(), known: Vec::new(), faults: Vec::new() }
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
        let ours = |key: &&String| nearest(key, self.known.iter().copied().chain(["detail"])).is_some();
        self.faults.extend(self.beside.iter().filter(ours).map(|key| out_of_place(key)));
        if self.faults.is_empty() { Ok(()) } else { Err(EventFault::all(self.faults)) }
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.map.remove(key).filter(|value| !value.is_null())
    }
}

/// Who sends an envelope.
enum Origin {
    /// A schedule: a rule of `EventBridge`, or `EventBridge` Scheduler. What it means is everything.
    Schedule,
    /// Anything else, in words.
    Other { what: String },
}

fn origin(event: &EventBridgeEvent) -> Origin {
    match (event.source.as_str(), event.detail_type.as_str()) {
        ("aws.events" | "aws.scheduler", "Scheduled Event") => Origin::Schedule,
        (source, kind) => Origin::Other { what: format!("'{}' of '{}'", printable(kind), printable(source)) },
    }
}

fn out_of_place(key: &str) -> String {
    format!("'{}' stands beside 'detail', where nothing reads it; put what is meant into 'detail'", printable(key))
}

/// A rule's `detail` is an object; Scheduler's can be a text that holds one.
fn detail(detail: Value) -> Result<Map<String, Value>, EventFault> {
    let refuse = |found: String| EventFault::one(format!("'detail' of the envelope must be an object, found {found}"));
    match detail {
        Value::Object(detail) => Ok(detail),
        Value::Null => {
            Err(EventFault::one("'detail' is null, most likely a value that got lost; send {} if none is meant"))
        }
        Value::String(text) if text.trim().is_empty() => Ok(Map::new()),
        Value::String(text) => {
            let detail = Payload::parse(&text).map_err(|error| refuse(format!("a text that is not JSON ({error})")))?;
            match detail.once()? {
                Value::Object(detail) => Ok(detail),
                other => Err(refuse(format!("a text that holds {}", kind(&other)))),
            }
        }
        other => Err(refuse(kind(&other).to_owned())),
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
            json!({}),
            json!({"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{}}),
            json!({"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}),
            json!({"source":"aws.scheduler","detail-type":"Scheduled Event","detail":" "}),
            json!({"source":"aws.scheduler","detail-type":"Scheduled Event","region":"eu-west-1"}),
        ] {
            assert_eq!(read(payload.clone()), Ok((None, None)), "{payload}");
        }
    }

    #[test]
    fn a_lost_value_is_refused_and_never_means_everybody() {
        for (payload, why) in [
            (json!(null), "the event is null"),
            (json!({"mode":null,"clusters":["a"]}), "'mode' is null"),
            (json!({"clusters":null}), "'clusters' is null"),
            (json!({"source":"aws.events","detail-type":"Scheduled Event","detail":null}), "'detail' is null"),
            (json!({"source":"aws.events","detail-type":"Scheduled Event","detail":{"mode":null}}), "'mode' is null"),
        ] {
            let refused = read(payload.clone()).map_err(|fault| fault.to_string());
            assert!(refused.as_ref().is_err_and(|fault| fault.contains(why)), "{payload}: {refused:?}");
        }
    }

    #[test]
    fn an_empty_detail_is_the_schedule_only_from_a_schedule_of_aws() {
        for (source, kind) in [
            ("aws.events", "AWS API Call via CloudTrail"),
            ("aws.scheduler", "Scheduled event"),
            ("aws.health", "Scheduled Event"),
            ("my.pipeline", "Scheduled Event"),
            ("my.pipeline", "deploy"),
        ] {
            for detail in [Some(json!({})), Some(json!("{}")), Some(json!("")), None] {
                let mut payload = json!({"source": source, "detail-type": kind});
                if let Some(detail) = detail {
                    payload["detail"] = detail;
                }
                assert!(read(payload.clone()).is_err(), "{payload}");
            }
        }
    }

    #[test]
    fn what_is_ours_and_stands_beside_the_detail_is_refused() {
        let envelope = |key: &str, value: Value| {
            let mut payload = json!({"source":"aws.events","detail-type":"Scheduled Event","detail":{}});
            payload[key] = value;
            payload
        };
        for (key, value) in [
            ("mode", json!("plan")),
            ("Mode", json!("plan")),
            ("clusters", json!(["a"])),
            ("cluster", json!(["a"])),
            ("Detail", json!({"mode": "plan"})),
            ("details", json!({"mode": "plan"})),
            ("detial", json!({"mode": "plan"})),
        ] {
            let payload = envelope(key, value);
            let refused = read(payload.clone()).map_err(|fault| fault.to_string());
            let said = format!("'{key}' stands beside 'detail'");
            assert!(refused.as_ref().is_err_and(|fault| fault.contains(&said)), "{payload}: {refused:?}");
        }
        let mut nameless = envelope("input", json!({"mode": "plan"}));
        nameless.as_object_mut().unwrap().remove("detail");
        assert!(read(nameless).is_err(), "whatever stands where the detail should");
        for key in ["version", "id", "account", "time", "region", "resources", "replay-name"] {
            assert_eq!(read(envelope(key, json!("x"))), Ok((None, None)), "{key}");
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
