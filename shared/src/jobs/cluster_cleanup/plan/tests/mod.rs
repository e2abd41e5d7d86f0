//! The plan by tables: one cluster of a small world is changed, and what is then said of it is compared.

mod agreed;
mod ask;
mod by_hand;
mod deletion;
mod laws;
mod members;
mod nights;
mod notice;
mod progress;
mod rare;
mod scope;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::*;
use crate::config::{Environment, Settings as Variables};
use crate::domains::clusters::facts::Facts;
use crate::domains::clusters::tags;
use crate::run::caps::Deletions;
use crate::services::rds::{Instance, Member, Settings, Snapshot};
use crate::services::tags::Tags;

pub(in crate::jobs::cluster_cleanup) use snapshots::{OURS, whole};

const NOW: &str = "2026-11-21T02:00:00Z";
const PAST: &str = "2026-11-20T00:00:00Z";

pub(in crate::jobs::cluster_cleanup) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(in crate::jobs::cluster_cleanup) fn policy(variables: &[(&str, &str)]) -> Policy {
    // Two-phase expiry has tests of its own; everywhere else what has expired may go.
    let environment: Environment = [("NIGHTSHIFT_MIN_NOTICE_HOURS", "0")].iter().chain(variables).copied().collect();
    let mut settings = Variables::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    settings.finish().unwrap();
    policy
}

/// An expired, marked, unprotected cluster with a writer and a reader.
pub(in crate::jobs::cluster_cleanup) fn cluster(id: &str) -> Cluster {
    let member = |suffix: &str, writer| Member { id: format!("{id}-{suffix}"), writer };
    Cluster {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster:{id}"),
        region: "eu-west-1".to_owned(),
        resource_id: format!("cluster-{}XYZ12345", id.to_uppercase().replace('-', "")),
        engine: "aurora-postgresql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        tags: [("auto-delete-after", PAST), ("env", "dev"), ("owner", "ana")].into_iter().collect(),
        deletion_protection: Some(false),
        members: vec![member("w", true), member("r", false)],
        global_cluster: None,
        replication_source: None,
        read_replicas: Vec::new(),
        limitless: false,
        clone_group: Some("group-1".to_owned()),
        copies_tags: false,
        restarts_at: None,
        restorable: (None, None),
        settings: Settings { subnet_group: Some("private".to_owned()), ..Settings::default() },
        ..Cluster::default()
    }
}

pub(in crate::jobs::cluster_cleanup) fn region(clusters: Vec<Cluster>) -> Region {
    let instance = |member: &Member| Instance {
        id: member.id.clone(),
        class: "db.r6g.large".to_owned(),
        status: "available".to_owned(),
        ..Instance::default()
    };
    let instances: BTreeMap<_, _> = clusters
        .iter()
        .flat_map(|cluster| &cluster.members)
        .map(|member| (member.id.clone(), instance(member)))
        .collect();
    Region {
        name: "eu-west-1".to_owned(),
        clusters,
        snapshots: Read::Known(Vec::new()),
        blue_green: Read::Known(BTreeSet::new()),
        integrations: Read::Known(BTreeSet::new()),
        snapshot_quota: Read::Known(Quota { used: 0, max: 100 }),
        instances: Read::Known(instances),
    }
}

fn world(region: Region) -> World {
    World { account: "111122223333".to_owned(), regions: vec![region], unreadable: Vec::new() }
}

pub(in crate::jobs::cluster_cleanup) fn plan_of(region: Region, policy: &Policy, request: &Request) -> Plan {
    Plan::make(&world(region), Terms { policy, request, now: now(), announces: false, asked: None })
}

/// The code said of a single cluster after `change`, or `delete` / `start`.
fn verdict(variables: &[(&str, &str)], change: impl FnOnce(&mut Cluster)) -> &'static str {
    let mut one = cluster("orders");
    change(&mut one);
    verdict_in(variables, region(vec![one]))
}

fn verdict_in(variables: &[(&str, &str)], region: Region) -> &'static str {
    let plan = plan_of(region, &policy(variables), &Request::default());
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([Action::DeleteCluster(_)], []) => "delete",
        ([Action::StartCluster(_)], []) => "start",
        ([], [left]) => left.why.code().name,
        ([], []) => "out-of-scope",
        other => panic!("expected one verdict, found {other:?}"),
    }
}

fn expiry(value: &str) -> impl FnOnce(&mut Cluster) {
    let value = value.to_owned();
    move |cluster| cluster.tags.set("auto-delete-after", value)
}

