//! What becomes of final snapshots.

use super::*;

fn snapshot(id: &str, tags: &[(&str, &str)]) -> Snapshot {
    Snapshot {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{id}"),
        region: "eu-west-1".to_owned(),
        cluster_id: "orders".to_owned(),
        resource_id: Some("cluster-ABCD1234EFGH".to_owned()),
        copy_of: None,
        engine: "aurora-mysql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some("2026-11-20T02:00:00Z".parse().unwrap()),
        kind: "manual".to_owned(),
        tags: tags.iter().copied().collect(),
    }
}

pub(in crate::jobs::cluster_cleanup) const OURS: &str = "nightshift-orders-20261020t000000z-abcd1234";

/// With what says how its cluster was built.
pub(in crate::jobs::cluster_cleanup) fn whole(tags: &[(&str, &str)]) -> Snapshot {
    let mut whole = snapshot(OURS, tags);
    let facts = Facts::of(Settings::default(), Vec::new()).to_tags();
    whole.tags = whole.tags.with(facts);
    whole.tags.set(tags::FINAL_OF, "cluster-ABCD1234EFGH");
    whole
}

fn snapshot_verdict(snapshot: Snapshot) -> &'static str {
    let region = Region { snapshots: Read::Known(vec![snapshot]), ..region(Vec::new()) };
    let plan = plan_of(region, &policy(&[("NIGHTSHIFT_PROTECTED", "keep=*")]), &Request::default());
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([Action::DeleteSnapshot(_)], []) => "delete",
        ([Action::MarkSnapshot(_)], []) => "mark",
        ([], [left]) => left.why.code().name,
        ([], []) => "not-ours",
        other => panic!("expected one verdict, found {other:?}"),
    }
}

#[test]
fn only_our_own_snapshots_past_their_purge_tag_go() {
    let purge = |at: &str| whole(&[(tags::PURGE_AFTER, at), ("env", "dev")]);
    assert_eq!(snapshot_verdict(purge("2026-11-20T00:00:00Z")), "delete");
    assert_eq!(snapshot_verdict(purge("2026-11-22T00:00:00Z")), "snapshot-not-due");
    assert_eq!(snapshot_verdict(purge("never")), "snapshot-kept");
    assert_eq!(snapshot_verdict(purge("soon")), "malformed-purge-after");
    assert_eq!(snapshot_verdict(snapshot(OURS, &[])), "mark");
    let old = Snapshot { created_at: Some("2026-11-01T00:00:00Z".parse().unwrap()), ..snapshot(OURS, &[]) };
    assert_eq!(snapshot_verdict(old), "snapshot-unmarked", "somebody took the date off to keep it");
    let inherited = |purge| snapshot(OURS, &[(tags::DELETE_REQUESTED, PAST), (tags::PURGE_AFTER, purge)]);
    assert_eq!(snapshot_verdict(inherited("2026-11-20T00:00:00Z")), "mark", "an inherited date is not believed");
    assert_eq!(snapshot_verdict(inherited("never")), "snapshot-kept", "never is, from wherever");
    assert_eq!(snapshot_verdict(snapshot("orders-before-migration", &[])), "not-ours");
    assert_eq!(
        snapshot_verdict(snapshot("orders-before-migration", &[("auto-delete-after", PAST), ("env", "dev")])),
        "not-ours"
    );
    assert_eq!(snapshot_verdict(snapshot("orders-before-migration", &[(tags::PURGE_AFTER, PAST)])), "not-our-snapshot");
    let past = || purge("2026-11-20T00:00:00Z");
    assert_eq!(snapshot_verdict(Snapshot { kind: "automated".to_owned(), ..past() }), "not-ours");
    assert_eq!(snapshot_verdict(Snapshot { status: "copying".to_owned(), ..past() }), "snapshot-status");
    assert_eq!(
        snapshot_verdict(Snapshot { resource_id: Some("cluster-OTHER".to_owned()), ..past() }),
        "not-our-snapshot"
    );
    assert_eq!(snapshot_verdict(Snapshot { cluster_id: "other".to_owned(), ..past() }), "not-our-snapshot");
    let mut kept = past();
    kept.tags.set("keep", "audit");
    assert_eq!(snapshot_verdict(kept), "protected");
    let of = |pattern| {
        let region = Region { snapshots: Read::Known(vec![past()]), ..region(Vec::new()) };
        plan_of(region, &policy(&[("NIGHTSHIFT_PROTECTED", pattern)]), &Request::default()).is_empty()
    };
    assert!(of("orders*"), "who protects a cluster protects what is left of it");
    assert!(of("*:cluster:orders"), "by its ARN, too");
    assert!(of("arn:aws:rds:eu-west-1:111122223333:cluster:ord*"));
    assert!(!of("*:cluster:other"));
    assert!(!of("other*"));
}

