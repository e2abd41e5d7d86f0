//! What a deletion holds, and when it keeps the data.

use super::*;

fn keeps_data(variables: &[(&str, &str)], clusters: Vec<Cluster>) -> bool {
    let plan = plan_of(region(clusters), &policy(variables), &Request::default());
    plan.actions
        .iter()
        .any(|action| matches!(action, Action::DeleteCluster(delete) if delete.id == "clone" && delete.keep.is_some()))
}

#[test]
fn a_clone_is_one_only_if_its_named_source_stands_in_the_same_group() {
    let made = |at: &str| Some(at.parse().unwrap());
    let source = || Cluster { tags: Tags::default(), created_at: made("2026-10-01T00:00:00Z"), ..cluster("source") };
    let clone = |named: &str| {
        let mut clone = cluster("clone");
        clone.tags.set("nightshift:source", named);
        clone
    };
    let arn = source().arn;
    assert!(!keeps_data(&[], vec![source(), clone("source")]));
    assert!(!keeps_data(&[], vec![source(), clone(&arn)]));
    assert!(keeps_data(&[], vec![source(), cluster("clone")]), "the group alone proves nothing");
    assert!(keeps_data(&[], vec![clone("source")]), "the source is gone");
    assert!(keeps_data(&[], vec![source(), clone("clone")]), "nobody is their own source");
    assert!(
        keeps_data(&[], vec![Cluster { created_at: made("2026-11-02T00:00:00Z"), ..source() }, clone("source")]),
        "a source is older than its clone"
    );
    assert!(keeps_data(&[], vec![Cluster { clone_group: Some("other".to_owned()), ..source() }, clone("source")]));
    assert!(keeps_data(&[], vec![Cluster { status: "deleting".to_owned(), ..source() }, clone("source")]));
    assert!(keeps_data(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "always")], vec![source(), clone("source")]));
    assert!(!keeps_data(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], vec![cluster("clone")]));
}

#[test]
fn a_deletion_is_readers_then_writer_then_cluster_with_its_data_kept() {
    let mut named = cluster("orders");
    named.resource_id = "cluster-ABCD1234EFGH".to_owned();
    let plan = plan_of(region(vec![named]), &policy(&[]), &Request::default());
    insta::assert_snapshot!(plan, @"
    plan for account 111122223333: 1 to do, 0 left alone
      orders in eu-west-1
        - delete reader orders-r
        - delete writer orders-w
        - delete cluster orders, keep its data 30 days in snapshot nightshift-orders-20261120t000000z-abcd1234
    ");
    let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
    let keep = delete.keep.as_ref().unwrap();
    assert_eq!(
        keep.arn,
        "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-orders-20261120t000000z-abcd1234"
    );
    assert_eq!(keep.tags.get("owner"), Some("ana"));
    assert_eq!(keep.tags.get("auto-delete-after"), None, "a snapshot never carries the expiry");
    let facts = Facts::from_tags(&keep.tags).unwrap().unwrap();
    assert_eq!(facts.members.iter().map(|member| member.id.as_str()).collect::<Vec<_>>(), ["orders-w", "orders-r"]);
}