#[test]
fn only_a_well_written_expiry_that_has_passed_deletes() {
    for (value, expected) in [
        (PAST, "delete"),
        (NOW, "delete"),
        ("2026-11-21T02:00:01Z", "not-due"),
        ("2026-11-20", "delete"),
        ("2026-11-21", "not-due"),
        ("2026-11-20T12:00:00.123456", "delete"),
        ("never", "never"),
        ("", "malformed-expiry"),
        ("tomorrow", "malformed-expiry"),
        ("1763683200", "bare-number"),
        ("2026-10-31T23:59:59Z", "expiry-before-creation"),
        ("2031-11-21T02:00:01Z", "expiry-too-far"),
    ] {
        assert_eq!(verdict(&[], expiry(value)), expected, "{value}");
    }
}

#[test]
fn a_zone_moves_times_that_have_none_and_no_others() {
    let zone = [("NIGHTSHIFT_TIME_ZONE", "America/Los_Angeles")];
    assert_eq!(verdict(&zone, expiry("2026-11-20T20:00:00")), "not-due");
    assert_eq!(verdict(&zone, expiry("2026-11-20T17:00:00")), "delete");
    assert_eq!(verdict(&zone, expiry("2026-11-20")), "not-due");
    assert_eq!(verdict(&zone, expiry("2026-11-20T20:00:00Z")), "delete");
}

#[test]
fn the_expiry_tag_alone_is_not_enough() {
    assert_eq!(verdict(&[], |c| c.tags = Tags::default()), "out-of-scope");
    assert_eq!(
        verdict(&[], |c| c.tags = [("Auto-Delete-After", PAST), ("env", "dev")].into_iter().collect()),
        "near-miss"
    );
    assert_eq!(
        verdict(&[], |c| c.tags = [("Auto-Delete-After", PAST), ("env", "prod")].into_iter().collect()),
        "out-of-scope",
        "nobody meant production"
    );
    assert_eq!(verdict(&[], |c| c.tags.set("Auto_Delete_After", PAST)), "look-alike-tags");
    assert_eq!(verdict(&[], |c| c.tags.set("env", "prod")), "missing-mark");
    assert_eq!(verdict(&[], |c| c.tags.set("env", "Dev")), "near-miss");
    assert_eq!(
        verdict(&[], |c| c.tags = [("auto-delete-after", PAST), ("Env", "dev")].into_iter().collect()),
        "near-miss"
    );
    assert_eq!(verdict(&[], |c| c.tags.set("Owner", "ana")), "delete", "twice the same");
    assert_eq!(verdict(&[], |c| c.tags.set("Owner", "bob")), "owners-differ");
    assert_eq!(verdict(&[("NIGHTSHIFT_REQUIRED_TAGS", "env=dev,owner=bo")], |_| ()), "missing-mark");
    assert_eq!(verdict(&[("NIGHTSHIFT_PROTECTED", "ord*")], |_| ()), "protected");
    assert_eq!(verdict(&[("NIGHTSHIFT_PROTECTED", "owner=ana")], |_| ()), "protected");
    assert_eq!(verdict(&[("NIGHTSHIFT_PROTECTED", "*:cluster:orders")], |_| ()), "protected");
    assert_eq!(verdict(&[], |c| c.created_at = None), "creation-unknown");
}

#[test]
fn everything_that_would_stop_a_deletion_half_way_stops_it_before() {
    type Change = fn(&mut Cluster);
    let table: [(&str, Change); 21] = [
        ("protection-unknown", |c| c.deletion_protection = None),
        ("managed", |c| c.tags.set("aws:cloudformation:stack-name", "orders")),
        ("managed", |c| c.tags.set("ManagedBy", "Terraform")),
        ("managed", |c| c.tags.set("terraform", "true")),
        ("status-failed", |c| c.status = "cloning-failed".to_owned()),
        ("status-failed", |c| c.status = "migration-failed".to_owned()),
        ("encryption-key-lost", |c| c.status = "inaccessible-encryption-credentials".to_owned()),
        ("status-unknown", |c| c.status = "inaccessible-something-else".to_owned()),
        ("deletion-protection", |c| c.deletion_protection = Some(true)),
        ("global-cluster-member", |c| c.global_cluster = Some("g".to_owned())),
        ("cross-region-replica", |c| {
            c.replication_source = Some("arn".to_owned());
        }),
        ("replication-source", |c| c.read_replicas = vec!["arn".to_owned()]),
        ("limitless", |c| c.limitless = true),
        ("stopped", |c| c.status = "stopped".to_owned()),
        ("encryption-key-lost", |c| {
            c.status = "inaccessible-encryption-credentials-recoverable".to_owned();
        }),
        ("status", |c| c.status = "modifying".to_owned()),
        ("status", |c| c.status = "backing-up".to_owned()),
        ("status-unknown", |c| c.status = "a-status-of-next-year".to_owned()),
        ("deleting", |c| c.status = "deleting".to_owned()),
        ("tag-limit", |c| (0..46).for_each(|n| c.tags.set(format!("t{n}"), "x"))),
        ("preflight-unknown", |c| {
            c.members.push(Member { id: "unseen".to_owned(), writer: false });
        }),
    ];
    for (expected, change) in table {
        let mut one = cluster("orders");
        let mut region = region(vec![one.clone()]);
        change(&mut one);
        region.clusters = vec![one];
        assert_eq!(verdict_in(&[], region), expected);
    }
    assert_eq!(
        verdict(&[("NIGHTSHIFT_DELETION_PROTECTION", "override")], |c| c.deletion_protection = Some(true)),
        "delete"
    );
    let override_protection = [("NIGHTSHIFT_DELETION_PROTECTION", "override")];
    assert_eq!(verdict(&override_protection, |c| c.deletion_protection = None), "protection-unknown");
    let managed = [("NIGHTSHIFT_MANAGED_CLUSTERS", "delete")];
    assert_eq!(verdict(&managed, |c| c.tags.set("aws:cloudformation:stack-name", "orders")), "delete");
    let own = [("NIGHTSHIFT_MANAGED_TAGS", "made-by=pulumi")];
    assert_eq!(verdict(&own, |c| c.tags.set("Made_By", "Pulumi")), "managed");
    assert_eq!(verdict(&own, |c| c.tags.set("ManagedBy", "Terraform")), "delete");
}

