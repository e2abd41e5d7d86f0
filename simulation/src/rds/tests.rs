//! What AWS refuses, and how it pages.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::aged::Aged;
use crate::time::later;
use crate::wire::Headers;

fn now() -> Timestamp {
    "2026-01-01T02:00:00Z".parse().expect("a moment")
}

fn cluster(id: &str, members: usize) -> Cluster {
    let member = |number: usize| Member {
        id: format!("{id}-{number}"),
        writer: number == 1,
        status: Status::at_rest("available"),
    };
    Cluster {
        id: id.to_owned(),
        resource_id: format!("cluster-{}", id.to_uppercase()),
        engine: "aurora-mysql".to_owned(),
        status: Status::at_rest("available"),
        created: now(),
        tags: Aged::new(now(), Tags::new()),
        protected: false,
        copies_tags: false,
        members: (1..=members).map(member).collect(),
        clone_group: None,
        global: None,
        declared: None,
        restarts: None,
    }
}

fn rds(clusters: impl IntoIterator<Item = Cluster>) -> Rds {
    let mut rds = Rds::new("eu-west-1", "111122223333", 1);
    rds.clusters = clusters.into_iter().map(|one| (one.id.clone(), one)).collect();
    rds
}

fn ask(rds: &mut Rds, form: &str, at: Timestamp) -> Answered<Outcome> {
    let body = format!("{form}&Version=2014-10-31");
    let read = Request::read("POST", "https://rds.eu-west-1.amazonaws.com/", Headers::default(), body.as_bytes());
    rds.answer(&mut read.expect("a request"), at, SignedDuration::ZERO)
}

fn said(rds: &mut Rds, form: &str) -> String {
    match ask(rds, form, now()) {
        Ok(_) => "done".to_owned(),
        Err(Refusal::Aws { code, .. }) => code.to_owned(),
        Err(Refusal::OfSimulation(said)) => format!("simulation: {said}"),
    }
}

#[test]
fn what_aws_refuses_is_refused_with_its_code() {
    let with = |change: fn(&mut Cluster)| {
        let mut one = cluster("orders", 1);
        change(&mut one);
        rds([one])
    };
    let going = |one: &mut Cluster| one.members[0].status = Status::going(later(now(), Duration::from_mins(5)));
    let delete = "Action=DeleteDBCluster&DBClusterIdentifier=orders&SkipFinalSnapshot=true";
    let member = "Action=DeleteDBInstance&DBInstanceIdentifier=orders-1";
    let arn = "arn%3Aaws%3Ards%3Aeu-west-1%3A111122223333%3Acluster%3Aorders";
    let tag = format!("Action=AddTagsToResource&ResourceName={arn}&Tags.Tag.1.Key=a&Tags.Tag.1.Value=b");
    for (mut rds, form, expected) in [
        (with(|_| {}), "Action=DeleteDBCluster&DBClusterIdentifier=x&SkipFinalSnapshot=true", "DBClusterNotFoundFault"),
        (with(|_| {}), "Action=DeleteDBCluster&DBClusterIdentifier=orders", "InvalidParameterCombination"),
        (with(|_| {}), &format!("{delete}&FinalDBSnapshotIdentifier=s"), "InvalidParameterCombination"),
        (with(|_| {}), delete, "InvalidDBClusterStateFault"),
        (with(going), delete, "done"),
        (with(|one| one.protected = true), delete, "InvalidParameterCombination"),
        (with(|one| one.status = Status::at_rest("stopped")), delete, "InvalidDBClusterStateFault"),
        (with(|one| one.status = Status::at_rest("stopped")), member, "InvalidDBClusterStateFault"),
        (with(|_| {}), member, "done"),
        (with(going), member, "InvalidDBInstanceState"),
        (with(|_| {}), "Action=DeleteDBInstance&DBInstanceIdentifier=x", "DBInstanceNotFound"),
        (with(|_| {}), &format!("{member}&FinalDBSnapshotIdentifier=s"), "InvalidParameterCombination"),
        (with(|_| {}), "Action=StartDBCluster&DBClusterIdentifier=orders", "InvalidDBClusterStateFault"),
        (
            with(|_| {}),
            "Action=DeleteDBClusterSnapshot&DBClusterSnapshotIdentifier=x",
            "DBClusterSnapshotNotFoundFault",
        ),
        (with(|_| {}), &tag, "done"),
        (with(|_| {}), &tag.replace("Key=a", "Key=aws%3Aa"), "InvalidParameterValue"),
        (with(|_| {}), &tag.replace("Value=b", "Value=a%2Cb"), "InvalidParameterValue"),
        (with(|_| {}), &tag.replace("orders", "x"), "DBClusterNotFoundFault"),
        (with(|_| {}), "Action=DescribeDBClusters&MaxRecords=10", "InvalidParameterValue"),
        (
            with(|_| {}),
            "Action=DescribeDBClusters&Filters.Filter.1.Name=tag&Filters.Filter.1.Values.Value.1=x",
            "InvalidParameterValue",
        ),
        (
            with(|_| {}),
            "Action=RebootDBCluster&DBClusterIdentifier=orders",
            "simulation: rds:RebootDBCluster, which the simulation does not know",
        ),
        (
            with(|_| {}),
            &format!("{member}&New=1"),
            "simulation: rds:DeleteDBInstance has New, which the simulation does not read",
        ),
    ] {
        assert_eq!(said(&mut rds, form), expected, "{form}");
    }
}

