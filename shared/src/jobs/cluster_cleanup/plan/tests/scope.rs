//! What an event narrows a run to, and what cannot be read.

use super::*;

#[test]
fn an_event_narrows_and_never_widens() {
    let mut bos = cluster("billing");
    bos.tags.set("owner", "bo");
    let clusters = vec![cluster("orders"), bos];
    let set = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>());
    let ids = |request: Request| {
        let plan = plan_of(region(clusters.clone()), &policy(&[]), &request);
        let left: Vec<_> = plan.left.iter().map(|left| format!("{}:{}", left.id, left.why.code().name)).collect();
        (plan.actions.iter().map(|action| action.id().to_owned()).collect::<Vec<_>>(), left, plan.scope.marked)
    };
    let none: Vec<String> = Vec::new();
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(Request::default()), (owned(&["billing", "orders"]), none.clone(), 2));
    assert_eq!(ids(Request { owners: set(&["bo"]), ..Request::default() }), (owned(&["billing"]), none.clone(), 2));
    assert_eq!(
        ids(Request { clusters: set(&[]), ..Request::default() }),
        (none.clone(), none.clone(), 2),
        "nobody, not everybody"
    );
    assert_eq!(
        ids(Request { clusters: set(&["orders", "gone"]), ..Request::default() }),
        (owned(&["orders"]), owned(&["gone:not-found"]), 2)
    );
}

#[test]
fn a_region_that_could_not_be_read_is_failed_and_the_others_go_on() {
    let mut world = world(region(vec![cluster("orders")]));
    let unreadable = crate::jobs::cluster_cleanup::model::UnreadableRegion {
        name: "eu-north-1".to_owned(),
        said: "AccessDenied: no".to_owned(),
        fix: "allow it".to_owned(),
        bar: None,
    };
    world.unreadable.push(unreadable);
    let request = Request { clusters: Some(["orders".to_owned(), "gone".to_owned()].into()), ..Request::default() };
    let plan = Plan::make(
        &world,
        Terms { policy: &policy(&[]), request: &request, now: now(), announces: false, asked: None },
    );
    assert_eq!(plan.actions.len(), 1);
    let [left] = plan.left.as_slice() else { panic!("{plan}") };
    assert_eq!(
        (left.id.as_str(), left.why.code().name),
        ("eu-north-1", "region-unreadable"),
        "and nothing is called missing"
    );
    assert_eq!(left.why.outcome(), crate::report::Outcome::Failed);
}

#[test]
fn an_unreadable_list_of_snapshots_blocks_what_needs_one_and_is_failed() {
    let region = Region { snapshots: Read::unknown("rds:Describe", "AccessDenied"), ..region(vec![cluster("orders")]) };
    let plan = plan_of(region, &policy(&[]), &Request::default());
    let codes: Vec<_> = plan.left.iter().map(|left| left.why.code().name).collect();
    assert_eq!(codes, ["snapshots-unreadable", "preflight-unknown"]);
    assert!(plan.is_empty());
}