#[test]
fn only_what_can_go_is_started_and_only_so_often() {
    const START: [(&str, &str); 1] = [("NIGHTSHIFT_STOPPED_CLUSTERS", "start")];
    type Change = fn(&mut Cluster);
    let stopped = |change: Change| {
        verdict(&START, |c| {
            c.status = "stopped".to_owned();
            change(c);
        })
    };
    assert_eq!(stopped(|_| ()), "start");
    for (expected, change) in [
        ("deletion-protection", (|c| c.deletion_protection = Some(true)) as Change),
        ("managed", |c| c.tags.set("aws:cloudformation:stack-name", "orders")),
        ("global-cluster-member", |c| c.global_cluster = Some("g".to_owned())),
        ("tag-limit", |c| (0..44).for_each(|n| c.tags.set(format!("t{n}"), "x"))),
    ] {
        assert_eq!(stopped(change), expected);
    }
    let mut region = region(vec![Cluster { status: "stopped".to_owned(), ..cluster("orders") }]);
    region.snapshot_quota = Read::Known(Quota { used: 100, max: 100 });
    assert_eq!(verdict_in(&START, region), "snapshot-quota");
    // Night after night something stops it again.
    let mut one = Cluster { status: "stopped".to_owned(), ..cluster("orders") };
    let policy = policy(&START);
    let mut said = Vec::new();
    for _ in 0..5 {
        let plan = plan_of(super::tests::region(vec![one.clone()]), &policy, &Request::default());
        match (plan.actions.as_slice(), plan.left.as_slice()) {
            ([Action::StartCluster(start)], []) => {
                one.tags = one.tags.with(start.marks.clone());
                said.push("start");
            }
            ([], [left]) => said.push(left.why.code().name),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(said, ["start", "start", "start", "started-in-vain", "started-in-vain"]);
    // Another expiry is another deletion.
    one.tags.set("auto-delete-after", "2026-11-20T12:00:00Z");
    assert_eq!(verdict_in(&START, super::tests::region(vec![one])), "start");
}

#[test]
fn aws_own_tags_do_not_fill_the_room_there_is() {
    let tagged = |own: usize, aws: usize| {
        verdict(&[], |c| {
            (0..own).for_each(|n| c.tags.set(format!("t{n}"), "x"));
            (0..aws).for_each(|n| c.tags.set(format!("aws:t{n}"), "x"));
        })
    };
    assert_eq!((tagged(46, 0), tagged(20, 40)), ("tag-limit", "delete"));
}

#[test]
fn what_could_not_be_read_is_unknown_and_unknown_blocks() {
    type Change = fn(&mut Region);
    let unknown = || Read::<BTreeSet<String>>::unknown("rds:Describe", "AccessDenied");
    assert_eq!(
        verdict_in(&[], Region { blue_green: unknown(), ..region(vec![cluster("orders")]) }),
        "preflight-unknown"
    );
    assert_eq!(
        verdict_in(&[], Region { integrations: unknown(), ..region(vec![cluster("orders")]) }),
        "preflight-unknown"
    );
    let table: [(&str, Change); 8] = [
        ("preflight-unknown", |r| {
            r.snapshot_quota = Read::unknown("rds:Describe", "x");
        }),
        ("preflight-unknown", |r| r.instances = Read::unknown("rds:Describe", "x")),
        ("preflight-unknown", |r| r.blue_green = Read::NotAsked),
        ("delete", |r| r.blue_green = Read::NotOffered),
        ("delete", |r| r.integrations = Read::NotOffered),
        ("delete", |r| r.snapshot_quota = Read::NotOffered),
        ("blue-green-deployment", |r| {
            r.blue_green = Read::Known([r.clusters[0].arn.clone()].into());
        }),
        ("zero-etl-integration", |r| {
            r.integrations = Read::Known([r.clusters[0].arn.clone()].into());
        }),
    ];
    for (expected, change) in table {
        let mut region = region(vec![cluster("orders")]);
        change(&mut region);
        assert_eq!(verdict_in(&[], region), expected);
    }
    // Without a snapshot, what only a snapshot needs may be unknown.
    let mut bare = region(vec![cluster("orders")]);
    bare.snapshot_quota = Read::unknown("rds:Describe", "x");
    assert_eq!(verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], bare.clone()), "delete");
    bare.instances = Read::unknown("rds:Describe", "x");
    assert_eq!(verdict_in(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], bare), "preflight-unknown");
}

