//! `fleet report`: what it says of one account, in however many Regions, and of what nobody reported.

use nightshift::domains::fleet::{Ended, Maps, Regional, Unreported, fold};
use nightshift::report::Begun;
use serde_json::json;

use crate::fleet::{Fleet, item};
use crate::nightshift;

#[tokio::test(flavor = "multi_thread")]
async fn however_many_regions_failed_a_narrow_terminal_holds_them() {
    let fleet = Fleet::of("plan").await;
    fleet.scene.execute(&fleet.machine, "night", &json!({})).await.expect("a run");
    let mut row = fold(&[item(1)], &Maps::default()).remove(0);
    let regional = |ended, code: Option<&str>| Regional { ended, code: code.map(str::to_owned), message: None };
    row.regions = (1..=9)
        .map(|number| (format!("ap-southeast-{number}"), regional(Ended::Failed, Some("region-unreadable"))))
        .chain([("eu-west-1".to_owned(), regional(Ended::Done, None))])
        .collect();
    row.reason = None;
    fleet.leaves_report(vec![row]).await;
    let shown = nightshift(&fleet.scene, &[("COLUMNS", "60")], &["fleet", "report"]);
    let wide: Vec<_> =
        shown.out.lines().filter(|line| line.chars().count() > 60 && !line.contains("sha256:")).collect();
    assert_eq!(wide, Vec::<&str>::new(), "{}", shown.out);
    assert!(shown.out.contains("ap-southeast-9") && shown.out.contains("eu-west-1 done"), "{}{}", shown.out, shown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_began_is_shown_with_the_words_of_why_nothing_more_is_known() {
    let fleet = Fleet::of("apply").await;
    fleet.scene.execute(&fleet.machine, "night", &json!({})).await.expect("a run");
    let mut rows = fold(&[item(1), item(2)], &Maps::default());
    for row in &mut rows {
        (row.ended, row.reason) = (Ended::Nothing, None);
    }
    let begun = Begun {
        id: "orders-dev".to_owned(),
        region: "eu-west-1".to_owned(),
        owner: Some("ana".to_owned()),
        thing: "eu-west-1 cluster-1".to_owned(),
        kind: Some("deletions".to_owned()),
        steps: vec!["delete writer orders-1".to_owned(), "delete cluster orders-dev\u{1b}[2J".to_owned()],
    };
    rows[1].unreported = Unreported::of(vec![begun], "night");
    let message = Some("eu-west-1 could not be read: timeout".to_owned());
    let barred = Regional { ended: Ended::Failed, code: Some("region-unreadable".to_owned()), message };
    rows[1].regions = [("eu-west-1".to_owned(), barred)].into();
    fleet.leaves_report(rows).await;
    let shown = fleet.fleet(&["report"]);
    for said in [
        "in no report: orders-dev (eu-west-1): delete writer orders-1; delete cluster orders-dev\u{fffd}[2J",
        "[report-missing]",
        "[region-unreadable] eu-west-1 could not be read: timeout",
    ] {
        let flat: String = shown.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(said), "{said}: {}", shown.out);
    }
    assert!(shown.err.contains("1 account had nothing to do"), "the other is hidden, and not this one: {}", shown.err);
    let csv = fleet.fleet(&["report", "--output", "csv"]);
    assert!(csv.out.contains("in no report: orders-dev"), "{}", csv.out);
}
