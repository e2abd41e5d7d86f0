//! What owners are told, of believable clusters.

use nightshift::domains::clusters::deletion::HalfDeleted;
use nightshift::jobs::cluster_cleanup::notice::{Data, Digest, Expiring, Gone, Hand, KeptCopy, Matter};
use nightshift::jobs::cluster_cleanup::plan::{Obstacle, Why};
use nightshift::notify::{Because, Recipient};

use super::{ACCOUNT, at};

/// Each kind of matter, and each fate of data.
pub(super) fn everything() -> anyhow::Result<Digest> {
    let mut digest = digest(
        Some("ana"),
        vec![
            expiring("orders-dev", Data::Snapshot { days: 30 }),
            expiring("orders-load-test-2026-11", Data::InSource("orders-staging".to_owned())),
            expiring("orders-scratch", Data::Lost),
            gone("billing-dev", Some("nightshift-billing-dev-20261120t000000z-4f1c09aa"), None),
            gone("billing-clone-ana", None, Some("billing-staging")),
            hand("trial-dev", Why::MalformedExpiry { value: "next friday".to_owned() }),
            hand("search-dev", Why::ReplicationSource { replicas: vec!["search-dev-replica".to_owned()] }),
            hand("sleepy-dev", Why::Stopped { restarts: Some(at("2026-11-24T10:00:00Z")) }),
            hand("half-dev", Why::HalfDeletedBlocked { half: half(), stop: stop() }),
            hand("halved-dev", Why::HalfDeleted { half: half(), until: Some(at("2026-12-24T00:00:00Z")) }),
            hand(
                "stack-dev",
                Why::Managed { key: "aws:cloudformation:stack-name".to_owned(), value: "orders".to_owned() },
            ),
        ],
    )?;
    // Its time has passed already; the first message about it comes late.
    if let Matter::Expiring(orders_scratch) = &mut digest.matters[2].1 {
        orders_scratch.expires_at = at("2026-11-20T00:00:00Z");
    }
    Ok(digest)
}

fn half() -> HalfDeleted {
    HalfDeleted { asked: at("2026-11-20T02:00:00Z"), had: 2, has: 0 }
}

fn stop() -> Obstacle {
    Obstacle::Why(Box::new(Why::GlobalClusterMember { global: "orders-global".to_owned() }))
}

/// For a team address that stands for two owners.
pub(super) fn two_owners() -> anyhow::Result<Digest> {
    let mut digest = digest(Some("ana"), vec![expiring("orders-dev", Data::Snapshot { days: 30 })])?;
    digest.owners.push("bob".to_owned());
    digest.matters.push((Some("bob".to_owned()), hand("search-dev", Why::DeletionProtection)));
    Ok(digest)
}

/// What most messages are.
pub(super) fn one_cluster() -> anyhow::Result<Digest> {
    digest(Some("ana"), vec![expiring("orders-dev", Data::Snapshot { days: 30 })])
}

/// For the operators, who stand in for owners without an address.
pub(super) fn nobody_elses() -> anyhow::Result<Digest> {
    let mut digest = digest(
        None,
        vec![expiring("orders-dev", Data::Snapshot { days: 30 }), hand("search-dev", Why::Stopped { restarts: None })],
    )?;
    digest.matters[0].0 = Some("the data platform team".to_owned());
    digest.owners = vec!["the data platform team".to_owned()];
    Ok(digest)
}

pub(super) fn digest(owner: Option<&str>, matters: Vec<Matter>) -> anyhow::Result<Digest> {
    let address = "ana@example.com".parse().map_err(anyhow::Error::msg)?;
    let because = owner.map(|owner| Because::Domain { owner: owner.to_owned() });
    let owner = owner.map(str::to_owned);
    Ok(Digest {
        to: because.map(|because| Recipient { address, because }).into_iter().collect(),
        matters: matters.into_iter().map(|matter| (owner.clone(), matter)).collect(),
        owners: owner.into_iter().collect(),
        actions: Vec::new(),
    })
}

pub(super) fn expiring(id: &str, data: Data) -> Matter {
    Matter::Expiring(Expiring {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:{id}"),
        owner: Some("ana".to_owned()),
        expires_at: at("2026-11-22T23:30:00Z"),
        earliest: at("2026-11-23T02:00:00Z"),
        data,
    })
}

pub(super) fn gone(id: &str, snapshot: Option<&str>, source: Option<&str>) -> Matter {
    let copy = snapshot.map(|snapshot| KeptCopy {
        snapshot: snapshot.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster-snapshot:{snapshot}"),
        until: at("2026-12-21T02:00:00Z"),
    });
    Matter::Gone(Gone {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        copy,
        source: source.map(str::to_owned),
    })
}

pub(super) fn hand(id: &str, why: Why) -> Matter {
    Matter::Hand(Hand {
        id: id.to_owned(),
        region: "eu-central-1".to_owned(),
        arn: format!("arn:aws:rds:eu-central-1:{ACCOUNT}:cluster:{id}"),
        owner: Some("ana".to_owned()),
        why,
    })
}
