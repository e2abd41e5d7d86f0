//! An event as it was sent. Of a key that is given twice a JSON reader silently takes the last, so that a run does
//! something else than whoever reads the event from the top believes; here it is found at any depth, and refused.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::fault::EventFault;
use crate::text::printable;

/// A JSON value that remembers which of its keys were given twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    value: Value,
    twice: BTreeSet<String>,
}

/// What Lambda takes of an event that nobody waits for was this long for years; a longer one is a list that should be a filter.
const MOST_BYTES: usize = 256 * 1024;
/// More names than this are a filter, not a list.
const MOST_ENTRIES: usize = 10_000;

impl Payload {
    /// Reads an event.
    pub fn read(text: &str) -> Result<Self, EventFault> {
        if text.len() > MOST_BYTES {
            let fault = format!("it has {} bytes, and at most {MOST_BYTES} are taken; send it in parts", text.len());
            return Err(EventFault::one(fault));
        }
        Self::parse(text).map_err(|error| EventFault::one(format!("it is not JSON ({error})")))
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The value, if each of its keys is there once.
    pub fn once(self) -> Result<Value, EventFault> {
        if self.twice.is_empty() {
            return Ok(self.value);
        }
        let fault = |key: &String| format!("the key '{}' is given twice; which of them is meant?", printable(key));
        Err(EventFault::all(self.twice.iter().map(fault)))
    }
}

/// What was made here and not read: its keys are there once.
impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self { value, twice: BTreeSet::new() }
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut twice = BTreeSet::new();
        let value = Part(&mut twice).deserialize(deserializer)?;
        Ok(Self { value, twice })
    }
}

/// A value within the event, and where to note the keys that it has twice.
struct Part<'a>(&'a mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(Part(self.0))? {
            if list.len() == MOST_ENTRIES {
                return Err(A::Error::custom(format_args!("a list has more than {MOST_ENTRIES} entries")));
            }
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Part(self.0))?;
            if map.insert(key.clone(), value).is_some() {
                self.0.insert(key);
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_each_key_once_is_read_as_by_any_reader() {
        for text in [
            "null",
            "[1, -2, 3.5, 18446744073709551615, true, \"a\", []]",
            r#"{"a": {"mode": 1}, "mode": [{"mode": 2}, {"mode": 3}]}"#,
            include_str!("../../../events/db-users/airflow.json"),
        ] {
            let read = Payload::parse(text).unwrap().once();
            assert_eq!(read, Ok(serde_json::from_str::<Value>(text).unwrap()), "{text}");
        }
        assert_eq!(Payload::from(json!({"a": 1})).once(), Ok(json!({"a": 1})));
        assert!(Payload::parse("{\"a\": 1,}").is_err());
    }

    #[test]
    fn what_is_too_long_is_refused_with_its_measure() {
        let refused = |text: &str| Payload::read(text).unwrap_err().to_string();
        let names = |count: usize| format!(r#"{{"users": [{}]}}"#, vec!["\"a\""; count].join(","));
        assert!(Payload::read(&names(10_000)).is_ok());
        assert!(refused(&names(10_001)).contains("a list has more than 10000 entries"));
        assert!(
            refused(&format!(r#"{{"a": "{}"}}"#, "x".repeat(262_144)))
                .contains("it has 262153 bytes, and at most 262144")
        );
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth_however_it_is_written() {
        for (text, keys) in [
            (r#"{"mode": "plan", "mode": "apply"}"#, "'mode'"),
            (r#"{"mode": "plan", "mode": "plan"}"#, "'mode'"),
            (r#"{"mode": null, "\u006dode": "apply"}"#, "'mode'"),
            (r#"{"detail": {"users": ["a"], "users": []}}"#, "'users'"),
            (r#"{"users": [{"db_user": "a", "state": "present", "state": "absent"}]}"#, "'state'"),
            (r#"{"detail": {"clusters": ["a"]}, "detail": {}}"#, "'detail'"),
        ] {
            let refused = Payload::parse(text).unwrap().once().unwrap_err().to_string();
            let said = format!("nothing was done: the key {keys} is given twice; which of them is meant?");
            assert!(refused.ends_with(&said), "{text}: {refused}");
        }
        let both = Payload::parse(r#"{"a": 1, "b": {"c": 1, "c": 2}, "a": 2}"#).unwrap().once().unwrap_err();
        insta::assert_snapshot!(both, @"the event is refused and nothing was done: the key 'a' is given twice; which of them is meant?; the key 'c' is given twice; which of them is meant?");
    }
}
