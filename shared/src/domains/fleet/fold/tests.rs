//! Rows of a run, from result files.

use serde_json::{Value, json};

use super::*;
use crate::domains::fleet::results::tests::{item, record, visit};

fn map(visits: &[Visit], more: &[Value]) -> Results {
    let answered = visits.iter().map(|visit| {
        let output = serde_json::to_string(visit).unwrap();
        record(&visit.account, "SUCCEEDED", &json!({"Output": output, "StopDate": "2026-11-29T02:00:01Z"}))
    });
    let records: Vec<_> = answered.chain(more.iter().cloned()).collect();
    let mut results = Results::default();
    results.add("f", &Value::from(records).to_string()).unwrap();
    results
}

fn said(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let why = row.reason.as_ref().map(|why| format!(" [{}] {}", why.code, why.message)).unwrap_or_default();
        format!("{} {} {}{why}", row.account, row.phase, row.ended.as_str())
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_last_map_says_how_an_account_ended_and_none_is_left_out() {
    let items: Vec<_> = ["1", "2", "3", "4", "5", "6"].map(item).into();
    let mut maps = Maps {
        plan: map(
            &[
                visit("1", Phase::Plan, Ended::Planned),
                visit("2", Phase::Plan, Ended::Planned),
                visit("3", Phase::Plan, Ended::Nothing),
            ],
            &[
                record("4", "FAILED", &json!({"Error": "Lambda.Unknown", "Cause": "killed"})),
                record("5", "PENDING", &json!({})),
            ],
        ),
        canary: None,
        rest: None,
    };
    insta::assert_snapshot!(said(&fold(&items, &maps)), @r"
    1 plan planned
    2 plan planned
    3 plan nothing
    4 plan failed [worker-failed] its worker ended with Lambda.Unknown: killed
    5 plan failed [not-reached] the run ended before its turn, and nothing is known of it
    6 plan failed [not-reached] the run ended before its turn, and nothing is known of it
    ");
    maps.canary = Some(map(&[visit("1", Phase::Canary, Ended::Done)], &[]));
    maps.rest = Some(map(&[], &[record("2", "TIMED_OUT", &json!({}))]));
    let rows = fold(&items, &maps);
    insta::assert_snapshot!(said(&rows[..2]), @r"
    1 canary done
    2 rest failed [worker-failed] its worker ended with TIMED_OUT
    ");
    assert_eq!(rows[0].destructive, 1, "as it was judged");
    let keys: Vec<_> = rows[0].report_keys.keys().copied().collect();
    assert_eq!(keys, [Phase::Plan, Phase::Canary]);
    assert_eq!(rows[1].report_keys.len(), 1, "the plan's, and none of a worker that did not answer");
}

#[test]
fn a_digest_is_consent_to_these_plans_in_these_accounts() {
    let items: Vec<_> = ["1", "2", "3"].map(item).into();
    let of = |visits: &[Visit]| {
        digest("cluster-cleanup", &fold(&items, &Maps { plan: map(visits, &[]), ..Maps::default() }))
    };
    let (one, two) = (visit("1", Phase::Plan, Ended::Planned), visit("2", Phase::Plan, Ended::Planned));
    let idle = visit("3", Phase::Plan, Ended::Nothing);
    let whole = of(&[one.clone(), two.clone(), idle]);
    assert_eq!(whole, of(&[two.clone(), one.clone()]), "neither order nor who has nothing to do");
    let moved = Visit { plan_digest: Some("sha256:other".to_owned()), ..two.clone() };
    let swapped = Visit { plan_digest: one.plan_digest.clone(), ..two.clone() };
    let swapped_too = Visit { plan_digest: two.plan_digest.clone(), ..one.clone() };
    for other in [vec![one.clone()], vec![one.clone(), moved], vec![swapped_too, swapped]] {
        assert_ne!(whole, of(&other));
    }
    let partly = Visit { ended: Ended::Failed, ..one.clone() };
    assert_eq!(whole, of(&[partly, two]), "a Region that could not be read takes no plan from the others");
    assert_ne!(digest("cluster-cleanup", &[]), digest("key-rotation", &[]), "no consent for another job");
}

#[test]
fn what_needs_a_hand_is_as_the_last_run_in_the_account_saw_it() {
    let of = |things| Attention { things, ..Attention::default() };
    let plan = Visit { attention: of(2), ..visit("1", Phase::Plan, Ended::Planned) };
    let rest = Visit { attention: of(1), ..visit("1", Phase::Rest, Ended::Done) };
    let barred = Visit { plan_digest: None, attention: of(0), ..visit("1", Phase::Rest, Ended::Skipped) };
    let things = |rest: Option<Results>| {
        let maps = Maps { plan: map(std::slice::from_ref(&plan), &[]), canary: None, rest };
        fold(&[item("1")], &maps)[0].attention.things
    };
    assert_eq!(things(None), 2);
    assert_eq!(things(Some(map(&[rest], &[]))), 1);
    assert_eq!(things(Some(map(&[barred], &[]))), 2, "nobody looked again");
    assert_eq!(things(Some(map(&[], &[record("1", "FAILED", &json!({}))]))), 2);
}
