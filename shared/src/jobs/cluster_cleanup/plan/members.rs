//! Whether each member of a cluster can go: one that refuses, when others may be gone already, leaves it half deleted.

use std::collections::BTreeMap;

use super::Why;
use super::known::answer;
use super::progress::Progress;
use crate::services::Read;
use crate::services::rds::{Cluster, Instance, Member};

/// A member that refuses to be deleted, when others may be gone already, leaves a cluster half deleted: so each has to be in a
/// status in which it goes (Amazon RDS User Guide, "Viewing DB instance status").
pub(super) fn check(
    cluster: &Cluster,
    instances: &Read<BTreeMap<String, Instance>>,
    progress: &Progress,
) -> Result<(), Why> {
    if cluster.members.is_empty() {
        return Ok(());
    }
    let Some(instances) = answer(instances, CALL)? else { return Ok(()) };
    for member in &cluster.members {
        match instances.get(&member.id) {
            Some(found) => can_go(found)?,
            // What is begun is gone on with, whatever was put back meanwhile.
            None if matches!(progress, Progress::Begun(_)) => {}
            None => return Err(not_shown(member)),
        }
    }
    Ok(())
}

fn can_go(Instance { id, status, .. }: &Instance) -> Result<(), Why> {
    let (member, status) = (id.clone(), status.clone());
    match status.as_str() {
        going if DELETABLE.contains(&going) => Ok(()),
        busy if BUSY.contains(&busy) => Err(Why::MemberStatus { member, status }),
        _ => Err(Why::MemberStatusUnknown { member, status }),
    }
}

pub(super) fn not_shown(member: &Member) -> Why {
    Why::PreflightUnknown { call: CALL, said: format!("it does not show member {}", member.id) }
}

/// What shows them.
pub(super) const CALL: &str = "rds:DescribeDBInstances";

/// Statuses of a member that can be deleted, or is being.
const DELETABLE: [&str; 11] = [
    "available",
    "deleting",
    "failed",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
    "storage-full",
    "storage-optimization",
];

/// Statuses of a member that end by themselves.
const BUSY: [&str; 18] = [
    "backing-up",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "creating",
    "delete-precheck",
    "maintenance",
    "modifying",
    "moving-to-vpc",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopping",
    "storage-config-upgrade",
    "storage-initialization",
    "upgrading",
];
