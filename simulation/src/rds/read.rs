//! Reading: pages, filters, and only the fields that are looked at, with a few that must not matter.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::{Cluster, Member, Rds, Snapshot};
use super::{Outcome, Shown};
use crate::aged::Tags;
use crate::wire::{Answered, Refusal, Request, Xml};

/// The engines whose clusters are Aurora's.
const AURORA: [&str; 2] = ["aurora-mysql", "aurora-postgresql"];

/// The page that `request` asks for: all behind its marker, as many as it wants; and the marker of the next.
fn page<'a, T>(
    request: &mut Request,
    all: &'a BTreeMap<String, T>,
    wanted: impl Fn(&T) -> bool,
) -> Answered<(Vec<&'a T>, Option<String>)> {
    let most = request.number("MaxRecords")?.unwrap_or(100);
    if !(20..=100).contains(&most) {
        return Err(Refusal::invalid(format!("Invalid value {most} for MaxRecords. Must be between 20 and 100")));
    }
    // By what was shown last, which may be gone by now.
    let behind = request.text("Marker").unwrap_or_default();
    let mut found = all.iter().filter(|(id, one)| **id > behind && wanted(one)).peekable();
    let (mut shown, mut last) = (Vec::new(), None);
    while shown.len() < most
        && let Some((id, one)) = found.next()
    {
        shown.push(one);
        last = Some(id.clone());
    }
    Ok((shown, last.filter(|_| found.peek().is_some())))
}

impl Rds {
    pub(super) fn describe_clusters(&self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let id = request.text("DBClusterIdentifier");
        let filters = request.filters(&["engine", "db-cluster-id", "db-cluster-resource-id", "clone-group-id"])?;
        let wanted = |cluster: &Cluster| {
            filters.iter().all(|(name, values)| {
                let value = match name.as_str() {
                    "engine" => Some(&cluster.engine),
                    "db-cluster-id" => Some(&cluster.id),
                    "db-cluster-resource-id" => Some(&cluster.resource_id),
                    _ => cluster.clone_group.as_ref(),
                };
                value.is_some_and(|value| values.contains(value))
            }) && id.as_ref().is_none_or(|id| cluster.id == *id)
        };
        let (shown, marker) = page(request, &self.clusters, wanted)?;
        request.done()?;
        if let Some(id) = id.as_ref().filter(|_| shown.is_empty()) {
            return Err(not_found(id));
        }
        let faces: Vec<_> = shown.iter().map(|cluster| cluster.face(cluster.tags.at(then))).collect();
        let body = Xml::answer("DescribeDBClusters", |xml| {
            xml.maybe("Marker", marker);
            xml.within("DBClusters", |xml| {
                for cluster in &shown {
                    xml.within("DBCluster", |xml| self.cluster(xml, cluster, cluster.tags.at(then)));
                }
            });
        });
        let shown = if id.is_some() { Shown::Cluster(faces.into_iter().next()) } else { Shown::Clusters(faces) };
        Ok(Outcome::shown(body, shown))
    }

    fn cluster(&self, xml: &mut Xml, cluster: &Cluster, tags: &Tags) {
        xml.leaf("DBClusterIdentifier", &cluster.id);
        xml.leaf("DBClusterArn", self.arn("cluster", &cluster.id));
        xml.leaf("DbClusterResourceId", &cluster.resource_id);
        xml.leaf("Engine", &cluster.engine);
        xml.leaf("EngineVersion", "8.0.mysql_aurora.3.08.0");
        xml.leaf("Status", cluster.status.name);
        xml.leaf("ClusterCreateTime", cluster.created);
        xml.leaf("DeletionProtection", cluster.protected);
        xml.leaf("CopyTagsToSnapshot", cluster.copies_tags);
        xml.leaf("DBSubnetGroup", "private");
        xml.leaf("DBClusterParameterGroup", "default.aurora-mysql8.0");
        xml.leaf("Port", 3306);
        xml.leaf("BackupRetentionPeriod", 1);
        xml.maybe("CloneGroupId", cluster.clone_group.as_ref());
        xml.maybe("GlobalClusterIdentifier", cluster.global.as_ref());
        xml.maybe("AutomaticRestartTime", cluster.restarts);
        xml.within("VpcSecurityGroups", |xml| {
            xml.within("VpcSecurityGroupMembership", |xml| {
                xml.leaf("VpcSecurityGroupId", "sg-0a1b2c3d");
                xml.leaf("Status", "active");
            });
        });
        xml.within("DBClusterMembers", |xml| {
            for member in &cluster.members {
                xml.within("DBClusterMember", |xml| {
                    xml.leaf("DBInstanceIdentifier", &member.id);
                    xml.leaf("IsClusterWriter", member.writer);
                });
            }
        });
        tag_list(xml, tags);
    }

    pub(super) fn describe_snapshots(
        &self,
        request: &mut Request,
        now: Timestamp,
        then: Timestamp,
    ) -> Answered<Outcome> {
        let id = request.text("DBClusterSnapshotIdentifier");
        let kind = request.text("SnapshotType");
        if kind.as_ref().is_some_and(|kind| kind != "manual") {
            return Err(Refusal::OfSimulation(format!("snapshots of the type {kind:?}")));
        }
        let wanted = |one: &Snapshot| one.seen_from <= now && id.as_ref().is_none_or(|id| one.id == *id);
        let (shown, marker) = page(request, &self.snapshots, wanted)?;
        request.done()?;
        if let Some(id) = id.as_ref().filter(|_| shown.is_empty()) {
            return Err(snapshot_not_found(id));
        }
        let body = Xml::answer("DescribeDBClusterSnapshots", |xml| {
            xml.maybe("Marker", marker);
            xml.within("DBClusterSnapshots", |xml| {
                for snapshot in &shown {
                    xml.within("DBClusterSnapshot", |xml| self.snapshot(xml, snapshot, snapshot.tags.at(then)));
                }
            });
        });
        let face = shown.first().map(|snapshot| snapshot.true_face());
        Ok(if id.is_some() { Outcome::shown(body, Shown::Snapshot(face)) } else { Outcome::of(body) })
    }

