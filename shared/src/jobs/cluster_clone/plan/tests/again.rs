//! The same event again, and others that bear the same name.

use super::*;

#[test]
fn the_same_event_goes_on_with_what_it_began_and_with_nothing_else() {
    let event = || json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    let with = |found: Cluster| said(&world(vec![orders(), found], ana()), event(), &policy(&[]));
    assert_eq!(with(clone("orders-x", "ana", "ready")), "there");
    assert_eq!(with(clone("orders-x", "ana", "creating")), "make");
    assert_eq!(with(clone("orders-x", "ben", "creating")), "name-taken");
    assert_eq!(with(clone("orders-x", "ana", "odd")), "name-taken");
    assert_eq!(with(cluster("orders-x", &[("owner", "ana")])), "name-taken");
    assert_eq!(
        with(Cluster { status: "deleting".to_owned(), ..clone("orders-x", "ana", "creating") }),
        "being-deleted"
    );
    let mut other = clone("orders-x", "ana", "creating");
    other.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:other");
    assert_eq!(with(other), "name-taken");
    let world = world(vec![orders(), clone("orders-x", "ana", "creating")], ana());
    let on = made(&world, event(), &policy(&[]));
    assert_eq!(on.begun.as_deref(), Some("cluster-orders-x"));
    assert_eq!(on.expires.to_string(), "2026-11-28T00:00:00Z", "the expiry it was given first");
}

#[test]
fn another_wish_by_the_same_name_is_not_met_by_what_is_there() {
    let wish = |more: Value| {
        let mut event = json!({"source": "orders", "expires": "7d", "name": "orders-x"});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    for state in ["ready", "creating"] {
        for more in [
            json!({"from": "2026-11-20T10:00:00Z"}),
            json!({"instances": 2}),
            json!({"class": "db.t4g.medium"}),
            json!({"acu": "0.5-1"}),
        ] {
            let world = world(vec![orders(), clone("orders-x", "ana", state)], ana());
            assert_eq!(said(&world, wish(more.clone()), &policy(&[])), "another-wish", "{state} {more}");
        }
        let same = if state == "ready" { "there" } else { "make" };
        for more in [json!({"expires": "2d"}), json!({"reason": "again"}), json!({"owner": "ANA"})] {
            let world = world(vec![orders(), clone("orders-x", "ana", state)], ana());
            assert_eq!(said(&world, wish(more.clone()), &policy(&[])), same, "{state} {more}");
        }
        let mut unknown = clone("orders-x", "ana", state);
        unknown.tags = unknown.tags.clone().without("nightshift:wish");
        assert_eq!(said(&world(vec![orders(), unknown], ana()), wish(json!({})), &policy(&[])), "another-wish");
    }
    let full =
        json!({"source": "orders", "expires": "7d", "from": "2026-11-20T10:00:00Z", "instances": 2, "acu": "0.5-4"});
    let made = made(&world(vec![orders()], ana()), full, &policy(&[]));
    assert_eq!(made.cluster.tags.get("nightshift:wish"), Some("from=2026-11-20T10:00:00Z instances=2 acu=0.5-4"));
}

#[test]
fn what_was_made_of_another_cluster_of_that_name_is_not_the_one() {
    let event = || json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    for state in ["ready", "creating"] {
        let mut source = orders();
        source.created_at = Some("2026-11-01T00:00:01Z".parse().unwrap());
        let world = world(vec![source, clone("orders-x", "ana", state)], ana());
        assert_eq!(said(&world, event(), &policy(&[])), "name-taken", "{state}");
    }
}

#[test]
fn what_has_no_end_any_more_is_not_gone_on_with() {
    let event = || json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    for (expiry, code) in [
        ("2026-11-21T02:00:00Z", "not-later"),
        ("2026-11-21T02:00:01Z", "make"),
        ("never", "no-end"),
        ("soon", "no-end"),
        ("", "no-end"),
    ] {
        let mut begun = clone("orders-x", "ana", "creating");
        begun.tags.set("auto-delete-after", expiry);
        assert_eq!(said(&world(vec![orders(), begun], ana()), event(), &policy(&[])), code, "{expiry}");
    }
}

#[test]
fn two_owners_on_one_clone_are_nobodys_leave_to_go_on() {
    let mut two = clone("orders-x", "ana", "creating");
    two.tags.set("Owner", "ben");
    let event = json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    assert_eq!(said(&world(vec![orders(), two], ana()), event, &policy(&[])), "name-taken");
}

/// What happens to a clone between two looks.
type Change = fn(&mut Cluster);

/// Each look at it may be the one at which it is not the one any more.
#[test]
fn what_is_made_is_looked_at_each_time_as_if_for_the_first() {
    let event = json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    let begun = clone("orders-x", "ana", "creating");
    let (policy, world) = (policy(&[]), world(vec![orders(), begun.clone()], ana()));
    let plan = made(&world, event, &policy);
    let now = |change: fn(&mut Cluster)| {
        let mut found = begun.clone();
        change(&mut found);
        still(&plan, &found, &policy)
    };
    assert_eq!(now(|_| ()), Still::InTheMaking);
    assert_eq!(now(|it| it.tags.set("auto-delete-after", "2026-12-24")), Still::InTheMaking, "its owner may move it");
    assert_eq!(now(|it| it.tags.set("nightshift:clone", "ready")), Still::HandedOver);
    let another: [(Change, &str); 8] = [
        (|it| it.resource_id = "cluster-2".to_owned(), "is another one by now"),
        (|it| it.tags.set("owner", "ben"), "is no clone of this source for this owner"),
        (
            |it| it.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:1:cluster:x"),
            "is no clone of this source for this owner",
        ),
        (|it| it.tags.set("nightshift:wish", "from=x"), "was asked for with other words by another attempt"),
        (|it| it.tags.set("auto-delete-after", "never"), "has lost the time at which it goes"),
        (|it| it.status = "deleting".to_owned(), "is being deleted"),
        (|it| it.tags.set("nightshift:clone", "odd"), "has lost the tag that says how far it is"),
        (|it| it.tags = it.tags.clone().without("nightshift:clone"), "has lost the tag that says how far it is"),
    ];
    for (change, what) in another {
        assert_eq!(now(change), Still::Another(what));
    }
}
