//! The shapes only this function takes: what AWS Config and AWS Health say through EventBridge, straight or wrapped in an
//! SNS notification. The detail of each comes down to the plain keys of [`super::Request`].

use serde_json::{Value, json};

use crate::run::Payload;
use crate::run::event::EventFault;
use crate::text::printable;

/// The plain event that `payload` comes down to, in the envelope it came in: what else stands there is looked at by
/// whoever reads the envelope.
pub fn plain(payload: Value) -> Result<Value, EventFault> {
    let mut payload = if payload.get("Records").is_some() { unwrapped(&payload)? } else { payload };
    let detail = match (payload["source"].as_str(), payload["detail-type"].as_str()) {
        (Some("aws.config"), Some(_)) => compliance(&payload["detail"])?,
        (Some("aws.health"), Some(_)) => exposure(&payload["detail"])?,
        _ => return Ok(payload),
    };
    payload["detail"] = detail;
    Ok(payload)
}

/// The message of a notification. SNS hands Lambda one at a time.
fn unwrapped(payload: &Value) -> Result<Value, EventFault> {
    let others = payload.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| *key != "Records");
    if let Some(key) = others.into_iter().next() {
        return Err(EventFault::one(format!("'{}' stands beside 'Records', where nothing reads it", printable(key))));
    }
    let records = payload["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [record] = records else {
        return Err(EventFault::one(format!("'Records' must hold one SNS notification, found {}", records.len())));
    };
    let Some(message) = record["Sns"]["Message"].as_str() else {
        return Err(EventFault::one("the record is not an SNS notification: it has no Sns.Message"));
    };
    let message = Payload::parse(message)
        .map_err(|error| EventFault::one(format!("the message of the SNS notification is not JSON ({error})")))?;
    match message.once()? {
        Value::Object(message) if message.is_empty() => Err(EventFault::one(
            "the message of the SNS notification is empty, and only a schedule means everything by that: say what is meant",
        )),
        message => Ok(message),
    }
}

/// A user AWS Config found not compliant. One that complies again is nobody.
fn compliance(detail: &Value) -> Result<Value, EventFault> {
    let of = |field: &str| detail[field].as_str().map(printable).unwrap_or_default();
    if of("resourceType") != "AWS::IAM::User" {
        return Err(EventFault::one(format!(
            "the compliance change is about '{}', and this function is for AWS::IAM::User: narrow the EventBridge rule",
            of("resourceType")
        )));
    }
    let Some(user_id) = detail["resourceId"].as_str().filter(|id| !id.is_empty()) else {
        return Err(EventFault::one("the compliance change names no user: 'detail.resourceId' is missing"));
    };
    match detail["newEvaluationResult"]["complianceType"].as_str() {
        Some("NON_COMPLIANT") => Ok(json!({ "user_ids": [user_id] })),
        Some(_) => Ok(json!({ "user_ids": [] })),
        None => {
            Err(EventFault::one("the compliance change says nothing: 'newEvaluationResult.complianceType' is missing"))
        }
    }
}

