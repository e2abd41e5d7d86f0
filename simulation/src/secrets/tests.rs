//! What AWS refuses, and how labels move.

use serde_json::{Value, json};

use super::*;
use crate::wire::Headers;

const FIRST: &str = "11111111111111111111111111111111";
const SECOND: &str = "22222222222222222222222222222222";

fn now() -> Timestamp {
    "2026-01-01T02:07:09Z".parse().expect("a moment")
}

fn ask(secrets: &mut Secrets, action: &str, body: &Value) -> Result<Value, String> {
    let target = format!("secretsmanager.{action}");
    let headers = Headers { authorization: None, target: Some(&target) };
    let uri = "https://secretsmanager.eu-west-1.amazonaws.com/";
    let mut request = Request::read("POST", uri, headers, body.to_string().as_bytes()).unwrap();
    match secrets.answer(&mut request, now(), SignedDuration::ZERO) {
        Ok(outcome) => Ok(serde_json::from_str(&outcome.body).unwrap()),
        Err(Refusal::Aws { code, .. }) => Err(code.to_owned()),
        Err(Refusal::OfSimulation(said)) => Err(format!("simulation: {said}")),
    }
}

fn one() -> Secrets {
    let mut secrets = Secrets::new("eu-west-1", "111122223333");
    let tags = json!([{"Key": "nightshift:user-id", "Value": "AIDAANA"}]);
    let body = json!({"Name": "/x/ana", "ClientRequestToken": FIRST, "SecretString": "{}", "Tags": tags});
    ask(&mut secrets, "CreateSecret", &body).unwrap();
    ask(&mut secrets, "CreateSecret", &body).unwrap();
    let other = json!({"Name": "/x/ana", "ClientRequestToken": SECOND, "SecretString": "{}", "Tags": []});
    assert_eq!(ask(&mut secrets, "CreateSecret", &other).unwrap_err(), "ResourceExistsException");
    secrets
}

fn put(secrets: &mut Secrets, token: &str, value: &str, label: &str) -> Result<Value, String> {
    let body =
        json!({"SecretId": "/x/ana", "ClientRequestToken": token, "SecretString": value, "VersionStages": [label]});
    ask(secrets, "PutSecretValue", &body)
}

#[test]
fn a_token_names_one_value_for_ever_and_labels_move_as_the_service_says() {
    let mut secrets = one();
    put(&mut secrets, SECOND, "two", "AWSPENDING").unwrap();
    put(&mut secrets, SECOND, "two", "AWSPENDING").unwrap();
    assert_eq!(put(&mut secrets, SECOND, "three", "AWSPENDING").unwrap_err(), "ResourceExistsException");
    let moved = |secrets: &mut Secrets, body: Value| ask(secrets, "UpdateSecretVersionStage", &body);
    let to = json!({"SecretId": "/x/ana", "VersionStage": "AWSCURRENT", "MoveToVersionId": SECOND});
    assert_eq!(moved(&mut secrets, to.clone()).unwrap_err(), "InvalidParameterException", "it has to say from where");
    let mut from = to;
    from["RemoveFromVersionId"] = json!(FIRST);
    moved(&mut secrets, from).unwrap();
    let off = json!({"SecretId": "/x/ana", "VersionStage": "AWSPENDING", "RemoveFromVersionId": SECOND});
    moved(&mut secrets, off.clone()).unwrap();
    assert_eq!(moved(&mut secrets, off).unwrap_err(), "InvalidParameterException");
    let found = ask(&mut secrets, "DescribeSecret", &json!({"SecretId": "/x/ana"})).unwrap();
    assert_eq!(found["VersionIdsToStages"], json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
    assert_eq!(found["Tags"][0]["Value"], "AIDAANA");
}

#[test]
fn a_value_is_read_by_its_label_and_the_day_of_it_is_remembered() {
    let mut secrets = one();
    put(&mut secrets, SECOND, "two", "AWSPENDING").unwrap();
    let read = |secrets: &mut Secrets, stage: &str| {
        ask(secrets, "GetSecretValue", &json!({"SecretId": "/x/ana", "VersionId": SECOND, "VersionStage": stage}))
    };
    assert_eq!(read(&mut secrets, "AWSCURRENT").unwrap_err(), "InvalidRequestException");
    assert_eq!(read(&mut secrets, "AWSPENDING").unwrap()["SecretString"], "two");
    let body = json!({"SecretId": "/x/ana", "IncludeDeprecated": true, "MaxResults": 100});
    let listed = ask(&mut secrets, "ListSecretVersionIds", &body).unwrap();
    assert_eq!(listed["Versions"][0].get("LastAccessedDate"), None);
    assert_eq!(listed["Versions"][1]["LastAccessedDate"], 1_767_225_600, "a day and no hour");
}

#[test]
fn what_is_on_its_way_out_can_be_described_and_had_back_and_nothing_else() {
    let mut secrets = one();
    secrets.delete("/x/ana", now()).unwrap();
    assert!(ask(&mut secrets, "DescribeSecret", &json!({"SecretId": "/x/ana"})).unwrap()["DeletedDate"].is_number());
    assert_eq!(put(&mut secrets, SECOND, "two", "AWSPENDING").unwrap_err(), "InvalidRequestException");
    assert_eq!(
        ask(&mut secrets, "GetResourcePolicy", &json!({"SecretId": "/x/ana"})).unwrap_err(),
        "InvalidRequestException"
    );
    ask(&mut secrets, "RestoreSecret", &json!({"SecretId": "/x/ana"})).unwrap();
    put(&mut secrets, SECOND, "two", "AWSPENDING").unwrap();
    assert_eq!(
        ask(&mut secrets, "DescribeSecret", &json!({"SecretId": "/x/a"})).unwrap_err(),
        "ResourceNotFoundException"
    );
    assert!(
        ask(&mut secrets, "DescribeSecret", &json!({"SecretId": "/x/ana", "N": 1}))
            .unwrap_err()
            .starts_with("simulation")
    );
    assert_eq!(
        key_in(r#"{"AccessKeyId":"AKIAONE","SecretAccessKey":"secret-of-AKIAONE"}"#).as_deref(),
        Some("AKIAONE")
    );
    assert_eq!(key_in(r#"{"AccessKeyId":"AKIAONE","SecretAccessKey":"of another"}"#), None, "no half of it");
}
