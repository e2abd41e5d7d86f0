//! Tables and laws of the decision.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::{Environment, Settings};
use crate::jobs::cluster_clone::model::Claim;
use crate::run::event::Fields;
use crate::run::plan::Act as _;
use crate::services::rds::{Instance, Member};

const NOW: &str = "2026-11-21T02:00:00Z";
const SOURCE: &str = "arn:aws:rds:eu-west-1:111122223333:cluster:orders";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn policy(pairs: &[(&str, &str)]) -> Policy {
    let both = [("NIGHTSHIFT_REGIONS", "eu-west-1,eu-central-1")];
    let environment: Environment = both.iter().chain(pairs).copied().collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    settings.finish().unwrap();
    policy
}

fn cluster(id: &str, tags: &[(&str, &str)]) -> Cluster {
    Cluster {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster:{id}"),
        region: "eu-west-1".to_owned(),
        resource_id: format!("cluster-{id}"),
        engine: "aurora-mysql".to_owned(),
        status: "available".to_owned(),
        created_at: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        tags: tags.iter().copied().collect(),
        deletion_protection: Some(false),
        members: vec![Member { id: format!("{id}-w"), writer: true }],
        settings: crate::services::rds::Settings {
            subnet_group: Some("private".to_owned()),
            security_groups: vec!["sg-1".to_owned()],
            parameter_group: Some("orders-params".to_owned()),
            port: Some(3307),
            iam_auth: true,
            deletion_protection: true,
            log_exports: vec!["error".to_owned()],
            backup_days: Some(35),
            ..Default::default()
        },
        ..Cluster::default()
    }
}

/// A clone of `orders` as this tool makes them.
fn clone(id: &str, owner: &str, state: &str) -> Cluster {
    let tags = [
        ("env", "dev"),
        ("owner", owner),
        ("auto-delete-after", "2026-11-28T00:00:00Z"),
        ("nightshift:source", SOURCE),
        ("nightshift:clone", state),
        ("nightshift:tool", "nightshift 0.1.0"),
    ];
    Cluster { clone_group: Some("g".to_owned()), ..cluster(id, &tags) }
}

fn orders() -> Cluster {
    Cluster { created_at: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..cluster("orders", &[("env", "staging")]) }
}

fn ana() -> Claim {
    Claim::Proven { arn: "arn:aws:iam::111122223333:user/ana".to_owned(), owner: "ana".to_owned() }
}

fn world(clusters: Vec<Cluster>, claim: Claim) -> World {
    let group = Instance {
        id: "orders-w".to_owned(),
        class: "db.r6g.16xlarge".to_owned(),
        parameter_group: Some("orders-instance".to_owned()),
        ..Instance::default()
    };
    World { claim, clusters, instances: BTreeMap::from([("orders-w".to_owned(), group)]), readers: BTreeMap::new() }
}

fn request(event: Value, policy: &Policy) -> Request {
    let mut fields = Fields::of(event).unwrap();
    let request = Request::read(&mut fields, policy);
    fields.finish().unwrap();
    request
}

fn plan(world: &World, event: Value, policy: &Policy) -> Plan {
    Plan::decide(world, "111122223333", policy, &request(event, policy), now())
}

/// The code of what is refused or there, or `make`.
fn said(world: &World, event: Value, policy: &Policy) -> String {
    let plan = plan(world, event, policy);
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([Action::Clone(_)], []) => "make".to_owned(),
        ([], [left]) => left.reason.code.to_string(),
        other => panic!("{other:?}"),
    }
}

fn made(world: &World, event: Value, policy: &Policy) -> ClonePlan {
    match plan(world, event, policy).actions.remove(0) {
        Action::Clone(clone) => *clone,
        sweep @ Action::Sweep(_) => panic!("{sweep:?}"),
    }
}

