//! Makes what a restore plan says. Interrupted and called again, it goes on where it was: the cluster carries the
//! snapshot it came from since its first moment, and a member that exists is not made twice.

use std::time::Duration;

use super::plan::RestorePlan;
use crate::report::Reason;
use crate::run::Ledger;
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::{RdsReader, RdsRestorer};

/// A cluster of some terabytes takes RDS a while to make from a snapshot.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
const BETWEEN_LOOKS: Duration = Duration::from_secs(15);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// Cluster and members are made, or being made by AWS.
    Whole,
    /// The cluster was not available after the longest wait: the same command later makes the members.
    StillCreating {
        /// Its status then.
        status: String,
    },
    /// Asked to stop between two steps: the same command goes on from there.
    Interrupted(Reason),
}

/// Carries out `plan`, telling `tell` each step as it is done. Begins no step once `ledger` says so.
pub async fn restore(
    plan: &RestorePlan,
    account: &str,
    reader: &RdsReader,
    restorer: &RdsRestorer,
    ledger: &Ledger<'_>,
    tell: impl Fn(&str),
) -> Result<Restored, AwsError> {
    let cluster = &plan.cluster;
    if let Some(reason) = ledger.interrupted() {
        return Ok(Restored::Interrupted(reason));
    }
    if !plan.cluster_exists {
        restorer.restore(cluster).await?;
        tell(&format!("cluster {}: restore requested", cluster.id));
    }
    if plan.members.is_empty() {
        return Ok(Restored::Whole);
    }
    let mut waited = Duration::ZERO;
    loop {
        let found = reader.cluster(&cluster.id, account).await?;
        let status = found.map_or_else(|| "not visible yet".to_owned(), |found| found.status);
        if status == "available" {
            break;
        }
        if waited >= LONGEST_WAIT {
            return Ok(Restored::StillCreating { status });
        }
        tell(&format!("cluster {}: {status}, waiting for it to be available", cluster.id));
        ledger.pause(BETWEEN_LOOKS).await;
        if let Some(reason) = ledger.interrupted() {
            return Ok(Restored::Interrupted(reason));
        }
        waited += BETWEEN_LOOKS;
    }
    for member in &plan.members {
        if let Some(reason) = ledger.interrupted() {
            return Ok(Restored::Interrupted(reason));
        }
        let id = &member.instance.id;
        match restorer.create_member(cluster, member).await {
            Ok(()) => tell(&format!("instance {id}: creation requested")),
            // Made by an earlier attempt, or somebody else's that happens to have the name?
            Err(error) if error.kind == Kind::Exists => match reader.cluster_of_instance(id).await? {
                Some(found) if found == cluster.id => tell(&format!("instance {id}: there already")),
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        }
    }
    Ok(Restored::Whole)
}
