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
