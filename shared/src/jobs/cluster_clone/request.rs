//! What an event asks of `cluster-clone`: a clone, or, where it asks for nothing, to take away what was begun and never
//! handed over.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::policy::Policy;
use crate::domains::clusters::expiry::{self, Expiry};
use crate::run::event::Fields;
use crate::services::stated::Stated;
use crate::services::tags::takes_value;
use crate::text::printable;

/// See the module.
#[derive(Debug)]
pub enum Request {
    /// What is left over.
    Sweep,
    /// A clone.
    Clone(Box<Wish>),
}

/// The clone that is asked for.
#[derive(Debug)]
pub struct Wish {
    /// The cluster to clone: its identifier.
    pub source: String,
    /// Where it is.
    pub region: String,
    /// Whose the clone shall be, as the event says.
    pub owner: Option<String>,
    /// When it shall go.
    pub expires: Until,
    /// The clone's identifier.
    pub name: Option<String>,
    /// Of each member.
    pub class: Option<String>,
    /// How many members.
    pub instances: usize,
    /// Least and most capacity units.
    pub acu: Option<(f64, f64)>,
    /// The moment whose data a full copy has.
    pub from: Option<Timestamp>,
    /// Whether its data is to be made nobody's.
    pub anonymise: bool,
    /// Why.
    pub reason: Option<String>,
    /// What the caller signed.
    pub identity: Option<Stated>,
}

/// When a clone goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Then.
    At(Timestamp),
    /// So long after it was asked for.
    In(SignedDuration),
}

/// The keys that ask for a clone; any of them alone is a slip.
const WISHES: [&str; 11] =
    ["name", "owner", "expires", "class", "instances", "acu", "from", "anonymise", "reason", "identity", "region"];

impl Request {
    /// Reads the event's keys.
    pub fn read(fields: &mut Fields, policy: &Policy) -> Self {
        // AWS keeps names in small letters, and takes them in any.
        let source = fields.text("source").map(|source| source.to_ascii_lowercase());
        let mut asked = false;
        let mut text = |fields: &mut Fields, key: &'static str| {
            let found = fields.text(key);
            asked |= found.is_some();
            found
        };
        let (name, owner, expires) = (text(fields, "name"), text(fields, "owner"), text(fields, "expires"));
        let (class, from, reason) = (text(fields, "class"), text(fields, "from"), text(fields, "reason"));
        let (acu, identity, region) = (text(fields, "acu"), text(fields, "identity"), text(fields, "region"));
        let (instances, anonymise) = (fields.value("instances"), fields.value("anonymise"));
        asked |= instances.is_some() || anonymise.is_some();
        let Some(source) = source else {
            if asked {
                fields.fault::<()>(format!(
                    "'source' is missing: it names the cluster to clone; only an event with none of {} takes away what was begun and never handed over",
                    WISHES.map(|key| format!("'{key}'")).join(", ")
                ));
            }
            return Self::Sweep;
        };
        let region = region.or_else(|| policy.home.clone()).unwrap_or_default();
        if !policy.regions.contains(&region) {
            fields.fault::<()>(format!(
                "region '{}' is not one this function works in ({})",
                printable(&region),
                policy.regions.join(", ")
            ));
        }
        Self::Clone(Box::new(Wish {
            source,
            region,
            owner: owner.map(|owner| owner.trim().to_owned()),
            expires: until(fields, expires.as_deref(), policy).unwrap_or(Until::At(Timestamp::MIN)),
            name,
            class: class.and_then(|text| class_name(fields, &text)),
            instances: members(fields, instances).unwrap_or(1),
            acu: acu.and_then(|text| capacity(fields, &text)),
            from: from.and_then(|text| moment(fields, &text, policy)),
            anonymise: !matches!(anonymise, None | Some(Value::Bool(false))),
            reason: reason.and_then(|text| words(fields, text)),
            identity: identity.map(Stated::new),
        }))
    }
}

impl Until {
    /// The instant, seen from `now`.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::In(long) => now.checked_add(long).unwrap_or(Timestamp::MAX),
        }
    }
}

fn until(fields: &mut Fields, text: Option<&str>, policy: &Policy) -> Option<Until> {
    let Some(text) = text else {
        return fields
            .fault("'expires' is missing: every clone has an end; write a day as YYYY-MM-DD, or 7d".to_owned());
    };
    if let Some(long) = long(text) {
        return Some(Until::In(long));
    }
    match expiry::read(text, &policy.lease.time_zone) {
        Ok(Expiry::At(at)) => Some(Until::At(at)),
        Ok(Expiry::Never) => fields.fault("'expires' is 'never', and every clone has an end".to_owned()),
        Err(_) => fields.fault(format!(
            "'expires' is '{}', which is no time: write YYYY-MM-DD, YYYY-MM-DDTHH:MM:SSZ, or how long, as 36h, 7d or 2w",
            printable(text)
        )),
    }
}

/// `36h`, `7d`, `2w`.
fn long(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let hours = match unit {
        "h" => 1,
        "d" => 24,
        "w" => 24 * 7,
        _ => return None,
    };
    let is_number = !number.is_empty() && number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| number.parse::<i64>().ok()).flatten().map(|number| SignedDuration::from_hours(number * hours))
}

/// `db.t4g.medium`; it stands in a tag as well.
fn class_name(fields: &mut Fields, text: &str) -> Option<String> {
    let class = text.to_ascii_lowercase();
    if class.starts_with("db.") && class.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b)) {
        return Some(class);
    }
    fields.fault(format!("'class' is '{}', which is no instance class such as db.t4g.medium", printable(text)))
}

