//! How many there may be.

use proptest::prelude::*;

use super::*;

#[test]
fn an_owner_has_so_many_in_all_regions_together() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let mine = |number: usize| {
        clone(&format!("c{number}"), "ana", if number.is_multiple_of(2) { "ready" } else { "creating" })
    };
    let mut clusters: Vec<_> = (0..5).map(mine).collect();
    clusters[4].region = "eu-central-1".to_owned();
    clusters.push(orders());
    let count =
        |clusters: &[Cluster], pairs: &[(&str, &str)]| said(&world(clusters.to_vec(), ana()), event(), &policy(pairs));
    assert_eq!(count(&clusters, &[]), "quota");
    assert_eq!(count(&clusters, &[("NIGHTSHIFT_CLONES_PER_OWNER", "6")]), "make");
    assert_eq!(count(&clusters[1..], &[]), "make");
    let mut going = clusters.clone();
    going[0].status = "deleting".to_owned();
    assert_eq!(count(&going, &[]), "make");
    let mut spelt = clusters.clone();
    spelt[0].tags.set("owner", "ANA");
    assert_eq!(count(&spelt, &[]), "quota", "a capital letter is not another person");
    // What was begun has its place.
    let mut begun = clusters.clone();
    begun[0] = clone("orders-ana", "ana", "creating");
    assert_eq!(count(&begun, &[]), "make");
}

#[test]
fn the_sixteenth_that_shares_pages_is_refused_and_a_full_copy_is_not() {
    let group = |many: usize| {
        let others = (0..many).map(|number| clone(&format!("c{number}"), "ben", "ready"));
        let source = Cluster { clone_group: Some("g".to_owned()), ..orders() };
        others.chain([source]).collect::<Vec<_>>()
    };
    let code = |many, event| said(&world(group(many), ana()), event, &policy(&[]));
    let full = json!({"source": "orders", "expires": "7d", "from": "2026-11-20T10:00:00Z"});
    assert_eq!(code(14, json!({"source": "orders", "expires": "7d"})), "make");
    assert_eq!(code(15, json!({"source": "orders", "expires": "7d"})), "group-full");
    assert_eq!(code(15, full), "make");
}

#[test]
fn a_name_spelt_otherwise_or_a_second_one_takes_no_clone_out_of_the_count() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let others: Vec<_> = (0..4).map(|number| clone(&format!("c{number}"), "ana", "ready")).collect();
    let count = |fifth: Cluster| {
        let all = others.iter().cloned().chain([fifth, orders()]).collect();
        said(&world(all, ana()), event(), &policy(&[]))
    };
    assert_eq!(count(clone("c4", "ben", "ready")), "make");
    for owner in ["ana", " ana", "ANA", "ana@example.com"] {
        assert_eq!(count(clone("c4", owner, "ready")), "quota", "{owner}");
    }
    let mut two = clone("c4", "ana", "ready");
    two.tags.set("Owner", "ben");
    assert_eq!(count(two), "quota");
    let mut handed_on = clone("c4", "ana", "ready");
    handed_on.tags = handed_on.tags.clone().without("nightshift:clone");
    assert_eq!(count(handed_on.clone()), "quota", "its source tag says that it is a clone");
    handed_on.tags = handed_on.tags.clone().without("nightshift:source");
    assert_eq!(count(handed_on), "make", "nothing says so");
}

#[test]
fn a_full_copy_is_one_too_many_of_no_group() {
    let none = policy(&[("NIGHTSHIFT_CLONES_PER_SOURCE", "0")]);
    let copy = Cluster { clone_group: None, ..clone("orders-ana", "ana", "creating") };
    assert_eq!(overshoot(&[orders(), copy.clone()], &copy, "ana", &none), None);
    let alone = Cluster { clone_group: Some("own".to_owned()), ..copy };
    assert_eq!(overshoot(&[orders(), alone.clone()], &alone, "ana", &none), None, "a group of its own");
    let event = json!({"source": "orders", "expires": "7d"});
    assert_eq!(said(&world(vec![orders()], ana()), event, &none), "group-full");
}

/// The one that all were made of may be gone: then each that is there is a clone.
#[test]
fn a_group_without_its_original_is_counted_whole() {
    let event = || json!({"source": "c0", "expires": "7d", "name": "new"});
    let group = |many: usize| (0..many).map(|number| clone(&format!("c{number}"), "ben", "ready")).collect::<Vec<_>>();
    assert_eq!(said(&world(group(14), ana()), event(), &policy(&[])), "make");
    assert_eq!(said(&world(group(15), ana()), event(), &policy(&[])), "group-full");
}

#[test]
fn whoever_is_one_too_many_of_a_group_takes_the_youngest_back() {
    let made = |number: usize| Cluster {
        created_at: Some(now().checked_add(jiff::SignedDuration::from_secs(i64::try_from(number).unwrap())).unwrap()),
        ..clone(&format!("c{number:02}"), &format!("owner-{number}"), "creating")
    };
    let source = Cluster { clone_group: Some("g".to_owned()), ..orders() };
    let all: Vec<_> = (0..17).map(made).chain([source]).collect();
    let over: Vec<_> = all[..17]
        .iter()
        .filter(|own| overshoot(&all, own, own.tags.get("owner").unwrap(), &policy(&[])).is_some())
        .map(|own| own.id.as_str())
        .collect();
    assert_eq!(over, ["c15", "c16"]);
}

proptest! {
    /// However many ask, in whatever order they came and look: those who stay are as many as may, and the first.
    #[test]
    fn whoever_counts_comes_to_the_same_end(ages in proptest::collection::vec(0_i64..5, 1..20), quota in 0_usize..6) {
        let policy = policy(&[("NIGHTSHIFT_CLONES_PER_OWNER", &quota.to_string())]);
        let made = |(number, age): (usize, &i64)| Cluster {
            created_at: Some(now().checked_add(jiff::SignedDuration::from_secs(*age)).unwrap()),
            clone_group: None,
            ..clone(&format!("c{number:02}"), "ana", "creating")
        };
        let all: Vec<_> = ages.iter().enumerate().map(made).collect();
        let stays: Vec<_> = all.iter().filter(|own| overshoot(&all, own, "ana", &policy).is_none()).collect();
        prop_assert_eq!(stays.len(), quota.min(all.len()));
        // One that is gone again changes nothing for those before it.
        let rest: Vec<_> = stays.iter().map(|cluster| (*cluster).clone()).collect();
        prop_assert!(rest.iter().all(|own| overshoot(&rest, own, "ana", &policy).is_none()));
    }
}
