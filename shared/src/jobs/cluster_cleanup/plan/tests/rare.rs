//! What is met seldom, and must be said all the same.

use super::*;

fn left(plan: &Plan) -> Vec<String> {
    plan.left.iter().map(|left| format!("{}:{}", left.id, left.why.code().name)).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn who_is_named_and_never_expires_is_told_so() {
    let one = Cluster { tags: Tags::default(), ..cluster("orders") };
    let request = Request { clusters: Some(names(&["orders"])), ..Request::default() };
    let plan = plan_of(region(vec![one]), &policy(&[]), &request);
    assert_eq!((plan.actions.len(), left(&plan)), (0, vec!["orders:no-expiry-tag".to_owned()]));
}

#[test]
fn a_run_for_some_owners_takes_no_cluster_that_is_nobodys() {
    let mut nobodys = cluster("nobodys");
    nobodys.tags.remove("owner");
    let request = Request { owners: Some(names(&["ana"])), ..Request::default() };
    let plan = plan_of(region(vec![cluster("orders"), nobodys]), &policy(&[]), &request);
    assert_eq!(plan.actions.iter().map(Action::id).collect::<Vec<_>>(), ["orders"]);
}

#[test]
fn the_share_of_a_night_is_of_what_carries_the_marks_and_of_nothing_else() {
    let without = |key: &str| {
        let mut one = cluster(&format!("no-{key}"));
        one.tags.remove(key);
        one
    };
    let world = vec![cluster("orders"), without("env"), without("auto-delete-after")];
    let plan = plan_of(region(world), &policy(&[]), &Request::default());
    assert_eq!(plan.deletions(), Deletions { of_marked: 1, purges: 0, marked: 1 });
}

#[test]
fn a_name_that_a_snapshot_has_is_not_given_to_another() {
    let before = plan_of(region(vec![cluster("orders")]), &policy(&[]), &Request::default());
    let Action::DeleteCluster(delete) = &before.actions[0] else { panic!("{before}") };
    let taken = Snapshot { id: delete.keep.as_ref().unwrap().name.clone(), ..whole(&[]) };
    let region = Region { snapshots: Read::Known(vec![taken]), ..region(vec![cluster("orders")]) };
    let plan = plan_of(region, &policy(&[]), &Request::default());
    assert!(left(&plan).contains(&"orders:snapshot-name-taken".to_owned()), "{plan}");
    assert!(!plan.actions.iter().any(|action| matches!(action, Action::DeleteCluster(_))));
}

#[test]
fn a_deletion_that_was_called_off_is_forgotten_where_it_stood() {
    let mut one = cluster("orders");
    one.tags.set("auto-delete-after", "2026-12-24");
    one.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
    one.tags.set(tags::DELETE_OF, format!("{} 2", one.resource_id));
    let plan = plan_of(region(vec![one]), &policy(&[]), &Request::default());
    assert!(matches!(&plan.actions[..], [Action::ForgetNotice(forget)] if !forget.marks.is_empty()), "{plan}");
}
