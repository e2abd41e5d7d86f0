//! What a call to AWS Organizations touched, as `CloudTrail` tells of it through `EventBridge`. A call that nobody here knows touched
//! everything: to read too much costs calls, to read too little leaves the snapshot wrong.

use serde_json::{Value, json};

use crate::run::event::EventFault;
use crate::text::printable;

/// One thing that was touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// Nobody can say what.
    Everything,
    /// Accounts came, left, moved or have another state.
    Accounts,
    /// Units came, went or have another name.
    Units,
    /// What surrounds the organisation.
    Extras,
    /// This policy.
    Policy(String),
    /// The tags of this.
    Tags(String),
}

const SOURCE: &str = "organizations.amazonaws.com";

/// Calls after which accounts came, left, moved or changed.
const ACCOUNTS: [&str; 4] = ["MoveAccount", "CloseAccount", "CloseAccountResult", "RemoveAccountFromOrganization"];
/// Calls that make an account, and are on record as well.
const MADE: [&str; 9] = [
    "CreateAccount",
    "CreateAccountResult",
    "CreateGovCloudAccount",
    "CreateGovCloudAccountResult",
    "AcceptHandshake",
    "AccountJoinedOrganization",
    "AccountDepartedOrganization",
    "LeaveOrganization",
    "AccountResponsibilityTransferred",
];
const UNITS: [&str; 3] = ["CreateOrganizationalUnit", "UpdateOrganizationalUnit", "DeleteOrganizationalUnit"];
const EXTRAS: [&str; 9] = [
    "InviteAccountToOrganization",
    "CancelHandshake",
    "DeclineHandshake",
    "EnableAWSServiceAccess",
    "DisableAWSServiceAccess",
    "RegisterDelegatedAdministrator",
    "DeregisterDelegatedAdministrator",
    "PutResourcePolicy",
    "DeleteResourcePolicy",
];
const POLICIES: [&str; 5] = ["CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy"];
const TAGS: [&str; 2] = ["TagResource", "UntagResource"];

/// The plain event that `payload` comes down to, in the envelope it came in.
pub(super) fn plain(mut payload: Value) -> Result<Value, EventFault> {
    if payload["source"].as_str() != Some("aws.organizations") {
        return Ok(payload);
    }
    let detail = &payload["detail"];
    let of = |field: &str| detail[field].as_str().unwrap_or_default();
    if of("eventSource") != SOURCE {
        return Err(EventFault::one(format!(
            "the event is of '{}', and this function is for {SOURCE}: narrow the EventBridge rule",
            printable(of("eventSource"))
        )));
    }
    if of("eventName").is_empty() {
        return Err(EventFault::one("the event names no call: 'detail.eventName' is missing"));
    }
    let words: Vec<_> = touched(detail).iter().map(word).collect();
    let mut plain = json!({ "touched": words });
    if let Some(at) = detail["eventTime"].as_str() {
        plain["changed_at"] = json!(at);
    }
    payload["detail"] = plain;
    Ok(payload)
}

/// What the call that `detail` tells of touched. One that only reads, or that AWS refused, touched nothing.
fn touched(detail: &Value) -> Vec<Touch> {
    let reads = |read_only: &Value| read_only.as_bool().or_else(|| read_only.as_str().map(|text| text == "true"));
    if reads(&detail["readOnly"]) == Some(true) || detail["errorCode"].as_str().is_some_and(|code| !code.is_empty()) {
        return Vec::new();
    }
    let name = detail["eventName"].as_str().unwrap_or_default();
    let asked = |field: &str| detail["requestParameters"][field].as_str().map(str::to_owned);
    let made = detail["responseElements"]["policy"]["policySummary"]["id"].as_str().map(str::to_owned);
    let named = |touch: fn(String) -> Touch, id: Option<String>| vec![id.map_or(Touch::Everything, touch)];
    match name {
        _ if ACCOUNTS.contains(&name) => vec![Touch::Accounts],
        _ if MADE.contains(&name) => vec![Touch::Accounts, Touch::Extras],
        _ if UNITS.contains(&name) => vec![Touch::Units],
        _ if EXTRAS.contains(&name) => vec![Touch::Extras],
        _ if POLICIES.contains(&name) => named(Touch::Policy, asked("policyId").or(made)),
        _ if TAGS.contains(&name) => named(Touch::Tags, asked("resourceId")),
        _ => vec![Touch::Everything],
    }
}

fn word(touch: &Touch) -> String {
    match touch {
        Touch::Everything => "everything".to_owned(),
        Touch::Accounts => "accounts".to_owned(),
        Touch::Units => "units".to_owned(),
        Touch::Extras => "extras".to_owned(),
        Touch::Policy(id) => format!("policy:{id}"),
        Touch::Tags(id) => format!("tags:{id}"),
    }
}