fn members(fields: &mut Fields, value: Option<Value>) -> Option<usize> {
    let value = value?;
    match value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|number| *number >= 1) {
        Some(number) => Some(number),
        None => fields.fault("'instances' must be a whole number from 1 on".to_owned()),
    }
}

/// `0.5-4`: least and most capacity units of Serverless v2, in steps of a half.
fn capacity(fields: &mut Fields, text: &str) -> Option<(f64, f64)> {
    let half = |text: &str| {
        let number: f64 = text.trim().parse().ok().filter(|number| (0.0..=256.0).contains(number))?;
        (number * 2.0).fract().abs().lt(&f64::EPSILON).then_some(number)
    };
    let read = text.split_once('-').and_then(|(min, max)| Some((half(min)?, half(max)?)));
    match read.filter(|(min, max)| min <= max && *max >= 1.0) {
        Some(capacity) => Some(capacity),
        None => fields.fault(format!(
            "'acu' is '{}', which is no range of capacity units: write the least and the most in steps of 0.5, such as 0.5-4",
            printable(text)
        )),
    }
}

fn moment(fields: &mut Fields, text: &str, policy: &Policy) -> Option<Timestamp> {
    match expiry::read(text, &policy.lease.time_zone) {
        Ok(Expiry::At(at)) if text.len() > "2026-11-21".len() => Some(at),
        _ => fields.fault(format!(
            "'from' is '{}', which is no moment of the source's past: write it as YYYY-MM-DDTHH:MM:SSZ",
            printable(text)
        )),
    }
}

/// What a tag can hold.
fn words(fields: &mut Fields, text: String) -> Option<String> {
    if takes_value(&text) {
        return Some(text);
    }
    fields.fault(
        "'reason' must be some words that a tag can hold: letters, digits, spaces and _ . : / = + - @, 256 at most, not beginning with aws: or rds:"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Environment, Settings};

    fn read(event: Value) -> Result<Request, String> {
        let environment = Environment::default();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings, Some("eu-west-1"));
        let mut fields = Fields::of(event).unwrap();
        let request = Request::read(&mut fields, &policy);
        fields.finish().map(|()| request).map_err(|fault| fault.to_string())
    }

    fn wish(event: Value) -> Wish {
        match read(event) {
            Ok(Request::Clone(wish)) => *wish,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_asked_for_is_a_sweep_and_half_a_wish_is_a_fault() {
        assert!(matches!(read(json!({})), Ok(Request::Sweep)));
        for key in WISHES {
            let value = match key {
                "instances" => json!(1),
                "acu" => json!("0.5-1"),
                _ => json!("2026-12-05"),
            };
            let said = read(json!({ key: value })).unwrap_err();
            assert!(said.contains("'source' is missing"), "{key}: {said}");
        }
        assert!(read(json!({"source": "orders"})).unwrap_err().contains("every clone has an end"));
    }

    #[test]
    fn a_whole_wish_is_taken_as_it_is_written() {
        let all = wish(json!({"source": "orders", "region": "eu-west-1", "owner": "ana", "expires": "2026-12-05",
            "name": "orders-ana", "class": "db.t4g.large", "instances": 2, "acu": "0.5-4",
            "from": "2026-11-20T10:00:00Z", "anonymise": true, "reason": "ticket 7: slow report"}));
        assert_eq!(all.expires, Until::At("2026-12-06T00:00:00Z".parse().unwrap()));
        assert_eq!((all.instances, all.acu, all.anonymise), (2, Some((0.5, 4.0)), true));
        assert_eq!(all.from, Some("2026-11-20T10:00:00Z".parse().unwrap()));
        let least = wish(json!({"source": "orders", "expires": "7d", "anonymise": false}));
        assert_eq!(least.expires, Until::In(SignedDuration::from_hours(168)));
        assert_eq!((least.region.as_str(), least.instances, least.anonymise), ("eu-west-1", 1, false));
    }

    #[test]
    fn what_is_no_wish_says_what_would_be_one() {
        let said = |key: &str, value: Value| {
            let mut event = json!({"source": "orders", "expires": "7d"});
            event[key] = value;
            read(event).unwrap_err()
        };
        for (key, value, why) in [
            ("expires", json!("never"), "every clone has an end"),
            ("expires", json!("soon"), "36h, 7d or 2w"),
            ("expires", json!("d"), "no time"),
            ("expires", json!("-7d"), "no time"),
            ("expires", json!("99999d"), "no time"),
            ("instances", json!(0), "from 1 on"),
            ("instances", json!("2"), "from 1 on"),
            ("acu", json!("4"), "no range"),
            ("acu", json!("4-0.5"), "no range"),
            ("acu", json!("0.3-4"), "no range"),
            ("acu", json!("0-NaN"), "no range"),
            ("from", json!("yesterday"), "no moment"),
            ("from", json!("2026-11-20"), "no moment"),
            ("from", json!("never"), "no moment"),
            ("region", json!("mars-1"), "not one this function works in"),
            ("reason", json!("<script>"), "a tag can hold"),
            ("reason", json!(" "), "a tag can hold"),
            ("reason", json!("AWS: slow"), "a tag can hold"),
            ("reason", json!("x".repeat(257)), "a tag can hold"),
            ("class", json!("t4g.medium"), "no instance class"),
            ("class", json!("db.t3.<b>"), "no instance class"),
            ("sauce", json!("x"), "unknown key 'sauce'"),
        ] {
            let said = said(key, value.clone());
            assert!(said.contains(why), "{key} {value}: {said}");
        }
    }

    /// Whoever reads a log is not handed the name of whoever asked.
    #[test]
    fn what_was_signed_shows_nowhere() {
        let asked = wish(json!({"source": "orders", "expires": "7d", "identity": "X-Amz-Signature=00ff"}));
        assert!(!format!("{asked:?}").contains("00ff"));
    }
}
