//! What is told of accounts that no map speaks of.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domains::fleet::{Choice, Visit};
use crate::report::Mode;

fn planned(account: &str) -> Maps {
    let visit = json!({
        "account": account, "name": "n", "path": "Root", "phase": "plan", "policy": null, "ended": "planned",
        "counts": { "observed": 1, "planned": 1, "changed": 0, "already_right": 0, "deferred": 0, "skipped": 0, "failed": 0 },
    });
    assert!(serde_json::from_value::<Visit>(visit.clone()).is_ok());
    let record =
        json!([{ "Status": "SUCCEEDED", "Input": json!(item(account)).to_string(), "Output": visit.to_string() }]);
    let mut maps = Maps::default();
    maps.plan.add("f", &record.to_string()).unwrap();
    maps
}

fn item(account: &str) -> Item {
    serde_json::from_value(json!({ "account": account, "name": "n", "path": "Root", "policy": null, "regions": [] }))
        .unwrap()
}

#[test]
fn an_account_that_was_to_be_changed_and_that_no_map_speaks_of_has_failed() {
    let (started_at, mode) = (Timestamp::UNIX_EPOCH, Mode::Apply);
    let run = || Run {
        function: "cluster-cleanup".to_owned(),
        mode,
        execution: "night".to_owned(),
        organization: None,
        redrive_of: None,
        started_at,
        finished_at: started_at,
    };
    let chose = || Chose {
        started_at,
        mode,
        organization: "o-1".to_owned(),
        redrive_of: None,
        choice: Choice { canary: Vec::new(), rest: Vec::new(), left_out: Vec::new() },
    };
    let ended = |go: bool, sent: &[&str]| {
        let judged =
            json!({ "digest": PlanDigest::of("f", "a", &()), "mode": "apply", "go": go, "canary": 0, "rest": 1 });
        let found = Found {
            items: vec![item("1")],
            maps: planned("1"),
            judged: Some(serde_json::from_value(judged).unwrap()),
            after: None,
            sent: sent.iter().map(|account| (*account).to_owned()).collect(),
        };
        let row = told(run(), chose(), &found, Some("FAILED")).accounts.remove(0);
        format!("{} {}", row.ended.as_str(), row.reason.map(|reason| reason.code).unwrap_or_default())
    };
    assert_eq!(ended(true, &["1"]), "failed not-reached");
    assert_eq!(ended(true, &[]), "planned ", "it was to be left as it is");
    assert_eq!(ended(false, &["1"]), "planned ", "nothing was begun");
}
