//! The envelope of `EventBridge` and Scheduler, as the types of `aws_lambda_events` have it. What an event says is in its
//! detail; of what AWS writes around that nothing is decided by, so nothing there can make an event unreadable: a leak must not
//! be lost for a moment that is written oddly.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What AWS writes around a detail (`EventBridge` User Guide, "Events"; the last one where an archive is replayed).
const AROUND: [&str; 9] =
    ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "replay-name"];

/// See the module.
#[derive(Debug)]
pub(super) struct Envelope {
    /// Who sends it, what kind it is, and the rest that AWS says.
    pub event: EventBridgeEvent<Value>,
    /// The detail, if there is one at all.
    pub detail: Option<Value>,
    /// Keys that stand beside the detail, and AWS writes none such.
    pub beside: Vec<String>,
}

impl Envelope {
    /// Whether `map` is one: `EventBridge` and Scheduler both write these two keys, and no plain event has them.
    pub(super) fn is(map: &Map<String, Value>) -> bool {
        map.contains_key("detail-type") && map.contains_key("source")
    }

    /// Reads `map`, which is one.
    pub(super) fn read(mut map: Map<String, Value>) -> Self {
        let detail = map.remove("detail");
        let beside = map.keys().filter(|key| !AROUND.contains(&key.as_str())).cloned().collect();
        let mut event = EventBridgeEvent::default();
        event.source = read(&mut map, "source").unwrap_or_default();
        event.detail_type = read(&mut map, "detail-type").unwrap_or_default();
        event.version = read(&mut map, "version");
        event.id = read(&mut map, "id");
        event.account = read(&mut map, "account");
        event.time = read::<DateTime<Utc>>(&mut map, "time");
        event.region = read(&mut map, "region");
        event.resources = read(&mut map, "resources");
        Self { event, detail, beside }
    }
}

/// What stands under `key`, if it can be read.
fn read<T: DeserializeOwned>(map: &mut Map<String, Value>, key: &str) -> Option<T> {
    map.remove(key).and_then(|value| serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Envelope {
        let Value::Object(map) = value else { panic!("an object") };
        assert!(Envelope::is(&map));
        Envelope::read(map)
    }

    /// The type of the crate wants a detail and reads the moment strictly; neither may lose an event.
    #[test]
    fn nothing_around_a_detail_makes_it_unreadable() {
        let whole = json!({
            "version": "0", "id": "1", "detail-type": "AWS Health Event", "source": "aws.health",
            "account": "111122223333", "time": "2026-11-21T02:00:00Z", "region": "us-east-1", "resources": [],
            "detail": {"a": 1},
        });
        let envelope = of(whole.clone());
        assert_eq!(envelope.event.time.map(|time| time.timestamp()), Some(1_795_226_400));
        for (key, odd) in [
            ("time", json!("yesterday")),
            ("time", json!("2026-11-21T02:00Z")),
            ("time", json!(1_795_226_400)),
            ("time", Value::Null),
            ("resources", json!("arn")),
            ("account", json!(111_122_223_333_u64)),
            ("version", json!(0)),
            ("id", json!({})),
        ] {
            let mut event = whole.clone();
            event[key] = odd.clone();
            let envelope = of(event);
            assert_eq!(envelope.detail, Some(json!({"a": 1})), "{key}: {odd}");
            assert_eq!(envelope.event.source, "aws.health");
            assert_eq!(envelope.beside, Vec::<String>::new());
        }
        let bare = of(json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "mode": "apply"}));
        assert_eq!((bare.detail, bare.beside), (None, vec!["mode".to_owned()]));
    }
}
