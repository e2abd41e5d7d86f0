//! Amazon RDS in one Region, as far as it is asked: clusters, their members and snapshots, tags, states that take their time,
//! pages. What it refuses it refuses in AWS's order and with AWS's codes; each rule has its test, and its source where the
//! stand-in of the testkit has the same one (`testkit/stand-in/nightshift_stand_in/rds/`).

mod read;
mod state;
mod tags;
mod write;

use jiff::{SignedDuration, Timestamp};

use crate::wire::{Answered, Refusal, Request};

pub use state::{Aged, Cluster, Face, Member, Rds, Snapshot, SnapshotFace, Status, Tags};

/// What a call did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A cluster goes.
    ClusterGoing {
        /// As it was.
        face: Face,
        /// What keeps its data.
        snapshot: Option<String>,
    },
    /// A member goes.
    MemberGoing {
        /// Its cluster, as it was.
        face: Face,
        /// Which.
        member: String,
    },
    /// A snapshot goes.
    SnapshotGoing {
        /// As it was.
        face: SnapshotFace,
    },
    /// Tags were set.
    Tagged {
        /// On what: an ARN.
        arn: String,
        /// What it had.
        before: Tags,
        /// What was set.
        set: Tags,
    },
    /// Tags were removed.
    Untagged {
        /// Of what: an ARN.
        arn: String,
        /// What it had.
        before: Tags,
        /// Their keys.
        keys: Vec<String>,
    },
    /// Its protection was lifted.
    Unprotected {
        /// As it was.
        face: Face,
    },
    /// It was started.
    Started {
        /// As it was.
        face: Face,
    },
}

/// What a call showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A page of all clusters.
    Clusters(Vec<Face>),
    /// One cluster, looked at by its name.
    Cluster(Option<Face>),
    /// One snapshot likewise.
    Snapshot(Option<SnapshotFace>),
}

/// An answer, with what it did and what it showed.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The document.
    pub body: String,
    /// What was changed.
    pub did: Option<Effect>,
    /// What was shown.
    pub shown: Option<Shown>,
}

impl Outcome {
    fn of(body: String) -> Self {
        Self { body, ..Self::default() }
    }

    fn did(body: String, did: Effect) -> Self {
        Self { body, did: Some(did), shown: None }
    }

    fn shown(body: String, shown: Shown) -> Self {
        Self { body, did: None, shown: Some(shown) }
    }
}

impl Rds {
    /// Carries `request` out at `now`; tags are read as they were `lag` ago.
    pub fn answer(&mut self, request: &mut Request, now: Timestamp, lag: SignedDuration) -> Answered<Outcome> {
        let then = now.checked_sub(lag).unwrap_or(now);
        match request.action.as_str() {
            "rds:DescribeDBClusters" => self.describe_clusters(request, then),
            "rds:DescribeDBClusterSnapshots" => self.describe_snapshots(request, now, then),
            "rds:DescribeDBInstances" => self.describe_instances(request),
            "rds:DescribeBlueGreenDeployments" => self.describe_blue_green(request),
            "rds:DescribeIntegrations" => Self::describe_integrations(request),
            "rds:DescribeAccountAttributes" => self.describe_account(request),
            "rds:AddTagsToResource" => self.add_tags(request, now),
            "rds:RemoveTagsFromResource" => self.remove_tags(request, now),
            "rds:ModifyDBCluster" => self.modify_cluster(request),
            "rds:StartDBCluster" => self.start_cluster(request, now),
            "rds:DeleteDBInstance" => self.delete_instance(request, now),
            "rds:DeleteDBCluster" => self.delete_cluster(request, now),
            "rds:DeleteDBClusterSnapshot" => self.delete_snapshot(request),
            other => Err(Refusal::OfSimulation(format!("{other}, which the simulation does not know"))),
        }
    }
}
