//! Tables and laws of the decision.

mod again;
mod count;
mod kin;
mod left_over;
mod raw;
mod tell;

use std::collections::BTreeMap;

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
        ("nightshift:wish", "copy-on-write instances=1"),
    ];
    Cluster { clone_group: Some("g".to_owned()), ..cluster(id, &tags) }
}

fn orders() -> Cluster {
    let at = |text: &str| Some(text.parse().unwrap());
    Cluster {
        created_at: at("2026-01-01T00:00:00Z"),
        restorable: (at("2026-10-17T02:00:00Z"), at("2026-11-21T01:55:00Z")),
        ..cluster("orders", &[("env", "staging")])
    }
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
    let instances = BTreeMap::from([("orders-w".to_owned(), group)]);
    World { claim, clusters, instances, rules: None, keys: Vec::new(), readers: BTreeMap::new() }
}

fn request(event: Value, policy: &Policy) -> Request {
    let mut fields = Fields::of(event).unwrap();
    let request = Request::read(&mut fields, policy);
    fields.finish().unwrap();
    request
}

fn plan(world: &World, event: Value, policy: &Policy) -> Plan {
    Plan::decide(world, "111122223333", policy, &request(event, policy), now(), false)
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
        other => panic!("{other:?}"),
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
    nightshift:wish=copy-on-write instances=1
    owner=ana
    ");
    let because = json!({"source": "orders", "expires": "7d", "reason": "ticket 7: slow"});
    let because = self::made(&world(vec![orders()], ana()), because, &policy(&[]));
    assert_eq!(because.cluster.tags.get("nightshift:reason"), Some("ticket 7: slow"));
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
        (json!({"from": "2026-11-21T01:54:59Z"}), "make"),
        (json!({"from": "2026-11-21T01:55:01Z"}), "outside-backups"),
        (json!({"from": "2026-10-17T01:59:59Z"}), "outside-backups"),
        (json!({"from": "2026-10-17T02:00:00Z"}), "make"),
        (json!({"source": "ORDERS"}), "make"),
        (json!({"expires": "2027-02-19T02:00:00Z"}), "make"),
        (json!({"expires": "2027-02-19T02:00:01Z"}), "lease-too-long"),
        (json!({"expires": "2026-11-21T02:00:01Z"}), "make"),
        (json!({"name": "a".repeat(60)}), "make"),
        (json!({"name": "orders-"}), "bad-name"),
        (json!({"name": ""}), "bad-name"),
        (json!({"name": "orders"}), "name-taken"),
        (json!({"class": "DB.T4G.MEDIUM"}), "make"),
        (json!({"owner": "ben"}), "another-owner"),
        (json!({"owner": "Ana"}), "make"),
        (json!({"region": "eu-central-1"}), "no-source"),
    ] {
        assert_eq!(said(&world, with(more.clone()), &policy), code, "{more}");
    }
    let small = self::policy(&[("NIGHTSHIFT_MAX_CLONE_ACU", "1")]);
    let least = made(&world, with(json!({"class": "db.serverless"})), &small);
    assert_eq!(least.cluster.settings.serverless_v2, Some((0.5, 1.0)), "not more than the policy lets anybody ask for");
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
fn a_report_names_what_is_made_or_left_its_region_and_its_owner() {
    let (world, policy) = (world(vec![orders()], ana()), policy(&[]));
    let items = |event: Value| {
        let plan = plan(&world, event, &policy);
        let items = plan.items(vec![crate::run::Done::changed(Vec::new()); plan.actions.len()]);
        (plan, items)
    };
    let (_, made) = items(json!({"source": "orders", "expires": "7d"}));
    assert_eq!(
        (made[0].id.as_str(), made[0].region.as_str(), made[0].owner.as_deref()),
        ("orders-ana", "eu-west-1", Some("ana"))
    );
    assert_eq!(made[0].domain["clusters"]["expires"], "2026-11-28T02:00:00Z");
    let (plan, refused) = items(json!({"source": "orders", "expires": "7d", "instances": 3}));
    let left = &plan.left[0];
    assert!(!left.id.is_empty() && left.region == "eu-west-1");
    assert_eq!(
        (&refused[0].id, &refused[0].region, &refused[0].owner, refused[0].outcome),
        (&left.id, &left.region, &left.owner, left.outcome)
    );
    assert!(refused[0].domain.is_empty() && refused[0].reason.is_some());
}
