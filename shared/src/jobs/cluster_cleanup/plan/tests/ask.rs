//! When an owner is asked to put something right.

use super::*;
use crate::domains::clusters::notice;

/// Whether the owner of `cluster` is asked something at `now`, and what that leaves on it.
fn asked(cluster: &mut Cluster, now: &str, variables: &[(&str, &str)]) -> bool {
    let policy = policy(variables);
    let now = now.parse().unwrap();
    let terms = Terms { policy: &policy, request: &Request::default(), now, announces: true, asked: None };
    let plan = Plan::make(&world(region(vec![cluster.clone()])), terms);
    let ask = plan.actions.iter().find_map(|action| match action {
        Action::AskOwner(ask) => Some(ask),
        _ => None,
    });
    if let Some(ask) = ask.filter(|ask| ask.remembers) {
        cluster.tags = cluster.tags.clone().with(notice::asked(now, &ask.matter));
    }
    ask.is_some()
}

fn bad() -> Cluster {
    let mut it = cluster("orders");
    it.tags.set("auto-delete-after", "friday");
    it
}

#[test]
fn an_owner_is_asked_once_for_each_matter_and_reminded_after_a_week() {
    let mut it = bad();
    let nights: Vec<_> = (21..30).map(|day| asked(&mut it, &format!("2026-11-{day}T02:00:00Z"), &[])).collect();
    assert_eq!(nights, [true, false, false, false, false, false, false, true, false]);
    // However often a night is run again.
    assert!(!asked(&mut it, "2026-11-28T02:00:05Z", &[]));
    // Another value is another matter, and so is another owner.
    it.tags.set("auto-delete-after", "monday");
    assert!(asked(&mut it, "2026-11-28T03:00:00Z", &[]));
    it.tags.set("owner", "bob");
    assert!(asked(&mut it, "2026-11-28T04:00:00Z", &[]));
    assert!(!asked(&mut it, "2026-11-28T05:00:00Z", &[]));
    // A time to come was written by no run of ours.
    it.tags.set(tags::ASKED, it.tags.get(tags::ASKED).unwrap().replace("2026-11-28", "2027-11-28"));
    assert!(asked(&mut it, "2026-11-28T06:00:00Z", &[]));
    // A clone that bears the tag of what it was cloned from was asked nothing yet.
    let mut clone = Cluster { tags: it.tags.clone(), ..cluster("orders-clone") };
    assert!(asked(&mut clone, "2026-11-28T07:00:00Z", &[]));
    let mut it = bad();
    let daily = [("NIGHTSHIFT_REMIND_DAYS", "1")];
    assert!((21..25).all(|day| asked(&mut it, &format!("2026-11-{day}T02:00:00Z"), &daily)));
}

#[test]
fn nobody_is_asked_about_what_they_did_not_mark_or_cannot_mend() {
    let mut unmarked = bad();
    unmarked.tags.set("env", "prod");
    assert!(!asked(&mut unmarked, NOW, &[]));
    assert!(!asked(&mut bad(), NOW, &[("NIGHTSHIFT_PROTECTED", "orders")]), "it is not touched, not even for that");
    let mut near = cluster("orders");
    near.tags.set("env", "Dev");
    assert!(!asked(&mut near, NOW, &[]), "that is for the operators to see");
    let mut two = cluster("orders");
    two.tags.set("Owner", "bob");
    assert!(!asked(&mut two, NOW, &[]), "which of them?");
}

#[test]
fn what_has_no_room_for_a_mark_is_asked_one_night_of_each_interval() {
    let mut full = bad();
    (full.tags.len()..50).for_each(|n| full.tags.set(format!("t{n}"), "x"));
    let nights = (1..29).filter(|day| asked(&mut full, &format!("2026-11-{day:02}T02:00:00Z"), &[])).count();
    assert_eq!((nights, full.tags.len()), (4, 50));
}
