//! Which members let a deletion begin.

use super::*;

#[test]
fn each_member_has_to_be_one_that_can_go_before_the_first_is_asked_to() {
    for keeps in ["always", "never"] {
        let of = |status: &str| {
            let mut region = region(vec![cluster("orders")]);
            let Read::Known(instances) = &mut region.instances else { panic!() };
            status.clone_into(&mut instances.get_mut("orders-w").unwrap().status);
            verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", keeps)], region)
        };
        for status in ["available", "deleting", "failed", "incompatible-network", "storage-full"] {
            assert_eq!(of(status), "delete", "{status}");
        }
        for status in ["modifying", "configuring-log-exports", "storage-initialization", "upgrading"] {
            assert_eq!(of(status), "member-status", "{status}");
        }
        for status in ["stopped", "a-status-of-next-year", "unknown"] {
            assert_eq!(of(status), "member-status-unknown", "{status}");
        }
        let mut fresh = region(vec![cluster("orders")]);
        fresh.clusters[0].members.push(Member { id: "unseen".to_owned(), writer: false });
        assert_eq!(verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", keeps)], fresh), "preflight-unknown");
        // Of a deletion that has taken members, one that was put back meanwhile stops nothing.
        let mut begun = region(vec![cluster("orders")]);
        let it = &mut begun.clusters[0];
        it.tags = it.tags.clone().with(Facts::of(Settings::default(), Vec::new()).to_tags());
        it.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
        it.tags.set(tags::DELETE_OF, format!("{} 3", it.resource_id));
        begun.instances = Read::Known(BTreeMap::new());
        assert_eq!(verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", keeps)], begun), "delete");
        // One without members has nobody to ask.
        let bare =
            Region { instances: Read::NotAsked, ..region(vec![Cluster { members: Vec::new(), ..cluster("orders") }]) };
        assert_eq!(verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", keeps)], bare), "delete");
    }
}
