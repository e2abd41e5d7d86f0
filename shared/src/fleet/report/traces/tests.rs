//! What is known of an account by what lies in the bucket alone.

use serde_json::json;

use super::*;
use crate::domains::fleet::{Ended, Item, Maps, fold};
use crate::report::{Begun, Mode, sample};

fn begun(thing: &str) -> Begun {
    Begun {
        id: thing.to_owned(),
        region: "eu-west-1".to_owned(),
        owner: None,
        thing: thing.to_owned(),
        kind: Some("deletions".to_owned()),
        steps: vec!["delete it".to_owned()],
    }
}

fn spent(things: &[&str]) -> Spent {
    let began: Vec<_> = things.iter().map(|thing| begun(thing)).collect();
    serde_json::from_value(json!({ "began": began })).unwrap()
}

/// The report of calls that lived to tell of `things`.
fn recorded(things: &[&str]) -> Recorded {
    let mut report = sample("cluster-cleanup", Mode::Apply, Vec::new());
    report.counts = Counts { changed: things.len(), ..Counts::default() };
    Recorded { report, began: things.iter().map(|thing| begun(thing)).collect() }
}

fn of(recorded: Option<Recorded>, spent: Result<Spent, Unreported>) -> Trace {
    Trace::of((Phase::Rest, "k".to_owned()), recorded, spent, "night")
}

/// What was begun and is in no report.
fn silent(trace: &Trace) -> Vec<&str> {
    let things = trace.unreported.as_ref().map(|unreported| unreported.things.as_slice());
    things.unwrap_or_default().iter().map(|thing| thing.id.as_str()).collect()
}

#[test]
fn what_was_begun_is_reported_or_is_named() {
    assert_eq!(of(None, Ok(Spent::default())), Trace::default(), "a call that began nothing left nothing");
    assert_eq!(silent(&of(None, Ok(spent(&["a", "b"])))), ["a", "b"], "nobody lived to tell");
    assert_eq!(silent(&of(Some(recorded(&["b"])), Ok(spent(&["a", "b"])))), ["a"], "of the first there is no report");
    let told = of(Some(recorded(&["a", "b"])), Ok(spent(&["a", "b"])));
    assert_eq!((silent(&told).len(), &told.unreported), (0, &None));
    let counts = Counts { changed: 2, ..Counts::default() };
    assert_eq!(told.report, Some((Phase::Rest, "k".to_owned(), counts)));
    // One that bears the name after it is another thing.
    let mut again = recorded(&["a"]);
    again.began[0].thing = "a, made anew".to_owned();
    assert_eq!(silent(&of(Some(again), Ok(spent(&["a"])))), ["a"]);
}

#[test]
fn a_list_that_cannot_be_read_hides_no_report_and_is_said() {
    let unknown = || Unreported::unknown("s3://b/k", "it is no list");
    let trace = of(Some(recorded(&["a"])), Err(unknown()));
    assert_eq!((trace.unreported, trace.report.is_some()), (Some(unknown()), true));
    assert_eq!(of(None, Err(unknown())).unreported, Some(unknown()));
}

fn row(phase: Phase) -> Row {
    let item = json!({ "account": "1", "name": "n", "path": "Root", "policy": null, "regions": [] });
    let item: Item = serde_json::from_value(item).unwrap();
    let mut row = fold(&[item], &Maps::default()).remove(0);
    (row.ended, row.phase) = (Ended::Done, phase);
    row.counts.changed = 9;
    row.report_keys = [(phase, "heard".to_owned())].into();
    row
}

#[test]
fn what_was_heard_stays_and_what_was_not_is_filled_in() {
    let trace = of(Some(recorded(&["b"])), Ok(spent(&["a", "b"])));
    let mut heard = row(Phase::Rest);
    trace.mark(&mut heard);
    assert_eq!((heard.counts.changed, heard.report_keys[&Phase::Rest].as_str()), (9, "heard"), "an answer says more");
    assert_eq!(heard.unreported, trace.unreported, "and still something is in no report");

    let mut planned = row(Phase::Plan);
    trace.mark(&mut planned);
    assert_eq!((planned.phase, planned.counts.changed, planned.ended), (Phase::Rest, 1, Ended::Done));
    assert_eq!(planned.report_keys, [(Phase::Plan, "heard".to_owned()), (Phase::Rest, "k".to_owned())].into());

    // Made again, a report forgets what is told by now.
    of(Some(recorded(&["a", "b"])), Ok(spent(&["a", "b"]))).mark(&mut heard);
    assert_eq!(heard.unreported, None);
}

#[test]
fn a_list_is_of_the_account_that_its_key_names() {
    let prefix = "fleet/cluster-cleanup/night/spent/";
    let of = |name: &str| account(&format!("{prefix}{name}"), prefix);
    assert_eq!(of("111122223333.json"), Some("111122223333".to_owned()));
    assert_eq!([of("111122223333.txt"), of("deeper/111122223333.json")], [None, None]);
    assert_eq!(account("fleet/cluster-cleanup/night/rest/1.json", prefix), None);
}
