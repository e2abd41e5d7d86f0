"""Snapshots of clusters: what they carry, their names, and who may delete them."""

import re

from moto.core.responses import ActionResult
from moto.rds.models import DBClusterSnapshot, RDSBackend
from moto.rds.responses import RDSResponse

from ..mending import mend
from . import account, faults, lifecycle, network, tags

_IDENTIFIER = re.compile(r"(?!.*--)[a-z]([a-z0-9-]{0,253}[a-z0-9])?", re.IGNORECASE)

# Facts of the cluster that AWS also shows on each of its snapshots.
_CARRIED = (
    "availability_zones",
    "backup_retention_period",
    "cluster_create_time",
    "db_cluster_resource_id",
    "engine_mode",
    "iam_database_authentication_enabled",
    "license_model",
    "preferred_backup_window",
    "storage_type",
)


def check_identifier(identifier: str, parameter: str) -> None:
    if not _IDENTIFIER.fullmatch(identifier):
        raise faults.invalid_value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with "
            "a letter; must contain only ASCII letters, digits, and hyphens; and must not end "
            "with a hyphen or contain two consecutive hyphens."
        )


def _vpc_of(cluster) -> str:
    known = cluster.backend.subnet_groups.get(cluster.db_subnet_group_name)
    return known.vpc_id if known else network.default_vpc(cluster.backend)


@mend(DBClusterSnapshot, "__init__")
def snapshot_init(original, snapshot, backend, cluster, *args, **kwargs):
    original(snapshot, backend, cluster, *args, **kwargs)
    for name in _CARRIED:
        setattr(snapshot, name, getattr(cluster, name, None))
    if not snapshot.encrypted:
        snapshot.kms_key_id = None
    if snapshot.snapshot_type == "manual":
        snapshot.vpc_id = _vpc_of(cluster)


@mend(RDSBackend, "create_db_cluster_snapshot")
def create_db_cluster_snapshot(
    original,
    backend,
    db_cluster_identifier,
    db_cluster_snapshot_identifier,
    snapshot_type="manual",
    tags=None,
):
    if snapshot_type == "manual":
        account.check(backend, "ManualClusterSnapshots")
    snapshot = original(
        backend, db_cluster_identifier, db_cluster_snapshot_identifier, snapshot_type, tags
    )
    if snapshot_type == "manual":
        lifecycle.change(snapshot, "creating")
        snapshot.percent_progress = 100 if snapshot.status == "available" else 0
    return snapshot


@mend(RDSResponse, "create_db_cluster_snapshot")
def create_db_cluster_snapshot_reply(original, response):
    name = response.params["DBClusterSnapshotIdentifier"]
    check_identifier(name, "DBClusterSnapshotIdentifier")
    tags.check(response.params.get("Tags"))
    cluster = response.backend.clusters.get(response.params["DBClusterIdentifier"])
    if cluster is not None and cluster.status in ("creating", "deleting"):
        raise faults.cluster_in_state(cluster, "available")
    return lifecycle.creating_reply(
        "DBClusterSnapshot", original(response)._result["DBClusterSnapshot"]
    )


@mend(RDSBackend, "copy_db_cluster_snapshot")
def copy_db_cluster_snapshot(original, backend, *args, **kwargs):
    tags.check(kwargs.get("tags"))
    account.check(backend, "ManualClusterSnapshots")
    copy = original(backend, *args, **kwargs)
    # As recorded answers of AWS have it: a copy names the snapshot it was made of, and no cluster.
    source = kwargs.get("source_db_cluster_snapshot_identifier") or args[0]
    copy.source_db_cluster_snapshot_arn = backend.get_db_cluster_snapshot(
        source
    ).db_cluster_snapshot_arn
    copy.db_cluster_resource_id = None
    return copy


@mend(RDSResponse, "delete_db_cluster_snapshot")
def delete_db_cluster_snapshot(original, response):
    snapshot = response.backend.get_db_cluster_snapshot(
        response.params["DBClusterSnapshotIdentifier"]
    )
    if snapshot.snapshot_type != "manual":
        raise faults.snapshot_state("Only manual snapshots may be deleted.")
    if snapshot.status != "available":
        raise faults.snapshot_state(
            f"Cannot delete the snapshot because it is in {snapshot.status} state."
        )
    removed = response.backend.delete_db_cluster_snapshot(snapshot.db_cluster_snapshot_identifier)
    return ActionResult({"DBClusterSnapshot": removed})
