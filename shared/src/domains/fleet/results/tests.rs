//! Result files as the developer guide of Step Functions documents them.

use serde_json::{Value, json};

use super::*;
use crate::domains::fleet::visit::{Ended, Phase};
use crate::report::Counts;

pub(in crate::domains::fleet) fn item(account: &str) -> Item {
    Item { regions: vec!["eu-west-1".to_owned()], ..Item::of(account, format!("name of {account}"), "Root/Workloads") }
}

pub(in crate::domains::fleet) fn visit(account: &str, phase: Phase, ended: Ended) -> Visit {
    let Item { name, path, policy, .. } = item(account);
    let planned = usize::from(ended == Ended::Planned);
    Visit {
        account: account.to_owned(),
        name,
        path,
        phase,
        policy,
        ended,
        reason: None,
        regions: BTreeMap::new(),
        counts: Counts { observed: 3, planned, ..Counts::default() },
        budget: [("deletions".to_owned(), planned)].into(),
        destructive: planned,
        wanted: planned,
        marked: 3,
        attention: crate::domains::fleet::Attention::default(),
        plan_digest: Some(format!("sha256:{account}")),
        report_key: Some(format!("fleet/cluster-cleanup/night/{phase}/{account}.json")),
        estimate: None,
        oldest_key_days: None,
    }
}

/// A record of the file of `status`, as AWS writes it.
pub(in crate::domains::fleet) fn record(account: &str, status: &str, more: &Value) -> Value {
    let mut record = json!({
        "ExecutionArn": format!("arn:aws:states:eu-west-1:111122223333:execution:night/Plan:{account}"),
        "Input": json!({"execution": "night", "phase": "plan", "item": item(account)}).to_string(),
        "InputDetails": {"Included": true},
        "Name": account,
        "RedriveCount": 0,
        "StartDate": "2026-11-29T02:00:00.000Z",
        "StateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:night/Plan",
        "Status": status,
    });
    let fields = more.as_object().cloned().unwrap_or_default();
    record.as_object_mut().unwrap().extend(fields);
    record
}

fn answered(account: &str, at: &str, ended: Ended) -> Value {
    let output = serde_json::to_string(&visit(account, Phase::Plan, ended)).unwrap();
    record(account, "SUCCEEDED", &json!({"Output": output, "OutputDetails": {"Included": true}, "StopDate": at}))
}

fn read(files: &[Value]) -> Results {
    let mut results = Results::default();
    for (at, file) in files.iter().enumerate() {
        results.add(&format!("file {at}"), &file.to_string()).unwrap();
    }
    results
}

#[test]
fn a_manifest_names_the_files_of_every_state() {
    let text = json!({
        "DestinationBucket": "b",
        "MapRunArn": "arn:aws:states:eu-west-1:111122223333:mapRun:night/Plan:1",
        "ResultFiles": {
            "FAILED": [{"Key": "r/1/FAILED_0.json", "Size": 1}],
            "PENDING": [],
            "SUCCEEDED": [{"Key": "r/1/SUCCEEDED_0.json", "Size": 2}, {"Key": "r/1/SUCCEEDED_1.json", "Size": 3}],
            "LATER": [{"Key": "r/1/LATER_0.json", "Size": 3}],
        }
    });
    let manifest = Manifest::read("r/1/manifest.json", &text.to_string()).unwrap();
    let keys: Vec<_> = manifest.keys().collect();
    assert_eq!(keys, ["r/1/FAILED_0.json", "r/1/LATER_0.json", "r/1/SUCCEEDED_0.json", "r/1/SUCCEEDED_1.json"]);
    let refused = Manifest::read("r/1/manifest.json", "{}").unwrap_err().to_string();
    assert_eq!(
        refused,
        "r/1/manifest.json is not what Step Functions documents: missing field `ResultFiles` at line 1 column 2; nothing was judged"
    );
}

