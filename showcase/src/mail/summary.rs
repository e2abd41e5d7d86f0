//! What operators are told, of believable nights.

use std::collections::BTreeMap;

use nightshift::jobs::cluster_cleanup::plan::Why;
use nightshift::report::{
    Concerns, Counts, Delivery, Item, Mode, Notice, Outcome, PlanDigest, Reason, Report, SCHEMA, Sort, Tripped, codes,
};

use super::{ACCOUNT, at};

/// A run, and what it leaves to people.
#[derive(Debug)]
pub(super) struct Night {
    pub(super) report: Report,
    pub(super) concerns: Concerns,
}

/// Something of each section.
pub(super) fn bad_night() -> Night {
    let said = "ModifyDBCluster of billing-dev in eu-west-1 was refused (AccessDenied): User: \
                arn:aws:sts::111122223333:assumed-role/nightshift-cluster-cleanup/nightshift is not authorized to perform: \
                rds:ModifyDBCluster";
    let denied = Reason::new(&codes::ACCESS_DENIED, said, "allow rds:ModifyDBCluster in the function's role");
    let late = Reason::new(&codes::DEADLINE, "there was no time left", "the next run goes on with it");
    let mut report = report(
        vec![
            item("billing-dev", Outcome::Failed, &["tagged nightshift:delete-requested"], Some(denied)),
            deleted("orders-dev", "nightshift-orders-dev-20261120t000000z-9be04d17"),
            item("reporting-dev", Outcome::Changed, &["told ana@example.com by mail"], None),
            deleted("sessions-dev", "nightshift-sessions-dev-20261119t000000z-77ac10e2"),
            item("warehouse-dev", Outcome::Deferred, &[], Some(late)),
            left("trial-dev", &Why::MalformedExpiry { value: "next friday".to_owned() }),
            left("search-dev", &Why::GlobalClusterMember { global: "search-global".to_owned() }),
        ],
        None,
    );
    report.warnings.push(Reason::new(
        &codes::CLOCK_UNKNOWN,
        "the report could not be written to s3://nightshift-reports",
        "allow s3:PutObject on it",
    ));
    report.notices.push(Notice {
        kind: "owner".into(),
        channel: "mail".into(),
        to: "bob@example.com".to_owned(),
        about: vec!["payments-dev".to_owned(), "payments-load".to_owned()],
        outcome: Delivery::Failed,
        reason: Some(Reason::new(
            &codes::NOT_SENT,
            "SendEmail to bob@example.com was refused (MessageRejected): Email address is not verified",
            "verify the sender and, in the SES sandbox, the recipient",
        )),
    });
    Night {
        report,
        concerns: Concerns { stuck: vec![3], needs_hand: vec![5, 6], unowned: vec![2], sorts: sorts(), estimate: None },
    }
}

/// Things were deleted and nothing went wrong.
pub(super) fn good_night() -> Night {
    let items = vec![
        deleted("orders-dev", "nightshift-orders-dev-20261120t000000z-9be04d17"),
        item("nightshift-cart-dev-20261021t000000z-0c55aa31", Outcome::Changed, &["deletion requested"], None),
    ];
    Night { report: report(items, None), concerns: Concerns { sorts: sorts(), ..Concerns::default() } }
}

/// As the job itself sorts them.
fn sorts() -> Vec<Sort> {
    vec![Sort {
        heading: ["Clusters deleted", "Clústeres eliminados"],
        one: ["cluster deleted", "clúster eliminado"],
        several: ["clusters deleted", "clústeres eliminados"],
        places: vec![0, 1, 3],
    }]
}

/// Nothing to do.
pub(super) fn quiet_night() -> Night {
    Night { report: report(Vec::new(), None), concerns: Concerns::default() }
}

/// A cap has stopped it.
pub(super) fn stopped_night() -> Night {
    let items = (1..=12)
        .map(|number| {
            let id = format!("load-test-{number:02}");
            item(&id, Outcome::Planned, &[&format!("delete cluster {id}, keep its data in a snapshot")], None)
        })
        .collect();
    let tripped = Tripped {
        guard: "max_deletions".into(),
        limit: 10.into(),
        wanted: 12.into(),
        fix: "review the plan (nightshift plan cluster-cleanup) and apply it by its digest, or raise \
              NIGHTSHIFT_MAX_DELETIONS"
            .to_owned(),
    };
    Night { report: report(items, Some(tripped)), concerns: Concerns::default() }
}

pub(super) fn report(items: Vec<Item>, tripped: Option<Tripped>) -> Report {
    Report {
        schema: SCHEMA,
        function: "cluster-cleanup".into(),
        mode: Mode::Apply,
        account: ACCOUNT.to_owned(),
        by: nightshift::report::By::default(),
        plan_digest: PlanDigest::of("cluster-cleanup", ACCOUNT, &["steps"]),
        started_at: at("2026-11-21T02:00:00Z"),
        finished_at: at("2026-11-21T02:00:41Z"),
        regions: ["eu-central-1", "eu-west-1", "us-east-1"].map(str::to_owned).to_vec(),
        tripped,
        tripped_besides: Vec::new(),
        counts: Counts::of(48, &items),
        warnings: Vec::new(),
        items,
        notices: Vec::new(),
        estimate: None,
        calls: BTreeMap::new(),
    }
}

pub(super) fn item(id: &str, outcome: Outcome, steps: &[&str], reason: Option<Reason>) -> Item {
    Item {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        owner: Some("ana".to_owned()),
        outcome,
        steps: steps.iter().map(|&step| step.to_owned()).collect(),
        planned: Vec::new(),
        reason,
        domain: BTreeMap::new(),
    }
}

fn deleted(id: &str, snapshot: &str) -> Item {
    let kept = format!("deletion requested; data kept in snapshot {snapshot}");
    let steps = [
        "tagged nightshift:delete-requested",
        &format!("instance {id}-1: deletion requested"),
        &kept,
        "snapshot tagged: kept 30 days",
    ];
    item(id, Outcome::Changed, &steps, None)
}

fn left(id: &str, why: &Why) -> Item {
    item(id, Outcome::Skipped, &[], Some(why.reason()))
}
