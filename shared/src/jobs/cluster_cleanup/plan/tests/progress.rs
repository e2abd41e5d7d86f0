//! What an earlier run began.

use super::*;

fn asked(cluster: &mut Cluster, at: &str, members: usize) {
    cluster.tags.set(tags::DELETE_REQUESTED, at);
    cluster.tags.set(tags::DELETE_OF, format!("{} {members}", cluster.resource_id));
}

#[test]
fn a_deletion_begun_is_gone_on_with_and_counted_by_no_cap() {
    let begun = |change: fn(&mut Cluster)| {
        let mut one = cluster("orders");
        change(&mut one);
        let plan = plan_of(region(vec![one]), &policy(&[]), &Request::default());
        let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
        (delete.begun, delete.asked_before.is_some(), plan.deletions().of_marked)
    };
    assert_eq!(begun(|_| ()), (false, false, 1));
    assert_eq!(begun(|c| asked(c, "2026-11-20T02:00:00Z", 3)), (true, false, 0), "a member is gone");
    assert_eq!(begun(|c| asked(c, "2026-11-20T02:00:00Z", 2)), (false, true, 1), "it still stands whole");
    assert_eq!(
        begun(|c| asked(c, "2026-11-19T02:00:00Z", 3)),
        (false, false, 1),
        "that request was about an earlier expiry"
    );
    assert_eq!(
        begun(|c| {
            c.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
            c.tags.set(tags::DELETE_OF, "cluster-OTHER 3");
        }),
        (false, false, 1),
        "that request was about another cluster"
    );
    assert_eq!(
        verdict(&[], |c| {
            asked(c, "2026-11-20T02:00:00Z", 3);
            c.tags.set("auto-delete-after", "2026-12-01");
        }),
        "half-deleted",
        "who moves the expiry stops a deletion begun, and is told what it took"
    );
}

type Change = fn(&mut Cluster);

#[test]
fn what_stops_a_deletion_half_way_is_said_as_that() {
    let half = |change: fn(&mut Cluster)| {
        verdict(&[], |c| {
            asked(c, "2026-11-20T02:00:00Z", 3);
            change(c);
        })
    };
    for (expected, change) in [
        ("half-deleted-blocked", (|c| c.global_cluster = Some("world".to_owned())) as Change),
        ("half-deleted-blocked", |c| c.deletion_protection = Some(true)),
        ("half-deleted-blocked", |c| c.status = "inaccessible-encryption-credentials".to_owned()),
        ("half-deleted-blocked", |c| c.status = "a-status-of-next-year".to_owned()),
        ("status", |c| c.status = "modifying".to_owned()),
        ("half-deleted", |c| c.tags.set("auto-delete-after", "never")),
        ("half-deleted", |c| c.tags.set("auto-delete-after", "friday")),
        ("half-deleted", |c| c.tags.set("env", "prod")),
        ("half-deleted", |c| c.tags.remove("auto-delete-after")),
        ("deleting", |c| c.status = "deleting".to_owned()),
    ] {
        assert_eq!(half(change), expected);
    }
    let why = |change: fn(&mut Cluster)| {
        let mut one = cluster("orders");
        asked(&mut one, "2026-11-20T02:00:00Z", 3);
        change(&mut one);
        let plan = plan_of(region(vec![one]), &policy(&[]), &Request::default());
        let reason = plan.left[0].why.reason();
        format!("{}\n{}", reason.message, reason.fix.unwrap_or_default())
    };
    insta::assert_snapshot!(why(|c| c.global_cluster = Some("world".to_owned())), @"
    it is half deleted: a deletion that began at 2026-11-20T02:00:00Z took 1 of its 3 members, and 2 are left; its data is there; now it belongs to the global cluster world
    to go on: take it out of the global cluster (aws rds remove-from-global-cluster), then a later run deletes it; a later run does the rest; to go back: move its expiry and create its members again (aws rds create-db-instance)
    ");
    insta::assert_snapshot!(why(|c| c.tags.set("auto-delete-after", "2026-12-24")), @"
    it expires at 2026-12-25T00:00:00Z only, but a deletion that began at 2026-11-20T02:00:00Z took 1 of its 3 members, and 2 are left; its data is there
    to keep it, create its members again (aws rds create-db-instance) and remove the tag nightshift:delete-requested; to have it deleted, set its expiry to a time that has passed
    ");
}

#[test]
fn a_status_that_does_not_pass_for_some_nights_is_for_the_operators() {
    let overdue = |status: &str, expiry: &str| {
        let mut one = cluster("orders");
        one.status = status.to_owned();
        one.tags.set("auto-delete-after", expiry);
        let plan = plan_of(region(vec![one]), &policy(&[]), &Request::default());
        plan.left[0].is_overdue(now())
    };
    assert!(!overdue("modifying", PAST));
    assert!(overdue("modifying", "2026-11-18T02:00:00Z"));
    assert!(!overdue("modifying", "2026-12-24"));
}

#[test]
fn members_going_show_that_a_deletion_was_begun() {
    let mut one = cluster("orders");
    asked(&mut one, "2026-11-20T02:00:00Z", 2);
    let mut region = region(vec![one]);
    if let Read::Known(instances) = &mut region.instances {
        for instance in instances.values_mut() {
            instance.status = "deleting".to_owned();
        }
    }
    let plan = plan_of(region, &policy(&[]), &Request::default());
    assert_eq!(plan.deletions(), Deletions { of_marked: 0, purges: 0, marked: 1 });
}
