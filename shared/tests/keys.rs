//! No event and no pattern about access keys, whatever it holds, reaches a user it does not mean. The fuzz target `keys`
//! goes through the same door for longer.

use nightshift::config::{Environment, Settings};
use nightshift::jobs::key_rotation::model::User;
use nightshift::jobs::key_rotation::policy::Signs;
use nightshift::jobs::key_rotation::select::entries;
use nightshift::jobs::key_rotation::{Policy, Request, trigger};
use nightshift::run::event::Fields;
use nightshift::services::Read;
use nightshift::services::iam::{Key, LastUsed, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

const KEY: &str = "AKIAIOSFODNN7BYSTAND";

/// Somebody no event here is about.
fn bystander() -> User {
    let key = Key {
        id: KEY.to_owned(),
        status: Status::Active,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        last_used: LastUsed::Never,
    };
    User {
        name: "bystander".to_owned(),
        id: "AIDABYSTANDER".to_owned(),
        arn: "arn:aws:iam::111122223333:user/bystander".to_owned(),
        path: "/".to_owned(),
        created_at: None,
        groups: Vec::new(),
        tags: std::iter::empty::<(String, String)>().collect(),
        policies: Vec::new(),
        keys: Read::Known(vec![key]),
        secret: Read::Known(None),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("AWS::IAM::User")),
        Just(json!("NON_COMPLIANT")),
        Just(json!("AWS_RISK_CREDENTIALS_EXPOSED")),
        Just(json!("AWS_RISK_IAM_QUARANTINE")),
        Just(json!("{\"users\": []}")),
    ];
    let key = prop_oneof![
        Just("user"),
        Just("access_key_id"),
        Just("resourceType"),
        Just("resourceId"),
        Just("newEvaluationResult"),
        Just("complianceType"),
        Just("eventTypeCode"),
        Just("affectedEntities"),
        Just("entityValue"),
        Just("Sns"),
        Just("Message"),
        Just("sign"),
        Just("code"),
        Just("keys"),
        Just("unnamed"),
        Just("type"),
        Just("accessKeyDetails"),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An event that asks for something narrower than the whole account, rightly written or not.
fn narrowing() -> impl Strategy<Value = Value> {
    let asks = prop_oneof![Just("users"), Just("user_ids"), Just("compromised"), Just("rollback"), Just("Records")];
    let sources = prop_oneof![Just("aws.config"), Just("aws.health")];
    prop_oneof![
        (asks, value(), prop::option::of(value())).prop_map(|(ask, value, phases)| {
            let mut event = json!({ ask: value });
            if let Some(phases) = phases {
                event["phases"] = phases;
            }
            event
        }),
        (sources, value(), "[a-zA-Z ]{0,20}")
            .prop_map(|(source, detail, kind)| json!({"source": source, "detail-type": kind, "detail": detail})),
    ]
}

fn policy(variables: &[(&str, &str)]) -> Result<Policy, String> {
    let environment: Environment = variables.iter().copied().collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    settings.finish().map(|()| policy).map_err(|faults| faults.to_string())
}

proptest! {
    #[test]
    fn an_event_that_narrows_is_refused_or_leaves_a_bystander_out(event in narrowing()) {
        let Ok(plain) = trigger::plain(event.clone()) else { return Ok(()) };
        let Ok(mut fields) = Fields::of(plain) else { return Ok(()) };
        let request = Request::read(&mut fields, &Signs::default());
        if fields.finish().is_ok() {
            prop_assert!(!request.covers(&bystander()), "{event} is {request:?}");
        }
    }

    #[test]
    fn a_pattern_list_is_read_back_as_it_was_written(names in prop::collection::vec("[\\w+=,.@-]{1,12}", 1..4)) {
        let text = names.iter().map(|name| name.replace(',', "\\,")).collect::<Vec<_>>().join(",");
        prop_assert_eq!(entries(&text), names);
    }

    #[test]
    fn an_exclusion_by_name_holds_in_whatever_case_and_beside_whatever_else(
        other in "[a-z*?:=/\\[\\]\\\\,]{0,12}", upper in any::<bool>(), include in any::<bool>(),
    ) {
        let name = if upper { "BYSTANDER" } else { "bystander" };
        let exclude = format!("{name},x{other}");
        let mut variables = vec![("NIGHTSHIFT_EXCLUDE", exclude.as_str())];
        if include {
            variables.push(("NIGHTSHIFT_INCLUDE", "bystander"));
        }
        match policy(&variables) {
            Ok(policy) => prop_assert!(policy.excluded(&bystander()).is_some()),
            Err(faults) => prop_assert!(faults.contains("NIGHTSHIFT_EXCLUDE"), "{faults}"),
        }
    }
}
