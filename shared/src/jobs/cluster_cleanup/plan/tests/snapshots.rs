//! What becomes of final snapshots.

use super::*;

fn snapshot(id: &str, tags: &[(&str, &str)]) -> Snapshot {
    Snapshot {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{id}"),
        region: "eu-west-1".to_owned(),
        cluster_id: "orders".to_owned(),
        resource_id: "cluster-ABCD1234EFGH".to_owned(),
        engine: "aurora-mysql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some("2026-11-20T02:00:00Z".parse().unwrap()),
        kind: "manual".to_owned(),
        tags: tags.iter().copied().collect(),
    }
}

const OURS: &str = "nightshift-orders-20261020t000000z-abcd1234";

fn snapshot_verdict(snapshot: Snapshot) -> &'static str {
    let region = Region { snapshots: Read::Known(vec![snapshot]), ..region(Vec::new()) };
    let plan = plan_of(region, &policy(&[("NIGHTSHIFT_PROTECTED", "keep=*")]), &Request::default());
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([Action::DeleteSnapshot(_)], []) => "delete",
        ([Action::MarkSnapshot(_)], []) => "mark",
        ([], [left]) => left.why.code(),
        ([], []) => "not-ours",
        other => panic!("expected one verdict, found {other:?}"),
    }
}

#[test]
fn only_our_own_snapshots_past_their_purge_tag_go() {
    let purge = |at: &str| snapshot(OURS, &[(tags::PURGE_AFTER, at)]);
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
    assert_eq!(snapshot_verdict(Snapshot { resource_id: "cluster-OTHER".to_owned(), ..past() }), "not-our-snapshot");
    assert_eq!(snapshot_verdict(Snapshot { cluster_id: "other".to_owned(), ..past() }), "not-our-snapshot");
    let mut kept = past();
    kept.tags.set("keep", "audit");
    assert_eq!(snapshot_verdict(kept), "protected");
    let of = |pattern| {
        let region = Region { snapshots: Read::Known(vec![past()]), ..region(Vec::new()) };
        plan_of(region, &policy(&[("NIGHTSHIFT_PROTECTED", pattern)]), &Request::default()).is_empty()
    };
    assert!(of("orders*"), "who protects a cluster protects what is left of it");
    assert!(!of("other*"));
}
