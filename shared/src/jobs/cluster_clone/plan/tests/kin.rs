//! Whose data a source has: production and what is protected is not handed out by a roundabout way.

use super::*;

#[test]
fn production_is_not_handed_out_by_whatever_way_its_data_came() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let prod = |id: &str| Cluster { clone_group: Some("g".to_owned()), ..cluster(id, &[("env", "prod")]) };
    let shared = || Cluster { clone_group: Some("g".to_owned()), ..orders() };
    let mut full_copy = orders();
    full_copy.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:live");
    let code = |clusters: Vec<Cluster>, pairs: &[(&str, &str)]| said(&world(clusters, ana()), event(), &policy(pairs));
    assert_eq!(code(vec![prod("orders")], &[]), "production");
    assert_eq!(code(vec![shared(), prod("live")], &[]), "production", "they share pages");
    assert_eq!(code(vec![full_copy, prod("live")], &[]), "production", "its tag says where its data is from");
    assert_eq!(code(vec![orders(), prod("live")], &[]), "make");
    assert_eq!(code(vec![prod("orders")], &[("NIGHTSHIFT_PRODUCTION_CLONES", "allow")]), "make");
    assert_eq!(code(vec![prod("orders")], &[("NIGHTSHIFT_PRODUCTION", "live-*")]), "make");
    let anonymised = json!({"source": "orders", "expires": "7d", "anonymise": true});
    assert_eq!(said(&world(vec![prod("orders")], ana()), anonymised, &policy(&[])), "anonymise-unavailable");
}

fn full_copy(id: &str, of: &str, env: &str) -> Cluster {
    let source = format!("arn:aws:rds:eu-west-1:111122223333:cluster:{of}");
    cluster(id, &[("env", env), ("nightshift:source", &source)])
}

#[test]
fn a_copy_of_a_copy_is_what_the_first_was() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let code = |clusters: Vec<Cluster>, pairs: &[(&str, &str)]| said(&world(clusters, ana()), event(), &policy(pairs));
    let chain = |last: &str| {
        vec![full_copy("orders", "mid", "dev"), full_copy("mid", "live", "dev"), cluster("live", &[("env", last)])]
    };
    assert_eq!(code(chain("prod"), &[]), "production");
    assert_eq!(code(chain("dev"), &[]), "make");
    // The first is gone; its name is what is left of it.
    let mut rest = chain("prod");
    rest.pop();
    assert_eq!(code(rest.clone(), &[("NIGHTSHIFT_PRODUCTION", "live*")]), "production");
    assert_eq!(code(rest.clone(), &[("NIGHTSHIFT_PRODUCTION", "arn:aws:rds:*:cluster:live")]), "production");
    assert_eq!(code(rest.clone(), &[]), "make", "nothing says that it was");
    rest[1].tags.set("nightshift:data", "production");
    assert_eq!(code(rest, &[]), "production", "a mark that was put on it when it was made");
    // A ring of tags ends.
    assert_eq!(code(vec![full_copy("orders", "mid", "dev"), full_copy("mid", "orders", "dev")], &[]), "make");
    // A copy in another Region names one in this.
    let mut far = cluster("far", &[("env", "prod")]);
    far.region = "eu-central-1".to_owned();
    far.arn = "arn:aws:rds:eu-central-1:111122223333:cluster:far".to_owned();
    let mut near = orders();
    near.tags.set("nightshift:source", far.arn.clone());
    assert_eq!(code(vec![near, far], &[]), "production");
}

#[test]
fn what_may_not_be_cloned_may_not_be_cloned_from_a_clone_of_it() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let code = |clusters: Vec<Cluster>, pairs: &[(&str, &str)]| said(&world(clusters, ana()), event(), &policy(pairs));
    let denied = [("NIGHTSHIFT_PROTECTED", "payments")];
    assert_eq!(code(vec![full_copy("orders", "payments", "dev"), cluster("payments", &[])], &denied), "source-denied");
    assert_eq!(code(vec![full_copy("orders", "payments", "dev")], &denied), "source-denied", "though it is gone");
    let shares = |id: &str| Cluster { clone_group: Some("g".to_owned()), ..cluster(id, &[]) };
    assert_eq!(code(vec![shares("orders"), shares("payments")], &denied), "source-denied");
    assert_eq!(code(vec![shares("orders"), cluster("payments", &[])], &denied), "make");
}

/// Its source may be gone one day, and then nothing else says it.
#[test]
fn what_holds_production_data_says_so_from_its_first_moment() {
    let event = || json!({"source": "orders", "expires": "7d"});
    let allow = policy(&[("NIGHTSHIFT_PRODUCTION_CLONES", "allow")]);
    let prod = || cluster("orders", &[("env", "prod")]);
    let clone = made(&world(vec![prod()], ana()), event(), &allow);
    assert_eq!(clone.cluster.tags.get("nightshift:data"), Some("production"));
    assert!(clone.notes[0].starts_with("it holds production data of orders"), "{:?}", clone.notes);
    let clone = made(&world(vec![orders()], ana()), event(), &allow);
    assert_eq!((clone.cluster.tags.get("nightshift:data"), clone.notes.len()), (None, 0));
}
