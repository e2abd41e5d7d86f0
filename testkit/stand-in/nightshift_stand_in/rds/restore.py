"""Clusters restored from a snapshot or cloned from another cluster.

AWS takes the data and what belongs to it from the source; everything around the
data (parameter group, port, security groups, protection, tags) comes from the
call or falls back to the defaults of a new cluster. moto copies it all.
"""

import uuid

from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from ..mending import mend
from . import cluster, faults, lifecycle

_COMES_WITH_THE_DATA = (
    "allocated_storage",
    "auto_minor_version_upgrade",
    "availability_zones",
    "backup_retention_period",
    "character_set_name",
    "database_name",
    "engine",
    "engine_mode",
    "engine_version",
    "iops",
    "kms_key_id",
    "license_model",
    "master_username",
    "network_type",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "storage_encrypted",
    "storage_type",
)


def _restore(backend: RDSBackend, source, call: dict):
    settings = {name: getattr(source, name) for name in _COMES_WITH_THE_DATA}
    # The password stays inside the data; moto only wants one to be there.
    settings["master_user_password"] = "kept-from-the-source"
    settings.update({name: value for name, value in call.items() if value is not None})
    if call.get("kms_key_id"):
        settings["storage_encrypted"] = True
    return backend.create_db_cluster(settings)


@mend(RDSResponse, "restore_db_cluster_from_snapshot")
def restore_db_cluster_from_snapshot(original, response):
    backend, params = response.backend, response.params
    snapshot = backend.get_db_cluster_snapshot(params["SnapshotIdentifier"])
    if snapshot.status != "available":
        raise faults.snapshot_state(
            f"Snapshot {snapshot.db_cluster_snapshot_identifier} is in {snapshot.status} state."
        )
    restored = _restore(backend, snapshot.cluster, dict(params))
    return lifecycle.creating_reply("DBCluster", restored)


def _source_of_clone(response: RDSResponse):
    backend, params = response.backend, response.params
    identifier = params.get("SourceDBClusterIdentifier")
    if identifier:
        return cluster.require(backend, identifier)
    resource_id = params.get("SourceDbClusterResourceId")
    for candidate in backend.clusters.values():
        if candidate.db_cluster_resource_id == resource_id:
            return candidate
    raise faults.cluster_not_found(resource_id)


@mend(RDSResponse, "restore_db_cluster_to_point_in_time")
def restore_db_cluster_to_point_in_time(original, response):
    params = response.params
    copy_on_write = params.get("RestoreType") == "copy-on-write"
    to_time = params.get("RestoreToTime") is not None
    to_latest = bool(params.get("UseLatestRestorableTime"))
    if to_time and to_latest:
        raise faults.invalid_combination(
            "Cannot specify both RestoreToTime and UseLatestRestorableTime"
        )
    if to_time and copy_on_write:
        raise faults.invalid_combination(
            "RestoreToTime cannot be specified when RestoreType is copy-on-write"
        )
    if not to_time and not to_latest and not copy_on_write:
        raise faults.invalid_combination(
            "Either RestoreToTime or UseLatestRestorableTime must be specified"
        )
    source = _source_of_clone(response)
    restored = _restore(response.backend, source, dict(params))
    if copy_on_write:
        source.clone_group_id = source.clone_group_id or str(uuid.uuid4())
        restored.clone_group_id = source.clone_group_id
    return lifecycle.creating_reply("DBCluster", restored)