#[test]
fn each_account_is_heard_of_once() {
    let lambda = json!({"errorMessage": "sts did not answer", "errorType": "Unreachable"}).to_string();
    let results = read(&[
        json!([answered("1", "2026-11-29T02:00:01Z", Ended::Nothing)]),
        json!([
            record(
                "2",
                "FAILED",
                &json!({"Error": "Unreachable", "Cause": lambda, "StopDate": "2026-11-29T02:00:01Z"})
            ),
            record("3", "TIMED_OUT", &json!({"StopDate": "2026-11-29T02:15:01Z"})),
            record("4", "ABORTED", &json!({"StopDate": "2026-11-29T02:15:01Z"})),
        ]),
        json!([{"Input": json!({"item": item("5")}).to_string(), "InputDetails": {"Included": true}, "Status": "PENDING"}]),
        json!([record("6", "SUCCEEDED", &json!({"Output": "null"})), record("7", "SUCCEEDED", &json!({}))]),
    ]);
    let failed = |account: &str| match results.of(account) {
        Some(Heard::Failed { error, cause }) => format!("{error}: {cause}"),
        other => format!("{other:?}"),
    };
    assert!(matches!(results.of("1"), Some(Heard::Answered(visit)) if visit.ended == Ended::Nothing));
    assert_eq!(failed("2"), "Unreachable: sts did not answer");
    assert_eq!(failed("3"), "TIMED_OUT: ");
    assert_eq!(failed("4"), "ABORTED: ");
    assert_eq!(results.of("5"), Some(&Heard::NotReached));
    assert!(failed("6").starts_with("NotAnAnswer: invalid type: null"), "{}", failed("6"));
    assert_eq!(failed("7"), "NotAnAnswer: it answered nothing");
    assert_eq!(results.of("8"), None);
    assert_eq!(results.visits().count(), 1);
}

#[test]
fn a_redriven_account_counts_by_its_answer_in_whatever_order_the_files_are_read() {
    let before =
        json!([record("1", "FAILED", &json!({"Error": "a", "Cause": "", "StopDate": "2026-11-29T02:00:01Z"}))]);
    let again = json!([record("1", "FAILED", &json!({"Error": "b", "Cause": "", "StopDate": "2026-11-29T03:00:01Z"}))]);
    let pending = json!([record("1", "PENDING", &json!({}))]);
    let after = json!([answered("1", "2026-11-29T04:00:01Z", Ended::Nothing)]);
    let later = json!([answered("1", "2026-11-29T05:00:01Z", Ended::Planned)]);
    let all = [before, again, pending, after, later];
    let ended = |places: &[usize]| {
        let files: Vec<_> = places.iter().map(|at| all[*at].clone()).collect();
        match read(&files).of("1").cloned() {
            Some(Heard::Answered(visit)) => visit.ended.as_str().to_owned(),
            Some(Heard::Failed { error, .. }) => error,
            other => format!("{other:?}"),
        }
    };
    assert_eq!([ended(&[0, 1]), ended(&[1, 0])], ["b", "b"], "the later failure");
    assert_eq!([ended(&[2, 0]), ended(&[0, 2])], ["a", "a"], "a failure says more than a wait");
    assert_eq!([ended(&[0, 1, 2, 3]), ended(&[3, 2, 1, 0])], ["nothing", "nothing"]);
    assert_eq!([ended(&[3, 4]), ended(&[4, 3])], ["planned", "planned"], "the later answer");
}

#[test]
fn an_answer_for_another_account_is_none() {
    let output = serde_json::to_string(&visit("2", Phase::Plan, Ended::Done)).unwrap();
    let results = read(&[json!([record("1", "SUCCEEDED", &json!({"Output": output}))])]);
    assert!(matches!(results.of("1"), Some(Heard::Failed { error, .. }) if error == "NotAnAnswer"));
    assert_eq!(results.of("2"), None);
}

#[test]
fn what_names_no_account_is_counted_and_what_is_no_file_is_refused() {
    let results = read(&[json!([{"Status": "PENDING"}, {"Status": "FAILED", "Input": "[]"}])]);
    assert_eq!(results.unknown, 2);
    let refused = Results::default().add("r/FAILED_0.json", "{\"a\": ").unwrap_err().to_string();
    assert!(refused.starts_with("r/FAILED_0.json is not what Step Functions documents"), "{refused}");
}

#[test]
fn a_cause_is_kept_short_and_printable() {
    let cause = format!("\u{1b}[31m{}", "x".repeat(40_000));
    let results = read(&[json!([record("1", "FAILED", &json!({"Error": "E", "Cause": cause}))])]);
    let Some(Heard::Failed { cause, .. }) = results.of("1") else { panic!("it failed") };
    assert!(cause.chars().count() < 700 && !cause.contains('\u{1b}'), "{}", cause.len());
}
