//! What a run that died left of a plan that somebody agreed to.

use serde_json::{Value, json};

use super::*;
use crate::domains::clusters::deletion;
use crate::run::plan::Act as _;

fn only(cluster: Cluster, variables: &[(&str, &str)]) -> Action {
    let mut plan = plan_of(region(vec![cluster]), &policy(variables), &Request::default());
    assert_eq!(plan.actions.len(), 1, "{plan}");
    plan.actions.remove(0)
}

/// The deletion of a cluster with a writer and a reader, as it was agreed to.
fn agreed() -> Value {
    json!(only(cluster("orders"), &[]))
}

/// The same cluster without its reader, which a run deleted.
fn begun(change: impl FnOnce(&mut Cluster)) -> Cluster {
    let mut one = cluster("orders");
    one.tags.set(tags::DELETE_REQUESTED, "2026-11-21T01:59:00Z");
    one.tags.set(tags::DELETE_OF, deletion::of(&one));
    one.members.retain(|member| member.writer);
    change(&mut one);
    one
}

#[test]
fn the_rest_of_a_deletion_is_part_of_it_and_whatever_was_changed_since_is_not() {
    let is_left = |change: fn(&mut Cluster)| {
        let rest = only(begun(change), &[]);
        assert_ne!(json!(rest), agreed(), "a member is gone");
        rest.is_left_of(&agreed())
    };
    assert!(is_left(|_| ()));
    assert!(is_left(|one| one.members.clear()));
    assert!(!is_left(|one| one.members.push(Member { id: "orders-new".to_owned(), writer: false })), "another member");
    assert!(!is_left(|one| one.tags.set("auto-delete-after", "2026-11-20T01:00:00Z")), "another expiry");
    let of = |one: Action, agreed: &Value| one.is_left_of(agreed);
    let kept = only(begun(|_| ()), &[("NIGHTSHIFT_SNAPSHOT_KEEP_DAYS", "7")]);
    assert!(!of(kept, &agreed()), "its data kept for fewer days");
    for (key, value) in
        [("resource_id", "cluster-OTHER"), ("region", "eu-north-1"), ("id", "pay"), ("do", "start-cluster")]
    {
        let mut other = agreed();
        other[key] = json!(value);
        assert!(!of(only(begun(|_| ()), &[]), &other), "{key}");
    }
    let lifted = [("NIGHTSHIFT_DELETION_PROTECTION", "override")];
    let protected = only(begun(|one| one.deletion_protection = Some(true)), &lifted);
    assert!(!of(protected, &agreed()), "nobody agreed to lift a protection");
    let mut without = agreed();
    without["keep"] = Value::Null;
    assert!(!of(only(begun(|_| ()), &[]), &without), "a snapshot that was not part of it");
}

#[test]
fn the_marks_on_its_snapshot_and_the_word_to_its_owner_are_part_of_a_deletion() {
    let agreed = agreed();
    let (arn, name) = (agreed["keep"]["arn"].as_str().unwrap(), agreed["keep"]["name"].as_str().unwrap());
    let days = u16::try_from(agreed["keep"]["keep_days"].as_u64().unwrap()).unwrap();
    let mark = |arn: &str, keep_days| {
        Action::MarkSnapshot(MarkSnapshot {
            region: "eu-west-1".to_owned(),
            id: name.to_owned(),
            owner: None,
            arn: arn.to_owned(),
            cluster_id: "orders".to_owned(),
            keep_days,
            tags: Tags::default(),
            strip: Vec::new(),
            has_facts: true,
        })
    };
    let tell = |arn: &str| {
        Action::TellDeleted(TellDeleted {
            region: "eu-west-1".to_owned(),
            id: name.to_owned(),
            owner: None,
            arn: arn.to_owned(),
            cluster_id: "orders".to_owned(),
            purge_after: now(),
        })
    };
    assert!(mark(arn, days).is_left_of(&agreed) && tell(arn).is_left_of(&agreed));
    assert!(!mark(arn, days - 1).is_left_of(&agreed));
    assert!(!mark("arn:another", days).is_left_of(&agreed) && !tell("arn:another").is_left_of(&agreed));
    let purge = Action::DeleteSnapshot(DeleteSnapshot {
        region: "eu-west-1".to_owned(),
        id: name.to_owned(),
        owner: None,
        arn: arn.to_owned(),
        cluster_id: "orders".to_owned(),
        purge_after: now(),
    });
    assert!(!purge.is_left_of(&agreed), "its data was to be kept");
}
