//! The raw copy: how it is made, how far it is, what stops it, and what of it may be deleted again.

use super::*;
use crate::domains::anonymise::rules;
use crate::domains::clusters::tags::{ANONYMISED, RAW, RULES};
use crate::jobs::cluster_clone::model::{Key, Ruled};
use crate::jobs::cluster_clone::quarantine::Location;

const QUARANTINE: [(&str, &str); 4] = [
    ("NIGHTSHIFT_ANONYMISE_RULES", "s3://rules/{source}.toml"),
    ("NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS", "sg-quarantine"),
    ("NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP", "quarantine-{family}"),
    ("NIGHTSHIFT_CLONES_PER_SOURCE", "15"),
];
const PRINT: &str = "sha256:0123";

fn event() -> Value {
    json!({"source": "orders", "expires": "7d", "anonymise": true})
}

fn ruled() -> Ruled {
    let location = Location::S3 { bucket: "rules".to_owned(), key: "orders.toml".to_owned() };
    let rules = rules::read("version = 1\nengine = \"mysql\"\n").unwrap();
    Ruled { location, fingerprint: PRINT.to_owned(), rules }
}

/// Production, of a version that AWS says.
fn live() -> Cluster {
    let version = Some("8.0.mysql_aurora.3.05.2".to_owned());
    let tags = [("env", "prod")].into_iter().collect();
    Cluster { engine_version: version, clone_group: Some("g".to_owned()), tags, ..orders() }
}

fn around(clusters: Vec<Cluster>) -> World {
    let all = [live()].into_iter().chain(clusters).collect();
    World { rules: Some(Ok(ruled())), ..world(all, ana()) }
}

fn steps(clusters: Vec<Cluster>) -> String {
    let clone = made(&around(clusters), event(), &policy(&QUARANTINE));
    Action::Clone(Box::new(clone)).steps().join("\n")
}

/// A raw copy as this tool makes them.
fn raw(more: &[(&str, &str)]) -> Cluster {
    let mut raw = clone("orders-ana-raw", "ana", "creating");
    let tags = [("nightshift:wish", "copy-on-write instances=1 anonymised"), (RAW, "orders-ana"), (RULES, PRINT)];
    tags.iter().chain(more).for_each(|(key, value)| raw.tags.set(*key, *value));
    raw
}

/// What is made of it.
fn second(state: &str) -> Cluster {
    let mut second = clone("orders-ana", "ana", state);
    second.tags.set("nightshift:wish", "copy-on-write instances=1 anonymised");
    second.tags.set(ANONYMISED, PRINT);
    second
}