#[test]
fn a_clone_takes_its_surroundings_over_and_not_the_size_of_its_source() {
    let made = made(&world(vec![orders()], ana()), json!({"source": "orders", "expires": "7d"}), &policy(&[]));
    insta::assert_snapshot!(Action::Clone(Box::new(made.clone())).steps().join("\n"), @r"
    make orders-ana a copy-on-write clone of arn:aws:rds:eu-west-1:111122223333:cluster:orders (subnet group private, security groups sg-1, parameter group orders-params, port 3307, backups kept 1 day), to go at 2026-11-28T02:00:00Z
    give it a master password of its own, which RDS keeps in Secrets Manager
    create instance orders-ana-1 (db.t4g.medium)
    hand it over: nightshift:clone=ready
    ");
    let tags: Vec<_> = made.cluster.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    insta::assert_snapshot!(tags.join("\n"), @r"
    auto-delete-after=2026-11-28T02:00:00Z
    env=dev
    nightshift:clone=creating
    nightshift:cloned-by=arn:aws:iam::111122223333:user/ana
    nightshift:source=arn:aws:rds:eu-west-1:111122223333:cluster:orders
    nightshift:tool=nightshift 0.1.0
    owner=ana
    ");
    let settings = &made.cluster.settings;
    assert!(settings.iam_auth && !settings.deletion_protection);
    assert_eq!((settings.backup_days, &settings.log_exports), (Some(1), &vec!["error".to_owned()]));
    assert_eq!(made.cluster.engine, "aurora-mysql");
    let [member] = made.members.as_slice() else { panic!("{:?}", made.members) };
    assert_eq!((member.parameter_group.as_deref(), member.public), (Some("orders-instance"), false));
}

#[test]
fn members_and_capacity_are_as_asked_for_within_the_policy() {
    let (world, policy) = (world(vec![orders()], ana()), policy(&[]));
    let with = |more: Value| {
        let mut event = json!({"source": "orders", "expires": "7d"});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    for (more, code) in [
        (json!({"class": "db.t4g.large", "instances": 2}), "make"),
        (json!({"acu": "0.5-8"}), "make"),
        (json!({"acu": "0.5-8", "class": "db.serverless"}), "make"),
        (json!({"class": "db.r6g.16xlarge"}), "class-denied"),
        (json!({"instances": 3}), "too-many-members"),
        (json!({"acu": "0.5-8.5"}), "too-much-capacity"),
        (json!({"acu": "0.5-8", "class": "db.t4g.medium"}), "too-much-capacity"),
        (json!({"expires": "2026-11-21T02:00:00Z"}), "not-later"),
        (json!({"expires": "90d"}), "make"),
        (json!({"expires": "91d"}), "lease-too-long"),
        (json!({"name": "orders--x"}), "bad-name"),
        (json!({"name": "1orders"}), "bad-name"),
        (json!({"name": "a".repeat(61)}), "bad-name"),
        (json!({"name": "Orders-X"}), "make"),
        (json!({"anonymise": true}), "anonymise-unavailable"),
        (json!({"source": "payments"}), "no-source"),
        (json!({"from": "2026-11-21T02:00:00Z"}), "future-copy"),
        (json!({"owner": "ben"}), "another-owner"),
        (json!({"owner": "Ana"}), "make"),
        (json!({"region": "eu-central-1"}), "no-source"),
    ] {
        assert_eq!(said(&world, with(more.clone()), &policy), code, "{more}");
    }
    let scaling = made(&world, with(json!({"acu": "1-4"})), &policy);
    assert_eq!(
        (scaling.cluster.settings.serverless_v2, &*scaling.members[0].class),
        (Some((1.0, 4.0)), "db.serverless")
    );
}

#[test]
fn nobody_gets_a_clone_in_a_name_that_is_not_proven() {
    let event = || json!({"source": "orders", "expires": "7d", "owner": "ana"});
    let other = "arn:aws:sts::111122223333:assumed-role/dev/ana".to_owned();
    for (claim, code) in [
        (ana(), "make"),
        (Claim::Named { owner: "ana".to_owned() }, "make"),
        (Claim::Unproven, "no-proof"),
        (Claim::NotAsked, "no-proof"),
        (Claim::Refused("it is old".to_owned()), "proof-refused"),
        (Claim::Unknown("no answer".to_owned()), "who-unknown"),
        (Claim::NobodysName { arn: other, why: "so".to_owned() }, "nobodys-name"),
        (Claim::Named { owner: "ana,ben".to_owned() }, "another-owner"),
    ] {
        assert_eq!(said(&world(vec![orders()], claim.clone()), event(), &policy(&[])), code, "{claim:?}");
    }
    let odd = Claim::Named { owner: "ana,ben".to_owned() };
    assert_eq!(
        said(&world(vec![orders()], odd), json!({"source": "orders", "expires": "7d"}), &policy(&[])),
        "bad-owner"
    );
}

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

#[test]
fn what_the_policy_denies_or_aws_cannot_clone_is_refused() {
    let code = |change: fn(&mut Cluster), pairs: &[(&str, &str)]| {
        let mut source = orders();
        change(&mut source);
        said(&world(vec![source], ana()), json!({"source": "orders", "expires": "7d"}), &policy(pairs))
    };
    assert_eq!(code(|_| (), &[("NIGHTSHIFT_CLONE_SOURCES", "env=staging")]), "make");
    assert_eq!(code(|_| (), &[("NIGHTSHIFT_CLONE_SOURCES", "env=dev,payments")]), "source-denied");
    assert_eq!(code(|_| (), &[("NIGHTSHIFT_PROTECTED", "ORD*")]), "source-denied");
    assert_eq!(code(|it| it.limitless = true, &[]), "limitless");
    assert_eq!(code(|it| it.members.clear(), &[]), "no-member");
    for status in ["stopped", "creating", "deleting", "inaccessible-encryption-credentials"] {
        let mut source = orders();
        status.clone_into(&mut source.status);
        let event = json!({"source": "orders", "expires": "7d"});
        assert_eq!(said(&world(vec![source], ana()), event, &policy(&[])), "source-not-ready", "{status}");
    }
}

#[test]
fn the_same_event_goes_on_with_what_it_began_and_with_nothing_else() {
    let event = || json!({"source": "orders", "expires": "7d", "name": "orders-x"});
    let with = |found: Cluster| said(&world(vec![orders(), found], ana()), event(), &policy(&[]));
    assert_eq!(with(clone("orders-x", "ana", "ready")), "there");
    assert_eq!(with(clone("orders-x", "ana", "creating")), "make");
    assert_eq!(with(clone("orders-x", "ben", "creating")), "name-taken");
    assert_eq!(with(clone("orders-x", "ana", "odd")), "name-taken");
    assert_eq!(with(cluster("orders-x", &[("owner", "ana")])), "name-taken");
    assert_eq!(
        with(Cluster { status: "deleting".to_owned(), ..clone("orders-x", "ana", "creating") }),
        "being-deleted"
    );
    let mut other = clone("orders-x", "ana", "creating");
    other.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:other");
    assert_eq!(with(other), "name-taken");
    let world = world(vec![orders(), clone("orders-x", "ana", "creating")], ana());
    let on = made(&world, event(), &policy(&[]));
    assert_eq!(on.begun.as_deref(), Some("cluster-orders-x"));
    assert_eq!(on.expires.to_string(), "2026-11-28T00:00:00Z", "the expiry it was given first");
}

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
    let strangers: [fn(&mut Cluster); 9] = [
        |it| it.tags.set("nightshift:clone", "ready"),
        |it| it.tags = it.tags.clone().without("nightshift:clone"),
        |it| it.tags = it.tags.clone().without("nightshift:tool"),
        |it| it.tags = it.tags.clone().without("nightshift:source"),
        |it| it.tags = it.tags.clone().without("auto-delete-after"),
        |it| it.tags.set("env", "prod"),
        |it| it.created_at = Some("2026-11-20T02:00:01Z".parse().unwrap()),
        |it| it.created_at = None,
        |it| it.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:orders-x"),
    ];
    for (number, change) in strangers.into_iter().enumerate() {
        assert_eq!(left(change), (0, String::new()), "{number}");
    }
    let unfinished: [fn(&mut Cluster); 7] = [
        |it| it.members.push(Member { id: "m".to_owned(), writer: true }),
        |it| it.status = "modifying".to_owned(),
        |it| it.deletion_protection = Some(true),
        |it| it.deletion_protection = None,
        |it| it.global_cluster = Some("g".to_owned()),
        |it| it.read_replicas.push("r".to_owned()),
        |it| "kept".clone_into(&mut it.id),
    ];
    for (number, change) in unfinished.into_iter().enumerate() {
        assert_eq!(left(change), (0, "unfinished".to_owned()), "{number}");
    }
    assert_eq!(left(|it| it.created_at = Some("2026-11-20T02:00:00Z".parse().unwrap())).0, 1, "a day, to the second");
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