/// Access keys AWS found in the open.
fn exposure(detail: &Value) -> Result<Value, EventFault> {
    let code = detail["eventTypeCode"].as_str().unwrap_or_default();
    if !code.starts_with("AWS_RISK_CREDENTIALS_") {
        return Err(EventFault::one(format!(
            "the AWS Health event is '{}', and this function is for AWS_RISK_CREDENTIALS_EXPOSED: narrow the EventBridge rule",
            printable(code)
        )));
    }
    let entities = detail["affectedEntities"].as_array().map(Vec::as_slice).unwrap_or_default();
    let keys: Vec<_> = entities.iter().filter_map(|entity| entity["entityValue"].as_str()).collect();
    if keys.is_empty() {
        return Err(EventFault::one(
            "the AWS Health event names no access key: 'detail.affectedEntities[].entityValue' is missing; \
             give it by hand: {\"compromised\": {\"access_key_id\": \"AKIA…\"}}",
        ));
    }
    Ok(json!({ "compromised": keys.into_iter().map(|key| json!({ "access_key_id": key })).collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(kind: &str, resource: &str) -> Value {
        json!({
            "version": "0", "source": "aws.config", "detail-type": "Config Rules Compliance Change",
            "detail": {
                "resourceType": resource, "resourceId": "AIDAANA", "configRuleName": "access-keys-rotated",
                "newEvaluationResult": {"complianceType": kind},
            }
        })
    }

    #[test]
    fn a_compliance_change_names_one_user_straight_or_in_a_notification() {
        let event = config("NON_COMPLIANT", "AWS::IAM::User");
        let wrapped = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": event.to_string()}}]});
        let detail = |event: Value| plain(event).map(|event| event["detail"].clone());
        assert_eq!(detail(event), Ok(json!({"user_ids": ["AIDAANA"]})));
        assert_eq!(detail(wrapped), Ok(json!({"user_ids": ["AIDAANA"]})));
        assert_eq!(detail(config("COMPLIANT", "AWS::IAM::User")), Ok(json!({"user_ids": []})), "nobody, not everybody");
        assert!(plain(config("NON_COMPLIANT", "AWS::IAM::Role")).is_err());
    }

    #[test]
    fn an_exposure_names_keys() {
        let event = |code: &str, entities: Value| {
            json!({"source": "aws.health", "detail-type": "AWS Health Event",
                   "detail": {"eventTypeCode": code, "affectedEntities": entities}})
        };
        let one = json!([{"entityValue": "AKIAONE"}]);
        assert_eq!(
            plain(event("AWS_RISK_CREDENTIALS_EXPOSED", one.clone())).map(|event| event["detail"].clone()),
            Ok(json!({"compromised": [{"access_key_id": "AKIAONE"}]}))
        );
        assert!(plain(event("AWS_RISK_CREDENTIALS_EXPOSED", json!([]))).is_err(), "nobody must not mean everybody");
        assert!(plain(event("AWS_EC2_MAINTENANCE", one)).is_err());
    }

    #[test]
    fn what_is_asked_for_beside_the_detail_of_another_is_refused_and_not_passed_by() {
        use super::super::Request;
        use crate::run::event::Fields;
        let read = |event: Value| {
            let mut fields = Fields::of(plain(event)?)?;
            fields.choice("mode", &[("plan", ()), ("apply", ())]);
            Request::read(&mut fields);
            fields.finish()
        };
        let health = json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {
            "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "affectedEntities": [{"entityValue": "AKIAONE"}]}});
        for event in [config("NON_COMPLIANT", "AWS::IAM::User"), health] {
            assert_eq!(read(event.clone()), Ok(()));
            for key in ["mode", "Mode", "users", "phase", "details"] {
                let mut asked = event.clone();
                asked[key] = json!("plan");
                assert!(read(asked.clone()).is_err(), "{asked}");
            }
            let mut of_tomorrow = event.clone();
            of_tomorrow["ingestion-time"] = json!("2026-11-21T02:00:00Z");
            assert_eq!(read(of_tomorrow), Ok(()), "a leak is not lost over a key of AWS's that is new");
            let record = json!([{"Sns": {"Message": event.to_string()}}]);
            assert_eq!(read(json!({"Records": record})), Ok(()));
            assert!(read(json!({"Records": record, "mode": "plan"})).is_err());
            let twice = event.to_string().replacen('{', r#"{"detail": {}, "#, 1);
            assert!(read(json!({"Records": [{"Sns": {"Message": twice}}]})).is_err());
        }
    }

    #[test]
    fn every_other_shape_is_left_as_it_is() {
        for event in [
            json!({}),
            json!(null),
            json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}),
        ] {
            assert_eq!(plain(event.clone()), Ok(event));
        }
        for event in [json!({"Records": []}), json!({"Records": [{}]})] {
            assert!(plain(event).is_err());
        }
        for message in ["{", "", "{}"] {
            let event = json!({"Records": [{"Sns": {"Message": message}}]});
            assert!(plain(event.clone()).is_err(), "{event}");
        }
    }
}
