//! What RDS keeps in one Region: plain values, each with what becomes of it in time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aged::{Aged, Tags};
use crate::dice;
use crate::time::later;

/// Where a thing is on its way, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// As AWS shows it.
    pub name: &'static str,
    /// What it becomes, and when; nothing at all where that is none.
    pub then: Option<(Timestamp, Option<&'static str>)>,
}

impl Status {
    /// At rest.
    pub const fn at_rest(name: &'static str) -> Self {
        Self { name, then: None }
    }

    /// On the way to `next`.
    pub const fn until(name: &'static str, at: Timestamp, next: &'static str) -> Self {
        Self { name, then: Some((at, Some(next))) }
    }

    /// On the way out.
    pub const fn going(at: Timestamp) -> Self {
        Self { name: "deleting", then: Some((at, None)) }
    }

    /// As it is at `now`; `false` where it is gone.
    fn advance(&mut self, now: Timestamp) -> bool {
        match self.then {
            Some((at, next)) if at <= now => {
                let Some(next) = next else { return false };
                *self = Self::at_rest(next);
                true
            }
            _ => true,
        }
    }
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// `DBClusterIdentifier`.
    pub id: String,
    /// `DbClusterResourceId`.
    pub resource_id: String,
    /// `Engine`.
    pub engine: String,
    /// `Status`.
    pub status: Status,
    /// `ClusterCreateTime`.
    pub created: Timestamp,
    /// `TagList`.
    pub tags: Aged<Tags>,
    /// `DeletionProtection`.
    pub protected: bool,
    /// `CopyTagsToSnapshot`.
    pub copies_tags: bool,
    /// `DBClusterMembers`.
    pub members: Vec<Member>,
    /// `CloneGroupId`.
    pub clone_group: Option<String>,
    /// `GlobalClusterIdentifier`.
    pub global: Option<String>,
    /// The tags that Terraform knows of, where it made this.
    pub declared: Option<Tags>,
    /// When AWS starts it by itself, where it is stopped.
    pub restarts: Option<Timestamp>,
}

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// `IsClusterWriter`.
    pub writer: bool,
    /// `DBInstanceStatus`.
    pub status: Status,
}

/// A manual snapshot of a cluster.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// `DBClusterSnapshotIdentifier`.
    pub id: String,
    /// `DBClusterIdentifier`.
    pub cluster_id: String,
    /// `DbClusterResourceId`.
    pub resource_id: String,
    /// `Engine`.
    pub engine: String,
    /// `Status`.
    pub status: Status,
    /// `SnapshotCreateTime`.
    pub created: Timestamp,
    /// Since when other calls than the one that made it know of it.
    pub seen_from: Timestamp,
    /// `TagList`.
    pub tags: Aged<Tags>,
}

/// A cluster, as somebody was shown it or as it truly was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in Cluster")]
pub struct Face {
    pub id: String,
    pub resource_id: String,
    pub engine: String,
    pub status: String,
    pub created: Timestamp,
    pub tags: Tags,
    pub protected: bool,
    pub members: Vec<String>,
    pub clone_group: Option<String>,
    pub global: Option<String>,
}

/// A snapshot likewise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in Snapshot")]
pub struct SnapshotFace {
    pub id: String,
    pub cluster_id: String,
    pub resource_id: String,
    pub status: String,
    pub created: Timestamp,
    pub tags: Tags,
}

impl Cluster {
    /// With these tags.
    pub fn face(&self, tags: &Tags) -> Face {
        Face {
            id: self.id.clone(),
            resource_id: self.resource_id.clone(),
            engine: self.engine.clone(),
            status: self.status.name.to_owned(),
            created: self.created,
            tags: tags.clone(),
            protected: self.protected,
            members: self.members.iter().map(|member| member.id.clone()).collect(),
            clone_group: self.clone_group.clone(),
            global: self.global.clone(),
        }
    }

    /// As it truly is.
    pub fn true_face(&self) -> Face {
        self.face(self.tags.get())
    }
}

impl Snapshot {
    /// As it truly is.
    pub fn true_face(&self) -> SnapshotFace {
        SnapshotFace {
            id: self.id.clone(),
            cluster_id: self.cluster_id.clone(),
            resource_id: self.resource_id.clone(),
            status: self.status.name.to_owned(),
            created: self.created,
            tags: self.tags.get().clone(),
        }
    }
}

/// RDS in one Region.
#[derive(Debug, Clone)]
pub struct Rds {
    /// Its name.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// By identifier.
    pub clusters: BTreeMap<String, Cluster>,
    /// By identifier.
    pub snapshots: BTreeMap<String, Snapshot>,
    /// The resource ids of clusters in a blue/green deployment.
    pub blue_green: BTreeSet<String>,
    /// How many manual snapshots of clusters there may be.
    pub quota: usize,
    /// The seed of what takes how long.
    pub seed: u64,
}

impl Rds {
    /// With nothing in it.
    pub fn new(region: &str, account: &str, seed: u64) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            clusters: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            blue_green: BTreeSet::new(),
            quota: 100,
            seed,
        }
    }

    /// As everything is at `now`.
    pub fn advance(&mut self, now: Timestamp) {
        self.snapshots.retain(|_, snapshot| snapshot.status.advance(now));
        self.clusters.retain(|_, cluster| {
            cluster.members.retain_mut(|member| member.status.advance(now));
            if cluster.restarts.is_some_and(|at| at <= now) && cluster.status.name == "stopped" {
                cluster.restarts = None;
                cluster.status = Status::at_rest("available");
                for member in &mut cluster.members {
                    member.status = Status::at_rest("available");
                }
            }
            cluster.status.advance(now)
        });
    }

    /// How long `what` takes of `thing`, begun at `now`: between `least` and `most` minutes.
    pub fn ends(&self, what: &str, thing: &str, now: Timestamp, (least, most): (u64, u64)) -> Timestamp {
        let minutes = dice::at(self.seed, &[&"takes", &what, &thing, &now]).u64(least..=most);
        later(now, Duration::from_mins(minutes))
    }

    /// The ARN of a `kind` of thing.
    pub fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:rds:{}:{}:{kind}:{id}", self.region, self.account)
    }
}
