//! What is told of accounts that no map speaks of.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domains::fleet::{Choice, Results, Visit};
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

/// A run through one account that has work; `after` is whether those that go first, of which there are some unless it is `None`, let the
/// others go, if they were judged.
fn found(go: bool, (first, others): (&[&str], &[&str]), after: Option<bool>) -> Found {
    let judged = |go: bool| {
        let judged =
            json!({ "digest": PlanDigest::of("f", "a", &()), "mode": "apply", "go": go, "canary": 0, "rest": 1 });
        serde_json::from_value::<Judged>(judged).unwrap()
    };
    let items = |accounts: &[&str]| accounts.iter().map(|account| item(account)).collect::<Vec<_>>();
    let why = Reason::plain(&codes::CANARY_FAILED, "too many failed");
    let after = after.map(|go| Judged { why: (!go).then(|| why.clone()), ..judged(go) });
    Found {
        items: vec![item("1")],
        maps: planned("1"),
        judged: Some(judged(go)),
        after,
        first: items(first),
        others: items(others),
        traces: Traces::new(),
    }
}

fn row(found: &Found) -> Row {
    let at = Timestamp::UNIX_EPOCH;
    let run = Run::of("cluster-cleanup", Mode::Apply, "night", (at, at));
    let choice = Choice { canary: Vec::new(), rest: Vec::new(), left_out: Vec::new() };
    let (organization, redrive_of) = ("o-1".to_owned(), None);
    let chose = Chose { started_at: at, mode: Mode::Apply, organization, redrive_of, scheduled: false, choice };
    told(run, chose, found, Some("ABORTED")).accounts.remove(0)
}

fn ended(found: &Found) -> String {
    let row = row(found);
    format!("{} {}", row.ended.as_str(), row.reason.map(|reason| reason.code).unwrap_or_default())
}

#[test]
fn an_account_that_a_worker_was_sent_to_and_that_no_map_speaks_of_has_failed_and_may_be_changed_yet() {
    assert_eq!(ended(&found(true, (&[], &["1"]), None)), "failed not-heard-of");
    assert_eq!(ended(&found(true, (&["1"], &[]), None)), "failed not-heard-of");
    assert_eq!(ended(&found(true, (&["9"], &["1"]), Some(true))), "failed not-heard-of");
    assert_eq!(ended(&found(true, (&["9"], &["1"]), None)), "failed not-reached", "those that go first were at work");
    assert_eq!(ended(&found(true, (&["9"], &["1"]), Some(false))), "planned canary-failed", "it was held back");
    assert_eq!(ended(&found(true, (&[], &[]), None)), "planned ", "it was to be left as it is");
    assert_eq!(ended(&found(false, (&[], &["1"]), None)), "planned ", "nothing was begun");
}

#[test]
fn a_plan_over_a_cap_of_its_account_hides_no_worker_that_was_not_heard_of() {
    let capped = |mut found: Found| {
        let mut visit = found.maps.plan.visits().next().unwrap().clone();
        visit.reason = Some(Reason::plain(&crate::report::codes::CAP, "max_deletions is 1 and the plan wants 2"));
        found.maps.plan = Results::default();
        found.maps.plan.hear(visit);
        ended(&found)
    };
    assert_eq!(capped(found(true, (&[], &["1"]), None)), "failed not-heard-of");
    assert_eq!(capped(found(true, (&["9"], &["1"]), None)), "failed not-reached");
    assert_eq!(capped(found(true, (&["9"], &["1"]), Some(false))), "planned cap", "nobody was sent");
}

#[test]
fn who_was_stopped_may_go_on_and_what_a_worker_left_in_the_bucket_is_its_answer() {
    let mut found = found(true, (&[], &["1"]), None);
    let stopped = |error: &str| {
        let record = json!([{ "Status": "ABORTED", "Error": error, "Input": json!(item("1")).to_string(), "StopDate": "2026-11-21T02:00:02Z" }]);
        let mut rest = Results::default();
        rest.add("f", &record.to_string()).unwrap();
        Some(rest)
    };
    found.maps.rest = stopped("States.Timeout");
    assert_eq!(ended(&found), "failed worker-failed");
    assert_eq!(found.unheard().count(), 0);
    found.maps.rest = stopped("ABORTED");
    assert_eq!(ended(&found), "failed not-heard-of");
    assert_eq!(found.unheard().map(|(phase, item)| (phase, &*item.account)).collect::<Vec<_>>(), [(Phase::Rest, "1")]);

    let done = crate::report::Item {
        id: "orders".to_owned(),
        region: "eu-west-1".to_owned(),
        owner: None,
        outcome: crate::report::Outcome::Changed,
        steps: Vec::new(),
        planned: Vec::new(),
        reason: None,
        domain: BTreeMap::new(),
    };
    let report = crate::report::sample("cluster-cleanup", Mode::Apply, vec![done]);
    let visit = work::visit_of(&item("1"), (Phase::Rest, "k".to_owned()), &report);
    found.maps.rest.as_mut().unwrap().hear(visit);
    let row = row(&found);
    assert_eq!(
        (row.ended, row.counts.changed, row.report_keys.get(&Phase::Rest)),
        (Ended::Done, 1, Some(&"k".to_owned()))
    );
    assert_eq!(found.unheard().count(), 0);
}

#[test]
fn a_run_that_looked_at_no_account_says_so_and_no_other_does() {
    let at = Timestamp::UNIX_EPOCH;
    let of = |ended: &[Ended]| {
        let rows = ended.iter().enumerate().map(|(number, ended)| {
            let mut row = fold(&[item(&number.to_string())], &Maps::default()).remove(0);
            row.ended = *ended;
            row
        });
        FleetReport::of(Run::of("cluster-cleanup", Mode::Apply, "night", (at, at)), &[], rows.collect(), Vec::new())
    };
    let said = |ended: &[Ended]| none_looked_at(&of(ended)).map(|warning| warning.message);
    let alarms = |ended: &[Ended]| {
        let metrics = metrics(&of(ended), &[]);
        metrics.iter().find(|(name, _)| *name == "NoAccountLookedAt").map(|(_, value)| *value)
    };
    insta::assert_snapshot!(said(&[Ended::Skipped, Ended::Skipped]).unwrap(), @"no account was looked at: all 2 were left alone");
    insta::assert_snapshot!(said(&[Ended::Skipped]).unwrap(), @"no account was looked at: the only one was left alone");
    insta::assert_snapshot!(said(&[]).unwrap(), @"no account was looked at: the selection leaves none");
    assert_eq!([alarms(&[Ended::Skipped]), alarms(&[])], [Some(1), Some(1)]);
    for seen in [Ended::Nothing, Ended::Planned, Ended::Done, Ended::Failed] {
        assert_eq!(said(&[Ended::Skipped, seen]), None, "{seen:?}");
        assert_eq!(alarms(&[Ended::Skipped, seen]), Some(0), "{seen:?}");
    }
}

#[test]
fn reports_that_could_not_be_read_are_missed_in_the_list_of_owners() {
    let said = |accounts: &[(&str, String)]| owners_unread(accounts).map(|warning| warning.message);
    let one = ("111111111111", "access denied".to_owned());
    insta::assert_snapshot!(said(std::slice::from_ref(&one)).unwrap(), @"whose things were changed is not known of everything: the report of account 111111111111 could not be read: access denied");
    insta::assert_snapshot!(said(&[one, ("222222222222", "gone".to_owned())]).unwrap(), @"whose things were changed is not known of everything: the reports of 2 accounts, 111111111111 among them, could not be read: access denied");
    assert_eq!(said(&[]), None);
}