#[test]
fn the_quota_of_snapshots_goes_to_the_oldest_and_the_rest_is_left() {
    let mut older = cluster("older");
    older.tags.set("auto-delete-after", "2026-11-10T00:00:00Z");
    let region =
        Region { snapshot_quota: Read::Known(Quota { used: 99, max: 100 }), ..region(vec![cluster("newer"), older]) };
    let plan = plan_of(region, &policy(&[]), &Request::default());
    assert_eq!(plan.actions.iter().map(Action::id).collect::<Vec<_>>(), ["older"]);
    assert_eq!(
        plan.left.iter().map(|left| (left.id.as_str(), left.why.code().name)).collect::<Vec<_>>(),
        [("newer", "snapshot-quota")]
    );
}

#[test]
fn the_oldest_expiry_goes_first() {
    let at = |id: &str, value: &str| {
        let mut cluster = cluster(id);
        cluster.tags.set("auto-delete-after", value);
        cluster
    };
    let clusters = vec![at("b", "2026-11-19"), at("a", "2026-11-20"), at("c", "2026-11-18T00:00:00Z")];
    let plan = plan_of(region(clusters), &policy(&[]), &Request::default());
    assert_eq!(plan.actions.iter().map(Action::id).collect::<Vec<_>>(), ["c", "b", "a"]);
}

#[test]
fn what_a_cluster_costs_is_the_sum_of_its_members_or_unknown() {
    let prices = r#"{"currency": "USD", "regions": {"eu-west-1": {"aurora-postgresql": {
        "instances": {"db.r6g.large": 0.5}, "acu_hour": 0.14, "io_optimized": {"instances": {"db.r6g.large": 1}}
    }}}}"#;
    let cost = |change: fn(&mut Cluster), class: &str| {
        let mut policy = policy(&[]);
        policy.prices = Some(crate::domains::clusters::price::Prices::parse(prices).unwrap());
        let mut one = cluster("orders");
        change(&mut one);
        let mut region = region(vec![one]);
        if let Read::Known(instances) = &mut region.instances {
            for instance in instances.values_mut() {
                class.clone_into(&mut instance.class);
            }
        }
        let plan = plan_of(region, &policy, &Request::default());
        let acted = plan.actions.iter().find_map(|action| match action {
            Action::DeleteCluster(delete) => Some(delete.monthly),
            _ => None,
        });
        acted.or_else(|| plan.left.first().map(|left| left.monthly)).unwrap()
    };
    assert_eq!(cost(|_| (), "db.r6g.large"), Some(73_000));
    assert_eq!(cost(|c| c.settings.storage_type = Some("aurora-iopt1".to_owned()), "db.r6g.large"), Some(146_000));
    assert_eq!(cost(|c| c.settings.serverless_v2 = Some((0.5, 8.0)), "db.serverless"), Some(10_220));
    assert_eq!(cost(|c| c.status = "stopped".to_owned(), "db.r6g.large"), Some(0));
    assert_eq!(cost(|c| c.deletion_protection = Some(true), "db.r6g.large"), Some(73_000), "what is left is due, too");
    // A class, a capacity or an engine that the file does not have.
    assert_eq!(cost(|_| (), "db.x2g.large"), None);
    assert_eq!(cost(|_| (), "db.serverless"), None);
    assert_eq!(cost(|c| c.engine = "aurora-mysql".to_owned(), "db.r6g.large"), None);
}
