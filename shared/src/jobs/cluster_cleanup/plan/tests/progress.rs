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
fn a_deletion_that_does_not_end_for_some_nights_is_for_the_operators() {
    let said = |at: &str| {
        let mut one = Cluster { status: "deleting".to_owned(), ..cluster("orders") };
        asked(&mut one, at, 2);
        let plan = plan_of(region(vec![one]), &policy(&[]), &Request::default());
        let [left] = plan.left.as_slice() else { panic!("{plan}") };
        (left.why.code().name, left.why.needs_attention())
    };
    assert_eq!(said("2026-11-18T02:00:01Z"), ("deleting", false));
    assert_eq!(said("2026-11-18T02:00:00Z"), ("still-deleting", true));
}

#[test]
fn what_was_tried_again_and_put_off_again_for_some_nights_is_overdue() {
    let overdue = |status: &str, expiry: &str| {
        let mut one = Cluster { status: status.to_owned(), ..cluster("orders") };
        one.tags.set("auto-delete-after", expiry);
        let start = policy(&[("NIGHTSHIFT_STOPPED_CLUSTERS", "start")]);
        let plan = plan_of(region(vec![one]), &start, &Request::default());
        let [action] = plan.actions.as_slice() else { panic!("{plan}") };
        action.is_overdue(now())
    };
    for status in ["available", "stopped"] {
        assert!(!overdue(status, PAST));
        assert!(overdue(status, "2026-11-18T02:00:00Z"));
    }
}

#[test]
fn a_protection_that_an_earlier_run_lifted_comes_back_with_a_restore() {
    let policy = policy(&[("NIGHTSHIFT_DELETION_PROTECTION", "override")]);
    let protected = |one: &Cluster| {
        let plan = plan_of(region(vec![one.clone()]), &policy, &Request::default());
        let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
        let facts = Facts::from_tags(&delete.keep.as_ref().unwrap().tags).unwrap().unwrap();
        (facts.cluster.deletion_protection, delete.marks.clone())
    };
    let mut one = cluster("orders");
    one.deletion_protection = Some(true);
    one.settings.deletion_protection = true;
    let (first, marks) = protected(&one);
    // The call that lifts it comes through, and AWS refuses the first member: the next night finds it whole.
    one.deletion_protection = Some(false);
    one.settings.deletion_protection = false;
    assert!(first && !protected(&one).0);
    one.tags = one.tags.clone().with(marks);
    one.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
    assert!(protected(&one).0);
    one.tags = one.tags.clone().with(crate::domains::clusters::deletion::called_off(&one));
    assert!(protected(&one).0, "called off, and asked for again");
    one.tags.set(tags::DELETE_OF, "cluster-OTHER 2");
    assert!(!protected(&one).0, "that was another cluster");
}

#[test]
fn a_deletion_that_took_members_is_gone_on_with_whatever_the_quota_and_knows_them_all() {
    let whole = |id: &str| Instance { id: id.to_owned(), class: "db.r6g.large".to_owned(), ..Instance::default() };
    let facts = Facts::of(Settings::default(), vec![whole("a"), whole("b"), whole("c")]).to_tags();
    // For the present expiry; and for an earlier one, of which the owner moved the date.
    for (at, begun) in [("2026-11-20T02:00:00Z", true), ("2026-11-19T02:00:00Z", false)] {
        let mut one = cluster("orders");
        one.tags = one.tags.clone().with(facts.clone());
        asked(&mut one, at, 3);
        let full = Read::Known(Quota { used: 100, max: 100 });
        let of = |quota| {
            let region = Region { snapshot_quota: quota, ..region(vec![one.clone()]) };
            plan_of(region, &policy(&[]), &Request::default())
        };
        let plan = of(full);
        assert_eq!(plan.left.first().map(|left| left.why.code().name), (!begun).then_some("snapshot-quota"), "{at}");
        let plan = of(Read::Known(Quota { used: 0, max: 100 }));
        let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
        let kept = Facts::from_tags(&delete.keep.as_ref().unwrap().tags).unwrap().unwrap();
        assert_eq!((delete.begun, kept.members.len()), (begun, 3), "{at}");
        // Written once: what has gone by now is missed all the same.
        let of = delete.marks.get(tags::DELETE_OF).unwrap();
        assert_eq!(of.split_once(' ').unwrap().1, if begun { "3" } else { "2" }, "{at}");
    }
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
