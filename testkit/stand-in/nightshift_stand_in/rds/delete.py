"""What AWS checks before it deletes a cluster or an instance."""

from moto.core.responses import ActionResult
from moto.rds.exceptions import (
    DBClusterSnapshotAlreadyExistsError,
    DBClusterToBeDeletedHasActiveMembers,
    DBInstanceNotFoundError,
    DBSnapshotAlreadyExistsError,
    RDSClientError,
)
from moto.rds.responses import RDSResponse

from ..mending import mend
from . import account, cluster, faults, lifecycle, neighbours, snapshot

_KEY_LOST = (
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
)
_CLUSTER_DELETABLE = ("available", "cloning-failed", "migration-failed", *_KEY_LOST)
_CLUSTER_AT_REST = ("stopping", "stopped", "starting")
_INSTANCE_IN_CHANGE = ("creating", "modifying", "rebooting", "renaming", "starting", "stopping")


def _final_snapshot(params, required: bool) -> str | None:
    """The name of the wanted final snapshot, after the checks that need no resource."""
    skip = bool(params.get("SkipFinalSnapshot"))
    name = params.get("FinalDBSnapshotIdentifier")
    if required and not skip and name is None:
        raise faults.invalid_combination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        )
    if skip and name is not None:
        raise faults.invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true."
        )
    if name is not None:
        snapshot.check_identifier(name, "FinalDBSnapshotIdentifier")
    return name


def _check_cluster(target) -> None:
    name = target.db_cluster_identifier
    if target.deletion_protection:
        raise faults.invalid_combination(
            "Cannot delete protected Cluster, please disable deletion protection and try again."
        )
    if target.status == "deleting":
        raise faults.cluster_state(f"Db cluster {name} is already being deleted.")
    if target.status not in _CLUSTER_DELETABLE:
        raise faults.cluster_state(f"Db cluster {name} is in {target.status} state")
    if target.engine not in cluster.MULTI_AZ and any(
        member.status != "deleting" for member in target.members
    ):
        raise DBClusterToBeDeletedHasActiveMembers()
    neighbours.check_global_membership(target)


def _make_final_cluster_snapshot(backend, target, name: str) -> None:
    if name in backend.cluster_snapshots:
        raise DBClusterSnapshotAlreadyExistsError(name)
    account.check(backend, "ManualClusterSnapshots")
    if target.status in _KEY_LOST:
        raise RDSClientError("KMSKeyNotAccessibleFault", "The KMS key is not accessible.")
    if target.status != "available":
        raise faults.cluster_state(
            f"Can't create a snapshot because the database cluster {target.db_cluster_identifier} "
            "isn't currently in the available state."
        )
    backend.create_db_cluster_snapshot(target.db_cluster_identifier, name)


@mend(RDSResponse, "delete_db_cluster")
def delete_db_cluster(original, response):
    backend, params = response.backend, response.params
    final_snapshot = _final_snapshot(params, required=True)
    target = cluster.require(backend, params["DBClusterIdentifier"])
    _check_cluster(target)
    # The reply shows the cluster as it was; AWS does not always say `deleting` either.
    reply = lifecycle.shown_as(target, target.status)
    if final_snapshot:
        _make_final_cluster_snapshot(backend, target, final_snapshot)
    target.delete_automated_backups = params.get("DeleteAutomatedBackups") is not False
    if target.engine in cluster.MULTI_AZ:
        for member in target.members:
            lifecycle.delete_instance(backend, member)
    lifecycle.delete_cluster(backend, target)
    return ActionResult({"DBCluster": reply})


def _check_member(member) -> None:
    """The rules for an instance that belongs to a cluster."""
    parent = member.cluster
    if parent.engine in cluster.MULTI_AZ:
        raise faults.invalid_value(
            f"The DB instance {member.db_instance_identifier} belongs to a Multi-AZ DB cluster "
            "and is deleted with it."
        )
    if parent.status in _CLUSTER_AT_REST:
        raise faults.cluster_state(
            f"Db cluster {parent.db_cluster_identifier} is in {parent.status} state"
        )
    others = [other for other in parent.members if other is not member]
    if any(other.status != "deleting" for other in others):
        return
    if parent.read_replica_identifiers:
        raise faults.cluster_state(
            "Cannot delete the last instance of the master cluster. "
            "Delete the replica cluster before deleting the last master cluster instance."
        )
    if parent.replication_source_identifier:
        raise faults.cluster_state("Cannot delete the last instance of the read replica cluster.")


@mend(RDSResponse, "delete_db_instance")
def delete_db_instance(original, response):
    backend, params = response.backend, response.params
    name = params["DBInstanceIdentifier"]
    # First of all, because only a known instance tells which snapshot rules apply.
    if name not in backend.databases:
        raise DBInstanceNotFoundError(name)
    target = backend.databases[name]
    is_member = target.db_cluster_identifier is not None
    if is_member and params.get("FinalDBSnapshotIdentifier") is not None:
        raise faults.invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance."
        )
    final_snapshot = _final_snapshot(params, required=not is_member)
    if target.status == "deleting":
        raise faults.instance_state(f"Instance {name} is already being deleted.")
    if target.deletion_protection:
        raise faults.invalid_combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    if is_member:
        _check_member(target)
    if target.status in _INSTANCE_IN_CHANGE:
        raise faults.instance_state(f"Instance {name} is in {target.status} state.")
    if final_snapshot:
        if final_snapshot in backend.database_snapshots:
            raise DBSnapshotAlreadyExistsError(final_snapshot)
        account.check(backend, "ManualSnapshots")
        backend.create_db_snapshot(name, final_snapshot)
    reply = lifecycle.shown_as(target, "deleting")
    lifecycle.delete_instance(backend, target)
    return ActionResult({"DBInstance": reply})
