//! Amazon RDS in one Region, as far as it is asked: clusters, their members and snapshots, tags, states that take their time,
//! pages. What it refuses it refuses in AWS's order and with AWS's codes, as the stand-in of the testkit does, which has the
//! sources (`testkit/stand-in/nightshift_stand_in/rds/`).

mod read;
mod state;
mod tags;
mod write;

use jiff::{SignedDuration, Timestamp};

use crate::aged::Tags;
use crate::wire::{self, Answered, Refusal, Request};

pub use state::{Cluster, Face, Member, Rds, Snapshot, SnapshotFace, Status};

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

/// An answer of this service.
pub type Outcome = wire::Outcome<Effect, Shown>;

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

#[cfg(test)]
mod tests;