#[test]
fn one_that_holds_nothing_is_said_each_night_and_nobody_is_told_that_it_does() {
    for status in ["failed", "incompatible-restore", "unknown"] {
        for purge in [PAST, "2026-12-20T00:00:00Z", "never", "soon"] {
            let it = whole(&[(tags::PURGE_AFTER, purge), ("env", "dev"), (tags::UNTOLD, PAST)]);
            let it = Snapshot { status: status.to_owned(), ..it };
            let region = Region { snapshots: Read::Known(vec![it]), ..region(Vec::new()) };
            let policy = policy(&[]);
            let terms =
                Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
            let plan = Plan::make(&world(region), terms);
            assert_eq!(plan.actions, [], "{status} {purge}");
            assert_eq!(plan.left[0].why.code().name, "snapshot-failed", "{status} {purge}");
            assert!(plan.left[0].why.needs_attention());
        }
    }
    assert_eq!(snapshot_verdict(Snapshot { status: "failed".to_owned(), ..snapshot(OURS, &[]) }), "snapshot-failed");
}

#[test]
fn one_that_is_due_and_does_not_become_available_is_for_the_operators() {
    let overdue = |purge: &str| {
        let it = Snapshot { status: "creating".to_owned(), ..whole(&[(tags::PURGE_AFTER, purge), ("env", "dev")]) };
        let plan = plan_of(
            Region { snapshots: Read::Known(vec![it]), ..region(Vec::new()) },
            &policy(&[]),
            &Request::default(),
        );
        let [left] = plan.left.as_slice() else { panic!("{plan}") };
        assert_eq!((left.why.code().name, left.costs()), ("snapshot-status", false));
        left.is_overdue(now())
    };
    assert!(!overdue(PAST));
    assert!(overdue("2026-11-18T02:00:00Z"));
}

#[test]
fn an_owner_is_told_where_the_data_is_before_it_goes_however_late() {
    for purge in [PAST, "2026-12-20T00:00:00Z"] {
        let it = whole(&[(tags::PURGE_AFTER, purge), ("env", "dev"), (tags::UNTOLD, PAST)]);
        let policy = policy(&[]);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(Region { snapshots: Read::Known(vec![it]), ..region(Vec::new()) }), terms);
        assert!(matches!(plan.actions.as_slice(), [Action::TellDeleted(_)]), "{plan}");
    }
}

#[test]
fn nobody_is_asked_about_what_is_left_of_a_protected_cluster() {
    let asked = |pattern: &str| {
        let it = whole(&[(tags::PURGE_AFTER, "soon"), ("env", "dev")]);
        let policy = policy(&[("NIGHTSHIFT_PROTECTED", pattern)]);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(Region { snapshots: Read::Known(vec![it]), ..region(Vec::new()) }), terms);
        !plan.actions.is_empty()
    };
    assert!(asked("other"));
    assert!(!asked("orders") && !asked("*:cluster:orders") && !asked("nightshift-*"));
}

#[test]
fn the_day_in_a_purge_tag_ends_in_utc_whatever_the_zone_of_the_clusters() {
    let it = whole(&[(tags::PURGE_AFTER, "2026-11-20"), ("env", "dev")]);
    let zone = policy(&[("NIGHTSHIFT_TIME_ZONE", "America/Los_Angeles")]);
    let plan = plan_of(Region { snapshots: Read::Known(vec![it]), ..region(Vec::new()) }, &zone, &Request::default());
    assert!(matches!(plan.actions.as_slice(), [Action::DeleteSnapshot(_)]), "{plan}");
}

#[test]
fn however_old_it_is_one_whose_cluster_still_stands_gets_its_marks_from_there() {
    let mut it = snapshot("nightshift-orders-20261020t000000z-ordersxy", &[]);
    it.created_at = Some("2026-11-01T00:00:00Z".parse().unwrap());
    it.resource_id = Some(cluster("orders").resource_id);
    let going = Cluster { status: "deleting".to_owned(), ..cluster("orders") };
    let plan =
        plan_of(Region { snapshots: Read::Known(vec![it]), ..region(vec![going]) }, &policy(&[]), &Request::default());
    assert!(matches!(plan.actions.as_slice(), [Action::MarkSnapshot(_)]), "{plan}");
}

