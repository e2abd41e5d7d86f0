"""Control calls that put a cluster, an instance or a snapshot into a given condition."""

from moto.rds.models import rds_backends

from .. import clock, control, worlds
from . import neighbours

_CLUSTER_KEYS = (
    "clone_group_id",
    "cluster_scalability_type",
    "copy_tags_to_snapshot",
    "deletion_protection",
    "engine",
    "engine_mode",
    "engine_version",
    "kms_key_id",
    "read_replica_identifiers",
    "replication_source_identifier",
    "status",
    "storage_encrypted",
)


def _set(resource, body: dict, keys: tuple) -> None:
    for key in keys:
        if key in body:
            setattr(resource, key, body[key])


def _find(resources, body: dict):
    name = control.needed(body, "id")
    if name not in resources:
        raise control.Mistake(f"{name} is not there")
    return resources[name]


@control.control("cluster")
def cluster(world: worlds.World, region: str, body: dict) -> None:
    control.only(
        body, "id", "created", "global_cluster_identifier", "aws_tags", "restarts", *_CLUSTER_KEYS
    )
    found = _find(rds_backends[world.account][region].clusters, body)
    _set(found, body, _CLUSTER_KEYS)
    if "created" in body:
        found.cluster_create_time = clock.parse(body["created"])
        # Its backups reach back to its first day, and no further.
        found.earliest_restorable_time = found.cluster_create_time
    if "restarts" in body:
        found.automatic_restart_time = clock.parse(body["restarts"])
    # AWS's own tags, which no call can set.
    for key, value in body.get("aws_tags", {}).items():
        found.tags.append({"Key": f"aws:{key}", "Value": value})
    if "engine" in body:
        for member in found._members:
            member.engine = body["engine"]
    if body.get("global_cluster_identifier"):
        neighbours.join_global(found, body["global_cluster_identifier"])


@control.control("instance")
def instance(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "id", "status", "created")
    found = _find(rds_backends[world.account][region].databases, body)
    _set(found, body, ("status",))
    if "created" in body:
        found.instance_create_time = clock.parse(body["created"])


@control.control("snapshot")
def snapshot(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "id", "status", "created", "snapshot_type", "copy_of", "resource_id")
    found = _find(rds_backends[world.account][region].cluster_snapshots, body)
    _set(found, body, ("status", "snapshot_type"))
    if "resource_id" in body:
        found.db_cluster_resource_id = body["resource_id"]
    if "copy_of" in body:
        found.source_db_cluster_snapshot_arn = body["copy_of"]
    if "created" in body:
        found.created = clock.parse(body["created"])
