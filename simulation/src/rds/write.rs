//! Writing: what AWS checks, in its order, and what becomes of it.

use std::time::Duration;

use jiff::Timestamp;

use super::read::{not_found, snapshot_not_found};
use super::state::{Cluster, Rds, Snapshot, Status};
use super::{Effect, Outcome};
use crate::aged::{Aged, Tags};
use crate::dice;
use crate::time::later;
use crate::wire::{Answered, Refusal, Request, Xml};

fn bad_state(message: String) -> Refusal {
    Refusal::of(400, "InvalidDBClusterStateFault", message)
}

fn bad_combination(message: &str) -> Refusal {
    Refusal::of(400, "InvalidParameterCombination", message)
}

impl Rds {
    fn cluster_mut(&mut self, id: &str) -> Answered<&mut Cluster> {
        self.clusters.get_mut(id).ok_or_else(|| not_found(id))
    }

    pub(super) fn modify_cluster(&mut self, request: &mut Request) -> Answered<Outcome> {
        let id = request.needed("DBClusterIdentifier")?;
        let protected = request.flag("DeletionProtection")?;
        request.flag("ApplyImmediately")?;
        request.done()?;
        let cluster = self.cluster_mut(&id)?;
        if cluster.status.name != "available" {
            return Err(bad_state(format!("DbCluster {id} is in {} state", cluster.status.name)));
        }
        let face = cluster.true_face();
        cluster.protected = protected.unwrap_or(cluster.protected);
        Ok(Outcome::did(Xml::answer("ModifyDBCluster", |_| {}), Effect::Unprotected { face }))
    }

    pub(super) fn start_cluster(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let id = request.needed("DBClusterIdentifier")?;
        request.done()?;
        let face = self.start(&id, now)?;
        Ok(Outcome::did(Xml::answer("StartDBCluster", |_| {}), Effect::Started { face }))
    }

    /// Starts the cluster `id`; as it was.
    pub fn start(&mut self, id: &str, now: Timestamp) -> Answered<super::Face> {
        let ends = self.ends("start", id, now, (3, 15));
        let cluster = self.cluster_mut(id)?;
        if cluster.status.name != "stopped" {
            return Err(bad_state(format!("DbCluster {id} is in {} state", cluster.status.name)));
        }
        let face = cluster.true_face();
        cluster.restarts = None;
        cluster.status = Status::until("starting", ends, "available");
        for member in &mut cluster.members {
            member.status = Status::until("starting", ends, "available");
        }
        Ok(face)
    }

    pub(super) fn delete_instance(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let id = request.needed("DBInstanceIdentifier")?;
        let snapshot = request.text("FinalDBSnapshotIdentifier");
        request.flag("SkipFinalSnapshot")?;
        request.done()?;
        let ends = self.ends("member", &id, now, (2, 9));
        let found = self.clusters.values_mut().find(|cluster| cluster.members.iter().any(|member| member.id == id));
        let gone = || Refusal::of(404, "DBInstanceNotFound", format!("DBInstance {id} not found."));
        let cluster = found.ok_or_else(gone)?;
        if snapshot.is_some() {
            return Err(bad_combination(
                "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance",
            ));
        }
        let face = cluster.true_face();
        if matches!(cluster.status.name, "stopped" | "stopping" | "starting") {
            return Err(bad_state(format!("DbCluster {} is in {} state", cluster.id, cluster.status.name)));
        }
        let state = |message| Refusal::of(400, "InvalidDBInstanceState", message);
        let Some(member) = cluster.members.iter_mut().find(|member| member.id == id) else { return Err(gone()) };
        match member.status.name {
            "deleting" => return Err(state(format!("Instance {id} is already being deleted."))),
            "available" => {}
            other => return Err(state(format!("Instance {id} is in {other} state."))),
        }
        member.status = Status::going(ends);
        Ok(Outcome::did(Xml::answer("DeleteDBInstance", |_| {}), Effect::MemberGoing { face, member: id }))
    }

