//! What is taken of the state machine, and what is not.

use serde_json::json;

use super::*;

fn work(event: Value) -> Result<ToWork, String> {
    ToWork::read(event.into()).map_err(|fault| fault.to_string())
}

fn item(more: &[(&str, Value)]) -> Value {
    let mut item = json!({
        "account": "111122223333", "name": "web", "path": "Root/Prod", "policy": null, "regions": ["eu-west-1"],
    });
    for (key, value) in more {
        item[*key] = value.clone();
    }
    item
}

#[test]
fn a_worker_takes_what_the_map_hands_it() {
    let event = work(json!({ "execution": "night", "phase": "plan", "item": item(&[]) })).unwrap();
    assert_eq!(
        (event.execution.as_str(), event.phase, event.item.account.as_str()),
        ("night", Phase::Plan, "111122223333")
    );
    for word in [("budget", json!({ "deletions": 0 })), ("expect_plan", json!(PlanDigest::of("f", "a", &())))] {
        let judged = ("judged_at", json!("2026-11-21T02:00:00Z"));
        let event = json!({ "execution": "night", "phase": "canary", "item": item(&[word, judged]) });
        assert_eq!(work(event).unwrap().phase, Phase::Canary);
    }
}

#[test]
fn what_no_state_machine_of_ours_sends_is_refused_by_name() {
    let budget = [("budget", json!({ "deletions": 1 }))];
    for (event, why) in [
        (json!([]), "expected the object"),
        (json!({ "execution": "night", "phase": "plan" }), "'item' is missing"),
        (
            json!({ "execution": "night", "phase": "apply", "item": item(&budget) }),
            "'phase' must be 'plan' or 'canary' or 'rest'",
        ),
        (
            json!({ "execution": "night", "phase": "plan", "item": item(&[("acount", json!("1"))]) }),
            "unknown field `acount`",
        ),
        (
            json!({ "execution": "night", "phase": "plan", "item": item(&[("account", json!("../../x"))]) }),
            "no account",
        ),
        (json!({ "execution": "../x", "phase": "plan", "item": item(&[]) }), "no name of an execution"),
        (json!({ "phase": "plan", "item": item(&[]) }), "'execution' is missing"),
        (json!({ "execution": "n", "phase": "rest", "item": item(&[]) }), "neither a 'budget' nor an 'expect_plan'"),
        (json!({ "execution": "n", "phase": "rest", "item": item(&[("budget", json!(1))]) }), "'item': invalid type"),
        (json!({ "execution": "n", "phase": "rest", "item": item(&budget) }), "a 'budget' and no 'judged_at'"),
        (
            json!({ "execution": "n", "phase": "rest", "item": item(&[("expect_plan", json!(PlanDigest::of("f", "a", &())))]) }),
            "an 'expect_plan' and no 'judged_at'",
        ),
        (
            json!({ "execution": "n", "phase": "rest", "item": item(&[("expect_plan", json!("latest"))]) }),
            "'latest' is not a plan digest",
        ),
        (json!({ "execution": "n", "phase": "plan", "item": item(&[]), "mode": "apply" }), "unknown key 'mode'"),
    ] {
        let refused = work(event.clone()).unwrap_err();
        assert!(refused.contains(why), "{event}: {refused}");
    }
}

#[test]
fn a_run_is_started_with_nothing_or_with_what_a_person_said() {
    let list = |input: Value| {
        let event = json!({
            "execution": "night", "execution_arn": "arn:night", "started_at": "2026-11-21T02:00:00.123Z", "input": input,
        });
        ToList::read(event.into()).map(|event| event.input).map_err(|fault| fault.to_string())
    };
    assert_eq!(list(json!({})), Ok(Start::default()));
    assert_eq!(list(json!(null)), Ok(Start::default()));
    let digest = PlanDigest::of("f", "a", &());
    let start = list(json!({ "mode": "apply", "expect_plan": digest, "redrive_of": "last-night" })).unwrap();
    assert_eq!(
        (start.mode, start.expect_plan, start.redrive_of.as_deref()),
        (Some(Mode::Apply), Some(digest), Some("last-night"))
    );
    let scheduled = list(json!({ "started_by": "schedule" })).unwrap();
    assert_eq!(scheduled, Start { scheduled: true, ..Start::default() });
    assert!(!start.scheduled);
    for (input, why) in [
        (json!({ "started_by": "schedule", "mode": "plan" }), "'started_by' goes with nothing else"),
        (json!({ "started_by": "me" }), "'started_by' must be 'schedule'"),
        (json!({ "mode": "Apply" }), "'input': 'mode' must be 'plan' or 'apply'"),
        (json!({ "accounts": [] }), "'input': unknown key 'accounts'"),
        (json!({ "expect_plan": null }), "'expect_plan' is null"),
        (json!({ "redrive_of": "a/../b" }), "'redrive_of' is no name"),
        (json!("x"), "'input' must be an object"),
    ] {
        let refused = list(input.clone()).unwrap_err();
        assert!(refused.contains(why), "{input}: {refused}");
    }
    let event = json!({ "execution": "night", "execution_arn": "arn", "started_at": "yesterday", "input": {} });
    assert!(ToList::read(event.into()).unwrap_err().to_string().contains("'started_at' is no time"));
}

#[test]
fn a_report_is_asked_for_by_the_machine_or_by_the_end_of_an_execution() {
    let read = |event: Value| ToReport::read(event.into()).map(|event| (event.execution, event.status));
    let arn = "arn:aws:states:eu-west-1:111122223333:execution:fleet:night";
    let machine = json!({ "execution": "night", "execution_arn": arn });
    assert_eq!(read(machine), Ok(("night".to_owned(), None)));
    let mut ended = json!({
        "version": "0", "id": "1", "detail-type": "Step Functions Execution Status Change", "source": "aws.states",
        "account": "111122223333", "time": "2026-11-21T02:00:00Z", "region": "eu-west-1", "resources": [arn],
        "detail": { "executionArn": arn, "name": "night", "status": "FAILED", "input": "{}", "output": null },
    });
    assert_eq!(read(ended.clone()), Ok(("night".to_owned(), Some("FAILED".to_owned()))));
    ended["detail"]["name"] = json!("../x");
    assert!(read(ended).is_err());
    assert!(read(json!({ "execution": "night", "execution_arn": arn, "mode": "apply" })).is_err());
    assert!(read(json!([])).is_err());
}

#[test]
fn a_map_is_judged_by_what_it_wrote() {
    let event = |more: &[(&str, Value)]| {
        let result = json!({ "Bucket": "b", "Key": "k" });
        let mut event = json!({ "execution": "n", "phase": "plan", "mode": "apply", "expect_plan": null, "items_key": "i", "result": result });
        for (key, value) in more {
            event[*key] = value.clone();
        }
        ToJudge::read(event.into()).map_err(|fault| fault.to_string())
    };
    assert_eq!(event(&[]).map(|event| event.expect_plan), Ok(None), "the machine has no way to leave a key out");
    for (key, value, why) in [
        ("phase", json!("rest"), "nothing is to be judged"),
        ("mode", json!(null), "'mode'"),
        ("expect_plan", json!("latest"), "not a plan digest"),
        ("expect_plan", json!(7), "must be a text, or null"),
        ("result", json!({ "Bucket": "b" }), "missing field `Key`"),
    ] {
        let refused = event(&[(key, value.clone())]).unwrap_err();
        assert!(refused.contains(why), "{key} {value}: {refused}");
    }
}
