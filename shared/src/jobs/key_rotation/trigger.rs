//! The shapes only this function takes: what AWS Config, AWS Health and `GuardDuty` say through EventBridge, straight or wrapped
//! in an SNS notification. The detail of each comes down to the plain keys of [`super::Request`].

use serde_json::{Value, json};

use super::model::Compromised;
use crate::run::Payload;
use crate::run::event::EventFault;
use crate::text::printable;

/// The plain event that `payload` comes down to, in the envelope it came in: what else stands there is looked at by
/// whoever reads the envelope.
pub fn plain(payload: Value) -> Result<Value, EventFault> {
    let mut payload = if payload.get("Records").is_some() { unwrapped(&payload)? } else { payload };
    let detail = match (payload["source"].as_str(), payload["detail-type"].as_str()) {
        (Some("aws.config"), Some(_)) => compliance(&payload["detail"])?,
        (Some("aws.health"), Some(_)) => risk(&payload["detail"])?,
        (Some("aws.guardduty"), Some(_)) => finding(&payload["detail"])?,
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

/// What AWS Health says of keys and users. An entity that is neither, or nameless, is counted: it is not passed by.
fn risk(detail: &Value) -> Result<Value, EventFault> {
    let code = detail["eventTypeCode"].as_str().unwrap_or_default();
    let entities = detail["affectedEntities"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut sign = Sign { code: code.to_owned(), ..Sign::default() };
    for entity in entities {
        sign.add(entity["entityValue"].as_str().unwrap_or_default());
    }
    sign.event("the AWS Health event", "'detail.affectedEntities[].entityValue' is missing")
}

/// What `GuardDuty` found about a key, or about those of a whole attack.
fn finding(detail: &Value) -> Result<Value, EventFault> {
    let mut sign = Sign { code: detail["type"].as_str().unwrap_or_default().to_owned(), ..Sign::default() };
    let key = &detail["resource"]["accessKeyDetails"];
    if key.is_object() {
        sign.add_key(&key["accessKeyId"], key);
    }
    let sequence = detail["service"]["detection"]["sequence"]["resources"].as_array();
    for resource in sequence.into_iter().flatten().filter(|one| one["resourceType"] == "ACCESS_KEY") {
        sign.add_key(&resource["uid"], &resource["data"]["accessKey"]);
    }
    sign.event("the finding of GuardDuty", "'detail.resource.accessKeyDetails.accessKeyId' is missing")
}

/// The event `sign`, as it comes together.
#[derive(Debug, Default)]
struct Sign {
    code: String,
    keys: Vec<Value>,
    users: Vec<Value>,
    unnamed: usize,
}

impl Sign {
    /// The key that `id` is, of whom `whose` says; where it is none, the user alone. A role, or the root user, may be called as a user is,
    /// and is none.
    fn add_key(&mut self, id: &Value, whose: &Value) {
        let is_user = whose["userType"].is_null() || whose["userType"] == "IAMUser";
        let user = whose["userName"].as_str().filter(|name| is_user && !name.is_empty());
        match (id.as_str().and_then(key_id), user) {
            (Some(id), user) => self.keys.push(json!({ "access_key_id": id, "user": user })),
            (None, Some(user)) => self.users.push(json!(user)),
            (None, None) => self.unnamed += 1,
        }
    }

    /// `entity` is the id of a key, or a user by name or ARN.
    fn add(&mut self, entity: &str) {
        let entity = entity.trim();
        if let Some(id) = key_id(entity) {
            self.keys.push(json!({ "access_key_id": id, "user": null }));
        } else if let Some((_, path)) = entity.split_once(":user/") {
            self.users.push(json!(path.rsplit('/').next().unwrap_or(path)));
        } else if entity.is_empty() || entity.contains([':', '/']) {
            self.unnamed += 1;
        } else {
            self.users.push(json!(entity));
        }
    }

    fn event(self, what: &str, missing: &str) -> Result<Value, EventFault> {
        let Self { code, keys, users, unnamed } = self;
        if code.is_empty() {
            return Err(EventFault::one(format!("{what} has no code that says what it is")));
        }
        if keys.is_empty() && users.is_empty() {
            return Err(EventFault::one(format!(
                "{what} names no access key: {missing}; give it by hand: {{\"compromised\": {{\"access_key_id\": \"AKIA…\"}}}}",
            )));
        }
        Ok(json!({ "sign": { "code": code, "keys": keys, "users": users, "unnamed": unnamed } }))
    }
}

/// What is the id of a key, as AWS writes it: however it was typed on its way.
fn key_id(text: &str) -> Option<String> {
    let id = Compromised::id(text);
    (id.starts_with("AKIA") || id.starts_with("ASIA")).then_some(id)
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
    fn a_risk_names_keys_and_users_and_counts_what_has_no_name() {
        let event = |code: &str, entities: Value| {
            let detail = json!({"eventTypeCode": code, "affectedEntities": entities});
            plain(json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": detail}))
                .map(|event| event["detail"]["sign"].clone())
        };
        let key = json!({"access_key_id": "AKIAONE", "user": null});
        assert_eq!(
            event("AWS_RISK_CREDENTIALS_EXPOSED", json!([{"entityValue": "AKIAONE"}, {"entityArn": "x"}, {}])),
            Ok(json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED", "keys": [key], "users": [], "unnamed": 2}))
        );
        let users = json!([{"entityValue": "arn:aws:iam::111122223333:user/people/ana"}, {"entityValue": "bob"}]);
        assert_eq!(
            event("AWS_RISK_IAM_QUARANTINE", users).map(|sign| sign["users"].clone()),
            Ok(json!(["ana", "bob"]))
        );
        assert_eq!(
            event("AWS_RISK_CREDENTIALS_EXPOSED", json!([{"entityValue": "akiaone "}]))
                .map(|sign| sign["keys"].clone()),
            Ok(json!([key])),
            "an id is an id however it is written"
        );
        for nobody in [json!([]), json!([{}]), json!(null), json!([{"entityValue": ""}])] {
            assert!(event("AWS_RISK_CREDENTIALS_EXPOSED", nobody).is_err(), "nobody must not mean everybody");
        }
    }

    #[test]
    fn a_finding_names_its_key_and_an_attack_all_of_its_keys() {
        let keys = |detail: Value| {
            let event = json!({"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": detail});
            plain(event).map(|event| event["detail"]["sign"]["keys"].clone())
        };
        let details = json!({"accessKeyId": "AKIAONE", "userName": "ana", "userType": "IAMUser"});
        let one = json!({"type": "Recon:IAMUser/TorIPCaller", "resource": {"accessKeyDetails": details}});
        assert_eq!(keys(one), Ok(json!([{"access_key_id": "AKIAONE", "user": "ana"}])));
        let resources = json!([
            {"uid": "AKIATWO", "resourceType": "ACCESS_KEY", "data": {"accessKey": {"userName": "bob"}}},
            {"uid": "arn:aws:s3:::bucket", "resourceType": "S3_BUCKET"},
        ]);
        let attack = json!({"type": "AttackSequence:IAM/CompromisedCredentials",
                            "service": {"detection": {"sequence": {"resources": resources}}}});
        assert_eq!(keys(attack), Ok(json!([{"access_key_id": "AKIATWO", "user": "bob"}])));
        assert!(keys(json!({"type": "Recon:EC2/PortProbe", "resource": {"instanceDetails": {}}})).is_err());
    }

    #[test]
    fn a_finding_that_lacks_half_of_what_it_should_have_is_not_passed_by() {
        let sign = |details: Value| {
            let detail = json!({"type": "Recon:IAMUser/TorIPCaller", "resource": {"accessKeyDetails": details}});
            plain(json!({"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": detail}))
                .map(|event| event["detail"]["sign"].clone())
        };
        let of = |details: Value| {
            let sign = sign(details).unwrap();
            (sign["keys"].clone(), sign["users"].clone(), sign["unnamed"].clone())
        };
        let key = |user: Value| json!([{"access_key_id": "AKIAONE", "user": user}]);
        let id = "AKIAONE";
        assert_eq!(of(json!({"accessKeyId": id})), (key(json!(null)), json!([]), json!(0)));
        for whose in ["AssumedRole", "Root", "FederatedUser", "AWSAccount"] {
            let role = json!({"accessKeyId": id, "userType": whose, "userName": "ana"});
            assert_eq!(of(role), (key(json!(null)), json!([]), json!(0)), "{whose} is no user, whatever it is called");
        }
        for unreadable in [json!("GeneratedFindingAccessKeyId"), json!(""), json!(null), json!(7)] {
            let named = json!({"accessKeyId": unreadable, "userType": "IAMUser", "userName": "ana"});
            assert_eq!(of(named), (json!([]), json!(["ana"]), json!(0)), "its user is known");
            assert!(sign(json!({"accessKeyId": unreadable, "userType": "Root", "userName": "ana"})).is_err());
        }
        assert_eq!(of(json!({"accessKeyId": " akiaone\n", "userName": "ana"})).0, key(json!("ana")));
    }

    #[test]
    fn what_is_asked_for_beside_the_detail_of_another_is_refused_and_not_passed_by() {
        use super::super::Request;
        use crate::run::event::Fields;
        let read = |event: Value| {
            let mut fields = Fields::of(plain(event)?)?;
            fields.choice("mode", &[("plan", ()), ("apply", ())]);
            Request::read(&mut fields, &super::super::policy::Signs::default());
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