#[test]
fn a_thing_has_at_most_fifty_tags_and_a_quota_is_a_quota() {
    let mut one = cluster("orders", 0);
    one.tags = Aged::new(now(), (0..50).map(|number| (format!("t-{number}"), String::new())).collect());
    let mut rds = rds([one]);
    let arn = "arn%3Aaws%3Ards%3Aeu-west-1%3A111122223333%3Acluster%3Aorders";
    let tag =
        |key: &str| format!("Action=AddTagsToResource&ResourceName={arn}&Tags.Tag.1.Key={key}&Tags.Tag.1.Value=b");
    assert_eq!(
        (said(&mut rds, &tag("t-1")).as_str(), said(&mut rds, &tag("new")).as_str()),
        ("done", "InvalidParameterValue")
    );
    rds.quota = 0;
    let keep = "Action=DeleteDBCluster&DBClusterIdentifier=orders&SkipFinalSnapshot=false&FinalDBSnapshotIdentifier=s";
    assert_eq!(said(&mut rds, keep), "SnapshotQuotaExceeded");
    rds.quota = 1;
    assert_eq!((said(&mut rds, keep).as_str(), rds.snapshots.len()), ("done", 1));
    // It is on its way, and then it is gone.
    rds.advance(later(now(), Duration::from_mins(1)));
    assert_eq!((rds.clusters["orders"].status.name, rds.snapshots["s"].status.name), ("deleting", "creating"));
    rds.advance(later(now(), Duration::from_hours(1)));
    assert_eq!((rds.clusters.len(), rds.snapshots["s"].status.name), (0, "available"));
}

#[test]
fn pages_go_on_behind_what_was_shown_last_even_if_that_is_gone() {
    let mut rds = rds((0..45).map(|number| cluster(&format!("c-{number:02}"), 0)));
    let mut page = |marker: Option<&str>, gone: Option<&str>| {
        gone.map(|gone| rds.clusters.remove(gone));
        let marker = marker.map_or_else(String::new, |marker| format!("&Marker={marker}"));
        let answer = ask(&mut rds, &format!("Action=DescribeDBClusters&MaxRecords=20{marker}"), now()).expect("a page");
        let Some(Shown::Clusters(faces)) = answer.shown else { panic!("{:?}", answer.shown) };
        let next =
            answer.body.split_once("<Marker>").map(|(_, rest)| rest.split('<').next().unwrap_or_default().to_owned());
        (faces.len(), faces[0].id.clone(), next)
    };
    assert_eq!(page(None, None), (20, "c-00".to_owned(), Some("c-19".to_owned())));
    assert_eq!(page(Some("c-19"), Some("c-19")), (20, "c-20".to_owned(), Some("c-39".to_owned())));
    assert_eq!(page(Some("c-39"), None), (5, "c-40".to_owned(), None));
}