    pub(super) fn delete_cluster(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let id = request.needed("DBClusterIdentifier")?;
        let skip = request.flag("SkipFinalSnapshot")?.unwrap_or(false);
        let snapshot = request.text("FinalDBSnapshotIdentifier");
        request.done()?;
        match (skip, &snapshot) {
            (false, None) => return Err(bad_combination("FinalDBSnapshotIdentifier is required unless skipped")),
            (true, Some(_)) => return Err(bad_combination("FinalDBSnapshotIdentifier and SkipFinalSnapshot")),
            _ => {}
        }
        let face = self.delete(&id, snapshot.clone(), now)?;
        Ok(Outcome::did(Xml::answer("DeleteDBCluster", |_| {}), Effect::ClusterGoing { face, snapshot }))
    }

    /// Deletes the cluster `id`, keeping its data in `snapshot`; as it was.
    pub fn delete(&mut self, id: &str, snapshot: Option<String>, now: Timestamp) -> Answered<super::Face> {
        let ends = self.ends("delete", id, now, (10, 25));
        let cluster = self.cluster_mut(id)?;
        let face = cluster.true_face();
        if cluster.protected {
            return Err(bad_combination(
                "Cannot delete protected Cluster, please disable deletion protection and try again.",
            ));
        }
        match cluster.status.name {
            "deleting" => return Err(bad_state(format!("Db cluster {id} is already being deleted."))),
            "available" => {}
            other => return Err(bad_state(format!("Db cluster {id} is in {other} state"))),
        }
        if cluster.members.iter().any(|member| member.status.name != "deleting") {
            return Err(bad_state(
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state.".to_owned(),
            ));
        }
        if cluster.global.is_some() {
            return Err(bad_state(
                "This cluster is a part of a global cluster, please remove it from it first".to_owned(),
            ));
        }
        if let Some(name) = snapshot {
            self.snapshot_of(id, &name, now)?;
        }
        if let Some(cluster) = self.clusters.get_mut(id) {
            cluster.status = Status::going(ends);
        }
        Ok(face)
    }

    /// Takes a snapshot.
    pub fn snapshot_of(&mut self, id: &str, name: &str, now: Timestamp) -> Answered<()> {
        if self.snapshots.contains_key(name) {
            return Err(Refusal::of(400, "DBClusterSnapshotAlreadyExistsFault", format!("{name} exists")));
        }
        if self.snapshots.len() >= self.quota {
            return Err(Refusal::of(400, "SnapshotQuotaExceeded", "the quota of manual cluster snapshots is used up"));
        }
        let made = self.ends("snapshot", name, now, (2, 9));
        let mut dice = dice::at(self.seed, &[&"seen", &name, &now]);
        let seconds = if dice::chance(&mut dice, 800) { 0 } else { dice.u64(1..=40) };
        let cluster = self.clusters.get(id).ok_or_else(|| not_found(id))?;
        let inherited = |tags: &Tags| -> Tags {
            tags.iter().filter(|(key, _)| !key.starts_with("aws:")).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        let tags = if cluster.copies_tags { inherited(cluster.tags.get()) } else { Tags::new() };
        let snapshot = Snapshot {
            id: name.to_owned(),
            cluster_id: cluster.id.clone(),
            resource_id: cluster.resource_id.clone(),
            engine: cluster.engine.clone(),
            status: Status::until("creating", made, "available"),
            created: now,
            seen_from: later(now, Duration::from_secs(seconds)),
            tags: Aged::new(now, tags),
        };
        self.snapshots.insert(name.to_owned(), snapshot);
        Ok(())
    }

    pub(super) fn delete_snapshot(&mut self, request: &mut Request) -> Answered<Outcome> {
        let id = request.needed("DBClusterSnapshotIdentifier")?;
        request.done()?;
        let Some(found) = self.snapshots.get(&id) else { return Err(snapshot_not_found(&id)) };
        if found.status.name != "available" {
            let message = format!("DBClusterSnapshot {id} is in {} state", found.status.name);
            return Err(Refusal::of(400, "InvalidDBClusterSnapshotStateFault", message));
        }
        let face = found.true_face();
        self.snapshots.remove(&id);
        Ok(Outcome::did(Xml::answer("DeleteDBClusterSnapshot", |_| {}), Effect::SnapshotGoing { face }))
    }
}
