//! What the owner of a clone is told of it, and of a cluster that somebody deleted.

use jiff::Timestamp;
use nightshift::domains::clusters::commands::Typed;
use nightshift::domains::clusters::tags::{DATA, PRODUCTION};
use nightshift::domains::clusters::told::{Data, Setting, Told, Wanted, letter};
use nightshift::notify::{Clock, Letter};
use nightshift::services::rds::{Access, Cluster, Settings};

use super::{ACCOUNT, at};

/// Each letter there is, of believable clusters.
pub(super) fn all(clock: Clock<'_>) -> [(&'static str, Letter); 4] {
    let (clone, others) = (clone(), ["orders-ana".to_owned(), "shop-ana".to_owned()]);
    let wanted = Wanted { id: "payments-ana", region: "eu-west-1", source: "payments" };
    let expires_at = Some(at("2026-11-28T02:00:00Z"));
    let data =
        Data::Kept { snapshot: "nightshift-orders-ana-20261121t020000z-abcd1234", until: at("2026-12-21T02:00:00Z") };
    let by = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ben@example.com";
    let (id, region, engine) = ("orders-ana", "eu-west-1", "aurora-postgresql");
    [
        ("clone-ready", told(Told::Cloned { cluster: &clone, source: "orders", expires_at }, clock)),
        ("clone-over-quota", told(Told::OverQuota { wanted, others: &others, most: 2 }, clock)),
        ("clone-failed", told(Told::Failed { wanted, why: "AWS could not make it", fix: Some("ask again") }, clock)),
        ("deleted-by-hand", told(Told::DeletedByHand { id, region, engine, by, data }, clock)),
    ]
}

/// One of which every word means harm.
pub(super) fn hostile(values: &str, clock: Clock<'_>) -> Letter {
    let wanted = Wanted { id: values, region: "eu-west-1", source: values };
    told(Told::Failed { wanted, why: values, fix: Some(values) }, clock)
}

fn told(told: Told<'_>, clock: Clock<'_>) -> Letter {
    let typed = Typed {
        tag_key: "auto-delete-after",
        owner_tag: "owner",
        lease_days: 90,
        function: None,
        home: None,
        now: at("2026-11-21T02:00:00Z"),
        zone: clock.zone,
    };
    let contact = "platform@example.com";
    letter(told, "ana", None, Setting { job: "cluster-clone", account: ACCOUNT, contact, clock, typed })
}

fn clone() -> Cluster {
    let none: Option<Timestamp> = None;
    Cluster {
        id: "orders-ana".to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:orders-ana"),
        region: "eu-west-1".to_owned(),
        resource_id: "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: none,
        tags: [(DATA, PRODUCTION)].into_iter().collect(),
        deletion_protection: Some(false),
        members: Vec::new(),
        global_cluster: None,
        replication_source: None,
        read_replicas: Vec::new(),
        limitless: false,
        clone_group: None,
        copies_tags: false,
        restarts_at: none,
        restorable: (none, none),
        settings: Settings { port: Some(5432), ..Settings::default() },
        access: Access {
            endpoint: Some("orders-ana.cluster-c0ffee123456.eu-west-1.rds.amazonaws.com".to_owned()),
            reader_endpoint: None,
            master_user: Some("postgres".to_owned()),
            master_secret: Some(format!(
                "arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:rds!cluster-01234567-89ab-cdef-0123-456789abcdef-AbCdEf"
            )),
            secret_status: None,
            database: Some("orders".to_owned()),
        },
        kms_key: None,
    }
}