#[test]
fn what_is_handed_over_is_a_clone_of_the_anonymised_clone_and_the_raw_one_goes_before() {
    insta::assert_snapshot!(steps(vec![]), @r"
    make orders-ana-raw a copy-on-write clone of arn:aws:rds:eu-west-1:111122223333:cluster:orders (subnet group private, security groups sg-quarantine, parameter group quarantine-aurora-mysql8.0, port 3307, backups kept 1 day), to go at 2026-11-23T00:00:00Z
    give it a master password of its own, which RDS keeps in Secrets Manager
    create instance orders-ana-raw-1 (db.r6g.large)
    make the data of orders-ana-raw nobody's by the rules s3://rules/orders.toml (sha256:0123), with a key that is destroyed at the end
    make orders-ana a copy-on-write clone of orders-ana-raw (subnet group private, security groups sg-1, parameter group orders-params, port 3307, backups kept 1 day), to go at 2026-11-28T02:00:00Z
    give it a master password of its own, which RDS keeps in Secrets Manager
    create instance orders-ana-1 (db.t4g.medium)
    delete writer orders-ana-raw-1
    delete cluster orders-ana-raw without a snapshot
    hand it over: nightshift:clone=ready
    ");
}

#[test]
fn what_is_there_says_how_far_it_is() {
    let anonymised = || raw(&[(ANONYMISED, PRINT)]);
    let whole = steps(vec![]);
    let of = |clusters: Vec<Cluster>| {
        let left = steps(clusters);
        let first = left.lines().next().unwrap_or_default().to_owned();
        assert!(whole.ends_with(&left) || !left.contains("orders-ana-raw"), "{left}");
        (left.lines().count(), first)
    };
    assert_eq!(of(vec![]).0, 10);
    let (left, first) = of(vec![raw(&[])]);
    assert_eq!((left, first.as_str()), (9, "give it a master password of its own, which RDS keeps in Secrets Manager"));
    let (left, first) = of(vec![anonymised()]);
    assert_eq!(left, 6);
    assert!(first.starts_with("make orders-ana a copy-on-write clone of orders-ana-raw"), "{first}");
    let (left, _) = of(vec![anonymised(), second("creating")]);
    assert_eq!(left, 5);
    let (left, _) = of(vec![second("creating")]);
    assert_eq!(left, 3, "the raw one is gone");
    let going = Cluster { status: "deleting".to_owned(), ..anonymised() };
    assert_eq!(of(vec![going, second("creating")]).0, 3);
    assert_eq!(said(&around(vec![second("ready")]), event(), &policy(&QUARANTINE)), "there");
}

#[test]
fn the_raw_copy_stands_in_quarantine_with_an_end_of_its_own() {
    let clone = made(&around(vec![]), event(), &policy(&QUARANTINE));
    let raw = &clone.raw.as_ref().unwrap().clone;
    let settings = &raw.cluster.settings;
    assert_eq!(settings.security_groups, ["sg-quarantine"]);
    assert_eq!(settings.parameter_group.as_deref(), Some("quarantine-aurora-mysql8.0"));
    assert_eq!((settings.log_exports.len(), settings.iam_auth, settings.backup_days), (0, false, Some(1)));
    assert_eq!((settings.copies_tags, settings.deletion_protection), (false, false));
    let [member] = raw.members.as_slice() else { panic!("{:?}", raw.members) };
    assert_eq!(
        (member.id.as_str(), member.class.as_str(), member.parameter_group.as_deref(), member.public),
        ("orders-ana-raw-1", "db.r6g.large", Some("quarantine-aurora-mysql8.0"), false)
    );
    let shown = |tags: &crate::services::tags::Tags| {
        tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(shown(&raw.cluster.tags), @r"
    auto-delete-after=2026-11-23T00:00:00Z
    env=dev
    nightshift:clone=creating
    nightshift:cloned-by=arn:aws:iam::111122223333:user/ana
    nightshift:data=production
    nightshift:raw=orders-ana
    nightshift:rules=sha256:0123
    nightshift:source=arn:aws:rds:eu-west-1:111122223333:cluster:orders
    nightshift:tool=nightshift 0.1.0
    nightshift:wish=copy-on-write instances=1 anonymised
    owner=ana
    ");
    // What is handed over is not production's any more, and stands where its source does.
    insta::assert_snapshot!(shown(&clone.cluster.tags), @r"
    auto-delete-after=2026-11-28T02:00:00Z
    env=dev
    nightshift:anonymised=sha256:0123
    nightshift:clone=creating
    nightshift:cloned-by=arn:aws:iam::111122223333:user/ana
    nightshift:source=arn:aws:rds:eu-west-1:111122223333:cluster:orders
    nightshift:tool=nightshift 0.1.0
    nightshift:wish=copy-on-write instances=1 anonymised
    owner=ana
    ");
    assert_eq!(clone.cluster.settings.security_groups, ["sg-1"]);
    assert_eq!((clone.cluster.source.as_str(), clone.source()), ("orders-ana-raw", SOURCE));
    let full = json!({"source": "orders", "expires": "7d", "anonymise": true, "from": "2026-11-20T10:00:00Z"});
    let full = made(&around(vec![]), full, &policy(&QUARANTINE));
    assert_eq!(full.cluster.copy_of, None, "a clone of the copy of that moment");
    assert_eq!(full.raw.unwrap().clone.cluster.copy_of, Some("2026-11-20T10:00:00Z".parse().unwrap()));
    let own = [&QUARANTINE[..], &[("NIGHTSHIFT_QUARANTINE_SUBNET_GROUP", "apart")]].concat();
    let apart = made(&around(vec![]), event(), &policy(&own)).raw.unwrap();
    assert_eq!(apart.clone.cluster.settings.subnet_group.as_deref(), Some("apart"));
}

/// What is agreed to is which rules, for which source: the same all day, and another once the rules change.
#[test]
fn a_reviewed_plan_holds_for_the_rules_it_was_made_by() {
    let at = |time: &str, world: &World| {
        let event = json!({"source": "orders", "expires": "2026-12-05", "anonymise": true});
        let policy = policy(&QUARANTINE);
        Plan::decide(world, "111122223333", &policy, &request(event, &policy), time.parse().unwrap(), false).digest()
    };
    let world = around(vec![]);
    assert_eq!(at("2026-11-21T02:00:00Z", &world), at("2026-11-21T18:30:00Z", &world));
    let mut other = around(vec![]);
    other.rules = Some(Ok(Ruled { fingerprint: "sha256:4567".to_owned(), ..ruled() }));
    assert_ne!(at("2026-11-21T02:00:00Z", &world), at("2026-11-21T02:00:00Z", &other));
}

#[test]
fn without_a_quarantine_rules_and_a_free_name_nothing_is_begun() {
    let with = |change: &dyn Fn(&mut World), more: Value, pairs: &[(&str, &str)]| {
        let mut world = around(vec![]);
        change(&mut world);
        let mut event = event();
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said(&world, event, &policy(&[&QUARANTINE[..], pairs].concat()))
    };
    let nothing = |_: &mut World| {};
    assert_eq!(with(&nothing, json!({}), &[]), "make");
    assert_eq!(with(&nothing, json!({"anonymise": false}), &[]), "production");
    assert_eq!(
        with(&nothing, json!({}), &[("NIGHTSHIFT_PROTECTED", "*-raw")]),
        "source-denied",
        "it could not be deleted"
    );
    assert_eq!(with(&nothing, json!({"name": "a".repeat(56)}), &[]), "make");
    assert_eq!(with(&nothing, json!({"name": "a".repeat(57)}), &[]), "bad-name");
    assert_eq!(said(&around(vec![]), event(), &policy(&[])), "anonymise-unavailable");
    assert_eq!(with(&|world| world.clusters[0].engine_version = None, json!({}), &[]), "anonymise-unavailable");
    assert_eq!(
        with(&|world| world.rules = Some(Err("s3:GetObject was denied".to_owned())), json!({}), &[]),
        "no-rules"
    );
    assert_eq!(with(&|world| world.rules = None, json!({}), &[]), "no-rules");
    let there = |found: Cluster| with(&|world| world.clusters.push(found.clone()), json!({}), &[]);
    assert_eq!(there(raw(&[])), "make");
    assert_eq!(there(cluster("orders-ana-raw", &[])), "name-taken");
    assert_eq!(there(raw(&[(RAW, "orders-ben")])), "name-taken");
    assert_eq!(there(raw(&[("owner", "ben")])), "name-taken");
    assert_eq!(there(raw(&[("nightshift:wish", "copy-on-write instances=1")])), "name-taken");
    assert_eq!(there(raw(&[("nightshift:clone", "ready")])), "name-taken");
    assert_eq!(there(Cluster { status: "deleting".to_owned(), ..raw(&[]) }), "being-deleted");
    // One that was made without is never taken for one that was made with, nor the other way round.
    assert_eq!(there(clone("orders-ana", "ana", "creating")), "another-wish");
    assert_eq!(there(clone("orders-ana", "ana", "ready")), "another-wish");
    assert_eq!(
        with(
            &|world| world.clusters.push(second("ready")),
            json!({"anonymise": false}),
            &[("NIGHTSHIFT_PRODUCTION_CLONES", "allow")]
        ),
        "another-wish"
    );
}

#[test]
fn a_raw_copy_and_what_is_made_of_it_are_one_of_an_owner_and_two_of_a_source() {
    let others =
        |many: usize, owner: &str| (0..many).map(|n| clone(&format!("c{n}"), owner, "ready")).collect::<Vec<_>>();
    let code = |clusters, event| said(&around(clusters), event, &policy(&QUARANTINE));
    assert_eq!(code(others(13, "ben"), event()), "make");
    assert_eq!(code(others(14, "ben"), event()), "group-full", "there is one place, and it takes two");
    assert_eq!(code(others(5, "ana"), event()), "quota");
    let both = |more: usize| {
        others(more, "ana").into_iter().chain([raw(&[(ANONYMISED, PRINT)]), second("creating")]).collect::<Vec<_>>()
    };
    let another = || json!({"source": "orders", "expires": "7d", "anonymise": true, "name": "another"});
    assert_eq!(code(both(3), another()), "make", "four, and a fifth");
    assert_eq!(code(both(4), another()), "quota");
}

#[test]
fn a_key_goes_once_its_raw_copy_is_gone() {
    let key = |region: &str, of: &str| Key { region: region.to_owned(), name: format!("nightshift/anonymise/{of}") };
    let mut world = around(vec![raw(&[])]);
    world.claim = Claim::NotAsked;
    world.keys = vec![
        key("eu-west-1", "cluster-orders-ana-raw"),
        key("eu-central-1", "cluster-orders-ana-raw"),
        key("eu-west-1", "cluster-gone"),
    ];
    let plan = plan(&world, json!({}), &policy(&QUARANTINE));
    let forgotten: Vec<_> = plan.actions.iter().flat_map(crate::run::plan::Act::steps).collect();
    insta::assert_snapshot!(forgotten.join("\n"), @r"
    destroy secret nightshift/anonymise/cluster-orders-ana-raw: the key of a run whose raw copy is gone
    destroy secret nightshift/anonymise/cluster-gone: the key of a run whose raw copy is gone
    ");
}

/// Each sign by itself: what lacks one was not made for this, and is not deleted.
type Change = fn(&mut Cluster);

#[test]
fn what_was_not_made_for_it_is_not_deleted() {
    let policy = policy(&QUARANTINE);
    let world = around(vec![raw(&[])]);
    let plan = made(&world, event(), &policy);
    let raw_plan = &plan.raw.as_ref().unwrap().clone;
    assert!(is_made_for(raw_plan, &raw(&[]), &policy));
    assert!(is_made_for(raw_plan, &raw(&[(RULES, "sha256:4567")]), &policy), "by rules that have changed since");
    assert!(is_made_for(&plan, &second("creating"), &policy));
    let changes: [(&str, Change); 14] = [
        ("id", |it| it.resource_id.push('x')),
        ("name", |it| it.id.push('x')),
        ("region", |it| it.region = "eu-central-1".to_owned()),
        ("handed over", |it| it.tags.set("nightshift:clone", "ready")),
        ("tool", |it| it.tags.set("nightshift:tool", "terraform")),
        ("wish", |it| it.tags.set("nightshift:wish", "other")),
        ("raw", |it| it.tags.set(RAW, "orders-ben")),
        ("rules", |it| it.tags.remove(RULES)),
        ("source", |it| it.tags.set("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:other")),
        ("owner", |it| it.tags.set("owner", "ben")),
        ("mark", |it| it.tags.remove("env")),
        ("protection", |it| it.deletion_protection = Some(true)),
        ("unknown protection", |it| it.deletion_protection = None),
        ("global", |it| it.global_cluster = Some("world".to_owned())),
    ];
    for (what, change) in changes {
        let mut found = raw(&[]);
        change(&mut found);
        assert!(!is_made_for(raw_plan, &found, &policy), "{what}");
    }
    let mut ordinary = second("creating");
    ordinary.tags.remove(ANONYMISED);
    assert!(!is_made_for(&plan, &ordinary, &policy));
    assert!(!is_made_for(&plan, &second("ready"), &policy));
    let denied = super::policy(&[&QUARANTINE[..], &[("NIGHTSHIFT_PROTECTED", "team=billing")]].concat());
    assert!(!is_made_for(raw_plan, &raw(&[("team", "billing")]), &denied));
}

#[test]
fn what_stands_outside_of_its_quarantine_is_named() {
    let plan = made(&around(vec![raw(&[])]), event(), &policy(&QUARANTINE));
    let raw_plan = &plan.raw.as_ref().unwrap().clone;
    let put = || Cluster { settings: raw_plan.cluster.settings.clone(), ..raw(&[]) };
    assert_eq!(is_outside(raw_plan, &put()), None);
    let changes: [(&str, Change); 6] = [
        ("its security groups are others", |it| it.settings.security_groups = vec!["sg-open".to_owned()]),
        ("its security groups are others", |it| it.settings.security_groups.push("sg-open".to_owned())),
        ("its parameter group is another", |it| it.settings.parameter_group = Some("loud".to_owned())),
        ("its parameter group is another", |it| it.settings.parameter_group = None),
        ("its logs are exported", |it| it.settings.log_exports.push("audit".to_owned())),
        ("IAM logs in to it", |it| it.settings.iam_auth = true),
    ];
    for (what, change) in changes {
        let mut found = put();
        change(&mut found);
        assert_eq!(is_outside(raw_plan, &found), Some(what));
    }
}
