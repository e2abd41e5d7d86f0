//! What comes of a reading, in tables.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domains::organization::{READ_AT, Snapshot, rows};
use crate::jobs::org_inventory::Place;
use crate::services::organizations::{About, Account, Facts, Gap, Part, Root, Share};

fn snapshot(names: &[&str]) -> Snapshot {
    let account = |(place, name): (usize, &&str)| Account {
        id: format!("{:012}", place + 1),
        name: (*name).to_owned(),
        parent: "r-1".to_owned(),
        ..Account::default()
    };
    Snapshot::of(Facts {
        began_at: Some(Timestamp::UNIX_EPOCH),
        ended_at: Some(Timestamp::UNIX_EPOCH),
        about: Some(About { id: "o-1".to_owned(), ..About::default() }),
        roots: vec![Root { id: "r-1".to_owned(), name: "Root".to_owned(), ..Root::default() }],
        accounts: Some(names.iter().enumerate().map(account).collect()),
        ..Facts::default()
    })
    .unwrap()
}

fn reading(now: Snapshot) -> Reading {
    let kept = Kept::At("s3://b/organization/snapshot.json".to_owned());
    Reading { now, before: None, tag: None, told: None, unreadable: Vec::new(), table: None, kept }
}

fn policy() -> Policy {
    Policy {
        place: Some(Place { bucket: "b".to_owned(), prefix: "organization/".to_owned() }),
        table: Some("accounts".to_owned()),
        max_deletions: 10,
        share: Share::NEIGHBOUR,
        effective: None,
        whole_after: Duration::ZERO,
        given: None,
    }
}

fn planned(reading: Reading, request: &Request, tells: bool) -> Plan {
    decide(&World { reading: Some(reading) }, "111122223333", &policy(), request, tells)
}

fn words(plan: &Plan) -> Vec<String> {
    let left = plan.left.iter().map(|left| {
        let code = left.reason().map_or_else(|| "kept".to_owned(), |reason| reason.code.into_owned());
        format!("{} {code}", left.outcome().as_str())
    });
    plan.actions.iter().flat_map(Act::steps).chain(left).collect()
}

fn of_event() -> Request {
    Request { touched: Some(Vec::new()), ..Request::default() }
}

#[test]
fn who_is_told_of_what() {
    let told = |names: &[&str]| Some((snapshot(names), "tag".to_owned()));
    let (night, event) = (Request::default(), of_event());
    let first = reading(snapshot(&["a"]));
    assert_eq!(
        words(&planned(first, &night, true)),
        ["tell the operators that the organisation is on record from now on", "already_right kept"]
    );
    let quiet = Reading { told: told(&["a"]), before: Some(snapshot(&["b"])), ..reading(snapshot(&["a"])) };
    assert_eq!(words(&planned(quiet, &night, true)), ["already_right kept"], "what they know is no news");
    let loud = || Reading { told: told(&["a"]), before: Some(snapshot(&["b"])), ..reading(snapshot(&["b"])) };
    assert_eq!(
        words(&planned(loud(), &night, true)),
        ["tell the operators of 1 change", "already_right kept", "already_right change"]
    );
    assert_eq!(
        words(&planned(loud(), &night, false)),
        ["already_right kept", "already_right change"],
        "nobody to tell"
    );
    assert_eq!(words(&planned(loud(), &event, true)), ["already_right kept"], "an event waits for the night");
}

#[test]
fn what_was_not_kept_or_not_whole_is_no_news() {
    let night = Request::default();
    let superseded = Reading { kept: Kept::Superseded, ..reading(snapshot(&["a"])) };
    assert_eq!(words(&planned(superseded, &night, true)), ["deferred superseded"]);
    let mut gap = snapshot(&["a"]);
    gap.gaps.push(Gap { part: Part::Tags, missing: true, said: "denied".to_owned(), fix: None });
    assert_eq!(words(&planned(reading(gap), &night, true)), ["already_right kept", "skipped incomplete"]);
}

#[test]
fn a_table_is_filled_in_batches_and_what_is_unknown_is_not_written_to() {
    let night = Request::default();
    let names: Vec<_> = (0..60).map(|number| format!("a{number}")).collect();
    let now = || snapshot(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let with = |table| Reading { table: Some(table), ..reading(now()) };
    let steps = words(&planned(with(Read::Known(Vec::new())), &night, false));
    assert_eq!(
        steps[..3],
        ["put 25 accounts into accounts", "put 25 accounts into accounts", "put 10 accounts into accounts"]
    );
    let unknown = Read::unknown("dynamodb:Scan", "no");
    assert_eq!(words(&planned(with(unknown), &night, false)), ["already_right kept", "failed table-unread"]);
    let mut stale = rows(&snapshot(&["gone"])).remove(0);
    stale.insert("id".to_owned(), json!("999999999999"));
    let plan = planned(with(Read::Known(vec![stale])), &night, false);
    assert_eq!(plan.count(DELETIONS), 1);
    assert_eq!(plan.actions.last().map(|last| last.id().into_owned()).as_deref(), Some("accounts 999999999999"));
}

#[test]
fn the_digest_is_of_what_is_done_and_not_of_when_it_was_read() {
    let night = Request::default();
    let at = |moment: &str| {
        let mut now = snapshot(&["a"]);
        now.ended_at = moment.parse().unwrap();
        planned(Reading { table: Some(Read::Known(Vec::new())), ..reading(now) }, &night, true)
    };
    let (one, other) = (at("2026-11-21T02:00:00Z"), at("2026-11-22T02:00:00Z"));
    assert_eq!(one.digest(), other.digest());
    assert!(matches!(&one.actions[1], Action::Put { rows, .. } if !rows[0].contains_key(READ_AT)));
}