    fn snapshot(&self, xml: &mut Xml, snapshot: &Snapshot, tags: &Tags) {
        xml.leaf("DBClusterSnapshotIdentifier", &snapshot.id);
        xml.leaf("DBClusterSnapshotArn", self.arn("cluster-snapshot", &snapshot.id));
        xml.leaf("DBClusterIdentifier", &snapshot.cluster_id);
        xml.leaf("DbClusterResourceId", &snapshot.resource_id);
        xml.leaf("Engine", &snapshot.engine);
        xml.leaf("EngineVersion", "8.0.mysql_aurora.3.08.0");
        xml.leaf("Status", snapshot.status.name);
        xml.leaf("SnapshotCreateTime", snapshot.created);
        xml.leaf("SnapshotType", "manual");
        tag_list(xml, tags);
    }

    pub(super) fn describe_instances(&self, request: &mut Request) -> Answered<Outcome> {
        let id = request.text("DBInstanceIdentifier");
        let of = request.filters(&["db-cluster-id", "engine"])?.remove("db-cluster-id");
        let members: BTreeMap<String, (&Cluster, &Member)> = self
            .clusters
            .values()
            .filter(|cluster| of.as_ref().is_none_or(|of| of.contains(&cluster.id)))
            .flat_map(|cluster| cluster.members.iter().map(move |member| (member.id.clone(), (cluster, member))))
            .collect();
        if let Some(gone) = of.iter().flatten().find(|id| !self.clusters.contains_key(*id)) {
            return Err(not_found(gone));
        }
        let (shown, marker) = page(request, &members, |(_, member)| id.as_ref().is_none_or(|id| member.id == *id))?;
        request.done()?;
        if let Some(id) = id.filter(|_| shown.is_empty()) {
            return Err(Refusal::of(404, "DBInstanceNotFound", format!("DBInstance {id} not found.")));
        }
        let body = Xml::answer("DescribeDBInstances", |xml| {
            xml.maybe("Marker", marker);
            xml.within("DBInstances", |xml| {
                for (cluster, member) in shown {
                    xml.within("DBInstance", |xml| {
                        xml.leaf("DBInstanceIdentifier", &member.id);
                        xml.leaf("DBInstanceClass", "db.t4g.medium");
                        xml.leaf("DBInstanceStatus", member.status.name);
                        xml.leaf("DBClusterIdentifier", &cluster.id);
                        xml.leaf("PromotionTier", 1);
                        xml.leaf("PubliclyAccessible", false);
                    });
                }
            });
        });
        Ok(Outcome::of(body))
    }

    pub(super) fn describe_blue_green(&self, request: &mut Request) -> Answered<Outcome> {
        request.text("MaxRecords");
        request.done()?;
        let here = self.clusters.values().filter(|cluster| self.blue_green.contains(&cluster.resource_id));
        Ok(Outcome::of(Xml::answer("DescribeBlueGreenDeployments", |xml| {
            xml.within("BlueGreenDeployments", |xml| {
                for cluster in here {
                    xml.within("member", |xml| {
                        xml.leaf("BlueGreenDeploymentIdentifier", format!("bgd-{}", cluster.id));
                        xml.leaf("Source", self.arn("cluster", &cluster.id));
                        xml.leaf("Status", "AVAILABLE");
                    });
                }
            });
        })))
    }

    pub(super) fn describe_integrations(request: &mut Request) -> Answered<Outcome> {
        request.text("MaxRecords");
        request.done()?;
        Ok(Outcome::of(Xml::answer("DescribeIntegrations", |xml| xml.within("Integrations", |_| {}))))
    }

    pub(super) fn describe_account(&self, request: &mut Request) -> Answered<Outcome> {
        request.done()?;
        Ok(Outcome::of(Xml::answer("DescribeAccountAttributes", |xml| {
            xml.within("AccountQuotas", |xml| {
                for (name, used, max) in [
                    ("DBClusters", self.clusters.values().filter(|one| AURORA.contains(&&*one.engine)).count(), 40),
                    ("ManualClusterSnapshots", self.snapshots.len(), self.quota),
                ] {
                    xml.within("AccountQuota", |xml| {
                        xml.leaf("AccountQuotaName", name);
                        xml.leaf("Used", used);
                        xml.leaf("Max", max);
                    });
                }
            });
        })))
    }
}

fn tag_list(xml: &mut Xml, tags: &Tags) {
    xml.within("TagList", |xml| {
        for (key, value) in tags {
            xml.within("Tag", |xml| {
                xml.leaf("Key", key);
                xml.leaf("Value", value);
            });
        }
    });
}

/// There is no such cluster.
pub(super) fn not_found(id: &str) -> Refusal {
    Refusal::of(404, "DBClusterNotFoundFault", format!("DBCluster {id} not found."))
}

/// There is no such snapshot.
pub(super) fn snapshot_not_found(id: &str) -> Refusal {
    Refusal::of(404, "DBClusterSnapshotNotFoundFault", format!("DBClusterSnapshot {id} not found."))
}
