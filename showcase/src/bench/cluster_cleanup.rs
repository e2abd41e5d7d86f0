//! `cluster-cleanup` as a subject: what it has to call, at the least, in accounts of a hundred clusters and more.

use std::sync::Arc;

use super::rds::{Clusters, NOW, PAGE};
use super::{Account, Calls, Load, Subject, Waits};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct ClusterCleanup;

/// The default of `NIGHTSHIFT_CONCURRENCY`.
const CONCURRENCY: u32 = 8;

impl Subject for ClusterCleanup {
    const NAME: &'static str = "cluster-cleanup";
    const LEAST: &'static str = "every page of clusters and of snapshots; blue/green deployments and integrations once; the \
        members of a hundred clusters a call; for each deletion a second look, the tag, the member and the cluster; where \
        snapshots are made, also the quota once, and each snapshot's tags. Its floor: the pages of clusters one after the \
        other, then the calls of each deletion one after the other, for as many clusters at once as \
        `NIGHTSHIFT_CONCURRENCY` allows by default";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", NOW),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
            ("NIGHTSHIFT_MAX_DELETIONS", "10000"),
            ("NIGHTSHIFT_MAX_DELETION_PERCENT", "100"),
        ]
    }

    fn quiet_account(&self) -> Arc<dyn Account> {
        Arc::new(Clusters::new(10, false))
    }

    fn loads(&self, quick: bool) -> Vec<Load> {
        let sizes = if quick { &[100, 1_000][..] } else { &[100, 1_000, 10_000] };
        sizes.iter().flat_map(|&size| [load(size, false), load(size, true)]).collect()
    }

    fn waits(&self) -> Vec<Waits> {
        let of = |what, snapshots| Waits {
            what,
            few: load(10, snapshots),
            many: load(40, snapshots),
            least: chain(snapshots),
        };
        vec![
            of("cluster that is deleted, without a snapshot", false),
            of("cluster that is deleted, with a snapshot", true),
        ]
    }
}

/// Look again, tag, delete the member, delete the cluster; tag the snapshot.
fn chain(snapshots: bool) -> u32 {
    if snapshots { 5 } else { 4 }
}

fn load(clusters: u16, snapshots: bool) -> Load {
    let account = Clusters::new(clusters, true);
    let (clusters, due) = (u32::from(clusters), account.due());
    let pages = clusters.div_ceil(PAGE.into());
    let policy = if snapshots { "unless-clone" } else { "never" };
    Load {
        what: format!("{clusters} clusters, {due} expired, {} snapshots", if snapshots { "with" } else { "no" }),
        account: Arc::new(account),
        policy: vec![("NIGHTSHIFT_FINAL_SNAPSHOT", policy)],
        changed: due,
        least: least(pages, due, snapshots),
        floor_in_calls: pages + due.div_ceil(CONCURRENCY) * chain(snapshots),
        time_is_judged: clusters == 1_000,
        // The pages, the tags of each cluster, two deletions for each that has expired.
        boto3_calls: pages + clusters + 2 * due,
        boto3_is_run: clusters <= 1_000,
    }
}

/// The least calls that can do the job safely.
fn least(pages: u32, due: u32, snapshots: bool) -> Calls {
    let mut least = vec![
        ("DescribeDBClusters", pages + due),
        ("DescribeDBClusterSnapshots", 1),
        ("DescribeBlueGreenDeployments", 1),
        ("DescribeIntegrations", 1),
        ("DescribeDBInstances", due.div_ceil(PAGE.into())),
        ("AddTagsToResource", if snapshots { 2 * due } else { due }),
        ("DeleteDBInstance", due),
        ("DeleteDBCluster", due),
    ];
    if snapshots {
        least.push(("DescribeAccountAttributes", 1));
    }
    least.into_iter().map(|(action, times)| (action.to_owned(), u64::from(times))).collect()
}