#[test]
fn a_copy_that_somebody_made_is_theirs_whatever_it_bears() {
    let of = |change: fn(&mut Snapshot)| {
        let mut it = whole(&[(tags::PURGE_AFTER, PAST), ("env", "dev")]);
        change(&mut it);
        snapshot_verdict(it)
    };
    let copy = |it: &mut Snapshot| {
        it.copy_of = Some("arn:aws:rds:us-east-1:111122223333:cluster-snapshot:x".to_owned());
        it.resource_id = None;
    };
    assert_eq!(of(|_| ()), "delete");
    assert_eq!(of(copy), "snapshot-copy");
    // As AWS shows copies, and as it shows some originals: a field that is left out is no verdict.
    assert_eq!(of(|it| it.resource_id = None), "delete");
    assert_eq!(of(|it| it.copy_of = Some("x".to_owned())), "snapshot-copy");
    let mut bare = snapshot(OURS, &[]);
    bare.resource_id = None;
    assert_eq!(snapshot_verdict(bare.clone()), "mark");
    copy(&mut bare);
    assert_eq!(snapshot_verdict(bare), "not-ours");
}

#[test]
fn a_snapshot_goes_only_by_what_a_cluster_goes_by() {
    assert_eq!(snapshot_verdict(whole(&[(tags::PURGE_AFTER, PAST)])), "snapshot-missing-mark");
    assert_eq!(snapshot_verdict(whole(&[(tags::PURGE_AFTER, PAST), ("env", "prod")])), "snapshot-missing-mark");
    assert_eq!(snapshot_verdict(whole(&[(tags::PURGE_AFTER, PAST), ("env", "dev")])), "delete");
}

#[test]
fn a_date_that_somebody_took_off_is_not_put_back() {
    // By somebody, from one that had all its tags, however young it is.
    assert_eq!(snapshot_verdict(whole(&[("env", "dev")])), "snapshot-unmarked");
    assert_eq!(snapshot_verdict(snapshot(OURS, &[(tags::FINAL_OF, "cluster-ABCD1234EFGH")])), "snapshot-unmarked");
    // By nobody: a run died before it wrote any, or between taking off what was inherited and the rest.
    assert_eq!(snapshot_verdict(snapshot(OURS, &[("env", "dev")])), "mark");
    let mut inherited = whole(&[("env", "dev")]);
    inherited.tags.set(tags::DELETE_REQUESTED, PAST);
    assert_eq!(snapshot_verdict(inherited), "mark");
}

#[test]
fn one_that_does_not_say_how_its_cluster_was_built_is_said_each_night_until_its_day() {
    let bare = |at: &str| snapshot(OURS, &[(tags::PURGE_AFTER, at), ("env", "dev")]);
    assert_eq!(snapshot_verdict(bare("2026-12-20T00:00:00Z")), "snapshot-without-facts");
    assert_eq!(snapshot_verdict(bare("never")), "snapshot-kept", "somebody has looked at it");
    assert_eq!(snapshot_verdict(bare(PAST)), "delete");
    let mut broken = whole(&[(tags::PURGE_AFTER, "2026-12-20T00:00:00Z")]);
    broken.tags.set("nightshift:restore-01", "????");
    assert_eq!(snapshot_verdict(broken), "snapshot-without-facts");
}

#[test]
fn the_last_copy_is_the_original_of_that_very_cluster_and_no_older_than_its_expiry() {
    let plan = plan_of(region(vec![cluster("orders")]), &policy(&[]), &Request::default());
    let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
    let is_it = |change: fn(&mut Snapshot)| {
        let mut it = snapshot(&delete.keep.as_ref().unwrap().name, &[]);
        it.resource_id = Some(delete.resource_id.clone());
        change(&mut it);
        has_the_data(&it, delete)
    };
    assert!(is_it(|_| ()));
    assert!(is_it(|it| it.status = "creating".to_owned()));
    assert!(is_it(|it| it.resource_id = None), "created after the expiry");
    assert!(!is_it(|it| it.status = "failed".to_owned()));
    assert!(!is_it(|it| it.resource_id = Some("cluster-OTHER".to_owned())));
    assert!(!is_it(|it| it.copy_of = Some("arn".to_owned())));
    assert!(!is_it(|it| {
        it.resource_id = None;
        it.created_at = Some("2026-11-19T23:59:59Z".parse().unwrap());
    }));
    assert!(!is_it(|it| {
        it.resource_id = None;
        it.created_at = None;
    }));
    assert!(!is_it(|it| {
        it.resource_id = None;
        it.copy_of = Some("arn".to_owned());
    }));
}
