//! Two-phase expiry: who is told when, and what that lets a later run do.

use proptest::prelude::*;

use super::*;

const TWO_PHASES: [(&str, &str); 1] = [("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")];

fn told(cluster: &Cluster, told: &str, at: &str) -> String {
    format!("{told} {at} {}", cluster.resource_id)
}

/// What is said of one cluster at `now`.
fn said(cluster: Cluster, now: &str, variables: &[(&str, &str)]) -> String {
    let policy = policy(variables);
    let request = Request::default();
    let terms = Terms { policy: &policy, request: &request, now: now.parse().unwrap(), announces: true };
    let world = World { account: "111122223333".to_owned(), regions: vec![region(vec![cluster])], unreadable: vec![] };
    let plan = Plan::make(&world, terms);
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([action], []) => action.steps().pop().unwrap(),
        ([], [left]) => left.why.code().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cluster_goes_only_after_its_owner_was_told_long_enough_ago() {
    let expired = || cluster("orders");
    let with = |tag: String| {
        let mut cluster = expired();
        cluster.tags.set(tags::NOTIFIED, tag);
        cluster
    };
    let say = |cluster: Cluster| said(cluster, NOW, &TWO_PHASES);
    let tell = "tell its owner that it expires at 2026-11-20T00:00:00Z";
    let goes = "delete cluster orders, keep its data 30 days in snapshot nightshift-orders-20261120t000000z-ordersxy";
    let it = expired();
    for (tag, expected) in [
        (None, tell),
        // Twenty hours, to the second.
        (Some(told(&it, "2026-11-20T06:00:00Z", "2026-11-20T00:00:00Z")), goes),
        (Some(told(&it, "2026-11-20T06:00:01Z", "2026-11-20T00:00:00Z")), "notice-period"),
        (Some(told(&it, "2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z")), goes),
        // Of another expiry, of another cluster of that name, from the future, or no notice at all.
        (Some(told(&it, "2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z")), tell),
        (Some("2026-11-19T00:00:00Z 2026-11-20T00:00:00Z cluster-OTHER".to_owned()), tell),
        (Some(told(&it, "2026-12-19T00:00:00Z", "2026-11-20T00:00:00Z")), "notice-period"),
        (Some("yes".to_owned()), tell),
        (Some(String::new()), tell),
    ] {
        let cluster = tag.clone().map_or_else(expired, with);
        assert_eq!(say(cluster), expected, "{tag:?}");
    }
}

#[test]
fn an_owner_is_told_two_days_before_and_once() {
    let soon = |expiry: &str| {
        let mut cluster = cluster("orders");
        cluster.tags.set("auto-delete-after", expiry);
        cluster
    };
    assert_eq!(
        said(soon("2026-11-23T02:00:00Z"), NOW, &TWO_PHASES),
        "tell its owner that it expires at 2026-11-23T02:00:00Z"
    );
    assert_eq!(said(soon("2026-11-23T02:00:01Z"), NOW, &TWO_PHASES), "not-due");
    let mut knows = soon("2026-11-23T02:00:00Z");
    knows.tags.set(tags::NOTIFIED, told(&knows, "2026-11-21T01:00:00Z", "2026-11-23T02:00:00Z"));
    assert_eq!(said(knows, NOW, &TWO_PHASES), "not-due");
    // The warning stays where no notice is required, and has its own switch.
    assert!(said(soon("2026-11-22"), NOW, &[]).starts_with("tell its owner"));
    assert_eq!(said(soon("2026-11-22"), NOW, &[("NIGHTSHIFT_WARN_HOURS", "0")]), "not-due");
}

#[test]
fn nobody_is_told_that_a_thing_goes_which_cannot() {
    let mut protected = cluster("orders");
    protected.deletion_protection = true;
    assert_eq!(said(protected.clone(), NOW, &TWO_PHASES), "deletion-protection");
    protected.tags.set("auto-delete-after", "2026-11-22");
    assert_eq!(said(protected, NOW, &TWO_PHASES), "not-due");
    let mut full = cluster("orders");
    for number in 0..47 {
        full.tags.set(format!("tag-{number}"), "x");
    }
    assert_eq!(full.tags.len(), 50);
    assert_eq!(said(full, NOW, &TWO_PHASES), "tag-limit");
}

#[test]
fn a_deletion_already_begun_waits_for_no_notice() {
    let mut begun = cluster("orders");
    begun.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
    begun.tags.set(tags::DELETE_OF, format!("{} 3", begun.resource_id));
    assert!(said(begun.clone(), NOW, &TWO_PHASES).starts_with("delete cluster"));
    // One of an earlier expiry was another deletion.
    begun.tags.set("auto-delete-after", "2026-11-20T03:00:00Z");
    assert!(said(begun, NOW, &TWO_PHASES).starts_with("tell its owner"));
}

#[test]
fn the_owner_of_a_cluster_an_interrupted_run_deleted_is_told_once_it_is_marked() {
    let policy = policy(&TWO_PHASES);
    let request = Request::default();
    let mut region = region(vec![]);
    let name = "nightshift-orders-20261120t000000z-ordersxy";
    region.snapshots = Read::Known(vec![Snapshot {
        id: name.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{name}"),
        region: "eu-west-1".to_owned(),
        cluster_id: "orders".to_owned(),
        resource_id: cluster("orders").resource_id,
        engine: "aurora-postgresql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some(now()),
        kind: "manual".to_owned(),
        tags: [(tags::PURGE_AFTER, "2026-12-20T00:00:00Z"), (tags::UNTOLD, "2026-11-20T02:00:00Z"), ("env", "dev")]
            .into_iter()
            .collect(),
    }]);
    let world = World { account: "111122223333".to_owned(), regions: vec![region], unreadable: vec![] };
    let steps = |announces| {
        let plan = Plan::make(&world, Terms { policy: &policy, request: &request, now: now(), announces });
        plan.actions.iter().flat_map(Action::steps).collect::<Vec<_>>()
    };
    assert_eq!(steps(true), ["tell the owner of orders that it was deleted and its data is kept here"]);
    assert_eq!(steps(false), [] as [&str; 0]);
}

proptest! {
    /// Whatever is written on a cluster, it goes only by a notice that names its resource id and its expiry and is old
    /// enough, or by a deletion already asked for.
    #[test]
    fn no_cluster_goes_without_its_notice(
        told_hours_ago in -100_i64..100,
        same_expiry: bool,
        same_cluster: bool,
        min in 1_u16..100,
    ) {
        let mut it = cluster("orders");
        let told = now() - jiff::SignedDuration::from_hours(told_hours_ago);
        let expiry = if same_expiry { PAST } else { "2026-11-19T00:00:00Z" };
        let id = if same_cluster { it.resource_id.clone() } else { "cluster-OTHER".to_owned() };
        it.tags.set(tags::NOTIFIED, format!("{told} {expiry} {id}"));
        let goes = said(it, NOW, &[("NIGHTSHIFT_MIN_NOTICE_HOURS", &min.to_string())]).starts_with("delete cluster");
        prop_assert_eq!(goes, same_expiry && same_cluster && told_hours_ago >= i64::from(min));
    }
}