/// What a word of an event means.
pub(super) fn of_word(text: &str) -> Result<Touch, String> {
    match text.split_once(':') {
        None if text == "everything" => Ok(Touch::Everything),
        None if text == "accounts" => Ok(Touch::Accounts),
        None if text == "units" => Ok(Touch::Units),
        None if text == "extras" => Ok(Touch::Extras),
        Some(("policy", id)) if !id.is_empty() => Ok(Touch::Policy(id.to_owned())),
        Some(("tags", id)) if !id.is_empty() => Ok(Touch::Tags(id.to_owned())),
        _ => Err(format!(
            "'touched' holds '{}', and knows everything, accounts, units, extras, policy:ID and tags:ID",
            printable(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(detail: &Value) -> String {
        let mut event =
            json!({ "source": "aws.organizations", "detail-type": "AWS API Call via CloudTrail", "detail": detail });
        event["detail"]["eventSource"] = json!(SOURCE);
        let plain = plain(event).unwrap();
        let words = plain["detail"]["touched"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_call_touches_what_it_changed() {
        for (name, parameters, wanted) in [
            ("MoveAccount", json!({ "accountId": "1" }), "accounts"),
            ("CloseAccount", json!({}), "accounts"),
            ("CreateAccountResult", json!(null), "accounts extras"),
            ("AcceptHandshake", json!({ "handshakeId": "h-1" }), "accounts extras"),
            ("CreateOrganizationalUnit", json!({ "parentId": "r-1" }), "units"),
            ("UpdateOrganizationalUnit", json!({}), "units"),
            ("DeleteOrganizationalUnit", json!({}), "units"),
            ("UpdatePolicy", json!({ "policyId": "p-1" }), "policy:p-1"),
            ("AttachPolicy", json!({ "policyId": "p-1", "targetId": "ou-1" }), "policy:p-1"),
            ("DetachPolicy", json!({ "policyId": "p-1", "targetId": "ou-1" }), "policy:p-1"),
            ("DeletePolicy", json!({ "policyId": "p-1" }), "policy:p-1"),
            ("TagResource", json!({ "resourceId": "ou-1" }), "tags:ou-1"),
            ("UntagResource", json!({ "resourceId": "r-1" }), "tags:r-1"),
            ("EnableAWSServiceAccess", json!({}), "extras"),
            ("RegisterDelegatedAdministrator", json!({}), "extras"),
            ("PutResourcePolicy", json!({}), "extras"),
            ("EnablePolicyType", json!({ "rootId": "r-1" }), "everything"),
            ("DisablePolicyType", json!({}), "everything"),
            ("EnableAllFeatures", json!({}), "everything"),
            ("ACallOfNextYear", json!({}), "everything"),
            ("ACallOfNextYear", json!({ "resourceId": "ou-1", "policyId": "p-1" }), "everything"),
            ("UpdatePolicy", json!({}), "everything"),
            ("TagResource", json!(null), "everything"),
        ] {
            assert_eq!(words(&json!({ "eventName": name, "requestParameters": parameters })), wanted, "{name}");
        }
        let made = json!({ "policy": { "policySummary": { "id": "p-9" } } });
        assert_eq!(words(&json!({ "eventName": "CreatePolicy", "responseElements": made })), "policy:p-9");
    }

    #[test]
    fn what_changed_nothing_touches_nothing() {
        for detail in [
            json!({ "eventName": "ListAccounts", "readOnly": true }),
            json!({ "eventName": "DescribePolicy", "readOnly": "true" }),
            json!({ "eventName": "MoveAccount", "errorCode": "AccessDenied" }),
        ] {
            assert_eq!(words(&detail), "", "{detail}");
        }
        assert_eq!(words(&json!({ "eventName": "MoveAccount", "readOnly": false })), "accounts");
    }

    #[test]
    fn a_word_is_read_as_it_is_written_and_others_are_refused() {
        let all = ["everything", "accounts", "units", "extras", "policy:p-1", "tags:ou-1"];
        for text in all {
            assert_eq!(of_word(text).map(|touch| word(&touch)).as_deref(), Ok(text));
        }
        for text in ["", "policy", "policy:", "tags:", "tree", "Accounts"] {
            assert!(of_word(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_event_of_another_service_is_refused() {
        let event = json!({ "source": "aws.organizations", "detail": { "eventSource": "iam.amazonaws.com", "eventName": "X" } });
        assert!(plain(event).unwrap_err().to_string().contains("narrow the EventBridge rule"));
        let event = json!({ "source": "aws.organizations", "detail": { "eventSource": SOURCE } });
        assert!(plain(event).unwrap_err().to_string().contains("'detail.eventName' is missing"));
        assert_eq!(plain(json!({})).unwrap(), json!({}));
    }
}
