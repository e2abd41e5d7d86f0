//! What goes though nobody was told: the one exception of law L9.

use super::*;

#[test]
fn only_what_was_never_handed_over_and_holds_nothing_is_swept() {
    let left = |change: fn(&mut Cluster)| {
        let mut one = clone("orders-x", "ana", "creating");
        one.members.clear();
        change(&mut one);
        let plan =
            plan(&world(vec![orders(), one], Claim::NotAsked), json!({}), &policy(&[("NIGHTSHIFT_PROTECTED", "kept")]));
        (plan.actions.len(), plan.left.iter().map(|left| left.reason.code.to_string()).collect::<Vec<_>>().join(","))
    };
    assert_eq!(left(|_| ()), (1, String::new()));
    let strangers: [fn(&mut Cluster); 10] = [
        |it| it.tags.set("nightshift:clone", "ready"),
        |it| it.tags = it.tags.clone().without("nightshift:clone"),
        |it| it.tags = it.tags.clone().without("nightshift:tool"),
        |it| it.tags = it.tags.clone().without("nightshift:source"),
        |it| it.tags = it.tags.clone().without("auto-delete-after"),
        |it| it.tags.set("env", "prod"),
        |it| it.created_at = Some("2026-11-20T02:00:01Z".parse().unwrap()),
        |it| it.created_at = None,
        |it| it.status = "deleting".to_owned(),
        |it| it.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:orders-x"),
    ];
    for (number, change) in strangers.into_iter().enumerate() {
        assert_eq!(left(change), (0, String::new()), "{number}");
    }
    let unfinished: [fn(&mut Cluster); 9] = [
        |it| it.members.push(Member { id: "m".to_owned(), writer: true }),
        |it| it.status = "modifying".to_owned(),
        |it| it.deletion_protection = Some(true),
        |it| it.deletion_protection = None,
        |it| it.global_cluster = Some("g".to_owned()),
        |it| it.read_replicas.push("r".to_owned()),
        |it| it.replication_source = Some("s".to_owned()),
        |it| it.limitless = true,
        |it| "kept".clone_into(&mut it.id),
    ];
    for (number, change) in unfinished.into_iter().enumerate() {
        assert_eq!(left(change), (0, "unfinished".to_owned()), "{number}");
    }
    assert_eq!(left(|it| it.created_at = Some("2026-11-20T02:00:00Z".parse().unwrap())).0, 1, "a day, to the second");
}

/// The data of a clone is its source's, as long as there is one.
#[test]
fn what_may_be_the_last_of_its_data_is_not_swept() {
    let mut one = clone("orders-x", "ana", "creating");
    one.members.clear();
    let left = |clusters: Vec<Cluster>| {
        let plan = plan(&world(clusters, Claim::NotAsked), json!({}), &policy(&[]));
        (plan.actions.len(), plan.left.iter().map(|left| left.reason.code.to_string()).collect::<Vec<_>>().join(","))
    };
    let unfinished = (0, "unfinished".to_owned());
    assert_eq!(left(vec![one.clone(), orders()]), (1, String::new()));
    assert_eq!(left(vec![one.clone()]), unfinished, "its source is gone");
    let going = Cluster { status: "deleting".to_owned(), ..orders() };
    assert_eq!(left(vec![one.clone(), going]), unfinished, "its source is going");
    let another = Cluster { created_at: Some("2026-11-01T00:00:01Z".parse().unwrap()), ..orders() };
    assert_eq!(left(vec![one.clone(), another]), unfinished, "another of the same name");
    let unknown = Cluster { created_at: None, ..orders() };
    assert_eq!(left(vec![one, unknown]), unfinished, "nobody knows");
}

#[test]
fn what_aws_could_not_make_is_swept_as_well() {
    let code = |status: &str| {
        let mut one = clone("orders-x", "ana", "creating");
        one.members.clear();
        status.clone_into(&mut one.status);
        plan(&world(vec![one, orders()], Claim::NotAsked), json!({}), &policy(&[])).actions.len()
    };
    assert_eq!((code("available"), code("cloning-failed"), code("creating"), code("deleting")), (1, 1, 0, 0));
}
